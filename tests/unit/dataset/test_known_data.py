"""What a synth keeps for the next one: never a wrong answer, whatever happened to the files or the cache."""

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_imported_table import ImportData, OnDataChange, Preflight
from cdk_imported_table.dataset import content
from cdk_imported_table.dataset.cache import FOLDER_VARIABLE, cache_folder
from cdk_imported_table.dataset.files import SourceFile
from tests.unit.support import GZIP, JSON, folder, gzipped, imported, line, messages, new_stack, staged_files

OLD = (1_600_000_000, 1_600_000_000)


@pytest.fixture(autouse=True)
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, and the cache is this test's own."""
    monkeypatch.setattr(content, "_LARGE", 1)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read to be hashed."""
    names: list[str] = []
    digest = content.hashlib.file_digest  # type: ignore[attr-defined]

    def counted(file: object, name: str) -> object:
        names.append(Path(file.name).name)  # type: ignore[attr-defined]
        return digest(file, name)

    monkeypatch.setattr(content.hashlib, "file_digest", counted)  # type: ignore[attr-defined]
    return names


def _hashed(path: Path) -> str:
    file = SourceFile(path, path.name, path.stat().st_size)
    found = file.content
    file.remember()
    return found


def _old(path: Path, text: bytes) -> Path:
    path.write_bytes(text)
    os.utime(path, OLD)
    return path


@pytest.mark.skipif(os.name == "nt", reason="on Windows the file is always read")
def test_an_unchanged_file_is_read_once(tmp_path: Path, reads: list[str]) -> None:
    """Also if another process linked to it in between, as staging does."""
    path = _old(tmp_path / "a", b"one")
    first = _hashed(path)
    assert _hashed(path) == first
    assert reads == ["a"]
    (tmp_path / "b").hardlink_to(path)  # gives the inode another time: read again, to be sure
    assert _hashed(path) == first
    assert _hashed(path) == first
    assert reads == ["a", "a"]


@pytest.mark.parametrize(
    "way", ["in place", "in place, date kept", "another file", "another file, date kept"]
)
def test_a_changed_file_is_seen(tmp_path: Path, way: str) -> None:
    """Of the same size, and with the old date set back."""
    path = _old(tmp_path / "a", b"one")
    first = _hashed(path)
    if "in place" in way:
        path.write_bytes(b"two")
    else:
        (tmp_path / "new").write_bytes(b"two")
        (tmp_path / "new").replace(path)
    if "date kept" in way:
        os.utime(path, OLD)
    assert _hashed(path) != first


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path, reads: list[str]) -> None:
    """A second version within one tick of the clock would look the same."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    _hashed(path)
    _hashed(path)
    assert reads == ["a", "a"]


@pytest.mark.parametrize("damage", ["emptied", "cut", "another", "removed"])
@pytest.mark.parametrize("policy", [OnDataChange.keep(), OnDataChange.replace()], ids=repr)
def test_a_damaged_cache_is_none(tmp_path: Path, damage: str, policy: OnDataChange) -> None:
    """Table and upload are the same with it and without."""
    path = folder(tmp_path / "data", a__json=line("a"), b__gz=gzipped(line("b")))
    for file in path.iterdir():
        os.utime(file, OLD)

    def made() -> tuple[str | None, str | None]:
        data = ImportData.from_path(path, input_format=JSON, compression_type=GZIP)
        table = imported(new_stack(), data, on_data_change=policy)
        return table.key_prefix, table.content_hash

    first = made()
    entries = sorted(cache_folder().iterdir())
    assert entries
    texts = [entry.read_bytes() for entry in entries]
    for number, entry in enumerate(entries):
        if damage == "removed":
            entry.unlink()
        else:
            entry.write_bytes(
                {"emptied": b"", "cut": texts[number][:-3], "another": texts[number - 1]}[damage]
            )
    assert made() == first
    assert made() == first


def test_an_archive_that_broke_since_is_found(tmp_path: Path) -> None:
    """What is known is known of these very bytes."""
    path = folder(tmp_path / "data", a__gz=gzipped(line("a") * 100))

    def made() -> object:
        data = ImportData.from_path(path, input_format=JSON, compression_type=GZIP)
        return imported(new_stack(), data, preflight=Preflight.OFF)

    made()
    made()
    whole = (path / "a.gz").read_bytes()
    (path / "a.gz").write_bytes(whole[:-9])
    with pytest.raises(ValueError, match="cannot be decompressed"):
        made()
    shutil.rmtree(cache_folder())
    (path / "a.gz").write_bytes(whole)
    made()


@pytest.mark.parametrize("first", [ImportData.from_path, ImportData.from_asset], ids=["path", "asset"])
def test_an_archive_of_several_pieces_is_one_at_each_synth(
    tmp_path: Path, first: Callable[..., ImportData]
) -> None:
    """And said so each time, also if a synth before merged it with others, where nothing is to be said."""
    path = folder(tmp_path / "data", a__gz=gzipped(line("a")) + gzipped(line("b")), b__gz=gzipped(line("c")))
    imported(
        new_stack(),
        first(path, input_format=JSON, compression_type=GZIP),
        on_data_change=OnDataChange.replace(),
    )
    for policy in (OnDataChange.keep(), OnDataChange.replace()) * 2:
        stack = new_stack()
        data = ImportData.from_path(path, input_format=JSON, compression_type=GZIP)
        table = imported(stack, data, on_data_change=policy, preflight=Preflight.OFF)
        staged = staged_files(stack)
        assert staged == {"a.gz": staged["a.gz"], "b.gz": gzipped(line("c"))}
        member = zlib.decompressobj(wbits=31)
        assert (member.decompress(staged["a.gz"]), member.unused_data) == (line("a") + line("b"), b"")
        (said,) = (text for text in messages(table) if "transcoded" in text)
        assert "'a.gz' in" in said
        assert "are not stored as one GZIP member, and what DynamoDB makes of several is not known" in said

"""One pass over the files: compression, merging, and the identity of the records."""

import gzip
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_imported_table.dataset.compression import (
    Compression,
    is_one_piece,
    open_decoded,
    open_encoded,
    sniff,
)
from cdk_imported_table.dataset.errors import BrokenArchiveError, DataError
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.records import RecordsHash
from cdk_imported_table.dataset.staging import Staged, stage
from tests.unit.support import folder, gzipped, line

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LARGE = b"".join(line(str(i), x="y" * random.Random(i).randrange(400)) for i in range(10_000))


def _stage(
    path: Path, compression: Compression = Compression.NONE, **options: Any
) -> tuple[Staged, dict[str, bytes]]:
    out = path.parent / f"out-{len(list(path.parent.iterdir()))}"
    out.mkdir()
    staged = stage(collect(path), out, input_format="DYNAMODB_JSON", compression=compression, **options)
    return staged, {name: (out / name).read_bytes() for name in staged.names}


def _zstd(tmp_path: Path, content: bytes) -> bytes:
    with open_encoded(tmp_path / "z", Compression.ZSTD) as file:
        file.write(content)
    return (tmp_path / "z").read_bytes()


@pytest.mark.parametrize("target", list(Compression))
@pytest.mark.parametrize("source", list(Compression))
def test_every_compression_becomes_every_other(
    tmp_path: Path, source: Compression, target: Compression
) -> None:
    """Seen by first bytes, not by name; the content comes out exactly."""
    (tmp_path / "data").mkdir()
    with open_encoded(tmp_path / "data" / "misnamed.txt", source) as file:
        file.write(LARGE)
    staged, files = _stage(tmp_path / "data", target)
    (name,) = files
    assert name == ("misnamed.txt" if source is target else f"misnamed.txt{target.suffix}")
    assert staged.transcoded == ([] if source is target else ["misnamed.txt"])
    assert staged.size == len(files[name])
    (tmp_path / "result").write_bytes(files[name])
    assert sniff(tmp_path / "result") is target
    with open_decoded(tmp_path / "result") as decoded:
        assert decoded.read() == LARGE


def test_suffix_follows_the_compression(tmp_path: Path) -> None:
    """`a.json.gz` is plain in S3 and is called `a.json` there."""
    folder(tmp_path / "data", a__json__gz=gzipped(line("a")), b__json=line("b"))
    assert _stage(tmp_path / "data")[1] == {"a.json": line("a"), "b.json": line("b")}


def test_the_same_data_twice_is_refused(tmp_path: Path) -> None:
    """`a.json` and `a.json.gz` side by side are one file and its archive."""
    folder(tmp_path / "data", a__json__gz=gzipped(line("a")), a__json=line("a"))
    with pytest.raises(
        DataError, match=r"would both be staged as 'a\.json': they look like the same data twice"
    ):
        _stage(tmp_path / "data")


@pytest.mark.parametrize(
    ("file", "below", "compression"), [("a.gz", "a", Compression.NONE), ("a", "a.gz", Compression.GZIP)]
)
def test_file_that_would_take_the_name_of_a_folder_is_refused(
    tmp_path: Path, file: str, below: str, compression: Compression
) -> None:
    """`a.gz` is plain in S3 and called `a`; the folder `a` beside it stays what it is."""
    folder(tmp_path / "data", **{file: gzipped(line("a")) if file.endswith("gz") else line("a")})
    folder(tmp_path / "data" / below, b__json=line("b") if file.endswith("gz") else gzipped(line("b")))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(
        DataError, match=rf"'{file}' below .* would be staged as '{below}', which is the folder of '{below}/b"
    ):
        stage(collect(tmp_path / "data", ()), out, input_format="DYNAMODB_JSON", compression=compression)
    assert list(out.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="the whole path would be too long")
def test_name_that_has_no_room_for_the_suffix_is_refused(tmp_path: Path) -> None:
    """File systems take 255 bytes; the message says what the file would be called."""
    name = "x" * 250 + ".json"
    folder(tmp_path / "data", **{name: line("a")})
    with pytest.raises(
        DataError, match=r"would be staged as 'x+\.json\.gz', but the name of a file has at most 255"
    ):
        _stage(tmp_path / "data", Compression.GZIP)
    assert _stage(tmp_path / "data")[1] == {name: line("a")}


@pytest.mark.parametrize("compression", [Compression.GZIP, Compression.ZSTD])
@pytest.mark.parametrize("damage", ["short", "flipped", "head only"])
@pytest.mark.parametrize("target", [Compression.NONE, Compression.GZIP, Compression.ZSTD])
def test_broken_archive_is_refused_and_nothing_says_it_was_staged(
    tmp_path: Path, compression: Compression, damage: str, target: Compression
) -> None:
    """Rule 1.6: also one that is stored as it is; the file is named, and what to do."""
    (tmp_path / "data").mkdir()
    broken = tmp_path / "data" / "a.json"
    with open_encoded(broken, compression) as file:
        file.write(LARGE)
    content = broken.read_bytes()
    middle = len(content) // 2
    broken.write_bytes(
        {
            "short": content[:-9],
            "flipped": content[:middle]
            + bytes(b ^ 0xFF for b in content[middle : middle + 64])
            + content[middle + 64 :],
            "head only": content[:6],
        }[damage]
    )
    with pytest.raises(
        BrokenArchiveError, match=rf"a\.json' begins as a {compression.value} file but cannot be"
    ):
        _stage(tmp_path / "data", target)


def test_file_that_is_right_is_not_copied_where_it_can_be_linked(tmp_path: Path) -> None:
    """Large plain data costs no second write before CDK's own."""
    folder(tmp_path / "data", a__json=line("a"))
    out = tmp_path / "out"
    out.mkdir()
    stage(collect(tmp_path / "data"), out, input_format="DYNAMODB_JSON", compression=Compression.NONE)
    assert (out / "a.json").stat().st_ino == (tmp_path / "data" / "a.json").stat().st_ino


def _frames(*contents: bytes) -> bytes:
    return b"".join(zstd.compress(content) for content in contents)


SKIPPABLE = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
ARCHIVES = {
    "gzip": (Compression.GZIP, gzipped(LARGE), True),
    "gzip of nothing": (Compression.GZIP, gzipped(b""), True),
    "two members": (Compression.GZIP, gzipped(LARGE[:999]) + gzipped(LARGE[999:]), False),
    "two equal members": (Compression.GZIP, gzipped(LARGE) * 2, False),
    "nothing before": (Compression.GZIP, gzipped(b"") + gzipped(LARGE), False),
    "nothing behind": (Compression.GZIP, gzipped(LARGE) + gzipped(b""), False),
    "nothing twice": (Compression.GZIP, gzipped(b"") * 2, False),
    "zeros behind": (Compression.GZIP, gzipped(LARGE) + bytes(512), False),
    "zstd": (Compression.ZSTD, _frames(LARGE), True),
    "two frames": (Compression.ZSTD, _frames(LARGE[:999], LARGE[999:]), False),
    "skippable frame before": (Compression.ZSTD, SKIPPABLE + _frames(LARGE), False),
    "skippable frame behind": (Compression.ZSTD, _frames(LARGE) + SKIPPABLE, False),
}


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("archive", ARCHIVES)
def test_archive_of_several_pieces_is_staged_as_one(tmp_path: Path, archive: str, *, merge: bool) -> None:
    """Rule 1.7: nobody knows whether DynamoDB reads on behind the first; what is one already is linked."""
    compression, content, whole = ARCHIVES[archive]
    folder(tmp_path / "data", a__json=content)
    staged, files = _stage(tmp_path / "data", compression, merge=merge)
    (made,) = files.values()
    assert (staged.in_pieces, staged.transcoded) == ([] if whole else ["a.json"], [])
    assert (made == content) is whole
    (tmp_path / "made").write_bytes(made)
    with open_decoded(tmp_path / "made") as decoded, open_decoded(tmp_path / "data" / "a.json") as source:
        read = decoded.read()
        assert read == source.read()
    assert is_one_piece(tmp_path / "made", compression, len(read))
    # Known from the last time, it is made again, and made the same.
    again, files_again = _stage(tmp_path / "data", compression, merge=merge, in_pieces=staged.in_pieces)
    assert (again, files_again) == (staged, files)


def test_source_files_are_never_changed(tmp_path: Path) -> None:
    """Whatever is made of them."""
    path = folder(tmp_path / "data", a__json=line("a"), b__gz=gzipped(line("b")))
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    for compression in Compression:
        for merge in (False, True):
            _stage(path, compression, merge=merge, hashed=True)
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before


def _hash(*files: bytes, blank_lines_count: bool = False, block: int = 1 << 20) -> str:
    digest = RecordsHash(blank_lines_count=blank_lines_count)
    for content in files:
        for at in range(0, len(content), block):
            digest.update(content[at : at + block])
        digest.end_of_file()
    return digest.hexdigest()


@given(st.lists(st.text(alphabet="ab\r\n", max_size=20), max_size=4), st.integers(1, 5))
def test_hash_does_not_depend_on_line_ends_or_on_how_it_is_read(texts: list[str], block: int) -> None:
    """LF or CRLF, any block size; a last line with or without its end."""
    unix = [text.replace("\r", "").encode() for text in texts]
    windows = [content.replace(b"\n", b"\r\n") for content in unix]
    assert _hash(*unix) == _hash(*windows, block=block)
    assert _hash(*unix, blank_lines_count=True) == _hash(*windows, blank_lines_count=True, block=block)


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=4), max_size=6))
def test_hash_tells_records_apart(records: list[str]) -> None:
    """Another record, another order: another hash; blank lines in DynamoDB JSON are nothing (rule 2.2)."""
    plain = "\n".join(records).encode()
    assert _hash(plain) == _hash(("\n\n".join(records) + "\n\n").encode())
    assert _hash(plain) != _hash(plain + b"\nz")
    if records != records[::-1]:
        assert _hash(plain) != _hash("\n".join(records[::-1]).encode())


def test_blank_lines_count_where_they_may_mean_something() -> None:
    """CSV: what DynamoDB makes of them is not known (rule 3.10)."""
    assert _hash(b"a\n\nb\n", blank_lines_count=True) != _hash(b"a\nb\n", blank_lines_count=True)


def _csv_hash(*files: bytes, block: int = 1 << 20) -> str:
    digest = RecordsHash(blank_lines_count=True, header_in_file=True)
    for content in files:
        for at in range(0, len(content), block):
            digest.update(content[at : at + block])
        digest.end_of_file()
    return digest.hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([b"pk,n\na,1\npk,n\nb,2\n"], [b"pk,n\na,1\n", b"pk,n\nb,2\n"]),
        ([b"pk,n\na,1\npk,m\nb,2\n"], [b"pk,n\na,1\n", b"pk,m\nb,2\n"]),
        ([b"pk,n\na,1\n", b"pk,m\nb,2\n"], [b"pk,n\na,1\nb,2\n"]),
        ([b"pk,n\na,1\n", b"pk,n\npk,n\nb,2\n"], [b"pk,n\na,1\n", b"pk,n\nb,2\n"]),
        ([b"\npk,n\na,1\n", b"\npk,m\nb,2\n"], [b"\npk,n\na,1\npk,m\nb,2\n"]),
        ([b"pk,n\na,1\n", b"pk,m\nb,2\n", b"pk,n\nc,3\n"], [b"pk,n\na,1\n", b"pk,m\nb,2\nc,3\n"]),
    ],
    ids=["header again", "another header", "other names", "as a record", "blank first line", "back again"],
)
def test_a_header_and_a_record_that_looks_like_it_are_told_apart(
    one: list[bytes], other: list[bytes]
) -> None:
    """Rule 3.2: line 1 of each CSV file is its header, the same line below it is an item."""
    assert _csv_hash(*one) != _csv_hash(*other)


@given(
    st.lists(st.lists(st.sampled_from([b"a,1", b"b,2", b"pk,n"]), max_size=3), max_size=4), st.integers(1, 5)
)
def test_hash_of_csv_does_not_depend_on_how_rows_are_divided(files: list[list[bytes]], block: int) -> None:
    """Each file brings the header along; a file of nothing brings nothing."""
    one = b"\n".join([b"pk,n", *(row for rows in files for row in rows)])
    many = [b"\r\n".join([b"pk,n", *rows]) for rows in files]
    assert _csv_hash(one) == _csv_hash(b"", *(many or [one]), b"", block=block)
    assert _csv_hash(one) == _hash(one, blank_lines_count=True)


def test_gzip_made_by_others_is_read(tmp_path: Path) -> None:
    """With a name and a time in its header, and of several members."""
    content = gzip.compress(line("a"), mtime=99) + gzip.compress(line("b"), mtime=98)
    folder(tmp_path / "data", a__gz=content)
    assert _stage(tmp_path / "data")[1] == {"a": line("a") + line("b")}

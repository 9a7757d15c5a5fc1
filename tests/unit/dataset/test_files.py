"""Which files are data, and what is said where there are none."""

import os
import sys
from pathlib import Path

import pytest

from cdk_imported_table.dataset.errors import DataError
from cdk_imported_table.dataset.files import DEFAULT_EXCLUDE, collect
from tests.unit.support import folder


def _names(path: Path, exclude: tuple[str, ...] = DEFAULT_EXCLUDE) -> list[str]:
    return [file.name for file in collect(path, exclude).files]


@pytest.mark.parametrize(
    "junk",
    [
        ".DS_Store",
        ".hidden",
        "Thumbs.db",
        "desktop.ini",
        "a.json~",
        "a.json.bak",
        "a.json.swp",
        "#a.json#",
        ".#a.json",
    ],
)
def test_what_is_not_data_is_left_out(tmp_path: Path, junk: str) -> None:
    """Rule 1.2: DynamoDB ignores nothing by its name."""
    folder(tmp_path, a__json=b"{}")
    (tmp_path / junk).write_bytes(b"x")
    sources = collect(tmp_path)
    assert [file.name for file in sources.files] == ["a.json"]
    assert sources.left_out == [junk]


def test_list_of_what_is_left_out_can_be_changed(tmp_path: Path) -> None:
    """Other names, or none."""
    folder(tmp_path, a__json=b"{}", b__bak=b"{}", README__md=b"#")
    assert _names(tmp_path, ()) == ["README.md", "a.json", "b.bak"]
    assert _names(tmp_path, ("*.md", "b.*")) == ["a.json"]


def test_folders_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    """Without `*/` they are walked through; names keep their folder, with `/` on every system."""
    folder(tmp_path, a__json=b"{}")
    folder(tmp_path / "b" / "c", d__json=b"{}")
    folder(tmp_path / "skip", e__json=b"{}")
    sources = collect(tmp_path)
    assert ([file.name for file in sources.files], sources.left_out) == (["a.json"], ["b/", "skip/"])
    assert _names(tmp_path, ("skip/",)) == ["a.json", "b/c/d.json"]
    assert _names(tmp_path, ("b/c",)) == ["a.json", "skip/e.json"]


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """The same on every system and disk."""
    for name in ("b", "A", "a", "10", "9"):
        (tmp_path / name).write_bytes(b"x")
    assert _names(tmp_path) == sorted(["b", "A", "a", "10", "9"])


def test_a_file_is_taken_whatever_its_name_is(tmp_path: Path) -> None:
    """Who names a file means it."""
    path = folder(tmp_path, __data=b"x") / ".data"
    assert _names(path) == [".data"]


def test_link_back_to_a_folder_above_does_not_go_on_for_ever(tmp_path: Path) -> None:
    """Links are followed, each folder once on a way."""
    folder(tmp_path, a__json=b"{}")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert _names(tmp_path, ()) == ["a.json"]


def test_string_as_exclude_is_refused(tmp_path: Path) -> None:
    """Its characters would be the patterns."""
    with pytest.raises(TypeError, match="exclude must be a list of patterns"):
        collect(tmp_path, "*.md")


def test_empty_folder_is_refused_naming_what_was_left_out(tmp_path: Path) -> None:
    """An import of nothing makes an empty table, in silence."""
    folder(tmp_path, __DS_Store=b"x")
    with pytest.raises(DataError, match=r"has no data to import; left out: \.DS_Store"):
        collect(tmp_path)


def test_empty_files_only_are_refused(tmp_path: Path) -> None:
    """Rule 1.3: zero bytes are zero items, and no error."""
    with pytest.raises(DataError, match="holds empty files only"):
        collect(folder(tmp_path, a__json=b""))


def test_link_to_nothing_is_refused(tmp_path: Path) -> None:
    """It would disappear in silence."""
    folder(tmp_path, a__json=b"{}")
    (tmp_path / "b.json").symlink_to(tmp_path / "gone")
    with pytest.raises(DataError, match=r"b\.json' is a link to nothing"):
        collect(tmp_path)


def test_link_in_a_circle_is_refused_or_left_out(tmp_path: Path) -> None:
    """It leads to nothing, and can be named in exclude as all else."""
    folder(tmp_path, a__json=b"{}")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(DataError, match=r"circle' is a link to nothing; remove it, or name it in exclude"):
        collect(tmp_path)
    assert _names(tmp_path, ("circle",)) == ["a.json"]


def test_name_that_the_system_cannot_have_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has another error for a name with an asterisk; the sentence is that of a missing file."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(DataError, match=r"there is no file or folder '.*\*\.json'"):
        collect(tmp_path / "*.json")


@pytest.mark.skipif(os.name == "nt", reason="Windows says it in other words")
def test_path_that_the_system_does_not_take_is_refused(tmp_path: Path) -> None:
    """A name of more than 255 bytes, given or led to by a link."""
    with pytest.raises(DataError, match=r"cannot read '.*x{300}': File name too long; data lies in files"):
        collect(tmp_path / ("x" * 300))
    folder(tmp_path, a__json=b"{}")
    (tmp_path / "b.json").symlink_to("x" * 300)
    with pytest.raises(DataError, match=r"cannot read '.*b\.json': File name too long; data lies in files"):
        collect(tmp_path)


@pytest.mark.parametrize("method", ["stat", "open"])
def test_folder_that_may_not_be_entered_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Whichever look at it is the first to fail; said of a path, because root may enter all folders."""
    folder(tmp_path, a__json=b"{}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(
        DataError, match=r"cannot read .*a\.json': Permission denied; data lies in files that"
    ):
        collect(tmp_path / "a.json")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are Unicode")
def test_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """S3 has no such names; what is left out may have any."""
    folder(tmp_path, a__json=b"{}")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")).write_bytes(b"{}")
    with pytest.raises(DataError, match=r"the name of '.*udcff\.json' is not UTF-8, as names of objects in"):
        collect(tmp_path)
    assert _names(tmp_path, ("[!a].json",)) == ["a.json"]


def test_current_folder_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path leads nowhere then."""

    def gone(*_: object) -> Path:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(Path, "absolute", gone)
    with pytest.raises(DataError, match="'data' is relative, and the current folder is gone; go to one"):
        collect("data")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root, and Windows, read everything")
def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    """Before anything is staged."""
    folder(tmp_path, a__json=b"{}")
    (tmp_path / "a.json").chmod(0)
    with pytest.raises(DataError, match=r"cannot read .*a\.json': Permission denied"):
        collect(tmp_path)


def test_what_a_reader_refuses_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where permissions cannot be tried, because the tests run as root."""
    folder(tmp_path, a__json=b"{}")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"cannot read .*a\.json': Permission denied"):
        collect(tmp_path)


def test_what_is_no_path_is_refused() -> None:
    """With what was given."""
    with pytest.raises(TypeError, match="a path must be a string or a path object, got 7"):
        collect(7)  # type: ignore[arg-type]

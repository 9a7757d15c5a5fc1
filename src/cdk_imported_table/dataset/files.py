"""Which files of a folder are data.

DynamoDB imports every object under the prefix, whatever its name (rules 1.1, 1.2): one `.DS_Store`
fails the whole import. So what is not data is left out here, by name.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from .content import Content, content_of
from .errors import DataError

DEFAULT_EXCLUDE: Final[tuple[str, ...]] = (
    ".*",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "*~",
    "*.bak",
    "*.orig",
    "*.swp",
    "*.swo",
    "*.tmp",
    "#*#",
    "*/",
)
_NOTHING_THERE: Final = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL)
"""Windows says the last of a link in a circle, and of a name with `*`."""


@dataclass(frozen=True)
class SourceFile:
    """One file of data: where it is, and its name below the folder that was given."""

    path: Path
    name: str
    """Relative, with `/` on every system: names sort the same everywhere."""
    size: int

    @property
    def content(self) -> str:
        """The SHA-256 of its bytes as they lie on the disk: whoever asks, it is read for that once."""
        return self._content.sha256

    def remember(self) -> None:
        """Has the next synth know what this one learnt; to be called when staging is over."""
        self._content.remember()

    @cached_property
    def _content(self) -> Content:
        with _reading(self.path):
            return content_of(self.path)


@dataclass(frozen=True)
class Sources:
    """The files found, in the order of their names, and what was left out."""

    root: Path
    files: list[SourceFile]
    left_out: list[str] = field(default_factory=list)
    """Names that a pattern of `exclude` matched; folders end in `/`."""

    @property
    def size(self) -> int:
        """Bytes of all files together, as they lie on the disk."""
        return sum(file.size for file in self.files)


def resolve(path: str | os.PathLike[str]) -> Path:
    """The absolute path, against the current folder of *this* process.

    CDK would resolve it against the folder in which its Node process was started.
    """
    try:
        return Path(path).absolute()
    except TypeError:
        raise TypeError(f"a path must be a string or a path object, got {path!r}") from None
    except FileNotFoundError:
        raise DataError(
            f"{path!r} is relative, and the current folder is gone; go to one that exists"
        ) from None


def _status(path: Path) -> os.stat_result | None:
    """What is there, and how large; None if nothing is.

    Not `Path.exists`: from Python 3.14 on it says no where it may not look.
    """
    with _reading(path):
        try:
            return path.stat()
        except OSError as error:
            if error.errno in _NOTHING_THERE:
                return None
            raise
        except ValueError:  # a NUL in the name
            return None


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot read {str(path)!r}: {error.strerror}; data lies in files that this user may read: change"
            " that, give another path, or name what is no data in exclude"
        ) from None


def collect(path: str | os.PathLike[str], exclude: Sequence[str] = DEFAULT_EXCLUDE) -> Sources:
    """Finds the data at `path`, a file or a folder.

    Args:
        path: A file (taken whatever its name is) or a folder.
        exclude: Patterns of names to leave out. `*`, `?` and `[…]` as in a shell, held against each part of
            the relative name and against the whole of it; a pattern that ends in `/` is for folders.

    Raises:
        DataError: If nothing is there, nothing can be read, or nothing is left.
    """
    if isinstance(exclude, str):
        raise TypeError(f"exclude must be a list of patterns, got the string {exclude!r}")
    root = resolve(path)
    status = _status(root)
    if status is None:
        raise DataError(f"there is no file or folder {str(root)!r} (current folder: {str(Path.cwd())!r})")
    if stat.S_ISDIR(status.st_mode):
        sources = Sources(root, [])
        _walk(root, "", exclude, sources, {root.resolve()})
        sources.files.sort(key=lambda file: file.name)
    else:
        sources = Sources(root, [_source_file(root, root.name)])
    if not sources.files:
        left = f"; left out: {', '.join(sorted(sources.left_out)[:10])}" if sources.left_out else ""
        raise DataError(
            f"folder {str(root)!r} has no data to import{left}; an import of nothing would make an empty"
            " table"
        )
    if not sources.size:
        raise DataError(f"{str(root)!r} holds empty files only; importing them would make an empty table")
    return sources


def _walk(folder: Path, below: str, exclude: Sequence[str], sources: Sources, seen: set[Path]) -> None:
    for entry in _entries(folder):
        name = below + entry.name
        if _is_folder(entry):
            real = Path(entry.path).resolve()
            if _excluded(name, exclude, folder=True):
                sources.left_out.append(name + "/")
            elif real not in seen:  # a link back to a folder above would never end
                _walk(Path(entry.path), name + "/", exclude, sources, seen | {real})
        elif _excluded(name, exclude, folder=False):
            sources.left_out.append(name)
        else:
            sources.files.append(_source_file(Path(entry.path), name))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with _reading(folder), os.scandir(folder) as entries:
        yield from entries


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that cannot be followed, which may be left out
        return False


def _excluded(name: str, exclude: Sequence[str], *, folder: bool) -> bool:
    last = name.rsplit("/", 1)[-1]
    for pattern in exclude:
        if pattern.endswith("/") and not folder:
            continue
        bare = pattern.rstrip("/")
        if fnmatch.fnmatchcase(last, bare) or fnmatch.fnmatchcase(name, bare):
            return True
    return False


def _source_file(path: Path, name: str) -> SourceFile:
    status = _status(path)
    if status is None or not stat.S_ISREG(status.st_mode):
        what = "a link to nothing" if status is None else "neither a file nor a folder"
        raise DataError(f"{str(path)!r} is {what}; remove it, or name it in exclude")
    with _reading(path), path.open("rb"):  # said now, not in the middle of staging
        pass
    try:
        name.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"the name of {str(path)!r} is not UTF-8, as names of objects in S3 are; rename it, or name it in"
            " exclude"
        ) from None
    return SourceFile(path, name, status.st_size)

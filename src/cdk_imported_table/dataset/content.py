"""The SHA-256 of a file as it lies on the disk; of a large one that did not change, from the last time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .cache import read_entry, write_entry

_LARGE: Final = 16 << 20
"""Below, reading is as fast as looking up."""
_TICK: Final = 2.0
"""Seconds within which a file system may give two versions of a file the same time."""


@dataclass(frozen=True)
class Content:
    """What a file was when it was hashed.

    A large file is not read again if path, device, inode, size and both times (of bytes and inode) are
    what they were when it was remembered, to the nanosecond. Nobody can set the time of the inode back, so
    copies that keep their dates are seen. On Windows it means another thing; there the file is always read.
    """

    sha256: str
    path: Path
    stat: os.stat_result
    settled: bool
    """Whether its bytes were old enough for any later change to show in their time."""

    def remember(self) -> None:
        """Keeps the hash for the next time; to be called when nobody changes the inode any more.

        Staging makes a hard link and removes it, which gives the inode another time.
        """
        if not self.settled or self.stat.st_size < _LARGE or os.name == "nt":
            return
        with contextlib.suppress(OSError):
            now = self.path.stat()
            if _bytes_of(now) == _bytes_of(self.stat):
                write_entry(_key(self.path, now), {"content": self.sha256})


def content_of(path: Path) -> Content:
    """What identifies the file's bytes."""
    stat = path.stat()
    settled = time.time() - stat.st_mtime > _TICK
    if stat.st_size >= _LARGE and os.name != "nt":
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            known = read_entry(_key(path, stat))["content"]
            if isinstance(known, str) and len(known) == 64:
                return Content(known, path, stat, settled)
    with path.open("rb") as file:
        return Content(hashlib.file_digest(file, "sha256").hexdigest(), path, stat, settled)


def _bytes_of(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns


def _key(path: Path, stat: os.stat_result) -> str:
    seen = ["content", str(path), *_bytes_of(stat), stat.st_ctime_ns]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()

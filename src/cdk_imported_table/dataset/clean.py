"""Sorting good records from bad: nothing is lost, and what is written as good passes the check."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from .errors import DataError
from .files import SourceFile
from .report import Finding

_SUFFIXES: Final = (".gz", ".zst", ".zstd", ".gzip")


class Cleaner:
    """Writes `good/<file>`, `bad/<file>` and `bad/<file>.why.jsonl` into a folder.

    Args:
        folder: A folder that does not exist, or is empty.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DataError(f"{str(folder)!r} exists and is not an empty folder; nothing is overwritten")
        self._folder = folder
        self._names: set[str] = set()
        self._sinks: list[FileCleaner] = []

    def sink_for(self, file: SourceFile) -> FileCleaner:
        """Return what takes the records of `file`. What it writes is not compressed."""
        name = PurePosixPath(file.name).name if file.name.startswith(("/", "..")) else file.name
        for suffix in _SUFFIXES:
            name = name.removesuffix(suffix)
        name = "/".join(part for part in PurePosixPath(name).parts if part not in ("..", "/"))
        unique, number = name, 1
        while unique in self._names:
            number += 1
            unique = f"{number}-{name}"
        self._names.add(unique)
        for sink in self._sinks:
            sink.close()
        self._sinks.append(FileCleaner(self._folder, unique))
        return self._sinks[-1]

    def close(self) -> None:
        """Close all files."""
        for sink in self._sinks:
            sink.close()


class FileCleaner:
    """Takes the records of one file. Files are made when there is something to write."""

    def __init__(self, folder: Path, name: str) -> None:
        self._paths = {
            "good": folder / "good" / name,
            "bad": folder / "bad" / name,
            "why": folder / "bad" / f"{name}.why.jsonl",
        }
        self._open: dict[str, BinaryIO] = {}
        self._header = b""

    def header(self, raw: bytes) -> None:
        """Keep the header line of a CSV file: it goes into both."""
        self._header = raw

    def good(self, raw: bytes) -> None:
        """Write good records."""
        self._to("good").write(raw)

    def bad_piece(self, raw: bytes) -> None:
        """Write a part of a very long record."""
        self._to("bad").write(raw)

    def bad(self, raw: bytes, findings: list[Finding]) -> None:
        """Write a bad record, and why."""
        self._to("bad").write(raw + b"\n")
        self._to("why").write(json.dumps([finding.as_dict() for finding in findings]).encode() + b"\n")

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _to(self, which: str) -> BinaryIO:
        if which not in self._open:
            path = self._paths[which]
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[which] = path.open("ab")
            if which != "why" and path.stat().st_size == 0:
                self._open[which].write(self._header)
        return self._open[which]

"""From the records of an import's log back to local files and lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .checker import check_stream
from .compression import open_decoded
from .errors import BrokenArchiveError
from .file_check import FileCheck
from .files import SourceFile
from .formats import DataFormat
from .items import ItemChecker, Problem
from .report import Finding, Report
from .rules import RULES, Rule
from .schema import TableSchema

_COMPRESSED: Final = (".gz", ".gzip", ".zst", ".zstd")
_PLACEHOLDER: Final = re.compile(r"\{\w+\}")
_LEAST: Final = 8
"""So many characters of DynamoDB's words must be the same, that a message is one of a rule."""


@dataclass(frozen=True)
class Place:
    """Where a record is, and what the check says of it."""

    file: SourceFile
    line: int | None
    raw: bytes = b""
    """The record as it is written; empty where it is too long, or is no text."""
    findings: list[Finding] = field(default_factory=list)


class Locator:
    """Finds records in local files by the key of their object and their place in it.

    Args:
        files: The data that was imported, in the order of the names.
        data_format: The form of the items.
        schema: The table's keys.
    """

    def __init__(self, files: Sequence[SourceFile], data_format: DataFormat, schema: TableSchema) -> None:
        self._files, self._format, self._schema = files, data_format, schema

    def find(self, wanted: Mapping[str, Collection[int]]) -> dict[tuple[str, int], Place]:
        """Return the places of records.

        Args:
            wanted: By the key of the object in S3, the places in it, counted from 0.
        """
        found: dict[tuple[str, int], Place] = {}
        for key, indexes in wanted.items():
            # An object that is none of the files holds all of them, one after the other.
            file = file_of(key, self._files)
            first = 0
            for part in self._files if file is None else [file]:
                looking = _Looking(part, self._schema, {index - first for index in indexes})
                self._read(part, looking)
                for index, place in looking.places.items():
                    found[key, index + first] = place
                first += looking.count
        return found

    def _read(self, file: SourceFile, looking: _Looking) -> None:
        if not file.size:
            return
        try:
            with open_decoded(file.path) as stream:
                check_stream(stream, self._format, looking)
        except BrokenArchiveError:
            looking.broken(Problem("broken-archive"), None, b"")


def file_of(key: str, files: Sequence[SourceFile]) -> SourceFile | None:
    """Return the file whose name an object's key ends in; staging may have changed how it is compressed."""
    for same in (lambda name: name, _bare):
        fitting = [
            file
            for file in files
            if same(key) == same(file.name) or same(key).endswith("/" + same(file.name))
        ]
        if fitting:
            return max(fitting, key=lambda file: len(file.name))
    return files[0] if len(files) == 1 else None


def _bare(name: str) -> str:
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return name


class _Looking(FileCheck):
    """A check that remembers where some records are."""

    def __init__(self, file: SourceFile, schema: TableSchema, wanted: Collection[int]) -> None:
        report = Report(max_findings=0)
        super().__init__(file.name, schema, ItemChecker(schema), report, report.keys, self)
        self._source, self._wanted = file, wanted
        self._findings: list[Finding] = []
        self.places: dict[int, Place] = {}

    def good_rows(
        self, keys: list[bytes], first_line: int, raw: bytes, lines: Sequence[int] | None = None
    ) -> None:
        """Take lines that are records."""
        for index in self._wanted:
            if self.count <= index < self.count + len(keys):
                place = index - self.count
                line = lines[place] if lines else first_line + place
                self.places[index] = Place(self._source, line, raw.splitlines()[place])
        super().good_rows(keys, first_line, raw, lines)

    def item(self, item: dict[str, Any], line: int, raw: bytes, length: int | None = None) -> bool:
        """Take one record."""
        index, self._findings = self.count, []
        good = super().item(item, line, raw, length)
        self._note(index, line, raw)
        return good

    def broken(self, problem: Problem, line: int | None, raw: bytes) -> None:
        """Take a record that cannot be read."""
        index, self._findings = self.count, []
        super().broken(problem, line, raw)
        self._note(index, line, raw)

    def _note(self, index: int, line: int | None, raw: bytes) -> None:
        if index in self._wanted:
            self.places[index] = Place(self._source, line, raw.strip(), self._findings)

    # What a record sink does

    def header(self, raw: bytes) -> None:
        """Nothing."""

    def good(self, raw: bytes) -> None:
        """Nothing."""

    def bad_piece(self, raw: bytes) -> None:
        """Nothing."""

    def bad(self, raw: bytes, findings: list[Finding]) -> None:  # noqa: ARG002
        """Keep what is wrong with the record."""
        self._findings = findings


def rule_of(message: str) -> Rule | None:
    """Return the rule whose words a message of DynamoDB is, if it is known."""
    best: tuple[int, Rule] | None = None
    for rule in RULES.values():
        literals = [part.strip() for part in _PLACEHOLDER.split(rule.words)]
        length = sum(map(len, literals))
        pattern = ".*".join(map(re.escape, literals))
        if length >= _LEAST and re.search(pattern, message) and (best is None or length > best[0]):
            best = (length, rule)
    return best[1] if best else None

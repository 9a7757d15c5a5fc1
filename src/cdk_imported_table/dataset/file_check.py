"""The check of one file: what readers tell it becomes counters and findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from .duplicates import KeyIndex
from .items import ItemChecker, Problem, has_surrogates, key_of
from .report import Finding, Report, abandons, fails
from .schema import TableSchema


class RecordSink(Protocol):
    """Is given every record as it is written in its file, for sorting good from bad."""

    def header(self, raw: bytes) -> None:
        """Take the header line of a CSV file."""

    def good(self, raw: bytes) -> None:
        """Take one or more good records, with their line ends."""

    def bad_piece(self, raw: bytes) -> None:
        """Take a part of a very long record, whose end `bad` takes."""

    def bad(self, raw: bytes, findings: list[Finding]) -> None:
        """Take a record that would not be imported, and the reasons."""


class RecordCheck(Protocol):
    """What a reader tells of what it reads."""

    report: Report
    schema: TableSchema
    now: float
    sink: RecordSink | None
    count: int

    def note_once(self, rule: str, line: int | None = None, **fill: str) -> None:
        """Add a finding about the whole file, the first time."""

    def note_next(self, rule: str, line: int, **fill: str) -> None:
        """Add a finding about the record that is read next, which does not make it bad."""

    def good_rows(self, keys: list[bytes], first_line: int, raw: bytes) -> None:
        """Take records, one a line, that are known to be good."""

    def item(self, item: dict[str, Any], line: int, raw: bytes) -> bool:
        """Take a record that could be read. Return whether nothing is wrong with it."""

    def broken(self, problem: Problem, line: int | None, raw: bytes) -> None:
        """Take a record that cannot be read."""


class FileCheck:
    """Collects what readers find in one file.

    Args:
        file: Its name in findings.
        schema: The table's keys.
        checker: The rules for items.
        report: Where everything goes.
        keys: Where primary keys go.
        sink: Takes the records themselves.
    """

    def __init__(
        self,
        file: str,
        schema: TableSchema,
        checker: ItemChecker,
        report: Report,
        keys: KeyIndex,
        sink: RecordSink | None = None,
    ) -> None:
        self.file = file
        self.schema = schema
        self.report = report
        self.now = checker.now
        self._checker = checker
        self._keys = keys
        self.sink = sink
        self.count = 0
        """Records of this file so far."""
        self.has_lines = True
        """Whether the file has lines; if not, what stands for a line is the number of the record."""
        self._abandoned = False
        self._noted: set[str] = set()

    def note_once(self, rule: str, line: int | None = None, **fill: str) -> None:
        """Add a finding about the whole file, the first time."""
        if rule not in self._noted:
            self._noted.add(rule)
            self.report.add(Problem(rule, fill=fill), self.file, line if self.has_lines else None)

    def note_next(self, rule: str, line: int, **fill: str) -> None:
        """Add a finding about the record that is read next, which does not make it bad."""
        self.report.add(Problem(rule, fill=fill), self.file, line, self.count + 1)

    def good_rows(
        self, keys: list[bytes], first_line: int, raw: bytes, lines: Sequence[int] | None = None
    ) -> None:
        """Take records that are known to be good. Their attributes are noted by the caller.

        Args:
            keys: Their primary keys.
            first_line: The line of the first.
            raw: The records, one a line.
            lines: Their lines, where these do not follow each other.
        """
        self.count += len(keys)
        self.report.records += len(keys)
        self._keys.add_many(keys, self.file, lines or range(first_line, first_line + len(keys)))
        if not self._abandoned:
            self.report.processed += len(keys)
            self.report.imported += len(keys)
        longest = max(map(len, raw.split(b"\n")))
        if longest > self.report.longest_record:
            self.report.longest_record = longest
        if self.sink is not None:
            self.sink.good(raw)

    def item(self, item: dict[str, Any], line: int, raw: bytes, length: int | None = None) -> bool:
        """Take a record that could be read, and check it. Return whether nothing is wrong with it.

        Args:
            item: Its attributes, in DynamoDB JSON form.
            line: The line on which it begins.
            raw: The record as it is written, without its line end.
            length: An upper limit of the item's size, if `raw` is none.
        """
        length = len(raw) if length is None else length
        problems = self._checker.check(item, length, self.report.attributes)
        if b"\\u" in raw and has_surrogates(item):
            problems.append(Problem("lone-surrogate"))
        key = key_of(item, self.schema)
        if key is not None:
            self._keys.add(key, self.file, line)
        self._take(problems, line, raw)
        return not problems

    def broken(self, problem: Problem, line: int | None, raw: bytes) -> None:
        """Take a record that cannot be read."""
        self._take([problem], line, raw, read=False)

    def unconverted(self, problems: list[Problem], line: int | None) -> None:
        """Take a record that cannot be converted, for one reason or several."""
        self._take(problems, line, b"", read=False)

    def _take(self, problems: list[Problem], line: int | None, raw: bytes, *, read: bool = True) -> None:
        self.count += 1
        report = self.report
        report.records += 1
        report.longest_record = max(report.longest_record, len(raw))
        record = None if self.has_lines and line is None else self.count
        line = line if self.has_lines else None
        findings = [report.add(problem, self.file, line, record) for problem in problems]
        bad = fails(problems)
        if not self._abandoned:
            report.processed += 1
            if bad:
                report.errors += 1
            else:
                report.imported += 1
            self._abandoned = abandons(problems)
        if self.sink is not None:
            if bad or not read:
                self.sink.bad(raw, findings)
            else:
                self.sink.good(raw + b"\n")

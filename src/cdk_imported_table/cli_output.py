"""What the command line prints."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self, TextIO

from .dataset.report import Report, counted
from .dataset.rules import RULES, Effect

Commands = Any
"""What `add_subparsers` returns: argparse keeps its class to itself."""
_PATIENCE = 1.0
"""Seconds of work without a word."""


def print_report(report: Report, out: TextIO | None = None) -> None:
    """Print the findings, then a summary."""
    out = out or sys.stdout
    advised: set[str] = set()
    for finding in report.findings:
        print(printable(str(finding)), file=out)
        if finding.rule not in advised:
            advised.add(finding.rule)
            print(f"    {finding.advice}", file=out)
    left = sum(report.counts.values()) - report.kept
    if left:
        print(f"… and {counted(left, 'more finding')}", file=out)
    if report.counts:
        print(file=out)
        for rule, count in report.counts.most_common():
            print(f"{count:>10,}  {rule}", file=out)
        print("more about a rule: cdk-imported-table check --explain RULE\n", file=out)
    print(_summary(report), file=out)
    for name, types in sorted(report.attributes.types.items()):
        seen = ", ".join(f"{tag} {count:,}" for tag, count in types.most_common())
        print(f"    {printable(name)}: {seen}", file=out)
    warnings = f"; {counted(report.warning_count, 'warning')}" if report.warning_count else ""
    print(_verdict(report) + warnings, file=out)


def _summary(report: Report) -> str:
    return (
        f"{counted(report.files, 'file')}, {counted(report.records, 'record')},"
        f" {counted(report.bytes, 'byte')} uncompressed,"
        f" {counted(report.distinct_keys or 0, 'distinct key')},"
        f" longest record {counted(report.longest_record, 'byte')}"
    )


def _verdict(report: Report) -> str:
    if not report.error_count:
        return f"the import would not fail: {report.imported:,} imported"
    unconverted = any(RULES[rule].effect is Effect.CONVERSION for rule in report.counts)
    if unconverted or not report.errors:  # DynamoDB never sees the data, and counts nothing
        return f"the import would FAIL: {counted(report.error_count, 'error')}, nothing would be imported"
    return (
        f"the import would FAIL: processed {report.processed:,}, imported {report.imported:,},"
        f" errors {report.errors:,}"
    )


def printable(text: str) -> str:
    """The text without what would move the cursor or worse."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


class Bar:
    """A progress bar on stderr, when a person looks and the work is long."""

    def __init__(self, total: int) -> None:
        self.shown = sys.stderr.isatty()
        self._total = total
        self._done = 0
        self._began = self._last = time.monotonic()
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def advance(self, count: int) -> None:
        """Move on by `count` bytes."""
        self._done += count
        now = time.monotonic()
        if now - self._began > _PATIENCE and now - self._last > 0.1:
            self._last = now
            self._drawn = True
            share = min(1.0, self._done / max(self._total, 1))
            filled = int(30 * share)
            print(
                f"\r[{'#' * filled}{'.' * (30 - filled)}] {self._done / 1e6:,.0f} MB",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)

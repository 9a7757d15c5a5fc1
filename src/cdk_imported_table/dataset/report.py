"""What a check has found: findings, counters, and what the data looks like."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from .duplicates import KeyIndex
from .items import Problem
from .rules import RULES, Effect, Severity
from .stats import Attributes

MAX_FINDINGS: Final = 100
"""How many findings are kept, unless another number is given. All are counted."""

_LONGEST_VALUE: Final = 80


def counted(number: int, what: str) -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    rule: str
    """The id of the rule."""
    severity: Severity
    file: str
    line: int | None
    """The line on which the record begins, from 1; or the cell, if it is about one."""
    record: int | None
    """Which record of its file it is, from 1. DynamoDB's log counts the same from 0, as `itemIndex`."""
    path: str
    """The attribute: `address.geo[1]`. Empty if it is not about one."""
    message: str
    """What is wrong, in DynamoDB's own words where they are known."""
    advice: str
    """What to do about it."""
    column: int | None = None
    """The character of the line, from 1, where it is known."""

    @property
    def place(self) -> str:
        """File, line and column, as compilers write it; and which record it is, where lines do not tell."""
        return self.file + self.place_in_file

    @property
    def place_in_file(self) -> str:
        """What stands behind the file's name."""
        if self.line is None:
            return "" if self.record is None else f": record {self.record}"
        place = f":{self.line}" if self.column is None else f":{self.line}:{self.column}"
        # More records than lines so far: the line alone, as of an array on one line, would say nothing.
        shares_lines = self.record is not None and self.record > self.line
        return f"{place}: record {self.record}" if shares_lines else place

    def __str__(self) -> str:
        attribute = f" attribute {self.path!r}:" if self.path else ""
        return f"{self.place}: {self.severity.value}:{attribute} {self.message} [{self.rule}]"

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for JSON."""
        return {
            "rule": self.rule,
            "section": RULES[self.rule].section,
            "severity": self.severity.value,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "record": self.record,
            "path": self.path,
            "message": self.message,
            "advice": self.advice,
        }


@dataclass
class Report:
    """The outcome of a check. Reports of files can be merged, in the order of the files.

    `processed`, `imported`, `errors` and `bytes` are what `DescribeImport` would say.
    """

    max_findings: int = MAX_FINDINGS
    show_values: bool = False
    files: int = 0
    processed: int = 0
    imported: int = 0
    errors: int = 0
    bytes: int = 0
    """Uncompressed bytes."""
    records: int = 0
    """All records, those that DynamoDB would skip after a parse error too."""
    longest_record: int = 0
    """Bytes of the longest record, as it is written."""
    findings: list[Finding] = field(default_factory=list)
    """The first `max_findings`."""
    counts: Counter[str] = field(default_factory=Counter)
    """All findings, by rule."""
    attributes: Attributes = field(default_factory=Attributes)
    keys: KeyIndex = field(default_factory=KeyIndex)
    distinct_keys: int | None = None
    """Known when the report is complete."""

    @property
    def error_count(self) -> int:
        """The number of findings with which the import fails."""
        return sum(count for rule, count in self.counts.items() if RULES[rule].severity is Severity.ERROR)

    @property
    def warning_count(self) -> int:
        """The number of other findings."""
        return sum(self.counts.values()) - self.error_count

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.counts

    @property
    def kept(self) -> int:
        """How many findings are kept."""
        return len(self.findings)

    def add(self, problem: Problem, file: str, line: int | None = None, record: int | None = None) -> Finding:
        """Count a finding, and keep it while there is room."""
        rule = RULES[problem.rule]
        self.counts[rule.id] += 1
        finding = Finding(
            rule.id,
            rule.severity,
            file,
            problem.line or line,
            record,
            problem.path,
            self._message(problem),
            rule.mend,
            problem.column,
        )
        if len(self.findings) < self.max_findings:
            self.findings.append(finding)
        return finding

    def merge(self, other: Report) -> None:
        """Add the report of the files that follow."""
        for name in ("files", "processed", "imported", "errors", "bytes", "records"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest_record = max(self.longest_record, other.longest_record)
        self.findings = (self.findings + other.findings)[: self.max_findings]
        self.counts += other.counts
        self.attributes.merge(other.attributes)
        self.keys.merge(other.keys)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON. It holds no values of attributes or keys unless they were asked for."""
        return {
            "files": self.files,
            "bytes": self.bytes,
            "processed": self.processed,
            "imported": self.imported,
            "errors": self.errors,
            "records": self.records,
            "distinct_keys": self.distinct_keys,
            "longest_record": self.longest_record,
            "attributes": {
                name: dict(sorted(types.items())) for name, types in self.attributes.types.items()
            },
            "counts": dict(sorted(self.counts.items())),
            "error_count": self.error_count,
            "warning_count": self.warning_count,
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def _message(self, problem: Problem) -> str:
        rule = RULES[problem.rule]
        message = rule.words.format_map(_Gaps(problem.fill)) if rule.words else rule.fault
        if problem.fill.get("more"):
            message += f" ({problem.fill['more']})"
        if self.show_values and problem.value is not None:
            value = repr(problem.value)
            message += (
                f"; the value is {value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + '…'}"
            )
        return message


class _Gaps(dict[str, str]):
    """Leaves nothing but the placeholder's absence where a word is missing."""

    def __missing__(self, key: str) -> str:
        return ""


def abandons(problems: list[Problem]) -> bool:
    """Return whether DynamoDB would skip the rest of the object."""
    return any(RULES[problem.rule].effect is Effect.PARSE for problem in problems)


def fails(problems: list[Problem]) -> bool:
    """Return whether DynamoDB would refuse the record."""
    return any(RULES[problem.rule].effect is not Effect.NOTHING for problem in problems)

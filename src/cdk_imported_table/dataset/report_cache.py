"""Reports of earlier checks: unchanged data is not parsed again.

An entry's name is made of the content of the files (not of their times), the format, the schema and the
version of the rules. No entry holds values of attributes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from .cache import read_entry, write_entry
from .files import SourceFile
from .formats import DataFormat
from .report import Finding, Report
from .rules import RULES_VERSION, Severity
from .schema import TableSchema
from .stats import Attributes

_FORMAT: Final = 2


def identity(files: Sequence[SourceFile], data_format: DataFormat, schema: TableSchema) -> str:
    """What a report depends on: every byte of the files, and all that they are judged by."""
    judged_by = [_FORMAT, RULES_VERSION, repr(data_format), repr(schema)]
    if schema.ttl is not None:
        judged_by.append(dt.datetime.now(dt.UTC).date().isoformat())  # items expire
    digest = hashlib.sha256(json.dumps(judged_by).encode())
    for file in files:
        digest.update(json.dumps([file.name, file.content]).encode())
    return digest.hexdigest()


def load(key: str) -> Report | None:
    """The report that was saved under `key`; None if there is none that can be trusted."""
    try:
        return _report(read_entry(key))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(key: str, report: Report) -> None:
    """Keeps a report."""
    write_entry(key, {**report.as_dict(), "longest": report.attributes.longest})


def _report(saved: dict[str, Any]) -> Report:
    plain = (
        "files",
        "bytes",
        "processed",
        "imported",
        "errors",
        "records",
        "distinct_keys",
        "longest_record",
    )
    return Report(
        **{name: saved[name] for name in plain},
        counts=Counter(saved["counts"]),
        attributes=Attributes(
            {name: Counter(types) for name, types in saved["attributes"].items()}, saved["longest"]
        ),
        findings=[
            Finding(
                **{
                    name: one[name]
                    for name in ("rule", "file", "line", "column", "record", "path", "message", "advice")
                },
                severity=Severity(one["severity"]),
            )
            for one in saved["findings"]
        ],
    )

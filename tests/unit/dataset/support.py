"""Running the check over bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from cdk_imported_table.dataset.checker import check_stream
from cdk_imported_table.dataset.column_type import ColumnType, frozen_types
from cdk_imported_table.dataset.conversion.stream import convert_stream
from cdk_imported_table.dataset.file_check import FileCheck, RecordSink
from cdk_imported_table.dataset.formats import Conversion, DataFormat
from cdk_imported_table.dataset.items import ItemChecker
from cdk_imported_table.dataset.report import Report
from cdk_imported_table.dataset.schema import Index, Key, TableSchema

NOW = 1_800_000_000
PLAIN = TableSchema(Key("pk", "S"))
RICH = TableSchema(
    Key("pk", "S"), Key("sk", "N"), (Index("by-g", (Key("g", "S"),), (Key("h", "N"),)),), "ttl"
)


def checked(
    data: bytes,
    input_format: str = "DYNAMODB_JSON",
    schema: TableSchema = PLAIN,
    sink: RecordSink | None = None,
    **options: Any,
) -> Report:
    """Return the report about one file."""
    report = Report(max_findings=10_000)
    checking = FileCheck("data", schema, ItemChecker(schema, NOW), report, report.keys, sink)
    check_stream(io.BytesIO(data), DataFormat(input_format, **options), checking)
    return report


def outcome(report: Report) -> dict[str, Any]:
    """Return all that a report says, keys included."""
    keys = sorted(number for block in report.keys._blocks for number in block)  # noqa: SLF001
    return {**report.as_dict(), "keys": keys, "longest": report.attributes.longest}


def converted(
    data: bytes | str,
    input_format: str,
    types: Mapping[str, ColumnType] | None = None,
    *,
    schema: TableSchema = PLAIN,
    judged: bool = True,
    form: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[list[dict[str, Any]], Report]:
    """Return the items that one file is converted to, and the report about it."""
    report = Report(max_findings=10_000)
    check = FileCheck("data", schema, ItemChecker(schema, NOW), report, report.keys)
    conversion = Conversion(frozen_types(types or {}), **options)
    out = io.BytesIO()
    convert_stream(
        io.BytesIO(data.encode() if isinstance(data, str) else data),
        DataFormat(input_format, conversion=conversion, **(form or {})),
        check,
        judged=judged,
        write=out.write,
    )
    return [json.loads(line)["Item"] for line in out.getvalue().splitlines()], report


def findings(report: Report) -> list[str]:
    """Return what a report says, a line each."""
    return [str(finding) for finding in report.findings]

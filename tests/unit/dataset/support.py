"""Running the check over bytes."""

from __future__ import annotations

import io
from typing import Any

from cdk_imported_table.dataset.checker import check_stream
from cdk_imported_table.dataset.file_check import FileCheck, RecordSink
from cdk_imported_table.dataset.formats import DataFormat
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

"""The check of files that somebody else reads: staging and checking are one pass over the data."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import BinaryIO

from .checker import check_stream, complete
from .file_check import FileCheck
from .files import SourceFile
from .formats import DataFormat
from .items import ItemChecker
from .report import MAX_FINDINGS, Report
from .schema import TableSchema


class Inspection:
    """Is shown one file after the other, and reports on all of them.

    Args:
        data_format: The form of the items.
        schema: The table's keys, as far as they are known.
        judged: Whether items are checked; if not, only what cannot be converted is found.
        max_findings: How many findings are kept.
        show_values: Whether messages show values of attributes.
    """

    def __init__(
        self,
        data_format: DataFormat,
        schema: TableSchema,
        *,
        judged: bool = True,
        max_findings: int = MAX_FINDINGS,
        show_values: bool = False,
    ) -> None:
        self._data_format, self._schema, self._judged = data_format, schema, judged
        self._now = time.time()
        self._report = Report(max_findings, show_values)

    def look(self, file: SourceFile, stream: BinaryIO) -> None:
        """Checks one file, reading `stream` (its decompressed bytes) as far as it needs."""
        report = self._report_of_one()
        check_stream(stream, self._data_format, self._file_check(file, report))
        self._report.merge(report)

    def convert(
        self,
        file: SourceFile,
        stream: BinaryIO,
        write: Callable[[bytes], object],
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Converts one file to DynamoDB JSON, and checks what comes of it."""
        from .conversion.stream import convert_stream  # noqa: PLC0415 - start-up is felt

        report = self._report_of_one()
        convert_stream(
            stream,
            self._data_format,
            self._file_check(file, report),
            judged=self._judged,
            write=write,
            progress=progress,
        )
        self._report.merge(report)

    @property
    def found(self) -> Report:
        """What was found so far."""
        return self._report

    def _report_of_one(self) -> Report:
        report = Report(self._report.max_findings, self._report.show_values)
        report.files = 1
        return report

    def _file_check(self, file: SourceFile, report: Report) -> FileCheck:
        checker = ItemChecker(self._schema, self._now)
        return FileCheck(file.name, self._schema, checker, report, report.keys)

    def report(self, files: Sequence[SourceFile]) -> Report:
        """What was found in all files; equal keys are looked up in them once more."""
        return complete(self._report, files, self._data_format, self._schema)

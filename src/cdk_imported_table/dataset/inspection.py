"""The check of files that somebody else reads: staging and checking are one pass over the data."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import BinaryIO

from .checker import check_stream, complete
from .file_check import FileCheck
from .files import SourceFile
from .formats import DataFormat
from .items import ItemChecker
from .report import Report
from .schema import TableSchema


class Inspection:
    """Is shown one file after the other, and reports on all of them.

    Args:
        data_format: The form of the items.
        schema: The table's keys, as far as they are known.
    """

    def __init__(self, data_format: DataFormat, schema: TableSchema) -> None:
        self._data_format, self._schema = data_format, schema
        self._now = time.time()
        self._report = Report()

    def look(self, file: SourceFile, stream: BinaryIO) -> None:
        """Checks one file, reading `stream` (its decompressed bytes) as far as it needs."""
        report = Report()
        report.files = 1
        checker = ItemChecker(self._schema, self._now)
        check_stream(
            stream,
            self._data_format,
            FileCheck(file.name, self._schema, checker, report, report.keys),
        )
        self._report.merge(report)

    def report(self, files: Sequence[SourceFile]) -> Report:
        """What was found in all files; equal keys are looked up in them once more."""
        return complete(self._report, files, self._data_format, self._schema)

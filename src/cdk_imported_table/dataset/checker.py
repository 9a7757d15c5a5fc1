"""The check of local data: what would fail the import, with file and line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, Final

from .compression import Compression, is_one_piece, open_decoded, sniff
from .duplicates import KeyIndex, SecondLook
from .dynamodb_json import check_dynamodb_json
from .errors import BrokenArchiveError
from .file_check import FileCheck, RecordSink
from .files import SourceFile
from .formats import DataFormat
from .items import ItemChecker, Problem
from .lines import blocks
from .report import MAX_FINDINGS, Report
from .schema import TableSchema
from .stats import OTHERS

_MOST_FILES: Final = 50_000

Progress = Callable[[int], None]
"""Is told, now and then, how many more bytes were read (decompressed)."""


def check(
    files: Sequence[SourceFile],
    data_format: DataFormat,
    schema: TableSchema,
    *,
    compression: Compression | None = None,
    max_findings: int = MAX_FINDINGS,
    show_values: bool = False,
    now: float | None = None,
    progress: Progress | None = None,
    sink_for: Callable[[SourceFile], RecordSink] | None = None,
) -> Report:
    """Check files as one import.

    Args:
        files: The files, in the order in which findings are to be listed.
        data_format: The form of the items.
        schema: The table's keys. Indexes may be left out and judged later, by `report.attributes.may_break`.
        compression: How all files must be compressed. Default: each file may be compressed in its own way,
            because what is staged is transcoded.
        max_findings: How many findings are kept.
        show_values: Whether messages show values of attributes. They may be personal.
        now: The time that expired items are measured by. Default: the present.
        progress: Is told how many bytes were read.
        sink_for: Makes what takes the records of a file.
    """
    now = time.time() if now is None else now
    report = Report(max_findings, show_values)
    if len(files) > _MOST_FILES:
        report.add(Problem("too-many-files", fill={"more": f"{len(files)} files"}), files[_MOST_FILES].name)
    for file in files:
        report.merge(
            check_file(
                file,
                data_format,
                schema,
                compression=compression,
                max_findings=max_findings,
                show_values=show_values,
                now=now,
                progress=progress,
                sink=sink_for(file) if sink_for is not None else None,
            )
        )
    return complete(report, files, data_format, schema)


def check_file(
    file: SourceFile,
    data_format: DataFormat,
    schema: TableSchema,
    *,
    compression: Compression | None = None,
    max_findings: int = MAX_FINDINGS,
    show_values: bool = False,
    now: float | None = None,
    progress: Progress | None = None,
    sink: RecordSink | None = None,
    keys: KeyIndex | None = None,
) -> Report:
    """Check one file. Its report is not complete: equal keys are found when all files were read."""
    report = Report(max_findings, show_values)
    if keys is not None:
        report.keys = keys
    report.files = 1
    checking = FileCheck(file.name, schema, ItemChecker(schema, now), report, report.keys, sink)
    found = sniff(file.path) if file.size else Compression.NONE
    if compression is not None and file.size and found is not compression:
        problem = Problem("wrong-compression", fill={"more": f"it is {found.value}, not {compression.value}"})
        checking.broken(problem, None, b"")
        return report
    try:
        with open_decoded(file.path, found) as stream:
            check_stream(stream, data_format, checking, progress)
            if (
                compression not in (None, Compression.NONE)
                and file.size
                and not stream.read(1)  # or a reader stopped before its end
                and not is_one_piece(file.path, found, report.bytes)
            ):
                checking.note_once("several-members")
    except BrokenArchiveError:
        checking.broken(Problem("broken-archive", fill={"more": f"as {found.value}"}), None, b"")
    return report


def check_stream(
    stream: BinaryIO, data_format: DataFormat, checking: FileCheck, progress: Progress | None = None
) -> None:
    """Check the decompressed bytes of one file."""
    if data_format.conversion is not None:
        from .conversion.stream import convert_stream  # noqa: PLC0415 - start-up is felt

        convert_stream(stream, data_format, checking, progress=progress)
        return
    pieces = blocks(stream, progress)
    if data_format.input_format == "DYNAMODB_JSON":
        check_dynamodb_json(pieces, checking)
    elif data_format.input_format == "CSV":
        from .csv_reader import check_csv  # noqa: PLC0415 - start-up is felt

        check_csv(pieces, checking, data_format)
    else:
        from .ion import check_ion  # noqa: PLC0415

        check_ion(pieces, checking)


def complete(
    report: Report, files: Iterable[SourceFile], data_format: DataFormat, schema: TableSchema
) -> Report:
    """Add what only the merged report of all files can tell: equal keys, and that there is no item at all."""
    keys = len(report.keys)
    suspicious, surplus = report.keys.repeated()
    if suspicious:
        found = 0
        has_lines = data_format.input_format != "PARQUET"

        def take(file: str, line: int, first_file: str, first_line: int) -> None:
            nonlocal found
            found += 1
            if has_lines and (first_file, first_line) == (file, line):
                place = "another item of this line"
            elif has_lines:
                place = f"in line {first_line}" if first_file == file else f"in {first_file}:{first_line}"
            else:
                place = f"in record {first_line}" + ("" if first_file == file else f" of {first_file}")
            problem = Problem("duplicate-key", fill={"more": f"the same key as {place}"})
            report.add(problem, file, *((line, None) if has_lines else (None, line)))

        look = SecondLook(suspicious, take)
        for file in files:
            check_file(file, data_format, schema, max_findings=0, keys=look)
        if surplus:  # too many to be looked at: their fingerprints are believed
            report.counts["duplicate-key"] += surplus
        report.distinct_keys = keys - found - surplus
    else:
        report.distinct_keys = keys
    seen = report.attributes.types
    if data_format.input_format != "CSV" and OTHERS not in seen and report.records:
        unseen = [name for name in data_format.types if name not in seen]
        if unseen and "convert-column" not in report.counts and "convert-type" not in report.counts:
            more = "no item has " + ", ".join(map(repr, unseen))
            report.add(Problem("convert-unseen", fill={"more": more}), "(all files)")
    if not report.records:
        report.add(Problem("no-items"), "(all files)")
    return report

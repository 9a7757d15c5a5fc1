"""One file, converted: which reader reads what."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from cdk_imported_table.dataset.file_check import FileCheck
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.items import Problem
from cdk_imported_table.dataset.lines import blocks

from .records import Records, Write


def convert_stream(
    stream: BinaryIO,
    data_format: DataFormat,
    check: FileCheck,
    *,
    judged: bool = True,
    write: Write | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Convert one file.

    Args:
        stream: The decompressed bytes; Parquet is read here and there, not from begin to end.
        data_format: What the file holds, and what is declared.
        check: Takes what is found.
        judged: Whether items are checked by DynamoDB's rules, too.
        write: Takes lines of DynamoDB JSON.
        progress: Is told how many bytes were read.
    """
    conversion = data_format.conversion
    assert conversion is not None
    check.has_lines = data_format.input_format != "PARQUET"
    records = Records(check, judged=judged, write=write)
    if data_format.input_format == "PARQUET":
        if not stream.seekable():
            more = "it is compressed as a whole; Parquet compresses within the file"
            records.broken([Problem("convert-parquet", fill={"more": more})], 1)
            return
        from .parquet import convert_parquet  # noqa: PLC0415 - each is used alone

        convert_parquet(stream, conversion, records, progress)
        return
    pieces = blocks(stream, progress)
    if data_format.input_format == "CSV":
        from .typed_csv import convert_csv  # noqa: PLC0415

        convert_csv(pieces, data_format, records)
        return
    from .plain_json import convert_json_array, convert_json_lines  # noqa: PLC0415

    read = convert_json_lines if data_format.input_format == "JSON_LINES" else convert_json_array
    read(pieces, conversion, records)

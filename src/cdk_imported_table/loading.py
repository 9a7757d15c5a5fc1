"""The tables of a synthesized app, made and filled in an emulator: what the import would have done."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .aws import AwsError, Client, code_of
from .batches import BatchWriter
from .dataset.app import AppTable, check_names, find
from .dataset.assembly import Assembly, Imported
from .dataset.checker import check
from .dataset.compression import Compression
from .dataset.errors import DataError
from .dataset.files import SourceFile, collect
from .dataset.item_reader import read_items
from .dataset.report import Report
from .table_creation import creation, differences

_WAIT: Final = 60.0
_SHOWN: Final = 5

Progress = Callable[[int], None]
"""Is told how many more decompressed bytes were written."""


class BadDataError(DataError):
    """The import would fail; `report` says why."""

    def __init__(self, table: AppTable, report: Report) -> None:
        self.table, self.report = table, report
        shown = "".join(f"\n  {finding}" for finding in report.findings[:_SHOWN])
        more = report.error_count - min(len(report.findings), _SHOWN)
        super().__init__(
            f"the import of table {table.path or table.logical_id!r} would fail:{shown}"
            + (f"\n  … and {more:,} more errors" if more > 0 else "")
        )


@dataclass(frozen=True)
class Source:
    """The data of one table."""

    files: Sequence[SourceFile]
    compression: Compression | None
    """`None`: each file in its own way."""

    @property
    def size(self) -> int:
        """Bytes, as the files lie on the disk."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Where:
    """Where the data of tables is that is not in their assembly."""

    data: Mapping[str, Path] = field(default_factory=dict)
    """By any of the table's names: a file or a folder."""
    empty: Collection[str] = ()
    """Tables that are to stay empty."""


@contextmanager
def opened(assembly: Assembly, table: AppTable, tables: Sequence[AppTable], where: Where) -> Iterator[Source]:
    """Give the data of a table; it may be unpacked into a folder that is gone afterwards.

    Raises:
        DataError: If the data of an imported table is not in the assembly, and nobody said where it is. It is
            not left empty in silence: that is what emulators do.
    """
    source = table.source
    if source is None or any(find(tables, name) is table for name in where.empty):
        yield Source([], None)
        return
    for name, path in where.data.items():
        if find(tables, name) is table:
            yield Source(collect(path).files, None)
            return
    with assembly.data(source) as files:
        if not files and table.origin is not None and (copy := table.origin.files()):
            yield Source(copy, None)  # `local_copy` of data that is in S3
            return
        if not files:
            raise DataError(
                f"the data of table {table.path or table.logical_id!r} is not in"
                f" {str(assembly.folder)!r}: the table"
                " imports objects that are in S3 already; say where a copy is (--data TABLE=PATH, in tests"
                " data={'TABLE': path}), or that it stays empty (--empty TABLE, empty=['TABLE'])"
            )
        yield Source(files, source.compression)


def load(
    client: Client,
    assembly: Assembly,
    tables: Sequence[AppTable],
    where: Where | None = None,
    *,
    recreate: bool = False,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Make tables and put their data in. May be interrupted and called again: it ends the same.

    Args:
        client: A DynamoDB client.
        assembly: The synthesized app.
        tables: Which of its tables.
        where: Where data is that is not in the assembly.
        recreate: Whether tables that are there already are deleted first.
        progress: Is told how many more decompressed bytes were written.

    Returns:
        The number of items put, by table name.

    Raises:
        BadDataError: If an import would fail; nothing was made then.
        DataError: If the data of a table is not there, or a table cannot be made.
    """
    where = where or Where()
    check_names(tables)
    for name in (*where.data, *where.empty):
        find(tables, name)
    for table in tables:
        with opened(assembly, table, tables, where) as source:
            _check(table, source)
    counts = {}
    for table in tables:
        create(client, table, recreate=recreate)
        with (
            opened(assembly, table, tables, where) as source,
            BatchWriter(client, table.name, table.schema) as writer,
        ):
            if table.source is not None:
                _read(table.source, source, writer, progress)
        counts[table.name] = writer.count
        _expire(client, table)
    return counts


def _read(imported: Imported, source: Source, writer: BatchWriter, progress: Progress | None) -> None:
    read_items(
        source.files,
        imported.data_format,
        imported.schema,
        writer.put,
        compression=source.compression,
        progress=progress,
    )


def _check(table: AppTable, source: Source) -> None:
    if table.source is None or not source.files:
        return
    report = check(
        source.files, table.source.data_format, table.source.schema, compression=source.compression
    )
    if report.error_count:
        raise BadDataError(table, report)


def create(client: Client, table: AppTable, *, recreate: bool = False) -> None:
    """Make a table; one that is there already is taken if its keys and indexes are the same.

    Raises:
        DataError: If there is one of that name with other keys or indexes.
    """
    wanted = creation(table)
    there = _described(client, table.name)
    if there is not None and recreate:
        client.delete_table(TableName=table.name)
        _wait(client, table.name, lambda found: found is None)
        there = None
    if there is None:
        try:
            client.create_table(**wanted)
        except Exception as error:
            if code_of(error) != "ResourceInUseException":  # somebody else was faster
                raise
    elif found := differences(there, wanted):
        raise DataError(
            f"there is a table {table.name!r} already, with other {found}; delete it, or give --recreate"
        )
    _wait(client, table.name, _is_active)


def _is_active(table: dict[str, Any] | None) -> bool:
    return table is not None and table.get("TableStatus", "ACTIVE") == "ACTIVE"


def _described(client: Client, name: str) -> dict[str, Any] | None:
    try:
        table: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except Exception as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    return table


def _wait(client: Client, name: str, ready: Callable[[dict[str, Any] | None], bool]) -> None:
    end = time.monotonic() + _WAIT
    while not ready(_described(client, name)):
        if time.monotonic() > end:
            raise AwsError(f"table {name!r} is not ready after {_WAIT:g} seconds; look at its status")
        time.sleep(0.05)


def _expire(client: Client, table: AppTable) -> None:
    """Turn time to live on, after the data is in, where the service knows it: dynalite does not."""
    wanted = table.resolved("TimeToLiveSpecification").get("TimeToLiveSpecification")
    if not wanted or not wanted.get("Enabled"):
        return
    try:
        there = client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
        if there.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            client.update_time_to_live(
                TableName=table.name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": wanted["AttributeName"]},
            )
    except Exception as error:
        if code_of(error) not in ("UnknownOperationException", "InvalidAction", "NotImplemented"):
            raise

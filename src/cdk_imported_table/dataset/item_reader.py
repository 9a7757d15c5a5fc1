"""Reading the items of data, in every format: what the import would put into the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import orjson

from .checker import check_stream
from .compression import Compression, open_decoded
from .duplicates import KeyIndex
from .file_check import FileCheck
from .files import SourceFile
from .formats import DataFormat
from .items import ItemChecker
from .report import Report
from .schema import TableSchema

Item = dict[str, Any]
"""Attributes in DynamoDB JSON form: `{"pk": {"S": "a"}}`; binary values are base64 text."""

Take = Callable[[Item], None]
_NEVER_EXPIRED: Final = float("-inf")


def read_items(
    files: Sequence[SourceFile],
    data_format: DataFormat,
    schema: TableSchema,
    take: Take,
    *,
    compression: Compression | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Hand every item to `take`: files in their order, records in theirs.

    The data is taken to be good: whoever calls has checked it. What cannot be read at all is passed over.

    Args:
        files: The files.
        data_format: The form of the items.
        schema: The table's keys: they give CSV cells their types.
        take: Takes one item after the other. An item that has the key of an earlier one comes later, too.
        compression: How every file is compressed. Default: seen by its first bytes.
        progress: Is told how many more decompressed bytes were read.

    Raises:
        DataError: If a file cannot be read.
    """
    for file in files:
        if not file.size:
            continue
        with open_decoded(file.path, compression) as stream:
            check_stream(stream, data_format, _Reading(file.name, schema, take), progress)


class _Reading(FileCheck):
    """A check that hands on what it reads."""

    def __init__(self, file: str, schema: TableSchema, take: Take) -> None:
        # No index keys and no time to live: nothing has to be found here, and alike lines are read fast.
        checker = ItemChecker(TableSchema(schema.partition_key, schema.sort_key), _NEVER_EXPIRED)
        super().__init__(file, schema, checker, Report(max_findings=0), _NoKeys())
        self.now = 0.0
        self._take_item = take

    def good_rows(
        self, keys: list[bytes], first_line: int, raw: bytes, lines: Sequence[int] | None = None
    ) -> None:
        """Take lines that are records."""
        super().good_rows(keys, first_line, raw, lines)
        for line in raw.splitlines():
            self._take_item(orjson.loads(line)["Item"])

    def item(self, item: Item, line: int, raw: bytes, length: int | None = None) -> bool:
        """Take one record."""
        good = super().item(item, line, raw, length)
        self._take_item(item)
        return good


class _NoKeys(KeyIndex):
    """Remembers no key: equal ones are no matter here."""

    def add(self, key: bytes, file: str, line: int) -> None:
        """Forget a key."""

    def add_many(self, keys: Iterable[bytes], file: str, lines: Iterable[int]) -> None:
        """Forget keys."""

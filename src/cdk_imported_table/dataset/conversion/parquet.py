"""Parquet, one row group after the other. Needs the extra `parquet`."""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, BinaryIO, Final

from cdk_imported_table.dataset.column_type import EmptyValue
from cdk_imported_table.dataset.errors import DataError
from cdk_imported_table.dataset.formats import Conversion, Timestamps
from cdk_imported_table.dataset.items import Problem
from cdk_imported_table.dataset.numbers import stored_number

from .plain_json import ObjectConverter
from .records import Records
from .typed_values import NULL, Value

_ROWS: Final = 2000
_DIGITS: Final = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_DAY: Final = 86_400
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_LAST_DAY: Final = dt.date.max.toordinal() - _EPOCH

Arrow = Any
"""A value of the Arrow library, which has no types of its own."""
Values = list[Value | None]


def convert_parquet(
    stream: BinaryIO,
    conversion: Conversion,
    records: Records,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Convert one file.

    Args:
        stream: The file, in which one can seek.
        conversion: What is declared.
        records: Takes what is read.
        progress: Is told how many bytes of the file are done.

    Raises:
        DataError: If the Arrow library is not installed.
    """
    arrow, parquet = _library()
    objects = ObjectConverter(conversion, records)
    row = 0
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    try:
        # Spark's old timestamps reach beyond the years that fit nanoseconds: Arrow would wrap them around.
        file = parquet.ParquetFile(stream, coerce_int96_timestamp_unit="us")
        columns = _Columns(arrow, conversion)
        if not _columns_are_good(file.schema_arrow, columns, conversion, records):
            return
        rows = file.metadata.num_rows
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group]):
                for item in columns.items(batch):
                    row += 1
                    if isinstance(item, list):
                        records.broken(item, row)
                    else:
                        objects.add({"M": item}, row)
                records.check.report.bytes += batch.nbytes
                if progress:
                    progress(size * batch.num_rows // max(rows, 1))
        if row != rows:  # Arrow says nothing where damage makes pages or groups shorter
            raise arrow.ArrowInvalid(f"it should have {rows:,} rows, but {row:,} are there: it is damaged")
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        why = str(error).splitlines()[0].rstrip(".") if str(error) else "it cannot be read"
        records.broken([Problem("convert-parquet", fill={"more": why[:200]})], row + 1)
    records.flush()


def _library() -> tuple[Arrow, Arrow]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and large
        import pyarrow.parquet as parquet  # noqa: PLC0415
    except ImportError:
        raise DataError(
            "reading Parquet needs the Arrow library: pip install 'cdk-imported-table[parquet]'"
        ) from None
    return pa, parquet


def _columns_are_good(schema: Arrow, columns: _Columns, conversion: Conversion, records: Records) -> bool:
    missing = [name for name, _ in conversion.types if name not in schema.names]
    if missing:
        records.note_once("convert-column", more="no column " + ", ".join(map(repr, missing)))
    unknown = [f"{field.name!r} is {field.type}" for field in schema if not columns.can_read(field.type)]
    if unknown:
        records.broken([Problem("convert-parquet", fill={"more": "; ".join(unknown)[:300]})], 1)
    if len(set(schema.names)) < len(schema.names):
        twice = next(name for name in schema.names if schema.names.count(name) > 1)
        records.broken([Problem("convert-header", fill={"more": f"{twice!r} stands twice"})], 1)
        return False
    return not unknown


class _Columns:
    """Turns Arrow columns into DynamoDB values, column by column. None stands for a null."""

    def __init__(self, arrow: Arrow, conversion: Conversion) -> None:
        self._arrow, self._types = arrow, arrow.types
        self._null = {EmptyValue.NULL: NULL}.get(conversion.null)
        self._timestamps = conversion.timestamps
        self._unstorable = False
        """Whether a value that has no DynamoDB value was met where none was expected."""

    def items(self, batch: Arrow) -> Iterator[dict[str, Value] | list[Problem]]:
        """Yield the rows of a batch, or what is wrong with one."""
        values = list(map(self.values, batch.columns))
        columns = [(field.name, self._unstorable or _may_be_unstorable(field.type)) for field in batch.schema]
        for row in zip(*values, strict=True):
            item: dict[str, Value] = {}
            problems = []
            for (name, looked_at), value in zip(columns, row, strict=True):
                if value is None:
                    if self._null is not None:
                        item[name] = self._null
                elif looked_at and not _is_storable(value):
                    problems.append(Problem("convert-value", name, {"more": _WHY_UNSTORABLE}))
                else:
                    item[name] = value
            yield problems or item

    def can_read(self, kind: Arrow) -> bool:
        """Return whether there is a DynamoDB type for it."""
        t = self._types
        if t.is_dictionary(kind):
            return self.can_read(kind.value_type)
        if t.is_map(kind):
            return self._is_text(kind.key_type) and self.can_read(kind.item_type)
        if t.is_struct(kind):
            fields = [kind.field(i) for i in range(kind.num_fields)]
            once = len({field.name for field in fields}) == len(fields)
            return once and all(self.can_read(field.type) for field in fields)
        if self._is_list(kind):
            return self.can_read(kind.value_type)
        if self._is_extension(kind):
            return self.can_read(kind.storage_type)
        return self._scalar(kind) is not None

    def values(self, array: Arrow) -> Values:
        """Convert one array."""
        t, kind = self._types, array.type
        if t.is_dictionary(kind):
            return self.values(array.dictionary_decode())
        if self._is_extension(kind):
            return self.values(array.storage)
        if t.is_struct(kind):
            return self._maps(array)
        if t.is_map(kind):
            return self._key_maps(array)
        if self._is_list(kind):
            return self._lists(array)
        read = self._scalar(kind)
        assert read is not None
        return read(array)

    def _is_extension(self, kind: Arrow) -> bool:
        return isinstance(kind, self._arrow.BaseExtensionType)

    def _is_list(self, kind: Arrow) -> bool:
        t = self._types
        return bool(t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind))

    def _is_text(self, kind: Arrow) -> bool:
        t = self._types
        return bool(t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind))

    def _scalar(self, kind: Arrow) -> Callable[[Arrow], Values] | None:
        t = self._types
        if self._is_text(kind):
            return self._texts
        if t.is_integer(kind):
            return lambda array: [None if v is None else {"N": str(v)} for v in array.to_pylist()]
        if t.is_decimal(kind):
            return lambda array: [None if v is None else _number(str(v)) for v in array.to_pylist()]
        if t.is_floating(kind):
            return self._floats
        if t.is_boolean(kind):
            return lambda array: [None if v is None else {"BOOL": v} for v in array.to_pylist()]
        if (
            t.is_binary(kind)
            or t.is_large_binary(kind)
            or t.is_fixed_size_binary(kind)
            or t.is_binary_view(kind)
        ):
            return lambda array: [None if v is None else _bytes(v) for v in array.to_pylist()]
        return self._time(kind)

    def _time(self, kind: Arrow) -> Callable[[Arrow], Values] | None:
        t = self._types
        if t.is_timestamp(kind):
            return self._timestamps_of
        if t.is_date(kind):
            return self._dates
        if t.is_time(kind):
            return lambda array: [
                None if v is None else {"S": _time(v, _DIGITS[kind.unit])} for v in self._integers(array)
            ]
        if t.is_null(kind):
            return lambda array: [None] * len(array)
        return None

    def _texts(self, array: Arrow) -> Values:
        try:
            return [None if v is None else {"S": v} for v in array.to_pylist()]
        except UnicodeDecodeError:  # nothing makes a writer of Parquet write UTF-8
            self._unstorable = True
        found = array.cast(self._arrow.binary()).to_pylist()
        return [None if v is None else _utf8(v) for v in found]

    def _integers(self, array: Arrow) -> list[int | None]:
        """The numbers that times are stored as: Python's own times have no nanoseconds."""
        width = array.type.bit_width
        found: list[int | None] = array.view(
            self._arrow.int32() if width == 32 else self._arrow.int64()
        ).to_pylist()
        return found

    def _floats(self, array: Arrow) -> Values:
        # The shortest decimal that is read back as the same float; of a float of 32 bits, as such a float.
        if self._types.is_float16(array.type):
            array = array.cast(self._arrow.float32())
        texts = array.cast(self._arrow.string()).to_pylist()
        return [None if text is None else _number(text) for text in texts]

    def _timestamps_of(self, array: Arrow) -> Values:
        digits, zone = _DIGITS[array.type.unit], "Z" if array.type.tz else ""
        return [None if v is None else self._moment(v, digits, zone) for v in self._integers(array)]

    def _dates(self, array: Arrow) -> Values:
        scale = 1 if array.type.bit_width == 32 else _DAY * 1000
        days = [None if v is None else v // scale for v in self._integers(array)]
        if self._timestamps is not Timestamps.ISO_8601:
            return [None if day is None else self._moment(day * _DAY, 0, "") for day in days]
        return [None if day is None else _text(_date(day)) for day in days]

    def _moment(self, value: int, digits: int, zone: str) -> Value:
        if self._timestamps is Timestamps.EPOCH_SECONDS:
            return {"N": stored_number(f"{value}e-{digits}")}
        if self._timestamps is Timestamps.EPOCH_MILLISECONDS:
            return {"N": stored_number(f"{value}e{3 - digits}")}
        day, rest = divmod(value, _DAY * 10**digits)
        date = _date(day)
        return _text(date and f"{date}T{_time(rest, digits)}{zone}")

    def _lists(self, array: Arrow) -> Values:
        lengths = self._lengths(array)
        members = iter(self.values(array.flatten()))
        return [
            None if length is None else {"L": [_member(next(members)) for _ in range(length)]}
            for length in lengths
        ]

    def _lengths(self, array: Arrow) -> list[int | None]:
        if self._types.is_fixed_size_list(array.type):
            lengths = [array.type.list_size] * len(array)
        else:
            offsets = array.offsets.to_pylist()
            lengths = [end - begin for begin, end in pairwise(offsets)]
        return [
            length if valid else None
            for length, valid in zip(lengths, array.is_valid().to_pylist(), strict=True)
        ]

    def _maps(self, array: Arrow) -> Values:
        names = [field.name for field in array.type]
        children = [self.values(child) for child in array.flatten()]
        return [
            self._map(zip(names, (child[row] for child in children), strict=True)) if valid else None
            for row, valid in enumerate(array.is_valid().to_pylist())
        ]

    def _key_maps(self, array: Arrow) -> Values:
        offsets = array.offsets.to_pylist()
        keys = [key.get("S") if key else None for key in self._texts(array.keys)]
        values = self.values(array.items)
        maps: Values = []
        for (begin, end), valid in zip(pairwise(offsets), array.is_valid().to_pylist(), strict=True):
            names = keys[begin:end]
            if valid and (None in names or len(set(names)) < len(names)):
                self._unstorable = True
                maps.append(_UNSTORABLE)
            else:
                maps.append(self._map(zip(names, values[begin:end], strict=True)) if valid else None)
        return maps

    def _map(self, pairs: Any) -> Value:  # noqa: ANN401
        made = {}
        for name, value in pairs:
            if value is not None:
                made[name] = value
            elif self._null is not None:
                made[name] = self._null
        return {"M": made}


def _member(value: Value | None) -> Value:
    return NULL if value is None else value


def _number(text: str) -> Value:
    return {"N": stored_number(text)} if "n" not in text else _UNSTORABLE  # nan, inf


def _bytes(value: bytes) -> Value:
    return {"B": base64.b64encode(value).decode("ascii")}


def _utf8(value: bytes) -> Value:
    try:
        return {"S": value.decode()}
    except UnicodeDecodeError:
        return _UNSTORABLE


def _date(day: int) -> str:
    """The day, counted from 1970; empty if it is beyond the years that are written with four digits."""
    return dt.date.fromordinal(day + _EPOCH).isoformat() if 1 - _EPOCH <= day <= _LAST_DAY else ""


def _time(value: int, digits: int) -> str:
    seconds, fraction = divmod(value, 10**digits)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:0{digits}}" if digits else text


def _text(text: str) -> Value:
    return {"S": text} if text else _UNSTORABLE


_UNSTORABLE: Final[Value] = {}
"""Stands for what has no DynamoDB value: it has no type tag."""
_WHY_UNSTORABLE: Final = (
    "a NaN, an infinity, a time that cannot be written, text that is not UTF-8, or a map with one key twice"
)


def _may_be_unstorable(kind: Arrow) -> bool:
    """Whether it is a type, or holds one (as its text says), of which some values have no DynamoDB value."""
    return any(word in str(kind) for word in ("float", "double", "timestamp", "date"))


def _is_storable(value: Value) -> bool:
    if not value:
        return False
    ((tag, inner),) = value.items()
    if tag == "L":
        return all(map(_is_storable, inner))
    if tag == "M":
        return all(map(_is_storable, inner.values()))
    return True

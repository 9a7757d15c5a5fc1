"""CSV whose columns have declared types. Quoted cells may hold line ends, which DynamoDB may not take."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.items import Problem
from cdk_imported_table.dataset.lines import LONGEST

from .records import TOO_LONG, Records
from .typed_values import MisfitError, Read, Value, empty_value, reader

_SHORT: Final = 100_000
_CR: Final = "a carriage return alone ends no line: convert line ends to LF, or quote the cell"


def convert_csv(blocks: Iterable[bytes], data_format: DataFormat, records: Records) -> None:
    """Convert one file.

    Args:
        blocks: The file, in blocks of whole lines, but for very long ones.
        data_format: The delimiter, the columns' names if there is no header line, and what is declared.
        records: Takes what is read.
    """
    rows = _Rows(data_format, records)
    table = _Table(data_format, records, rows)
    for line, cells, raw in rows.read(blocks):
        table.row(line, cells, raw)
    records.flush()


class _Rows:
    """Cuts a file into rows of cells."""

    def __init__(self, data_format: DataFormat, records: Records) -> None:
        self._records = records
        self._delimiter = data_format.delimiter
        delimiter = re.escape(self._delimiter)
        # As in DynamoDB's own CSV (rule 3.8): a mark within a cell that is not quoted may have been meant to
        # quote something.
        cell = rf'(?:"(?:[^"]|"")*+"|[^"{delimiter}\r\n]*+)'
        self._row = re.compile(rf"{cell}(?:{delimiter}{cell})*+")
        self._open = re.compile(rf'(?:{cell}{delimiter})*+"(?:[^"]|"")*+')
        self._cell = re.compile(rf"({cell})(?:{delimiter}|\Z)")
        self._line = 0

    def read(self, blocks: Iterable[bytes]) -> Iterator[tuple[int, list[str], str]]:
        """Yield the line on which a row begins, its cells, and the row as it is written."""
        held: list[str] = []
        begin = quotes = size = 0
        for text in self._lines(blocks):
            self._line += 1
            if not held and '"' not in text and "\r" not in text:
                yield self._line, text.split(self._delimiter), text
                continue
            if not held:
                begin = self._line
            held.append(text)
            size += len(text)
            quotes += text.count('"')
            # An odd number of quotation marks: a cell is open, because those within a cell are doubled.
            if quotes % 2 and size <= LONGEST and (len(held) > 1 or self._open.fullmatch(text)):
                continue
            raw = "\n".join(held)
            if quotes % 2 == 0 and self._row.fullmatch(raw):
                yield begin, self._cells(raw), raw
            else:
                more = "" if '"' in raw else _CR
                if size > LONGEST:
                    more = "the cell does not end within 8 MiB"
                self._records.broken([Problem("convert-quote", fill={"more": more})], begin)
            held, quotes, size = [], 0, 0
        if held:
            problem = Problem("convert-quote", fill={"more": "the cell does not end"})
            self._records.broken([problem], begin)

    def place_of(self, raw: str, number: int, line: int) -> tuple[int, int]:
        """Return line and column of a cell, of a row that begins on `line`."""
        place = 0
        for _ in range(number):
            match = self._cell.match(raw, place)
            assert match is not None
            place = match.end()
        return line + raw.count("\n", 0, place), place - raw.rfind("\n", 0, place)

    def _cells(self, raw: str) -> list[str]:
        if len(raw) < _SHORT and "\r" not in raw:  # which the standard library reads otherwise, or not at all
            return next(csv.reader((raw,), delimiter=self._delimiter, strict=True))
        cells = []
        place = 0
        while True:
            match = self._cell.match(raw, place)
            assert match is not None
            cell = match[1]
            cells.append(cell[1:-1].replace('""', '"') if cell.startswith('"') else cell)
            place = match.end()
            if match.end(1) == len(raw):
                return cells

    def _lines(self, blocks: Iterable[bytes]) -> Iterator[str]:
        """Yield lines without their ends, which are LF or CRLF: a checkout must not change what is stored."""
        for piece in self._records.whole_lines(blocks):
            if not piece:
                self._line += 1
                self._records.broken([Problem("convert-row", fill={"more": TOO_LONG})], self._line)
                continue
            block = piece.replace(b"\r\n", b"\n") if b"\r" in piece else piece
            try:
                lines = block.decode().split("\n")
            except UnicodeDecodeError:
                yield from self._lines_one_by_one(block)
                continue
            if not lines[-1]:
                lines.pop()
            yield from lines

    def _lines_one_by_one(self, block: bytes) -> Iterator[str]:
        for line in block.removesuffix(b"\n").split(b"\n"):
            try:
                text = line.decode()
            except UnicodeDecodeError as error:
                self._line += 1
                more = {"more": f"byte {error.start + 1} of the line"}
                self._records.broken([Problem("convert-text", fill=more)], self._line)
                continue
            yield text


class _Table:
    """Makes items of rows."""

    def __init__(self, data_format: DataFormat, records: Records, rows: _Rows) -> None:
        assert data_format.conversion is not None
        self._records, self._rows = records, rows
        self._trim = data_format.conversion.trim
        self._declared = {
            # Not the keys of indexes: these may be added after the data was converted.
            **{key.name: ColumnType(key.type) for key in records.schema.keys},
            **data_format.types,
        }
        self._named = data_format.types
        self._columns: list[tuple[str, Read | None, Value | None]] = []
        self._ready = False
        self._given = None if data_format.header_list is None else list(data_format.header_list)
        """The names that were given, until the first row was compared with them."""
        if self._given is not None:
            self._header(self._given, None)

    def row(self, line: int, cells: list[str], raw: str) -> None:
        """Take a row."""
        if self._trim:
            cells = [cell.strip() for cell in cells]
        if not self._ready:
            self._header(cells, line)
            return
        if self._given is not None:
            if cells == self._given:
                self._records.note_once("csv-header-is-data", line)
            self._given = None
        if len(cells) != len(self._columns):
            if raw and not raw.isspace():  # an empty line is no row
                more = f"{len(cells)} cells, {len(self._columns)} columns"
                self._records.broken([Problem("convert-row", fill={"more": more})], line)
            return
        try:
            item = self._item(cells)
        except MisfitError:
            self._records.broken(self._misfits(line, cells, raw), line)
            return
        if raw:
            self._records.add(item, line)

    def _item(self, cells: list[str]) -> dict[str, Any]:
        item = {}
        for (name, read, empty), text in zip(self._columns, cells, strict=True):
            if not text:
                if empty is not None:
                    item[name] = empty
            elif read is None:
                item[name] = {"S": text}
            else:
                item[name] = read(text)
        return item

    def _misfits(self, line: int, cells: list[str], raw: str) -> list[Problem]:
        problems = []
        for number, ((name, read, _), text) in enumerate(zip(self._columns, cells, strict=True)):
            if text and read is not None:
                try:
                    read(text)
                except MisfitError as error:
                    cell_line, column = self._rows.place_of(raw, number, line)
                    fill = {"more": str(error)}
                    problems.append(Problem("convert-type", name, fill, text, cell_line, column))
        return problems

    def _header(self, names: list[str], line: int | None) -> None:
        records = self._records
        self._ready = True
        for name in names:
            column_type = self._declared.get(name, ColumnType.STRING)
            read = None if column_type.tag == "S" else reader(column_type)
            self._columns.append((name, read, empty_value(column_type, EmptyValue.ABSENT)))
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not all(names):
            more = f"{twice[0]!r} stands twice" if twice else "a column has no name"
            records.note_once("convert-header", line, more=more)
        missing = [name for name in self._named if name not in names]
        if missing:
            records.note_once("convert-column", line, more="no column " + ", ".join(map(repr, missing)))
        keys = [key.name for key in records.schema.keys if key.name not in names]
        if keys:
            more = "no column " + " and no column ".join(map(repr, keys))
            records.note_once("csv-key-column", line, more=more)

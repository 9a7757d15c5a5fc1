"""Reading CSV as DynamoDB's import does: columns are strings, but for the keys (section 3 of the rules)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from .file_check import FileCheck
from .formats import DataFormat
from .items import Problem
from .line_reader import LineReader
from .lines import LONGEST

_BOM: Final = b"\xef\xbb\xbf"
_COLUMN_NAME: Final = re.compile(r"[\x20-\x21\x23-\x2B\x2D-\x7E]+")


def check_csv(blocks: Iterable[bytes], check: FileCheck, data_format: DataFormat) -> None:
    """Check one file.

    Args:
        blocks: The file, in blocks of whole lines.
        check: Takes what is found.
        data_format: The delimiter, and the columns' names if the file has no header line.
    """
    reader = _Reader(check, data_format)
    for block in blocks:
        check.report.bytes += len(block)
        reader.feed(block)
    reader.finish()


class _Reader(LineReader):
    """Cuts a file into rows, and makes items of them."""

    _check: FileCheck

    def __init__(self, check: FileCheck, data_format: DataFormat) -> None:
        super().__init__(check)
        self._delimiter = data_format.delimiter.encode()
        self._given = data_format.header_list
        delimiter = re.escape(self._delimiter)
        cell = rb'(?:"(?:[^"]|"")*+"|[^"' + delimiter + rb"\r\n][^" + delimiter + rb'"\r\n]*+|)'
        self._cell = re.compile(rb"(" + cell + rb")(?:" + delimiter + rb"|$)", re.DOTALL)
        self._row = re.compile(cell + rb"(?:" + delimiter + cell + rb")*+(\r?\n|\r?\Z)")
        self._open = re.compile(rb"(?:" + cell + delimiter + rb')*+"(?:[^"]|"")*+\Z')
        self._pending = b""
        self._retry_at = 0
        """Bytes that are there before an open cell is read again: twice as many each time."""
        self._header: list[str] | None = None
        self._types: dict[str, str] = {key.name: key.type for key in check.schema.all_keys}
        self._own_keys = {key.name for key in check.schema.keys}
        self._length = 0
        """Bytes that the columns' names add to the size of an item."""
        self._started = False
        if self._given is not None:
            self._take_header(list(self._given), None)

    def feed(self, block: bytes) -> None:
        if not self._started:
            self._started = True
            if block.startswith(_BOM):
                self._check.note_once("byte-order-mark", 1)
                block = block[len(_BOM) :]
        if self._cut:
            block = self._pass_rest(block)
        block = self._pending + block
        if len(block) < self._retry_at:
            self._pending = block
        else:
            self._read(block, final=False)

    def finish(self) -> None:
        block, self._pending = self._pending, b""
        self._read(block, final=True)

    def _read(self, block: bytes, *, final: bool) -> None:
        self._pending = b""
        self._retry_at = 0
        if b'"' not in block and b"\r" not in block and self._header is not None and block.endswith(b"\n"):
            for line in block[:-1].split(b"\n"):
                self._row_of(line, line.split(self._delimiter), 1)
            return
        start = 0
        while start < len(block):
            match = self._row.match(block, start)
            complete = match is not None and (match[1] != b"" or match.end() == len(block))
            if match is not None and complete and (match[1].endswith(b"\n") or final):
                raw = block[start : match.start(1)]
                lines = raw.count(b"\n") + 1
                if match[1].startswith(b"\r"):
                    self._check.note_once("crlf", self._line)
                self._row_of(raw, self._cells(raw), lines)
                start = match.end()
                continue
            rest = block[start:]
            if not final and len(rest) <= LONGEST and (b"\n" not in rest or self._open.match(rest)):
                self._pending = rest
                self._retry_at = min(2 * len(rest), LONGEST + 1)
                return
            start += self._stray_quote(rest)

    def _stray_quote(self, rest: bytes) -> int:
        end = rest.find(b"\n") + 1 or len(rest)
        line = rest[:end].rstrip(b"\r\n")
        if len(line) > LONGEST:
            problem = Problem("item-size", fill={"more": "a line of more than 8 MiB"})
        elif b'"' in line:
            problem = Problem("csv-quote")
        else:
            problem = Problem("csv-quote", fill={"more": "a carriage return within a cell"})
        self._check.broken(problem, self._line, line)
        self._cut = not rest.endswith(b"\n", 0, end)
        self._line += not self._cut
        return end

    def _cells(self, raw: bytes) -> list[bytes]:
        if b'"' not in raw:
            return raw.split(self._delimiter)
        cells: list[bytes] = []
        place = 0
        while True:
            match = self._cell.match(raw, place)
            if match is None:
                return cells
            cell = match[1]
            cells.append(cell[1:-1].replace(b'""', b'"') if cell.startswith(b'"') else cell)
            place = match.end()
            if place == len(raw):
                if raw.endswith(self._delimiter) and match.end() > match.end(1):
                    cells.append(b"")
                return cells

    def _row_of(self, raw: bytes, cells: Sequence[bytes], lines: int) -> None:
        line, self._line = self._line, self._line + lines
        if not raw.strip(b" \t"):
            self._check.note_once("csv-blank-line", line)
            return
        try:
            texts = [cell.decode() for cell in cells]
        except UnicodeDecodeError:
            self._check.broken(Problem("invalid-utf8"), line, raw)
            return
        if self._header is None:
            self._take_header(texts, line)
            if self._check.sink is not None:
                self._check.sink.header(raw + b"\n")
            return
        if self._check.count == 0 and self._given is not None and texts == list(self._given):
            self._check.note_once("csv-header-is-data", line)
        if lines > 1:
            self._check.note_once("csv-newline", line)
        if len(texts) != len(self._header):
            more = {"more": f"{len(texts)} cells, {len(self._header)} columns"}
            self._check.broken(Problem("csv-columns", fill=more), line, raw)
            return
        self._check.item(self._item(texts, line), line, raw, len(raw) + self._length)

    def _take_header(self, names: list[str], line: int | None) -> None:
        check = self._check
        self._header = names
        self._length = sum(len(name.encode()) for name in names)
        if len(set(names)) < len(names):
            check.note_once("csv-duplicate-column", line)
        if not all(_COLUMN_NAME.fullmatch(name) for name in names):
            check.note_once("csv-column-name", line)
        missing = [key.name for key in check.schema.keys if key.name not in names]
        if missing:
            check.note_once(
                "csv-key-column", line, more="no column " + " and no column ".join(map(repr, missing))
            )
            # It may be no header but data, and data is not shown.
            self._header = [
                name if name in self._types else f"column {number}" for number, name in enumerate(names, 1)
            ]
        if any(self._types.get(name) == "B" for name in names):
            check.note_once("csv-binary-key", line)

    def _item(self, texts: list[str], line: int) -> dict[str, Any]:
        types = self._types
        item: dict[str, Any] = {}
        for name, text in zip(self._header or (), texts, strict=True):
            if text:
                item[name] = {types.get(name, "S"): text}
                if name in types and (text[0].isspace() or text[-1].isspace()):
                    self._check.note_once("csv-spaces", line)
        return item

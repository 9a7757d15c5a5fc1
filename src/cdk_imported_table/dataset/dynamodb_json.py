"""Reading DynamoDB JSON: one `{"Item": {…}}` a line, and what people write instead (rules 2.1 to 2.7)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from json import JSONDecodeError
from typing import Any, Final, NoReturn

import orjson

from .file_check import RecordCheck
from .items import Problem
from .line_reader import LineReader
from .lines import LONGEST
from .template import Run, Template, Templates

_BOM: Final = b"\xef\xbb\xbf"
_COLON_APART: Final = re.compile(rb'"[ \t\r\n]+:')
_SPACE: Final = b" \t\r\n"
_NAMES: Final = 5
_PATIENCE: Final = 100


def check_dynamodb_json(blocks: Iterable[bytes], check: RecordCheck) -> None:
    """Check one file.

    Args:
        blocks: The file, in blocks of whole lines.
        check: Takes what is found.
    """
    reader = DynamoDBJsonReader(check)
    for block in blocks:
        check.report.bytes += len(block)
        reader.feed(block)
    reader.finish()


class _Duplicates:
    """Makes objects, and remembers the names that stood twice in one."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            self.names += sorted({name for name in names if names.count(name) > 1})[:_NAMES]
        return made


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


class DynamoDBJsonReader(LineReader):
    """Takes the fast path while lines are alike and good, and reads exactly what is not."""

    def __init__(self, check: RecordCheck) -> None:
        super().__init__(check)
        self._templates = Templates(check.schema, check.now)
        self._pending = b""
        """The beginning of a record that is not complete yet."""
        self._retry_at = 0
        """The length of `_pending` at which reading it is tried again: doubling keeps this linear."""
        self._new_template = False
        self._array = False
        self._started = False
        self._skipping = 0
        """Of a line that is too long, the bytes that are no white space or zeros; 0 if there is none."""
        self._too_deep = 0
        """Records that open more brackets than anybody may: finding out takes a thousand lines each time."""
        self._duplicates = _Duplicates()
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._duplicates, parse_int=float, parse_constant=_refuse_constant
        )

    def feed(self, block: bytes) -> None:
        """Take the next bytes."""
        if not self._started:
            self._started = True
            if block.startswith(_BOM):
                self._check.note_once("byte-order-mark", 1)
                block = block[len(_BOM) :]
        if self._skipping:
            block = self._skip(block)
        if self._cut:
            block = self._pass_rest(block)
        if b"\r" in block and b"\r\n" in block:  # one byte is looked for ten times as fast
            self._check.note_once("crlf", self._line + block[: block.index(b"\r\n")].count(b"\n"))
            block = block.replace(b"\r\n", b"\n")
        if self._pending:
            self._pending += block
            if len(self._pending) < self._retry_at:
                return
            block, self._pending = self._pending, b""
        self._read(block, final=False)

    def finish(self) -> None:
        """The file is over."""
        block, self._pending = self._pending, b""
        self._read(block, final=True)
        if self._skipping:
            self._too_long()

    def _read(self, block: bytes, *, final: bool) -> None:
        """Read records: those that are alike and good together, the others exactly."""
        start = 0
        template, runs = self._runs(block)
        run = next(runs, None)
        while start < len(block):
            if run is not None and run.start <= start:
                if run.start == start and template is not None:
                    template.note(run.rows, self._check.report.attributes)
                    self._check.good_rows(template.keys(run.rows), self._line, block[run.start : run.end])
                    self._line += len(run.rows)
                    start = run.end
                run = next(runs, None)
                continue
            end = block.find(b"\n", start) + 1 or len(block)
            line = block[start:end]
            if line.isspace() or self._read_line(line):
                self._line += line.count(b"\n")
                start = end
                if self._new_template:
                    block, start = block[start:], 0
                    template, runs = self._runs(block)
                    run = next(runs, None)
                continue
            used = self._read_text(block, start, final=final)
            if not used:
                self._hold(block[start:])
                return
            start += used

    def _runs(self, block: bytes) -> tuple[Template | None, Iterator[Run]]:
        template = self._templates.current
        self._new_template = False
        return template, iter(()) if template is None or not block else template.runs(block)

    def _read_line(self, line: bytes) -> bool:
        """Read a line that is one record, if it is."""
        text = line.strip(_SPACE)
        try:
            value = orjson.loads(text)
        except ValueError:
            return False
        if type(value) is not dict:
            return False
        try:
            same = text.count(b'":') == orjson.dumps(value).count(b'":') and not _COLON_APART.search(text)
        except (TypeError, ValueError):
            same = False
        if not same:
            self._duplicates.names.clear()
            try:
                value = self._decoder.decode(text.decode())
            except (ValueError, RecursionError):
                return False
        if self._record(value, self._line, text) and same and not self._array:
            self._new_template = self._templates.learn(value, text)
        return True

    def _record(self, value: object, line: int, raw: bytes) -> bool:
        """Hand on one record. Return whether nothing at all is wrong with it."""
        check = self._check
        names, self._duplicates.names = self._duplicates.names, []
        if not raw.isascii() and not _is_utf8(raw):
            check.broken(Problem("invalid-utf8"), line, raw)
            return False
        if type(value) is not dict or type(value.get("Item")) is not dict:
            more = ""
            if type(value) is dict and "Item" not in value and "Keys" in value:
                more = "it looks like an incremental export"
            elif type(value) is dict and "Item" in value:
                more = "Item is not an object"
            check.broken(Problem("no-item", fill={"more": more}), line, raw)
            return False
        if names:
            check.note_next(
                "duplicate-name", line, more=", ".join(repr(name[:50]) for name in names[:_NAMES])
            )
        if len(value) > 1:
            check.note_next("beside-item", line)
        return check.item(value["Item"], line, raw) and len(value) == 1

    def _hold(self, rest: bytes) -> None:
        """Keep the beginning of a record until there is more of it."""
        if len(rest) > LONGEST:
            if b"\n" in rest:
                used = self._broken(rest, "bad-json", "it does not end within 8 MiB")
                self._read(rest[used:], final=False)
            else:
                self._skipping = 1
                self._skip(rest)
            return
        self._pending = rest
        self._retry_at = 2 * len(rest) if b"\n" in rest else 0

    def _skip(self, block: bytes) -> bytes:
        """Leave out the rest of a line that is too long, and return what follows it."""
        end = block.find(b"\n") + 1 or len(block)
        if self._check.sink is not None:
            self._check.sink.bad_piece(block[:end].rstrip(b"\n"))
        self._skipping += len(block[:end].translate(None, b" \t\r\n0"))
        if block[end - 1 : end] == b"\n":
            self._too_long()
        return block[end:]

    def _too_long(self) -> None:
        sure = self._skipping > LONGEST
        self._skipping = 0
        problem = Problem("item-size" if sure else "not-checked", fill={"more": "a line of more than 8 MiB"})
        self._check.broken(problem, self._line, b"")
        self._line += 1

    def _read_text(self, block: bytes, start: int, *, final: bool) -> int:
        """Read one line that is not simply one record, with as many following lines as it takes.

        Returns:
            The bytes that were used; 0 if more text is needed.
        """
        if self._too_deep > _PATIENCE:
            return self._broken(block[start:], "bad-json", "nested too deeply, as many lines before it")
        end = block.find(b"\n", start) + 1 or len(block)
        while True:
            used = self._read_segment(block[start:end], whole=end == len(block) and final)
            if used:
                return used
            if end == len(block):
                return 0
            # Twice the text each time: an item of a hundred thousand lines is not read as many times.
            end = block.find(b"\n", min(2 * end - start, len(block))) + 1 or len(block)

    def _read_segment(self, segment: bytes, *, whole: bool) -> int:
        """Read the records of a text that begins at a record.

        Args:
            segment: One or more lines, or a piece of one.
            whole: Whether nothing can follow.

        Returns:
            The bytes that were used. 0: it does not end where a record does, and more is needed.
        """
        # Bytes that are not UTF-8 are carried along: where the record ends does not depend on them.
        text = segment.decode("utf-8", "surrogateescape")
        place = 0
        on_line = 0
        while True:
            place, lines = self._over_separators(text, place)
            self._line += lines
            if lines:
                on_line = 0
            if place == len(text):
                return len(segment)
            if on_line and not self._array:
                self._check.note_once("records-on-one-line", self._line)
            outcome = self._decode(text, place, whole=whole)
            if outcome is None:  # incomplete
                used_bytes = len(_bytes(text[:place]))
                if used_bytes and not whole:
                    return used_bytes
                if not whole:
                    return 0
                return used_bytes + self._broken(segment[used_bytes:], "bad-json", "the text ends too early")
            value, used = outcome
            if isinstance(value, _Broken):
                used_bytes = len(_bytes(text[:place]))
                return used_bytes + self._broken(segment[used_bytes:], "bad-json", value.reason)
            raw = text[place:used]
            lines = raw.count("\n")
            if lines:
                self._check.note_once("item-over-lines", self._line)
            self._record(value, self._line, _bytes(raw))
            self._line += lines
            on_line += 1
            place = used

    def _over_separators(self, text: str, place: int) -> tuple[int, int]:
        """Pass white space, and what stands between the items of an array. Return the place and the lines."""
        lines = 0
        while place < len(text):
            character = text[place]
            if character == "\n":
                lines += 1
            elif character == "[" and not self._array and self._check.count == 0:
                self._array = True
                self._check.note_once("json-array", self._line)
            elif (self._array and character in ",]") or character in " \t\r":
                pass
            else:
                break
            place += 1
        return place, lines

    def _decode(self, text: str, place: int, *, whole: bool) -> tuple[Any, int] | None:
        """Read one JSON value. `None`: the text ends within it."""
        self._duplicates.names.clear()
        try:
            return self._decoder.raw_decode(text, place)
        except JSONDecodeError as error:
            ended = text.endswith("\n")
            near_end = error.pos >= len(text.rstrip()) or (not ended and error.pos >= len(text) - 12)
            if not whole and (near_end or (not ended and error.msg.startswith("Unterminated string"))):
                return None
            line, column = text.count("\n", place, error.pos), error.pos - text.rfind("\n", 0, error.pos)
            where = f"line {self._line + line}, column {column}"
            return _Broken(f"{error.msg[:1].lower()}{error.msg[1:]} at {where}"), place
        except ValueError as error:
            return _Broken(str(error)), place
        except RecursionError:
            self._too_deep += 1
            return _Broken("nested too deeply"), place

    def _broken(self, segment: bytes, rule: str, why: str) -> int:
        """Say that the record at the beginning of `segment` cannot be read, and pass its first line."""
        end = segment.find(b"\n") + 1 or len(segment)
        line = segment[:end]
        self._check.broken(Problem(rule, fill={"more": why}), self._line, line.rstrip(_SPACE))
        self._line += line.count(b"\n")
        self._cut = not line.endswith(b"\n")
        return end


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Broken:
    """Text that is no JSON, whatever follows."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

"""Plain JSON: one object a line, or objects in one array. Read in bounded memory, numbers exactly."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from json import JSONDecodeError
from typing import Any, Final

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.formats import Conversion
from cdk_imported_table.dataset.items import Problem
from cdk_imported_table.dataset.lines import LONGEST

from .records import TOO_LONG, Records
from .typed_values import NULL, ExactJson, MisfitError, Value, as_value, converter, empty_value

_EMPTY_TEXT: Final[Value] = {"S": ""}
_REST: Final = "the rest of the file is not read"
_SPACE: Final = " \t\r\n"
_NEAR_END: Final = 12
"""The longest piece of JSON of which the beginning alone is an error: `\\ud83d\\ude00`."""


class ObjectConverter:
    """Makes items of objects: what is declared gets its type."""

    def __init__(self, conversion: Conversion, records: Records) -> None:
        self._records = records
        types = dict(conversion.types)
        for key in records.schema.keys:
            if key.type == "B":  # JSON has no other way to write bytes than a string
                types.setdefault(key.name, ColumnType.BINARY)
        self._types = [(name, converter(one), _if_empty(one)) for name, one in types.items()]

    def add(self, value: Value, line: int) -> None:
        """Take the record that begins on `line`."""
        item: dict[str, Any] | None = value.get("M")
        if item is None:
            self._records.broken([Problem("convert-object", fill={"more": "it is something else"})], line)
            return
        problems = []
        for name, convert, if_empty in self._types:
            given = item.get(name)
            if given is None or given == NULL:
                continue
            if given == _EMPTY_TEXT and if_empty is not _EMPTY_TEXT:
                if if_empty is None:
                    del item[name]
                else:
                    item[name] = if_empty
                continue
            try:
                item[name] = convert(given)
            except MisfitError as error:
                (shown,) = given.values()
                problems.append(Problem("convert-type", name, {"more": str(error)}, shown))
        if problems:
            self._records.broken(problems, line)
        else:
            self._records.add(item, line)


def _if_empty(column_type: ColumnType) -> Value | None:
    """What an empty string becomes; a string and a binary value may be empty, and are if nothing is said."""
    if column_type.tag in ("S", "B") and column_type.empty is not EmptyValue.NULL:
        return _EMPTY_TEXT
    return empty_value(column_type, EmptyValue.ABSENT)


def convert_json_lines(blocks: Iterable[bytes], conversion: Conversion, records: Records) -> None:
    """Convert one file with one object a line. Empty lines are none.

    Args:
        blocks: The file, in blocks of whole lines, but for very long ones.
        conversion: What is declared.
        records: Takes what is read.
    """
    decode = ExactJson(conversion.null, typed=bool(conversion.types)).decode
    add = ObjectConverter(conversion, records).add
    line = 0
    for block in records.whole_lines(blocks):
        lines: list[str] | list[bytes]
        if not block:
            line += 1
            records.broken([Problem("convert-json", fill={"more": TOO_LONG})], line)
            continue
        try:
            lines = block.decode().split("\n")
        except UnicodeDecodeError:
            lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for one in lines:
            line += 1
            try:
                text = one if isinstance(one, str) else one.decode()
                if not text or text.isspace():
                    continue
                value = decode(text)
            except (ValueError, RecursionError) as error:
                records.broken([_unreadable(error)], line)
                continue
            add(value, line)
    records.flush()


def _unreadable(error: ValueError | RecursionError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        return Problem("convert-text", fill={"more": f"byte {error.start + 1} of the line"})
    if isinstance(error, RecursionError):
        return Problem("convert-json", fill={"more": "nested too deeply"})
    if isinstance(error, JSONDecodeError):
        return Problem("convert-json", fill={"more": _lower(error.msg)}, column=error.pos + 1)
    return Problem("convert-json", fill={"more": str(error)})


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def convert_json_array(blocks: Iterable[bytes], conversion: Conversion, records: Records) -> None:
    """Convert one file with one array of objects, over as many lines as it likes.

    Args:
        blocks: The file.
        conversion: What is declared.
        records: Takes what is read.
    """
    _Array(conversion, records).read(blocks)
    records.flush()


class _Array:
    """Reads the members of an array one after the other, holding no more text than one of them needs."""

    def __init__(self, conversion: Conversion, records: Records) -> None:
        self._records = records
        self._objects = ObjectConverter(conversion, records)
        self._scan = ExactJson(conversion.null, typed=bool(conversion.types)).scan
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._line, self._column = 1, 1
        """Where the text begins."""
        self._state = "["
        """What has to come next: `[`, a first member or `]`, `,` or `]`, a member, or nothing more."""

    def read(self, blocks: Iterable[bytes]) -> None:
        wanted = 0
        for block in self._records.blocks(blocks):
            if not self._decode(block):
                return
            if len(self._text) < wanted:
                continue
            if not self._take(final=False):
                return
            # Twice the text before the next try: an object of a megabyte is not read again for each block.
            wanted = 2 * len(self._text) if self._state in ("member", "first") else 0
            if len(self._text) > LONGEST:
                self._stop("convert-json", "an object does not end within 8 MiB", 0)
                return
        if self._decode(b"", final=True) and self._take(final=True) and self._state != "end":
            if self._state == "[" and not self._text:
                return  # an empty file has no items
            self._stop("convert-json", "the text ends too early", len(self._text))

    def _decode(self, block: bytes, *, final: bool = False) -> bool:
        """Take bytes. Return whether they are UTF-8."""
        try:
            self._text += self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            line = self._line + self._text.count("\n") + block.count(b"\n", 0, error.start)
            self._records.broken([Problem("convert-text", fill={"more": _REST})], line)
            return False
        return True

    def _take(self, *, final: bool) -> bool:
        """Read what is complete. Return whether to go on."""
        place = line_at = 0
        line = self._line
        while True:
            place = _over_space(self._text, place)
            if place == len(self._text):
                break
            if self._state == "member" or (self._state == "first" and self._text[place] != "]"):
                try:
                    value, end = self._scan(self._text, place)
                    value = as_value(value)
                except (ValueError, RecursionError) as error:
                    if not final and isinstance(error, JSONDecodeError) and self._may_go_on(error):
                        break
                    self._refuse(error, place)
                    return False
                if end == len(self._text) and not final and "M" not in value:
                    break  # a number or a word may go on
                line += self._text.count("\n", line_at, place)
                line_at = place
                self._objects.add(value, line)
                self._state, place = "next", end
            elif self._between(place):
                place += 1
            else:
                return False
        self._cut(place)
        return True

    def _between(self, place: int) -> bool:
        """Take the character that stands before, between or behind members. Return whether it may."""
        character = self._text[place]
        if self._state == "[":
            if character != "[":
                self._stop("convert-object", f"the file does not begin with '['; {_REST}", place)
                return False
            self._state = "first"
        elif self._state == "end":
            self._stop("convert-object", "something follows the array", place)
            return False
        elif character not in ",]":
            self._stop("convert-json", f"expecting ',' or ']'; {_REST}", place)
            return False
        else:
            self._state = "member" if character == "," else "end"
        return True

    def _refuse(self, error: ValueError | RecursionError, place: int) -> None:
        problem = _unreadable(error)
        self._stop(problem.rule, f"{problem.fill['more']}; {_REST}", getattr(error, "pos", place))

    def _may_go_on(self, error: JSONDecodeError) -> bool:
        return error.pos >= len(self._text) - _NEAR_END or error.msg.startswith("Unterminated string")

    def _cut(self, place: int) -> None:
        self._line, self._column = self._position(place)
        self._text = self._text[place:]

    def _position(self, place: int) -> tuple[int, int]:
        lines = self._text.count("\n", 0, place)
        if not lines:
            return self._line, self._column + place
        return self._line + lines, place - self._text.rfind("\n", 0, place)

    def _stop(self, rule: str, why: str, place: int) -> None:
        line, column = self._position(place)
        self._records.broken([Problem(rule, fill={"more": why}, column=column)], line)


def _over_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place

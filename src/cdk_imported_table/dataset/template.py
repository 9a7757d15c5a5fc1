"""The fast path: runs of lines that one regular expression proves good (see `shape`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from .items import key_part
from .rules import ITEM_LIMIT
from .schema import SORT_KEY_LIMIT, TableSchema
from .shape import KEY_PATTERNS, SET_TAGS, Fields, Style
from .stats import Attributes

_LEARN: Final = 40
"""Lines that are looked at before a pattern is made."""
_TRIAL: Final = 500
_WORTH: Final = 0.1
"""A pattern that matches fewer of its first lines costs more than it saves."""
_MOST_PATTERNS: Final = 12
_MOST_REFUSED: Final = 400
_SETS: Final = re.compile(rb'"([SNB])S": ?\[((?:[^\]"\\]|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+)\]')
_LONG: Final = re.compile(rb'"[SB]": ?("[^"\\]*+(?:\\.[^"\\]*+)*+")')
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_SPECIAL: Final = re.compile(r"[\x00-\x1f\\\"\ud800-\udfff]")
_ANY_LINE: Final = rb"([^\n]*+\n|[^\n]++)"

Row = tuple[bytes, ...]


@dataclass
class Run:
    """Lines that follow each other and are good."""

    start: int
    end: int
    rows: list[Row]


class Template:
    """A pattern for the lines of a file.

    Args:
        fields: What the lines look like.
        style: How they are written.
        schema: The table's keys, whose values are captured.
        now: The time that expired items are measured by.
    """

    def __init__(self, fields: Fields, style: Style, schema: TableSchema, now: int) -> None:
        self._groups = 0
        self._constant: list[tuple[str, str]] = []
        self._counted: list[tuple[int, str, str]] = []
        self._key_groups: dict[str, int] = {}
        self._seen = self._matched = 0
        self._sets: list[tuple[int, bool]] = []
        self._sets_within = any(fields.shapes[name].has_sets_within for name in fields.order)
        table_keys = {key.name: key.type for key in schema.keys}
        index_keys = {name: asked[0].key.type for name, asked in schema.index_keys.items()}
        parts = []
        for name in fields.order:
            patterns = fields.shapes[name].patterns(style)
            required = fields.required(name)
            if name in table_keys:
                patterns = {table_keys[name]: f'"({KEY_PATTERNS[table_keys[name]]})"'}
                self._key_groups[name] = self._groups
                self._groups += 1
                required = True
            elif name in index_keys:
                patterns = {tag: inner for tag, inner in patterns.items() if tag == index_keys[name]}
            if name == schema.ttl:
                patterns = (
                    {"N": f'"{_later_than(now)}"'} if "N" in patterns and name not in table_keys else {}
                )
            if patterns:
                value = self._value(name, patterns, style, required=required)
                parts.append(style.member(name, value, required=required))
        self._complete = len(self._key_groups) == len(table_keys)
        self._key_order = [self._key_groups[key.name] for key in schema.keys] if self._complete else []
        self._key_types = [key.type for key in schema.keys] if self._complete else []
        pattern = rf'\{{"Item"{style.colon}\{{{"".join(parts)}\}}\}}\n'
        self._pattern = re.compile(pattern.encode() + b"|" + _ANY_LINE)

    def _value(self, name: str, patterns: dict[str, str], style: Style, *, required: bool) -> str:
        """Return a pattern for a value; its type is captured where it may differ from line to line."""
        alone = required and len(patterns) == 1
        each = []
        for tag, inner in patterns.items():
            written = tag.removesuffix("-empty")
            if alone:
                self._constant.append((name, tag))
            else:
                self._counted.append((self._groups, name, tag))
                self._groups += 1
            if tag in SET_TAGS:
                self._sets.append((self._groups, tag == "NS"))
                self._groups += 1
            member = f"({inner})" if tag in SET_TAGS else inner
            each.append(f'"{written if alone else f"({written})"}"{style.colon}{member}')
        return rf"\{{(?:{'|'.join(each)})\}}"

    def runs(self, block: bytes) -> Iterator[Run]:
        """Yield the runs of good lines in `block`."""
        if not self._complete:
            return
        try:
            block.decode()
        except UnicodeDecodeError:
            return
        rows: list[Row] = self._pattern.findall(block)
        self._seen += len(rows)
        self._matched += sum(not row[-1] for row in rows)
        if self._seen > _TRIAL and self._matched < self._seen * _WORTH:
            self._complete = False
        suspects = self._suspicious_lines(block, rows)
        if not suspects and not any(row[-1] for row in rows):
            yield Run(0, len(block), rows)
            return
        start, first, place = 0, 0, 0
        for number, (row, line) in enumerate(zip(rows, block.splitlines(keepends=True), strict=False)):
            if row[-1] or number in suspects:
                if number > first:
                    yield Run(start, place, rows[first:number])
                start, first = place + len(line), number + 1
            place += len(line)
        if len(rows) > first:
            yield Run(start, place, rows[first:])

    def _suspicious_lines(self, block: bytes, rows: list[Row]) -> set[int]:
        """Return the numbers of lines that a match does not prove good: doubtful sets, and what is long."""
        suspects = {
            number
            for group, numbers in self._sets
            for number, row in enumerate(rows)
            if _may_repeat(row[group], numbers=numbers)
        }
        if self._sets_within:
            suspects |= _sets_that_may_repeat(block)
        lengths = list(map(len, block.split(b"\n")))
        if max(lengths) > SORT_KEY_LIMIT:
            suspects |= {number for number, length in enumerate(lengths) if length >= ITEM_LIMIT}
            if max(map(len, _LONG.findall(block)), default=0) > SORT_KEY_LIMIT + 2:
                suspects |= {
                    block.count(b"\n", 0, match.start())
                    for match in _LONG.finditer(block)
                    if len(match[1]) > SORT_KEY_LIMIT + 2
                }
        return suspects

    def keys(self, rows: list[Row]) -> list[bytes]:
        """Return the primary keys of `rows`, as `items.key_of` makes them."""
        parts = [
            _READ_KEY[tag]([row[group] for row in rows])
            for group, tag in zip(self._key_order, self._key_types, strict=True)
        ]
        return parts[0] if len(parts) == 1 else list(map(b"\0".join, zip(*parts, strict=True)))

    def note(self, rows: list[Row], seen: Attributes) -> None:
        """Count the attributes of `rows`."""
        for name, tag in self._constant:
            seen.note(name, tag, len(rows))
        columns = list(zip(*rows, strict=True))
        for group, name, tag in self._counted:
            count = len(rows) - columns[group].count(b"")
            if count:
                seen.note(name, tag, count)


class Templates:
    """Learns what the lines of a file look like, from those that the current template does not match.

    Args:
        schema: The table's keys.
        now: The time that expired items are measured by.
    """

    def __init__(self, schema: TableSchema, now: float) -> None:
        self._schema = schema
        self._now = int(now)
        self._fields = Fields()
        self._style: Style | None = None
        self._fresh = 0
        self._made = 0
        self._refused = 0
        self.current: Template | None = None

    def learn(self, record: dict[str, Any], text: bytes) -> bool:
        """Learn from a good line that did not match; return whether there is a new template now."""
        if self._made >= _MOST_PATTERNS or self._refused >= _MOST_REFUSED:
            return False
        item = record["Item"]
        if self._style is None:
            spaced = text.startswith(b'{"Item": ')
            escaped = text.isascii()
            self._style = Style(": " if spaced else ":", ", " if spaced else ",", escaped)
        if any(_SPECIAL.search(name) for name in item) or not self._fields.learn(item, 1):
            self._refused += 1
        self._fresh += 1
        # Each further template needs more evidence: compiling one costs as much as reading a thousand lines.
        if self._fresh < _LEARN * (1 + 4 * self._made):
            return False
        self._fresh = 0
        self._made += 1
        self.current = Template(self._fields, self._style, self._schema, self._now)
        return True


def _texts(values: list[bytes]) -> list[bytes]:
    return [orjson.loads(b'"%b"' % value).encode() if b"\\" in value else value for value in values]


def _numbers(values: list[bytes]) -> list[bytes]:
    return [key_part("N", value.decode()) for value in values]


_READ_KEY: Final[dict[str, Callable[[list[bytes]], list[bytes]]]] = {"S": _texts, "N": _numbers, "B": list}


def _sets_that_may_repeat(block: bytes) -> set[int]:
    """Return the numbers of the lines that have such a set, at whatever place."""
    found = [match for match in _SETS.finditer(block) if _may_repeat(match[2], numbers=match[1] == b"N")]
    return {block.count(b"\n", 0, match.start()) for match in found}


def _may_repeat(members: bytes, *, numbers: bool) -> bool:
    """Return whether a member of a set may stand there twice."""
    if b"\\" in members:
        # An escape as \u or \/ is a second way of writing a character; the others are the only one.
        return b"\\u" in members or b"\\/" in members or _repeats(_STRING.findall(members))
    texts: list[Any] = members.split(b'"')[1::2]
    try:
        # Numbers that differ as floats differ.
        return _repeats(list(map(float, texts)) if numbers else texts)
    except ValueError:  # no number, in a line that did not match
        return True


def _repeats(members: list[Any]) -> bool:
    return len(set(members)) < len(members)


def _later_than(now: int) -> str:
    """Return a pattern for the ten-digit numbers above `now`."""
    digits = str(now)
    each = [
        f"{digits[:place]}[{int(digit) + 1}-9][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit != "9"
    ]
    return f"(?:{'|'.join(each)})" if len(digits) == 10 else "(?!)"

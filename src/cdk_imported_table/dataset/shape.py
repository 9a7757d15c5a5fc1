"""What lines of DynamoDB JSON look like: which attributes, in which order, of which types.

Data is repetitive. A regular expression that is made from a few lines matches most others, and a match proves
that a line keeps every rule: names differ, types are right, numbers and base64 are good. It is
faster than parsing. Whatever does not match is read exactly: that costs time, never a wrong answer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, Final

from .numbers import ORDINARY_PATTERN

_DEEPEST: Final = 6
_MOST_FIELDS: Final = 150
_NAME_LIMIT: Final = 255

SET_TAGS: Final = frozenset({"SS", "NS", "BS"})
_TEXT: Final = r'[^"\\\x00-\x1f]'
_PAIR: Final = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE: Final = r'\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|' + _PAIR + ")"
_STRING: Final = f'"{_TEXT}*+(?:{_ESCAPE}{_TEXT}*+)*+"'
_NUMBER: Final = f'"{ORDINARY_PATTERN}"'
_BASE64: Final = "(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"
_FULL_BASE64: Final = f'"(?!"){_BASE64}"'

KEY_PATTERNS: Final = {
    "S": f'(?!"){_TEXT}*+(?:{_ESCAPE}{_TEXT}*+)*+',
    "N": ORDINARY_PATTERN,
    "B": f'(?!"){_BASE64}',
}
"""Values of keys. Long ones are looked at again."""


def _list_of(member: str, comma: str, *, empty: bool) -> str:
    inside = f"{member}(?:{comma}{member})*+"
    return rf"\[(?:{inside})?\]" if empty else rf"\[{inside}\]"


@dataclass
class Shape:
    """The types that were seen at one place."""

    tags: set[str] = field(default_factory=set)
    members: Shape | None = None
    fields: Fields | None = None

    def learn(self, value: dict[str, Any], depth: int) -> bool:
        """Widen the shape by a good value. `False` if there is no pattern for it."""
        ((tag, inner),) = value.items()
        if depth > _DEEPEST:
            return False
        if tag == "L":
            self.members = self.members or Shape()
            if not all(self.members.learn(member, depth + 1) for member in inner):
                return False
        elif tag == "M":
            self.fields = self.fields or Fields()
            if not self.fields.learn(inner, depth + 1):
                return False
        self.tags.add(tag + "-empty" if tag in ("S", "B") and not inner else tag)
        return True

    @property
    def has_sets_within(self) -> bool:
        """Return whether a list or a map at this place has sets."""
        inner = [
            *([self.members] if self.members else []),
            *(self.fields.shapes.values() if self.fields else []),
        ]
        return any(not SET_TAGS.isdisjoint(shape.tags) or shape.has_sets_within for shape in inner)

    def patterns(self, style: Style) -> dict[str, str]:
        """Return a pattern for the value of each type."""
        plain = {
            "S": f'(?!""){_STRING}',
            "S-empty": '""',
            "N": _NUMBER,
            "B": _FULL_BASE64,
            "B-empty": '""',
            "BOOL": "(?:true|false)",
            "NULL": "true",
            "SS": _list_of(_STRING, style.comma, empty=False),
            "NS": _list_of(_NUMBER, style.comma, empty=False),
            "BS": _list_of(f'"{_BASE64}"', style.comma, empty=False),
        }
        found = {}
        for tag in sorted(self.tags):
            if tag == "L":
                members = self.members.pattern(style) if self.members and self.members.tags else ""
                found[tag] = _list_of(members, style.comma, empty=True) if members else r"\[\]"
            elif tag == "M":
                found[tag] = rf"\{{{self.fields.pattern(style) if self.fields else ''}\}}"
            else:
                found[tag] = plain[tag]
        return found

    def pattern(self, style: Style) -> str:
        """Return a pattern for the value with its type tag."""
        each = [
            f'"{tag.removesuffix("-empty")}"{style.colon}{inner}'
            for tag, inner in self.patterns(style).items()
        ]
        return rf"\{{(?:{'|'.join(each)})\}}"


@dataclass
class Fields:
    """The attributes of items or of maps, and which of them stands before which."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    learned: int = 0
    before: dict[str, dict[str, None]] = field(default_factory=dict)
    """By name: the attributes that were seen right before it."""

    def learn(self, attributes: dict[str, Any], depth: int) -> bool:
        """Widen the shape by good attributes. `False` if there is no pattern for them."""
        previous = None
        for name in attributes:
            if name not in self.shapes:
                if len(self.shapes) >= _MOST_FIELDS or not 0 < len(name.encode()) <= _NAME_LIMIT:
                    return False
                self.shapes[name] = Shape()
                self.before[name] = {}
            if previous is not None and previous not in self.before[name]:
                if self._stands_before(name, previous):
                    return False  # both orders were seen, and a pattern has one
                self.before[name][previous] = None
            previous = name
        self.learned += 1
        for name, value in attributes.items():
            self.counts[name] = self.counts.get(name, 0) + 1
            if not self.shapes[name].learn(value, depth):
                return False
        return True

    def _stands_before(self, name: str, other: str) -> bool:
        """Return whether `name` was seen before `other`, with any others between them."""
        found, waiting = set[str](), [other]
        while waiting:
            for one in self.before[waiting.pop()]:
                if one == name:
                    return True
                if one not in found:
                    found.add(one)
                    waiting.append(one)
        return False

    @property
    def order(self) -> list[str]:
        """An order in which every line fits that was learnt."""
        return [name for name in TopologicalSorter(self.before).static_order() if self.shapes[name].tags]

    def required(self, name: str) -> bool:
        """Return whether everything that was seen has the attribute."""
        return self.counts.get(name, 0) == self.learned

    def pattern(self, style: Style) -> str:
        """Return a pattern for the attributes, between the braces."""
        return "".join(
            style.member(name, self.shapes[name].pattern(style), required=self.required(name))
            for name in self.order
        )


@dataclass(frozen=True)
class Style:
    """How the lines are written: with or without a space after colon and comma."""

    colon: str
    comma: str
    ascii: bool
    """Whether other characters in names are escaped."""

    def member(self, name: str, value: str, *, required: bool) -> str:
        """Return a pattern for one attribute with the comma that follows unless it is the last."""
        pattern = rf'{self.name(name)}{self.colon}{value}(?:{self.comma}(?=")|(?=\}}))'
        return pattern if required else f"(?:{pattern})?"

    def name(self, name: str) -> str:
        """Return a pattern for a name."""
        return re.escape(json.dumps(name, ensure_ascii=self.ascii))

"""What lines of DynamoDB JSON look like: which attributes, in which order, of which types.

Data is repetitive. A regular expression that is made from a few lines matches most others, and a match proves
that a line keeps every rule: names differ, types are right, numbers and base64 are good. It is
faster than parsing. Whatever does not match is read exactly: that costs time, never a wrong answer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from .numbers import ORDINARY_PATTERN

_DEEPEST: Final = 6
_MOST_FIELDS: Final = 150
_NAME_LIMIT: Final = 255

_TEXT: Final = r'[^"\\\x00-\x1f]'
_PAIR: Final = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE: Final = r'\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|' + _PAIR + ")"
_STRING: Final = f'"{_TEXT}*+(?:{_ESCAPE}{_TEXT}*+)*+"'
_NUMBER: Final = f'"{ORDINARY_PATTERN}"'
_DISTINCT_NUMBER: Final = r'"(?:-?+(?:[1-9][0-9]{0,29}+(?:\.[0-9]{0,7}[1-9])?|0\.[0-9]{0,7}[1-9])|0)"'
"""Numbers that are equal only if their text is."""
_BASE64: Final = "(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"
_FULL_BASE64: Final = f'"(?!"){_BASE64}"'

KEY_PATTERNS: Final = {
    "S": f"{_TEXT}{{1,1024}}+",
    "N": "0|-?[1-9][0-9]{0,37}+",
    "B": f'(?!"){_BASE64}',
}
"""Key values that are good, and equal only if their text is."""


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
            "NS": _list_of(_DISTINCT_NUMBER, style.comma, empty=False),
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
    """The attributes of items or of maps, in the order in which they are written."""

    order: list[str] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    learned: int = 0

    def learn(self, attributes: dict[str, Any], depth: int) -> bool:
        """Widen the shape by good attributes. `False` if there is no pattern for them."""
        place = 0
        for name in attributes:
            if name in self.shapes:
                found = self.order.index(name)
                if found < place:
                    return False
                place = found + 1
            else:
                if len(self.order) >= _MOST_FIELDS or not 0 < len(name.encode()) <= _NAME_LIMIT:
                    return False
                self.order.insert(place, name)
                self.shapes[name] = Shape()
                place += 1
        self.learned += 1
        for name, value in attributes.items():
            self.counts[name] = self.counts.get(name, 0) + 1
            if not self.shapes[name].learn(value, depth):
                return False
        return True

    def required(self, name: str) -> bool:
        """Return whether everything that was seen has the attribute."""
        return self.counts.get(name, 0) == self.learned

    def pattern(self, style: Style) -> str:
        """Return a pattern for the attributes, between the braces."""
        return "".join(
            style.member(name, self.shapes[name].pattern(style), required=self.required(name))
            for name in self.order
            if self.shapes[name].tags
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

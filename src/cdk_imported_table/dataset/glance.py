"""Seeing that a value is good, without finding out where and why another is not.

Nearly all values are good, and this is several times as fast as the rules of `items`, which say what is
wrong. It is only ever sure of what those take; a test holds the two against each other.
"""

from __future__ import annotations

import re
from typing import Any, Final

from .numbers import ORDINARY

_DEEPEST: Final = 32
_SURELY_SHORT_NAME: Final = 65_535 // 4
_BASE64: Final = re.compile(
    "(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"
)
_is_number: Final = ORDINARY.fullmatch
_is_base64: Final = _BASE64.fullmatch


def surely_good(tag: str, inner: object, depth: int = 1) -> bool:
    """Return whether `inner`, under its type tag, keeps every rule for values; `False` says nothing."""
    if depth > _DEEPEST:
        return False
    if tag == "S":
        return type(inner) is str
    if tag == "N":
        return type(inner) is str and _is_number(inner) is not None
    if tag == "M":
        return type(inner) is dict and _is_good_map(inner, depth + 1)
    if tag == "L":
        return type(inner) is list and _is_good_list(inner, depth + 1)
    if tag == "BOOL":
        return type(inner) is bool
    if tag == "NULL":
        return inner is True
    if tag == "B":
        return type(inner) is str and _is_base64(inner) is not None
    return type(inner) is list and _is_good_set(tag, inner)


def _is_good_map(members: dict[str, Any], depth: int) -> bool:
    for name, value in members.items():
        if not 0 < len(name) < _SURELY_SHORT_NAME or type(value) is not dict or len(value) != 1:
            return False
        ((tag, inner),) = value.items()
        if not surely_good(tag, inner, depth):
            return False
    return True


def _is_good_list(members: list[Any], depth: int) -> bool:
    for value in members:
        if type(value) is not dict or len(value) != 1:
            return False
        ((tag, inner),) = value.items()
        if not surely_good(tag, inner, depth):
            return False
    return True


def _is_good_set(tag: str, members: list[Any]) -> bool:
    if not members:
        return False
    for member in members:
        if type(member) is not str:
            return False
    if tag == "SS":
        return len(set(members)) == len(members)
    if tag == "NS":
        # What differs as a float differs.
        return all(map(_is_number, members)) and len(set(map(float, members))) == len(members)
    return tag == "BS" and all(map(_is_base64, members)) and len(set(members)) == len(members)

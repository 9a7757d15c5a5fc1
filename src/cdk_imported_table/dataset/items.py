"""The rules that concern one item, whatever it was read from."""

from __future__ import annotations

import binascii
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from .glance import surely_good
from .numbers import ORDINARY, canonical_number, read_number
from .rules import ITEM_LIMIT
from .schema import PARTITION_KEY_LIMIT, SORT_KEY_LIMIT, IndexKey, Key, TableSchema
from .sizes import item_size
from .stats import Attributes

_DEEPEST: Final = 32
_NAME_LIMIT: Final = 65_535
_FIVE_YEARS: Final = 5 * 365 * 24 * 3600
_SETS: Final = {
    "SS": ("S", "An string set  may not be empty"),
    "NS": ("N", "An number set  may not be empty"),
    "BS": ("B", "Binary sets should not be empty"),
}
_WORDS: Final = {"S": "string", "B": "binary"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass
class Problem:
    """A rule that an item breaks."""

    rule: str
    path: str = ""
    """Where in the item: `address.geo[1]`."""
    fill: dict[str, str] = field(default_factory=dict)
    """What the placeholders of the rule's words stand for."""
    value: Any = None
    """What is there. Shown only when it is asked for."""
    line: int | None = None
    """The line, where it is another than that on which the record begins."""
    column: int | None = None
    """The character of that line, from 1."""


class ItemChecker:
    """Checks items in DynamoDB JSON form: `{"pk": {"S": "a"}}`.

    Args:
        schema: The table's keys.
        now: The time, in seconds, that expired items are measured by. Default: the present.
    """

    def __init__(self, schema: TableSchema, now: float | None = None) -> None:
        self._keys = list(zip(schema.keys, (PARTITION_KEY_LIMIT, SORT_KEY_LIMIT), strict=False))
        self._index_keys = schema.index_keys
        self._ttl = schema.ttl
        self.now = time.time() if now is None else now

    def check(self, item: dict[str, Any], length: int, seen: Attributes) -> list[Problem]:
        """Return what is wrong with `item`, and note its attributes in `seen`.

        Args:
            item: The attributes.
            length: An upper limit of its size: of an item that is surely small enough, none is computed.
            seen: What is known of the attributes of all items.
        """
        problems: list[Problem] = []
        known = seen.types
        for name, value in item.items():
            if type(value) is dict and len(value) == 1:
                ((tag, inner),) = value.items()
                if surely_good(tag, inner):
                    if tag == "S" or tag == "B":
                        tag = _text_tag(name, tag, inner, seen)
                    if name in known:
                        known[name][tag] += 1
                    else:
                        seen.note(name, tag)
                    continue
            _top_level(name, value, seen)
            _check_value(value, name, 1, problems)
        _check_names(item, problems)
        self._check_keys(item, problems)
        if length > ITEM_LIMIT and not problems:
            size = item_size(item)
            if size > ITEM_LIMIT:
                problems.append(Problem("item-size", fill={"more": f"{size} bytes"}))
        return problems

    def _check_keys(self, item: dict[str, Any], problems: list[Problem]) -> None:
        for key, limit in self._keys:
            value = item.get(key.name)
            inner = value.get(key.type) if type(value) is dict and len(value) == 1 else None
            # A character has four bytes at most.
            if type(inner) is not str or key.type == "B" or not 0 < len(inner) <= limit // 4:
                _check_key(item, key, limit, problems)
        for name, asked in self._index_keys.items():
            if name in item:
                _check_index_keys(item[name], asked, problems)
        if self._ttl is not None and self._ttl in item:
            self._check_ttl(item[self._ttl], problems)

    def _check_ttl(self, value: object, problems: list[Problem]) -> None:
        name = str(self._ttl)
        tag, inner = _only(value)
        if tag != "N":
            problems.append(Problem("ttl-type", name, {"more": f"it is {tag or 'no value'}"}))
        elif type(inner) is str and not isinstance(read_number(inner), str) and float(inner) <= self.now:
            old = float(inner) <= self.now - _FIVE_YEARS
            more = {"more": "by more than five years: DynamoDB keeps such items"} if old else {}
            problems.append(Problem("ttl-expired", name, more, inner))


def key_of(item: dict[str, Any], schema: TableSchema) -> bytes | None:
    """Return the primary key as bytes, equal for equal keys; `None` if a key is missing or is not usable."""
    parts = []
    for key in schema.keys:
        tag, inner = _only(item.get(key.name))
        if tag != key.type or type(inner) is not str:
            return None
        parts.append(key_part(key.type, inner))
    return b"\0".join(parts)


def key_part(tag: str, value: str) -> bytes:
    """Return a key value as bytes, equal for equal values."""
    return (canonical_number(value) if tag == "N" else value).encode("utf-8", "surrogatepass")


def _only(value: object) -> tuple[str | None, Any]:
    if type(value) is dict and len(value) == 1:
        ((tag, inner),) = value.items()
        return tag, inner
    return None, None


def _check_names(item: dict[str, Any], problems: list[Problem]) -> None:
    for name in item:
        if not name:
            problems.append(Problem("name-empty"))
        elif len(name) * 4 > _NAME_LIMIT and len(name.encode("utf-8", "surrogatepass")) > _NAME_LIMIT:
            problems.append(Problem("name-length", name))


def _top_level(name: str, value: object, seen: Attributes) -> None:
    tag, inner = _only(value)
    if tag is None:
        return
    if tag in ("S", "B") and type(inner) is str:
        tag = _text_tag(name, tag, inner, seen)
    seen.note(name, tag)


def _text_tag(name: str, tag: str, inner: str, seen: Attributes) -> str:
    """Note how long a string or binary is, if it is long, and return what it is counted as."""
    if len(inner) > SORT_KEY_LIMIT // 4:
        length = _length(tag, inner)
        if length > SORT_KEY_LIMIT:
            seen.note_length(name, length)
    return tag if inner else f"{tag}-empty"


def _check_key(item: dict[str, Any], key: Key, limit: int, problems: list[Problem]) -> None:
    if key.name not in item:
        problems.append(Problem("key-missing", key.name, {"key": key.name}))
        return
    tag, inner = _only(item[key.name])
    if tag is None:
        return  # said already, as a value that is none
    if tag != key.type:
        fill = {"key": key.name, "expected": key.type, "actual": tag}
        problems.append(Problem("key-type", key.name, fill, inner))
    elif type(inner) is str and tag != "N":
        length = _length(tag, inner)
        if not length:
            problems.append(Problem("key-empty", key.name, {"key": key.name, "kind": _WORDS[tag]}))
        elif length > limit:
            problems.append(Problem("key-length", key.name, _too_long(length, limit), inner))


def _check_index_keys(value: object, asked: list[IndexKey], problems: list[Problem]) -> None:
    tag, inner = _only(value)
    for index_key in asked if tag is not None else ():
        key = index_key.key
        fill = {"key": key.name, "index": index_key.index}
        if tag != key.type:
            fill |= {"expected": key.type, "actual": str(tag)}
            problems.append(Problem("index-key-type", key.name, fill, inner))
        elif type(inner) is str and tag != "N":
            length = _length(tag, inner)
            if not length:
                problems.append(Problem("index-key-empty", key.name, fill | {"kind": _WORDS[tag]}))
            elif length > index_key.limit:
                problems.append(
                    Problem("index-key-length", key.name, fill | _too_long(length, index_key.limit), inner)
                )


def _length(tag: str, inner: str) -> int:
    if tag == "S":
        return len(inner.encode("utf-8", "surrogatepass"))
    return len(inner) * 3 // 4 - inner[-2:].count("=")


def _too_long(length: int, limit: int) -> dict[str, str]:
    words = {
        PARTITION_KEY_LIMIT: "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        SORT_KEY_LIMIT: "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
    }
    return {"problem": words[limit], "more": f"{length} bytes"}


def _check_value(value: object, path: str, depth: int, problems: list[Problem]) -> None:
    if type(value) is not dict:
        problems.append(Problem("value-form", path, {"more": "a value is an object with a type tag"}, value))
        return
    if len(value) != 1:
        what = "has more than one datatypes set" if value else "is empty"
        more = "" if value else "no type tag"
        problems.append(Problem("type-tag", path, {"problem": what, "more": more}))
        return
    ((tag, inner),) = value.items()
    check = _CHECKS.get(tag)
    if check is None:
        problems.append(
            Problem("type-tag", path, {"problem": "is empty", "more": f"unknown type {tag[:20]!r}"})
        )
    elif depth > _DEEPEST:
        problems.append(Problem("nesting", path))
    else:
        check(inner, path, depth, problems)


def _check_string(value: object, path: str, _depth: int, problems: list[Problem]) -> None:
    if type(value) is not str:
        problems.append(Problem("value-form", path, {"more": "S takes a JSON string"}, value))


def _check_number(value: object, path: str, _depth: int, problems: list[Problem]) -> None:
    if type(value) is not str:
        problems.append(
            Problem("value-form", path, {"more": 'N takes a JSON string, as in {"N": "5"}'}, value)
        )
    elif not ORDINARY.fullmatch(value):
        number = read_number(value)
        if isinstance(number, str):
            problems.append(Problem(number, path, value=value))


def _check_binary(value: object, path: str, _depth: int, problems: list[Problem]) -> None:
    if type(value) is not str:
        problems.append(Problem("value-form", path, {"more": "B takes a string of base64"}, value))
        return
    try:
        if binascii.b2a_base64(binascii.a2b_base64(value), newline=False).decode() == value:
            return
    except ValueError:  # not ASCII, or not base64
        pass
    if len(value) % 4:
        words = f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(value)}"
    elif re.fullmatch("[A-Za-z0-9+/]+={0,2}", value):
        words = "Invalid last non-pad Base64 character dectected"
    else:
        words = "a character is not in the standard base64 alphabet"
    problems.append(Problem("base64", path, {"problem": words}, value))


def _check_bool(value: object, path: str, _depth: int, problems: list[Problem]) -> None:
    if type(value) is not bool:
        problems.append(
            Problem("value-form", path, {"more": "BOOL takes true or false, without quotes"}, value)
        )


def _check_null(value: object, path: str, _depth: int, problems: list[Problem]) -> None:
    if value is False:
        problems.append(Problem("null-false", path))
    elif value is not True:
        problems.append(Problem("value-form", path, {"more": "NULL takes true, without quotes"}, value))


def _check_list(value: object, path: str, depth: int, problems: list[Problem]) -> None:
    if type(value) is not list:
        problems.append(Problem("value-form", path, {"more": "L takes a list of values"}, value))
        return
    for place, inner in enumerate(value):
        _check_value(inner, f"{path}[{place}]", depth + 1, problems)


def _check_map(value: object, path: str, depth: int, problems: list[Problem]) -> None:
    if type(value) is not dict:
        problems.append(Problem("value-form", path, {"more": "M takes an object of attributes"}, value))
        return
    for name, inner in value.items():
        if not name:
            problems.append(Problem("name-empty", path))
        elif len(name) * 4 > _NAME_LIMIT and len(name.encode("utf-8", "surrogatepass")) > _NAME_LIMIT:
            problems.append(Problem("name-length", path))
        _check_value(inner, f"{path}.{name}", depth + 1, problems)


def _set_check(tag: str) -> Callable[[Any, str, int, list[Problem]], None]:
    member, words = _SETS[tag]

    def check(value: object, path: str, depth: int, problems: list[Problem]) -> None:
        if type(value) is not list:
            problems.append(Problem("value-form", path, {"more": f"{tag} takes a list of strings"}, value))
            return
        if not value:
            problems.append(Problem("set-empty", path, {"kind": words}))
            return
        before = len(problems)
        for place, inner in enumerate(value):
            _CHECKS[member](inner, f"{path}[{place}]", depth, problems)
        if len(problems) == before:
            members = {canonical_number(inner) for inner in value} if tag == "NS" else set(value)
            if len(members) < len(value):
                problems.append(Problem("set-duplicate", path))

    return check


_CHECKS: Final[dict[str, Callable[[Any, str, int, list[Problem]], None]]] = {
    "S": _check_string,
    "N": _check_number,
    "B": _check_binary,
    "BOOL": _check_bool,
    "NULL": _check_null,
    "L": _check_list,
    "M": _check_map,
    **{tag: _set_check(tag) for tag in _SETS},
}


def has_surrogates(value: object) -> bool:
    """Return whether a name or a string in `value` holds half of a surrogate pair."""
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(has_surrogates(name) or has_surrogates(inner) for name, inner in value.items())
    return isinstance(value, list) and any(has_surrogates(inner) for inner in value)

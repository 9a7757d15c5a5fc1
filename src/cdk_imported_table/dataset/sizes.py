"""The size of an item as DynamoDB counts it (appendix A of the rules)."""

from __future__ import annotations

from typing import Any

from .numbers import Number, read_number


def item_size(item: dict[str, Any]) -> int:
    """Return the bytes that `item`, a good item in DynamoDB JSON form, counts."""
    return sum(_text(name) + _size(value) for name, value in item.items())


def _text(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _size(value: dict[str, Any]) -> int:
    ((tag, inner),) = value.items()
    if tag in ("SS", "NS", "BS"):
        return sum(_size({tag[0]: member}) for member in inner)
    if tag == "L":
        return 3 + sum(1 + _size(member) for member in inner)
    if tag == "M":
        return 3 + sum(1 + _text(name) + _size(member) for name, member in inner.items())
    return _scalar_size(tag, inner)


def _scalar_size(tag: str, inner: str) -> int:
    if tag == "S":
        return _text(inner)
    if tag == "B":
        return len(inner) * 3 // 4 - inner[-2:].count("=")
    if tag == "N":
        number = read_number(inner)
        return number.size if isinstance(number, Number) else 1
    return 1

"""Python values to DynamoDB JSON, as boto3's resource API takes them."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, SupportsBytes, TypeGuard

from .errors import DataError

AttributeValue = dict[str, Any]
"""One type tag and its value: `{"S": "text"}`, `{"N": "1.5"}`."""


def item_line(item: Mapping[str, Any], number: int) -> bytes:
    """One line of DynamoDB JSON for one item.

    Raises:
        DataError: If a value has no DynamoDB type; it names the item by `number` and the attribute by path.
    """
    if not isinstance(item, Mapping):
        raise DataError(f"item {number} is a {type(item).__name__}; an item is a dict of attributes")
    where = f"item {number}"
    try:
        marshalled = {
            _name(name, where): marshal(value, f"{where}, attribute {name!r}") for name, value in item.items()
        }
    except RecursionError:
        raise too_deep(where) from None
    return (json.dumps({"Item": marshalled}, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def too_deep(where: str) -> DataError:
    """What is raised for a value of which no end is in sight."""
    return DataError(
        f"{where} is nested too deeply, or holds itself; DynamoDB takes 32 levels of lists and dicts (rule"
        " 2.15)"
    )


def marshal(value: object, where: str) -> AttributeValue:
    """The DynamoDB form of one Python value; `where` is how an error names it."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": _text(value, where)}
    if isinstance(value, int | Decimal):
        return {"N": _number(value, where)}
    if isinstance(value, bytes | bytearray) or _is_boto3_binary(value):
        return {"B": _base64(bytes(value))}
    if isinstance(value, Mapping):
        return {"M": {_name(k, where): marshal(v, f"{where}.{k}") for k, v in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [marshal(v, f"{where}[{i}]") for i, v in enumerate(value)]}
    if isinstance(value, set | frozenset):
        return _set(value, where)
    raise _no_type(value, where)


def _no_type(value: object, where: str) -> DataError:
    if isinstance(value, float) and not math.isfinite(value):
        return DataError(f"{where} is the float {value!r}; a DynamoDB number is finite (rule 2.11)")
    if isinstance(value, float):
        return DataError(
            f"{where} is the float {value!r}; DynamoDB numbers are decimal and most floats have no exact"
            f" decimal form: write Decimal({str(value)!r})"
        )
    mend = ""
    if isinstance(value, dt.date | dt.time):  # a datetime is a date
        mend = ": write value.isoformat(), or, for a moment, a number: int(value.timestamp())"
    return DataError(
        f"{where} is a {type(value).__name__}; allowed are str, int, Decimal, bytes, bool, None, list, dict"
        f" and set{mend}"
    )


def _is_boto3_binary(value: object) -> TypeGuard[SupportsBytes]:
    """Whether it is what boto3 has read bytes as."""
    return type(value).__module__ == "boto3.dynamodb.types"


def _name(name: object, where: str) -> str:
    if not isinstance(name, str) or not name:
        raise DataError(
            f"{where} has the attribute name {name!r}; a name is a string that is not empty (rule 2.18)"
        )
    return _text(name, where)


def _text(value: str, where: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise DataError(f"{where} holds a lone surrogate, which UTF-8 cannot store (rule 2.7)") from None
    return value


def _number(value: int | Decimal, where: str) -> str:
    number = Decimal(value)
    if not number.is_finite():
        raise DataError(f"{where} is {value}; a DynamoDB number is finite (rule 2.11)")
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > 38:
        raise DataError(
            f"{where} has {len(digits)} significant digits; a DynamoDB number has at most 38 (rule 2.12)"
        )
    if digits and not -130 <= number.adjusted() <= 125:
        raise DataError(
            f"{where} is {number:.3E}; the size of a DynamoDB number is 1E-130 to 9.99E+125 (rule 2.12)"
        )
    return str(number)  # not of the value: an enum that is an int would give its name


def _set(value: Iterable[Any], where: str) -> AttributeValue:
    members = [marshal(member, f"{where} (a member of the set)") for member in value]
    tags = {tag for member in members for tag in member}
    if len(tags) != 1 or not tags <= {"S", "N", "B"}:
        what = "is a set that is empty" if not members else f"is a set of {', '.join(sorted(tags))}"
        raise DataError(
            f"{where} {what}; a set has at least one member, all strings, all numbers or all"
            " bytes (rule 2.13)"
        )
    tag = tags.pop()
    # Sorted, because the order of a Python set differs from run to run.
    return {tag + "S": sorted(member[tag] for member in members)}


def _base64(value: bytes | bytearray) -> str:
    return base64.b64encode(value).decode("ascii")

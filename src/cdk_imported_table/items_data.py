"""Items written in Python, on their way to DynamoDB JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import Token

from .dataset.errors import DataError
from .dataset.marshal import item_line, too_deep
from .tokens import holds_token


def items_to_json_lines(items: Iterable[Mapping[str, Any]]) -> bytes:
    """The items as DynamoDB JSON.

    Raises:
        DataError: If there is none, or one holds what DynamoDB cannot store or what is only known at deploy
            time.
    """
    if isinstance(items, Mapping | str | bytes) or not isinstance(items, Iterable):
        raise DataError(f"items must be a list of dicts, got one {type(items).__name__}; write [{{…}}]")
    lines = []
    for number, item in enumerate(items, start=1):
        if isinstance(item, Mapping):
            try:
                for name, value in item.items():
                    _refuse_tokens(name, f"item {number}, attribute {name!r}")
                    _refuse_tokens(value, f"item {number}, attribute {name!r}")
            except RecursionError:
                raise too_deep(f"item {number}") from None
        lines.append(item_line(item, number))
    if not lines:
        raise DataError(
            "there are no items; an import of nothing makes an empty table: leave data out to ask for one"
        )
    return b"".join(lines)


def _refuse_tokens(value: object, where: str) -> None:
    # By its look: asking CDK about each value would cost a call into Node.
    if isinstance(value, Mapping):
        for name, member in value.items():
            _refuse_tokens(name, where)
            _refuse_tokens(member, f"{where}.{name}")
    elif isinstance(value, list | tuple | set | frozenset):
        for member in value:
            _refuse_tokens(member, where)
    elif (
        (isinstance(value, str) and holds_token(value))
        or (isinstance(value, float) and value < -1e288 and Token.is_unresolved(value))
        or hasattr(value, "__jsii_ref__")
    ):
        raise DataError(
            f"{where} is a token: its value is only known at deploy time, but the data is uploaded before"
            " that; write the value out, or write the item with a custom resource"
        )

"""Putting items into a table, 25 at a time, until each of them is in it."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from .aws import AwsError, Client
from .dataset.item_reader import Item
from .dataset.items import key_of
from .dataset.schema import TableSchema

SIZE: Final = 25
"""What `BatchWriteItem` takes at once."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 5.0
_PATIENCE: Final = 12
"""Answers in a row in which not one item was taken, before it is given up."""


class BatchWriter:
    """Writes items in their order: of those with one key, the last stays.

    Args:
        client: A DynamoDB client.
        table: The table's name.
        schema: Its keys.
        sleep: Waits some seconds.
    """

    def __init__(
        self, client: Client, table: str, schema: TableSchema, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._client, self._table, self._schema, self._sleep = client, table, schema, sleep
        self._batch: dict[bytes, Item] = {}
        self.count = 0
        """Items that were put, each key as often as it came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.flush()

    def put(self, item: Item) -> None:
        """Take one item in DynamoDB JSON form."""
        key = key_of(item, self._schema)
        # A batch with one key twice is refused as a whole.
        self._batch[key if key is not None else b"\0%d" % self.count] = item
        self.count += 1
        if len(self._batch) == SIZE:
            self.flush()

    def flush(self) -> None:
        """Write what is held.

        Raises:
            AwsError: If the table does not take it, however long one waits.
        """
        requests = [{"PutRequest": {"Item": to_boto(item)}} for item in self._batch.values()]
        self._batch.clear()
        idle, pause = 0, _FIRST_PAUSE
        while requests:
            answer = self._client.batch_write_item(RequestItems={self._table: requests})
            left = (answer.get("UnprocessedItems") or {}).get(self._table) or []
            idle = idle + 1 if len(left) == len(requests) else 0
            if idle == _PATIENCE:
                raise AwsError(
                    f"table {self._table!r} takes no more items ({len(left)} were left over {idle}"
                    f" times); is it"
                    " throttled? Give it more write capacity, and run this again: it ends the same"
                )
            requests = left
            if requests:
                self._sleep(pause * random.uniform(0.5, 1.0))
                pause = min(2 * pause, _LONGEST_PAUSE)


def to_boto(item: Item) -> dict[str, Any]:
    """Return an item as boto3 takes it: binary values are bytes there, which it encodes itself."""
    return {name: _value(value) for name, value in item.items()}


def _value(value: dict[str, Any]) -> dict[str, Any]:
    ((tag, inner),) = value.items()
    if tag == "B":
        return {"B": base64.b64decode(inner)}
    if tag == "BS":
        return {"BS": [base64.b64decode(member) for member in inner]}
    if tag == "L":
        return {"L": [_value(member) for member in inner]}
    if tag == "M":
        return {"M": to_boto(inner)}
    return value

"""What the check knows of the table: keys, indexes, time to live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

KEY_TYPES: Final = ("S", "N", "B")
"""The types that a key may have."""

PARTITION_KEY_LIMIT: Final = 2048
SORT_KEY_LIMIT: Final = 1024
_NAME_LIMIT: Final = 255


@dataclass(frozen=True)
class Key:
    """A key attribute: its name and its type."""

    name: str
    type: str
    """`S`, `N` or `B`."""

    def __post_init__(self) -> None:
        if self.type not in KEY_TYPES:
            raise ValueError(
                f"key {self.name!r} has the type {self.type!r}; a key is one of {', '.join(KEY_TYPES)}"
            )
        if not 1 <= len(self.name.encode()) <= _NAME_LIMIT:
            raise ValueError(
                f"key name {self.name[:50]!r} has {len(self.name.encode())} bytes; 1 to 255 are allowed"
            )


@dataclass(frozen=True)
class Index:
    """A secondary index. It may have several partition key and several sort key attributes."""

    name: str
    partition_keys: Sequence[Key]
    sort_keys: Sequence[Key] = ()


@dataclass(frozen=True)
class IndexKey:
    """What one index asks of one attribute."""

    index: str
    key: Key
    limit: int


@dataclass(frozen=True)
class TableSchema:
    """The keys of a table and of its indexes, and its time-to-live attribute."""

    partition_key: Key
    sort_key: Key | None = None
    indexes: Sequence[Index] = field(default=())
    ttl: str | None = None

    def __post_init__(self) -> None:
        types: dict[str, str] = {}
        for key in self.all_keys:
            if types.setdefault(key.name, key.type) != key.type:
                raise ValueError(
                    f"attribute {key.name!r} is a key of type {types[key.name]} and a key of type {key.type};"
                    " an attribute has one type"
                )

    @property
    def keys(self) -> tuple[Key, ...]:
        """The table's own keys: one or two."""
        return (self.partition_key,) if self.sort_key is None else (self.partition_key, self.sort_key)

    @property
    def all_keys(self) -> tuple[Key, ...]:
        """The keys of the table and of all indexes."""
        of_indexes = (key for index in self.indexes for key in (*index.partition_keys, *index.sort_keys))
        return (*self.keys, *of_indexes)

    @property
    def index_keys(self) -> dict[str, list[IndexKey]]:
        """What the indexes ask, by attribute name."""
        found: dict[str, list[IndexKey]] = {}
        for index in self.indexes:
            for keys, limit in (
                (index.partition_keys, PARTITION_KEY_LIMIT),
                (index.sort_keys, SORT_KEY_LIMIT),
            ):
                for key in keys:
                    found.setdefault(key.name, []).append(IndexKey(index.name, key, limit))
        return found

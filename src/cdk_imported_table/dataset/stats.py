"""What was seen of each top-level attribute: enough to judge an index that is declared later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .schema import SORT_KEY_LIMIT, TableSchema

_MOST_NAMES = 10_000
"""Attributes beyond these are counted together: where names come from data, there is no end of them."""

OTHERS = "*"
"""The name under which the attributes beyond the first ten thousand are counted."""


@dataclass
class Attributes:
    """The types of the top-level attributes, how often each was seen, and how long the long ones are."""

    types: dict[str, Counter[str]] = field(default_factory=dict)
    """By name: how often each type was seen. `S-empty` and `B-empty` are empty strings and binaries."""
    longest: dict[str, int] = field(default_factory=dict)
    """By name: bytes of the longest string or binary of more than 1024 bytes."""

    def note(self, name: str, tag: str, count: int = 1) -> None:
        """Count `count` values of one type."""
        types = self.types.get(name)
        if types is None:
            types = self.types.setdefault(name if len(self.types) < _MOST_NAMES else OTHERS, Counter())
        types[tag] += count

    def note_length(self, name: str, length: int) -> None:
        """Note a string or binary of more than 1024 bytes."""
        if length > self.longest.get(name, SORT_KEY_LIMIT):
            self.longest[name if name in self.longest or len(self.longest) < _MOST_NAMES else OTHERS] = length

    def merge(self, other: Attributes) -> None:
        """Add what `other` has seen."""
        for name, types in other.types.items():
            for tag, count in types.items():
                self.note(name, tag, count)
        for name, length in other.longest.items():
            self.note_length(name, length)

    def may_break(self, schema: TableSchema) -> bool:
        """Return whether an index or time to live of `schema` may be broken by what was seen.

        `False` is certain. After `True` the data must be checked again, with `schema`, to name the lines.
        """
        if schema.ttl is not None and (schema.ttl in self.types or OTHERS in self.types):
            return True
        for name, asked in schema.index_keys.items():
            types = self.types.get(name, Counter())
            if OTHERS in self.types or any(set(types) - {index_key.key.type} for index_key in asked):
                return True
            if any(self.longest.get(name, 0) > index_key.limit for index_key in asked):
                return True
        return False

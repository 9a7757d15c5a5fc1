"""Finding equal primary keys among millions in eight bytes each (rule 4.8).

A first pass keeps a 64-bit number for each key; equal numbers are the same key, nearly always. The readers
then read the files once more and look only at the keys with such numbers, so that no false one is reported.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Final
from zlib import crc32

_BLOCK: Final = 1 << 16
_PARTS: Final = 256
CANDIDATES: Final = 200_000
"""How many different suspicious keys the second look remembers; beyond, the 64-bit number is believed."""


def fingerprint(key: bytes) -> int:
    """Return 64 bits that are the same for the same key, in every process."""
    return crc32(key) << 32 | crc32(key[::-1])


class KeyIndex:
    """The fingerprints of all keys that were seen."""

    def __init__(self) -> None:
        self._blocks: list[array[int]] = []

    def __len__(self) -> int:
        return sum(map(len, self._blocks))

    def add(self, key: bytes, file: str, line: int) -> None:
        """Note a key."""
        self.add_many((key,), file, (line,))

    def add_many(self, keys: Iterable[bytes], file: str, lines: Iterable[int]) -> None:  # noqa: ARG002
        """Note keys. Where they stand is not kept."""
        if not self._blocks or len(self._blocks[-1]) >= _BLOCK:
            self._blocks.append(array("Q"))
        self._blocks[-1].extend([crc32(key) << 32 | crc32(key[::-1]) for key in keys])

    def merge(self, other: KeyIndex) -> None:
        """Add the keys of another index. Neither changes the other afterwards."""
        self._blocks = self._blocks + [block[:] for block in other._blocks]

    def repeated(self) -> tuple[set[int], int]:
        """Return fingerprints that stand more than once, and how many keys repeat one that is not returned.

        Only the first `CANDIDATES` fingerprints are returned. The index is empty afterwards: its memory is
        used for sorting.
        """
        parts = [array("Q") for _ in range(_PARTS)]
        appends = [part.append for part in parts]
        while self._blocks:
            for number in self._blocks.pop():
                appends[number >> 56](number)
        found: set[int] = set()
        surplus = 0
        for place, part in enumerate(parts):
            numbers = sorted(part)
            parts[place] = array("Q")
            last = -1
            for number in numbers:
                if number == last and number not in found:
                    if len(found) < CANDIDATES:
                        found.add(number)
                    else:
                        surplus += 1
                last = number
        return found, surplus


class SecondLook(KeyIndex):
    """Looks at the suspicious keys themselves, in a second pass over the files.

    Args:
        suspicious: The fingerprints to look at.
        found: Is told of each key that stood before: file and line, and file and line of the first.
    """

    def __init__(self, suspicious: set[int], found: Callable[[str, int, str, int], None]) -> None:
        super().__init__()
        self._suspicious = suspicious
        self._found = found
        self._first: dict[bytes, tuple[str, int]] = {}

    def add_many(self, keys: Iterable[bytes], file: str, lines: Iterable[int]) -> None:
        """Look at keys, and at the lines on which they stand."""
        for line, key in zip(lines, keys, strict=False):
            if fingerprint(key) in self._suspicious:
                if key in self._first:
                    self._found(file, line, *self._first[key])
                else:
                    self._first[key] = (file, line)

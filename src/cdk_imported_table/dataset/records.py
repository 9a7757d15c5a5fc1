"""A stable identity of data: the hash of its records.

It is over decoded bytes with normalised line ends, so that neither compression nor a checkout on another
system changes it: under `OnDataChange.replace()` a changed hash is a new table.
"""

from __future__ import annotations

import hashlib
from typing import Final

STAGING_VERSION: Final = 1
"""Part of every hash. Raising it replaces every table that is deployed with `replace()`: a major release."""


class RecordsHash:
    """SHA-256 over the records of files, fed block by block in the files' order.

    Args:
        blank_lines_count: Whether an empty line is part of the data. In DynamoDB JSON it is not (rule 2.2).
    """

    def __init__(self, *, blank_lines_count: bool) -> None:
        self._hash = hashlib.sha256()
        self._blank_lines_count = blank_lines_count
        self._held = b""
        self._last = b"\n"

    def update(self, block: bytes) -> None:
        """Takes the next bytes of the current file."""
        block = self._held + block
        # A CR at the end may be the first half of a CRLF whose LF is in the next block.
        self._held = b"\r" if block.endswith(b"\r") else b""
        if self._held:
            block = block[:-1]
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        self._feed(block)

    def end_of_file(self) -> None:
        """Ends the current file: its last record counts the same with and without a line end."""
        held, self._held = self._held, b""
        self._feed(held)
        if self._last != b"\n":
            self._feed(b"\n")

    def _feed(self, block: bytes) -> None:
        if not block:
            return
        if not self._blank_lines_count:
            while b"\n\n" in block:
                block = block.replace(b"\n\n", b"\n")
            if self._last == b"\n" and block.startswith(b"\n"):
                block = block[1:]
        if block:
            self._hash.update(block)
            self._last = block[-1:]

    def hexdigest(self) -> str:
        """The hash of everything that was fed."""
        return self._hash.hexdigest()

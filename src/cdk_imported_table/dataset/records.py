"""A stable identity of data: the hash of its records.

It is over decoded bytes with normalised line ends, so that neither compression nor a checkout on another
system changes it: under `OnDataChange.replace()` a changed hash is a new table.
"""

from __future__ import annotations

import hashlib
from typing import Final

from .lines import LONGEST

STAGING_VERSION: Final = 1
"""Part of every hash. Raising it replaces every table that is deployed with `replace()`: a major release."""

_OTHER_HEADER: Final = b"\xff"
"""Stands before a header that replaces another one, and cannot stand in UTF-8: so no record looks like it."""


class RecordsHash:
    """SHA-256 over the records of files, fed block by block in the files' order.

    How records are divided into files does not matter.

    Args:
        blank_lines_count: Whether an empty line is part of the data. In DynamoDB JSON it is not (rule 2.2).
        header_in_file: Whether line 1 of each file is a header (rule 3.2): it counts where it is another than
            that of the file before. The same line anywhere else is a record.
    """

    def __init__(self, *, blank_lines_count: bool, header_in_file: bool = False) -> None:
        self._hash = hashlib.sha256()
        self._blank_lines_count = blank_lines_count
        self._header_in_file = self._in_header = header_in_file
        self._header: bytes | None = None
        self._line = bytearray()
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
        self._take(block)

    def end_of_file(self) -> None:
        """Ends the current file: its last record counts the same with and without a line end."""
        held, self._held = self._held, b""
        self._take(held)
        if self._line:
            self._take(b"\n")
        if self._last != b"\n":
            self._feed(b"\n")
        self._in_header = self._header_in_file

    def _take(self, block: bytes) -> None:
        if self._in_header:
            line, end, block = block.partition(b"\n")
            self._line += line
            if not end and len(self._line) <= LONGEST:
                return
            self._take_header(bytes(self._line), end)
            self._line.clear()
            self._in_header = False
        self._feed(block)

    def _take_header(self, line: bytes, end: bytes) -> None:
        if line == self._header and line.strip():
            return
        if self._header is not None:
            self._feed(_OTHER_HEADER)
        # Of a line without end, as of a blank one, behind which the header may come (rule 3.10), nothing is
        # known that could be left out the next time.
        self._header = line if end else b""
        self._feed(line + end)

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

"""Several files become one object, by their format."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from .errors import DataError
from .files import SourceFile

_BOM: Final = b"\xef\xbb\xbf"
_ION_BINARY: Final = b"\xe0\x01\x00\xea"


class Merger:
    """Writes files one after the other: each record ends in a line end, and a CSV header stands once."""

    def __init__(self, out: BinaryIO, root: Path, *, input_format: str, header_in_file: bool) -> None:
        self._out, self._root = out, root
        self._input_format, self._header_in_file = input_format, header_in_file
        self._header: tuple[str, bytes] | None = None
        self._last = b""

    def begin(self, file: SourceFile) -> None:
        """A file comes."""
        self._file, self._head, self._last = file, b"", b""
        self._in_head = True

    def write(self, block: bytes) -> None:
        """Takes the next bytes of the file."""
        if not self._in_head:
            self._put(block)
            return
        self._head += block
        if len(self._head) >= len(_ION_BINARY) and (not self._header_in_file or b"\n" in self._head):
            self._write_head()

    def end(self) -> None:
        """The file is over."""
        if self._in_head:
            self._write_head()
        if self._last not in (b"", b"\n"):
            self._put(b"\n")

    def _put(self, block: bytes) -> None:
        if block:
            self._out.write(block)
            self._last = block[-1:]

    def _write_head(self) -> None:
        self._in_head = False
        if self._input_format == "ION" and self._head.startswith(_ION_BINARY):
            raise DataError(f"{str(self._file.path)!r} is binary Ion; DynamoDB imports Ion text (rule 8.1)")
        head = self._head.removeprefix(_BOM)
        if self._header_in_file and head:
            line, _, rest = head.partition(b"\n")
            header = line.rstrip(b"\r")
            if self._header is None:
                self._header = (self._file.name, header)
            elif header != self._header[1]:
                raise DataError(
                    f"the CSV files below {str(self._root)!r} cannot become one object: the header of"
                    f" {self._file.name!r} is not that of {self._header[0]!r}; give them the same columns in"
                    " the same order"
                )
            else:
                head = rest
        self._put(head)

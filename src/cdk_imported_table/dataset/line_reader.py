"""What readers of lines have in common."""

from __future__ import annotations

from .file_check import RecordCheck


class LineReader:
    """Knows the line that it is at, and passes over one that is broken and goes on in the next block."""

    def __init__(self, check: RecordCheck) -> None:
        self._check = check
        self._line = 1
        """The line at which what is not read yet begins."""
        self._cut = False
        """Whether a line that is broken goes on in the next block."""

    def _pass_rest(self, block: bytes) -> bytes:
        """Leave out what is left of a line that is broken, and return what follows it."""
        end = block.find(b"\n") + 1
        self._cut = not end
        self._line += bool(end)
        if self._check.sink is not None:
            self._check.sink.bad_piece(block[: end or len(block)])
        return block[end:] if end else b""

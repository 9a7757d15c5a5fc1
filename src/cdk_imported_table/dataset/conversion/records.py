"""What becomes of converted records: they are checked by the rules for items, and written."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson

from cdk_imported_table.dataset.dynamodb_json import DynamoDBJsonReader
from cdk_imported_table.dataset.file_check import FileCheck, RecordSink
from cdk_imported_table.dataset.items import Problem, has_surrogates
from cdk_imported_table.dataset.lines import LONGEST

_BATCH: Final = 2000
_BOM: Final = b"\xef\xbb\xbf"
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
TOO_LONG: Final = "a line of more than 8 MiB"
Write = Callable[[bytes], object]


class Records:
    """Takes the records of one file, in DynamoDB JSON form.

    Attributes stand in the order of their names: the same items are the same bytes, whatever the order of
    columns or of the names in a JSON object.

    Args:
        check: Where findings go.
        judged: Whether the items are checked; if not, only what cannot be converted is found.
        write: Takes the lines.
    """

    def __init__(self, check: FileCheck, *, judged: bool = True, write: Write | None = None) -> None:
        self.check, self.schema = check, check.schema
        self._lines = array("Q")
        self._reader = DynamoDBJsonReader(_Original(check, self._lines)) if judged else None
        self._write = write
        self._batch: list[bytes] = []

    def blocks(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the text of the file, counted, and without the mark that Windows programs begin it with."""
        begun = False
        for piece in pieces:
            self.check.report.bytes += len(piece)
            yield piece if begun else piece.removeprefix(_BOM)
            begun = True

    def whole_lines(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the text of the file in blocks of whole lines; an empty block stands for a line too long."""
        cut = False
        for piece in self.blocks(pieces):
            block = piece
            if cut:  # the rest of the long line, and what follows it
                _, end, block = piece.partition(b"\n")
                cut = not end
            if not cut and len(block) > LONGEST and b"\n" not in block[:-1]:
                cut = not block.endswith(b"\n")
                yield b""
            elif block:
                yield block

    def add(self, item: dict[str, Any], line: int) -> None:
        """Take a record.

        Args:
            item: Its attributes.
            line: The line on which it begins; or its number, in a file without lines.
        """
        try:
            self._batch.append(orjson.dumps({"Item": item}, option=_OPTIONS))
        except (TypeError, ValueError):
            more = "nested far too deeply"
            with contextlib.suppress(RecursionError):
                if has_surrogates(item):
                    more = "half of a surrogate pair is no character"
            self.broken([Problem("convert-value", fill={"more": more})], line)
            return
        self._lines.append(line)
        if len(self._batch) >= _BATCH:
            self.flush()

    def broken(self, problems: list[Problem], line: int | None) -> None:
        """Take a record that cannot be converted, and why."""
        self.flush()
        self.check.unconverted(problems, line)

    def note_once(self, rule: str, line: int | None = None, **fill: str) -> None:
        """Say something about the whole file, the first time."""
        self.flush()
        self.check.note_once(rule, line, **fill)

    def flush(self) -> None:
        """Check and write what was taken."""
        if not self._batch:
            return
        block = b"".join(self._batch)
        self._batch.clear()
        if self._reader is not None:
            self._reader.feed(block)
        else:
            self.check.count += len(self._lines)
            self.check.report.records += len(self._lines)
        del self._lines[:]
        if self._write is not None:
            self._write(block)


class _Original:
    """Says where records stand in the original file: the reader of what they became counts its lines.

    Args:
        check: Where the original file's findings go.
        lines: The original lines of the records that the reader is fed next.
    """

    def __init__(self, check: FileCheck, lines: array[int]) -> None:
        self._check, self._lines = check, lines
        self.report, self.schema, self.now = check.report, check.schema, check.now
        self.sink: RecordSink | None = None
        self.count = 0
        self._read = 0
        """How many of them were read."""

    def note_once(self, rule: str, line: int | None = None, **fill: str) -> None:
        """Hand it on."""
        self._check.note_once(rule, line, **fill)

    def note_next(self, rule: str, line: int, **fill: str) -> None:
        """Hand it on."""
        self._check.note_next(rule, self._next(1)[0] if line else line, **fill)

    def good_rows(self, keys: list[bytes], first_line: int, raw: bytes) -> None:  # noqa: ARG002
        """Hand them on, with their own lines."""
        lines = self._next(len(keys))
        self._advance(len(keys))
        follow_each_other = lines[-1] - lines[0] == len(lines) - 1
        self._check.good_rows(keys, lines[0], raw, None if follow_each_other else lines)

    def item(self, item: dict[str, Any], line: int, raw: bytes) -> bool:  # noqa: ARG002
        """Hand it on, with its own line."""
        (own,) = self._next(1)
        self._advance(1)
        return self._check.item(item, own, raw)

    def broken(self, problem: Problem, line: int | None, raw: bytes) -> None:  # noqa: ARG002
        """Hand it on, with its own line."""
        (own,) = self._next(1)
        self._advance(1)
        self._check.broken(problem, own, raw)

    def _next(self, count: int) -> array[int]:
        return self._lines[self._read : self._read + count]

    def _advance(self, count: int) -> None:
        self._read += count
        if self._read == len(self._lines):  # the batch is done
            self._read = 0

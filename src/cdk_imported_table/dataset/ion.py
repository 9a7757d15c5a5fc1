"""Reading Amazon Ion (section 8 of the rules). Needs the extra `ion`."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from .errors import DataError
from .file_check import FileCheck
from .items import Problem
from .lines import LONGEST

BINARY: Final = b"\xe0\x01\x00\xea"
_CLOSED: Final = (
    rb"""|'''(?:[^'\\]|\\.|'(?!''))*+'''|"(?:[^"\\\n]|\\.)*+"|'(?!'')(?:[^'\\\n]|\\.)*+'"""
    rb"""|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|/(?![/*]))*+"""
)
_WITHIN: Final = re.compile(rb"""(?:[^{}\[\]()"'/]""" + _CLOSED, re.DOTALL)
"""What stands between brackets: text, and strings and comments that are closed."""
_BETWEEN: Final = re.compile(rb"""(?:[^{}\[\]()"'/\n]""" + _CLOSED, re.DOTALL)
"""The same up to the end of the line."""
_BLOB: Final = re.compile(rb"""\{\{(?:[^"'}]|"(?:[^"\\\n]|\\.)*+"|'''(?:[^'\\]|\\.|'(?!''))*+''')*+\}\}""")
_DEEPEST: Final = 64
"""Levels of brackets. The library calls itself for each; DynamoDB takes half as many."""
_LONG: Final = 1 << 18
_LIST: Final = re.compile(rb"\s*(?:\$ion_1_0\s)?\s*\[\s*\{\s*['\"]?Item")
IonValue = Any
"""A value of the Ion library, which has no types."""

_SETS: Final = {"$dynamodb_SS": "SS", "$dynamodb_NS": "NS", "$dynamodb_BS": "BS"}
_SURELY_SIZED: Final = 10**9
"""Ion can be shorter than what DynamoDB counts, so that every item's size is computed."""
_VERSION: Final = b"$ion_1_0"


def check_ion(blocks: Iterable[bytes], check: FileCheck) -> None:
    """Check one file.

    Raises:
        DataError: If the Ion library is not installed.
    """
    reader = _Reader(check)
    for block in blocks:
        check.report.bytes += len(block)
        reader.feed(block)
    reader.finish()


def _library() -> IonValue:
    try:
        from amazon.ion import simpleion  # noqa: PLC0415 - an extra
    except ImportError:
        raise DataError(
            "checking Ion data needs the Ion library: pip install 'cdk-imported-table[ion]'"
        ) from None
    return simpleion


class _Reader:
    """Finds where top level values end, and hands each to the Ion library."""

    def __init__(self, check: FileCheck) -> None:
        self._check = check
        self._ion = _library()
        self._line = 1
        self._pending = b""
        self._retry_at = 0
        self._binary = False
        self._lost = False
        self._started = False

    def feed(self, block: bytes) -> None:
        if not self._started:
            self._started = True
            if block.startswith(BINARY):
                self._binary = True
                self._check.note_once("ion-binary")
        if self._binary:
            return
        if self._lost:
            if self._check.sink is not None:
                self._check.sink.bad_piece(block)
            return
        self._pending += block
        if len(self._pending) >= self._retry_at:
            block, self._pending = self._pending, b""
            self._read(block, final=False)

    def finish(self) -> None:
        block, self._pending = self._pending, b""
        self._read(block, final=True)

    def _read(self, block: bytes, *, final: bool) -> None:
        start = 0
        while start < len(block):
            end = _record_end(block, start, final=final)
            if end is None:
                rest = block[start:]
                if final or len(rest) > LONGEST:
                    # What is not closed goes on to the end, and there is no telling records in it.
                    self._lost = True
                    if _LIST.match(rest) and not final:
                        fill = {"more": "a list of more than 8 MiB: write each item on a line of its own"}
                        self._check.broken(Problem("not-checked", fill=fill), self._line, rest)
                    else:
                        self._broken(rest, "it does not end")
                    break
                self._pending = rest
                self._retry_at = 2 * len(rest)
                return
            raw = block[start : abs(end)]
            if end < 0:
                self._broken(raw, f"brackets are nested more than {_DEEPEST} deep")
            else:
                if raw.strip():
                    self._values(raw.strip(), self._line + raw[: len(raw) - len(raw.lstrip())].count(b"\n"))
                self._line += raw.count(b"\n")
            start = abs(end)
        self._retry_at = 0

    def _broken(self, raw: bytes, why: str) -> None:
        self._check.broken(Problem("bad-ion", fill={"more": why}), self._line, raw.rstrip())
        self._line += raw.count(b"\n")

    def _values(self, raw: bytes, line: int) -> None:
        """Check the values of one piece of text: mostly one."""
        if raw == _VERSION:
            return
        try:
            # The library takes text that begins like binary Ion for that, and may never come back.
            if raw.startswith(BINARY[:1]):
                raise ValueError
            raw.decode()  # what is no UTF-8 may crash the library, and the process with it
            if len(raw) > _LONG:
                count = sum(1 for _ in self._one_by_one(raw))
                values = self._one_by_one(raw)
            else:
                values = self._ion.loads(raw, single_value=False)
                count = len(values)
        except Exception:  # noqa: BLE001  The library raises errors of many kinds, and their texts show values.
            self._check.broken(Problem("bad-ion"), line, raw)
            return
        for value in values:
            self._record(value, line, raw if count == 1 else self._written(value))

    def _one_by_one(self, raw: bytes) -> IonValue:
        """Read the values of a long text, which may be millions, without holding them."""
        return self._ion.load(io.BytesIO(raw), single_value=False, parse_eagerly=False)

    def _written(self, value: IonValue) -> bytes:
        """Return one record of several as text, if somebody takes it."""
        return b"" if self._check.sink is None else self._ion.dumps(value, binary=False).encode()

    def _record(self, value: IonValue, line: int, raw: bytes) -> None:
        if _type(value) == "LIST":  # the newest documentation shows a list of structs
            for member in value:
                self._record(member, line, self._written(member))
            return
        if _type(value) != "STRUCT" or "Item" not in value or _type(value["Item"]) != "STRUCT":
            self._check.broken(Problem("no-item"), line, raw)
            return
        doubtful: list[str] = []
        item = {name: _attribute(inner, name, doubtful) for name, inner in value["Item"].items()}
        if len(item) < len(list(value["Item"].items())):
            self._check.note_next("duplicate-name", line)
        for path in doubtful[:1]:
            self._check.note_next("ion-type", line, more=path)
        self._check.item(item, line, raw, _SURELY_SIZED)


def _record_end(block: bytes, start: int, *, final: bool) -> int | None:
    """Return where the line ends on which all brackets are closed again.

    `None`: more text is needed. Negative: up to there, brackets are nested too deeply.
    """
    depth = 0
    place = start
    while True:
        match = (_WITHIN if depth else _BETWEEN).match(block, place)
        place = match.end() if match is not None else place
        character = block[place : place + 1]
        if character == b"\n":
            return place + 1
        if not character:
            return len(block) if final and not depth else None
        if character in b"\"'/":
            # Not closed: only long strings and comments may go on in the next line.
            longer = block.startswith((b"'''", b"/*"), place)
            return None if longer or b"\n" not in block[place:] else _line_end(block, place)
        if block.startswith(b"{{", place):
            blob = _BLOB.match(block, place)
            if blob is None:
                return _line_end(block, place) if b"}}" in block[place:] or final else None
            place = blob.end()
            continue
        depth += 1 if character in b"{[(" else -1
        place += 1
        if depth < 0:
            return _line_end(block, place)
        if depth > _DEEPEST:
            return -_line_end(block, place)


def _line_end(block: bytes, place: int) -> int:
    return block.find(b"\n", place) + 1 or len(block)


def _type(value: IonValue) -> str:
    kind = getattr(value, "ion_type", None)
    if kind is not None:
        return str(kind.name)
    return "NULL" if value is None else "STRUCT" if hasattr(value, "items") else type(value).__name__.upper()


def _attribute(value: IonValue, path: str, doubtful: list[str]) -> dict[str, Any]:  # noqa: C901 - one case a type
    kind = _type(value)
    if value is None or kind == "NULL" or type(value).__name__ == "IonPyNull":
        doubtful.append(f"{path} is null")
        return {"NULL": True}
    if kind in ("STRING", "STR"):
        return {"S": str(value)}
    if kind == "DECIMAL":
        return {"N": str(Decimal(value))}
    if kind == "BOOL":
        return {"BOOL": bool(value)}
    if kind in ("BLOB", "BYTES"):
        return {"B": base64.b64encode(value).decode()}
    if kind == "STRUCT":
        return {"M": {name: _attribute(inner, f"{path}.{name}", doubtful) for name, inner in value.items()}}
    if kind == "LIST":
        return _list(value, path, doubtful)
    doubtful.append(f"{path} is {kind.lower()}")
    if kind in ("INT", "FLOAT"):
        return {"N": str(value)}
    if kind == "CLOB":
        return {"B": base64.b64encode(bytes(value)).decode()}
    if kind == "SEXP":
        return {"L": [_attribute(inner, f"{path}[{place}]", doubtful) for place, inner in enumerate(value)]}
    return {"S": str(getattr(value, "text", None) or value)}


def _list(value: IonValue, path: str, doubtful: list[str]) -> dict[str, Any]:
    members = [_attribute(inner, f"{path}[{place}]", doubtful) for place, inner in enumerate(value)]
    annotations = [getattr(mark, "text", mark) for mark in getattr(value, "ion_annotations", ())]
    tags = [_SETS[mark] for mark in annotations if mark in _SETS]
    if not tags:
        return {"L": members}
    # A member of another type is left as it is: the rules for items refuse it.
    return {tags[0]: [member.get(tags[0][0], member) for member in members]}

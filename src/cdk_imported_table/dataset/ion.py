"""Reading Amazon Ion (section 8 of the rules). Needs the extra `ion`."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from .errors import DataError
from .file_check import FileCheck
from .items import Problem
from .lines import LONGEST

BINARY: Final = b"\xe0\x01\x00\xea"
_TOKEN: Final = re.compile(
    rb"""'''(?:[^'\\]|\\.|'(?!''))*+'''|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|//[^\n]*+|/\*.*?\*/"""
    rb"""|\{\{[^"']*?\}\}|[{}\[\]()]|'''|["']|/\*""",
    re.DOTALL,
)
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
        from amazon.ion import simpleion
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
        self._started = False

    def feed(self, block: bytes) -> None:
        if not self._started:
            self._started = True
            if block.startswith(BINARY):
                self._binary = True
                self._check.note_once("ion-binary")
        if self._binary:
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
            end = self._record_end(block, start)
            if end is None:
                rest = block[start:]
                if final or len(rest) > LONGEST:
                    start += self._broken(rest, "it does not end")
                    continue
                self._pending = rest
                self._retry_at = 2 * len(rest)
                return
            raw = block[start:end]
            if raw.strip():
                self._values(raw.strip(), self._line + raw[: len(raw) - len(raw.lstrip())].count(b"\n"))
            self._line += raw.count(b"\n")
            start = end
        self._retry_at = 0

    def _record_end(self, block: bytes, start: int) -> int | None:
        """Return where the line ends on which all brackets are closed again."""
        end = block.find(b"\n", start) + 1
        if not end:
            end = len(block)
        depth = 0
        place = start
        while True:
            match = _TOKEN.search(block, place, end)
            if match is None:
                if depth <= 0:
                    return end
                if end == len(block):
                    return None
                end = block.find(b"\n", end) + 1 or len(block)
                continue
            token = match[0]
            if token in (b"{", b"[", b"("):
                depth += 1
            elif token in (b"}", b"]", b")"):
                depth -= 1
            elif token in (b"'''", b"/*") or token.startswith((b"'''", b"/*", b"{{")):
                if token in (b"'''", b"/*"):  # opened, and not closed on this line
                    longer = _TOKEN.match(block, match.start())
                    if longer is None or longer[0] == token:
                        return None
                    end = max(end, block.find(b"\n", longer.end()) + 1 or len(block))
                    place = longer.end()
                    continue
            elif token in (b'"', b"'"):
                return end  # a string that is not closed: the library says what is wrong
            place = match.end()

    def _broken(self, rest: bytes, why: str) -> int:
        end = rest.find(b"\n") + 1 or len(rest)
        self._check.broken(Problem("bad-ion", fill={"more": why}), self._line, rest[:end].rstrip())
        self._line += rest[:end].count(b"\n")
        return end

    def _values(self, raw: bytes, line: int) -> None:
        """Check the values of one piece of text: mostly one."""
        if raw == _VERSION:
            return
        try:
            # The library takes text that begins like binary Ion for that, and may never come back.
            if raw.startswith(BINARY[:1]):
                raise ValueError
            values = self._ion.loads(raw, single_value=False)
        except Exception:  # noqa: BLE001  The library raises errors of many kinds, and their texts show values.
            self._check.broken(Problem("bad-ion"), line, raw)
            return
        for value in values:
            self._record(value, line, raw if len(values) == 1 else self._written(value))

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


def _type(value: IonValue) -> str:
    kind = getattr(value, "ion_type", None)
    if kind is not None:
        return str(kind.name)
    return "NULL" if value is None else "STRUCT" if hasattr(value, "items") else type(value).__name__.upper()


def _attribute(value: IonValue, path: str, doubtful: list[str]) -> dict[str, Any]:
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

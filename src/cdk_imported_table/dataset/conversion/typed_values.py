"""Text and JSON values become the DynamoDB type that is declared for them, or do not fit."""

from __future__ import annotations

import binascii
import contextlib
import json
import re
from collections.abc import Callable
from json.scanner import make_scanner
from typing import Any, Final, NoReturn, cast

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.numbers import ORDINARY, read_number, stored_number

Value = dict[str, Any]
"""One type tag and its value: `{"S": "text"}`."""
Read = Callable[[str], Value]
Convert = Callable[[Value], Value]

NULL: Final[Value] = {"NULL": True}
_EMPTY: Final = {EmptyValue.ABSENT: None, EmptyValue.NULL: NULL, EmptyValue.EMPTY_STRING: {"S": ""}}
_HEX: Final = re.compile("(?:[0-9a-fA-F]{2})*")
_LONGEST_INTEGER: Final = 38
_SCALARS: Final = ("S", "N", "B", "BOOL", "NULL")
_SETS: Final = ("SS", "NS", "BS")
_WORDS: Final = {
    "S": "a string",
    "N": "a number",
    "B": "a binary value",
    "BOOL": "a boolean",
    "NULL": "null",
    "L": "a list",
    "M": "an object",
    "SS": "a string set",
    "NS": "a number set",
    "BS": "a binary set",
}


class MisfitError(ValueError):
    """A value does not fit its type; the message says why, and never what the value is."""


def empty_value(column_type: ColumnType, default: EmptyValue) -> Value | None:
    """What an empty cell or a null becomes; None: no attribute."""
    if column_type.tag == "NULL":
        return NULL
    return _EMPTY[column_type.empty or default]


def reader(column_type: ColumnType) -> Read:
    """What reads the text of a cell, which is not empty.

    Returns:
        A function that raises `MisfitError`.
    """
    tag = column_type.tag
    if tag == "S":
        return lambda text: {"S": text}
    if tag == "N":
        return _number_reader(column_type)
    if tag == "BOOL":
        words = {word: {"BOOL": True} for word in column_type.true}
        return _word_reader(words | {word: {"BOOL": False} for word in column_type.false})
    if tag == "NULL":
        return _word_reader({"null": NULL})
    if tag == "B":
        return _hex if column_type.encoding == "hex" else _base64
    if tag in _SETS and column_type.separator is not None:
        return _separated(column_type)
    convert = _structure(column_type)
    return lambda text: convert(parse_json(text))


def converter(column_type: ColumnType) -> Convert:
    """What converts a value of a JSON object. A string is read as a CSV cell is.

    Returns:
        A function that raises `MisfitError`. It is not given nulls.
    """
    tag = column_type.tag
    read = reader(column_type)
    if tag in _SCALARS:

        def convert_scalar(value: Value) -> Value:
            if tag in value:
                return value
            if "S" in value:
                return read(value["S"])
            if tag == "S" and "N" in value:
                number = value["N"]  # a string keeps what was written: 1.10 may be a version
                return {"S": number.written if isinstance(number, _Rewritten) else number}
            return _misfit(value, tag)

        return convert_scalar
    convert = _structure(column_type)
    return lambda value: read(value["S"]) if "S" in value else convert(value)


def _structure(column_type: ColumnType) -> Convert:
    """What converts an array or an object that was read."""
    tag = column_type.tag
    if tag in _SETS:
        return _set_converter(column_type)
    if tag == "L" and column_type.member is not None:
        return _list_converter(converter(column_type.member))
    if tag == "M" and column_type.members:
        return _map_converter(column_type)
    if tag == "JSON":
        return lambda value: value
    return lambda value: value if tag in value else _misfit(value, tag)


def _misfit(value: Value, tag: str) -> NoReturn:
    (found,) = value
    raise MisfitError(f"it is {_WORDS[found]}, not {_WORDS[tag]}")


def _word_reader(words: dict[str, Value]) -> Read:
    allowed = ", ".join(map(repr, words))

    def read(text: str) -> Value:
        found = words.get(text) or words.get(text.casefold())
        if found is None:
            raise MisfitError(_blank(text) or f"allowed are {allowed}")
        return found

    return read


def _number_reader(column_type: ColumnType) -> Read:
    if column_type.decimal_mark == "." and column_type.thousands_mark is None:
        return _number
    point, group = re.escape(column_type.decimal_mark), re.escape(column_type.thousands_mark or "")
    grouped = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+" if group else "[0-9]+"
    pattern = re.compile(rf"[+-]?(?:{grouped}|[0-9]*)(?:{point}[0-9]*)?(?:[eE][+-]?[0-9]+)?")

    def read(text: str) -> Value:
        if not pattern.fullmatch(text):
            marks = f"decimal_mark {column_type.decimal_mark!r}"
            marks += (
                f" and thousands_mark {column_type.thousands_mark!r}" if column_type.thousands_mark else ""
            )
            raise MisfitError(_blank(text) or f"it is no number with {marks}")
        if column_type.thousands_mark:
            text = text.replace(column_type.thousands_mark, "")
        return _number(text.replace(column_type.decimal_mark, "."))

    return read


def _number(text: str) -> Value:
    if len(text) < _LONGEST_INTEGER and text.isdigit() and text.isascii() and (text[0] != "0" or text == "0"):
        return {"N": text}
    stored = stored_number(text)
    if stored == text and not ORDINARY.fullmatch(text) and read_number(text) == "number-syntax":
        raise MisfitError(_blank(text) or "it is no number with a decimal point and no other marks")
    return {"N": stored}


def _blank(text: str) -> str:
    return "there is white space around it: trim=True removes it" if text != text.strip() else ""


def _base64(text: str) -> Value:
    try:
        if binascii.b2a_base64(binascii.a2b_base64(text), newline=False).decode() == text:
            return {"B": text}
    except ValueError:
        pass
    raise MisfitError(_blank(text) or "it is no padded base64 in the standard alphabet")


def _hex(text: str) -> Value:
    if not _HEX.fullmatch(text):
        raise MisfitError(_blank(text) or "it is no hexadecimal text of whole bytes")
    return {"B": binascii.b2a_base64(bytes.fromhex(text), newline=False).decode()}


def _member_type(column_type: ColumnType) -> ColumnType:
    return ColumnType(
        column_type.tag[0], decimal_mark=column_type.decimal_mark, encoding=column_type.encoding
    )


def _separated(column_type: ColumnType) -> Read:
    read, tag, separator = reader(_member_type(column_type)), column_type.tag, column_type.separator

    def read_set(text: str) -> Value:
        return {tag: sorted(read(member)[tag[0]] for member in text.split(separator))}

    return read_set


def _set_converter(column_type: ColumnType) -> Convert:
    tag = column_type.tag
    member = converter(_member_type(column_type))

    def convert(value: Value) -> Value:
        if tag in value:
            return value
        if "L" not in value:
            raise MisfitError(
                "it is no JSON array; if something stands between members, declare the separator"
            )
        if NULL in value["L"]:
            raise MisfitError("a set has no nulls")
        return {tag: sorted(member(one)[tag[0]] for one in value["L"])}

    return convert


def _list_converter(convert_member: Convert) -> Convert:
    def convert(value: Value) -> Value:
        if "L" not in value:
            _misfit(value, "L")
        return {"L": [one if one == NULL else convert_member(one) for one in value["L"]]}

    return convert


def _map_converter(column_type: ColumnType) -> Convert:
    converters = {name: converter(one) for name, one in column_type.members}

    def convert(value: Value) -> Value:
        if "M" not in value:
            _misfit(value, "M")
        return {
            "M": {
                name: converters[name](one) if name in converters and one != NULL else one
                for name, one in value["M"].items()
            }
        }

    return convert


class ExactJson:
    """Reads JSON straight into DynamoDB JSON form. No number ever is a float: its digits are kept.

    Args:
        null: What a null in an object becomes. In an array it stays a NULL: the others would move up.
        typed: Whether types are declared: a number that becomes a string has to be known as it is written.
    """

    def __init__(self, null: EmptyValue = EmptyValue.NULL, *, typed: bool = True) -> None:
        self._null = _EMPTY[null]
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=_with_text(_integer) if typed else _integer,
            parse_float=_with_text(_decimal) if typed else _decimal,
            parse_constant=_refuse_constant,
        )
        self.scan = decoder.raw_decode
        self._scan_once = make_scanner(cast(Any, decoder))  # what `decoder.decode` asks
        self._decode = decoder.decode

    def decode(self, text: str) -> Value:
        """Read one value.

        Raises:
            JSONDecodeError: If it is no JSON.
            ValueError: If it is none of the JSON that everybody reads the same.
            RecursionError: If it is nested too deeply.
        """
        with contextlib.suppress(StopIteration):
            value, end = self._scan_once(text, 0)
            if end == len(text):
                return as_value(value)
        return as_value(self._decode(text))  # white space around it, or an error with its place

    def _object(self, pairs: list[tuple[str, Any]]) -> Value:
        made: dict[str, Value] = {}
        absent: set[str] = set()
        for name, value in pairs:
            kind = type(value)
            if kind is str:
                made[name] = {"S": value}
            elif kind is dict:  # a number, or an object that was read before
                made[name] = value
            elif kind is bool:
                made[name] = {"BOOL": value}
            elif value is not None:
                made[name] = {"L": [{"S": one} if type(one) is str else as_value(one) for one in value]}
            elif self._null is not None:
                made[name] = self._null
            else:
                absent.add(name)
        if len(made) + len(absent) < len(pairs) or not absent.isdisjoint(made):
            names = [name for name, _ in pairs]
            raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)[:50]!r} stands twice")
        return {"M": made}


def as_value(value: Any) -> Value:  # noqa: ANN401
    """What JSON was read as, in DynamoDB JSON form."""
    kind = type(value)
    if kind is dict:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return {"S": value}
    if kind is bool:
        return {"BOOL": value}
    if value is None:
        return NULL
    return {"L": [as_value(one) for one in value]}


class _Rewritten(str):
    """A number as DynamoDB stores it, of which the JSON is another text: `1.5`, written as `1.50`."""

    __slots__ = ("written",)
    written: str


def _with_text(parse: Read) -> Read:
    def parse_and_keep(text: str) -> Value:
        value = parse(text)
        if value["N"] != text:
            number = value["N"] = _Rewritten(value["N"])
            number.written = text
        return value

    return parse_and_keep


def _integer(text: str) -> Value:
    return {"N": text if len(text) < _LONGEST_INTEGER and text != "-0" else stored_number(text)}


def _decimal(text: str) -> Value:
    if len(text) < _LONGEST_INTEGER and "e" not in text and "E" not in text:
        text = text.rstrip("0").removesuffix(".")
        return {"N": text if text != "-0" else "0"}
    return {"N": stored_number(text)}


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_JSON: Final = ExactJson()


def parse_json(text: str) -> Value:
    """Read the JSON of a cell.

    Raises:
        MisfitError: If it is none.
    """
    try:
        return _JSON.decode(text)
    except json.JSONDecodeError as error:
        raise MisfitError(
            f"it is no JSON: {error.msg[:1].lower()}{error.msg[1:]}, character {error.pos + 1}"
        ) from None
    except ValueError as error:
        raise MisfitError(f"it is no JSON: {error}") from None
    except RecursionError:
        raise MisfitError("it is nested too deeply") from None

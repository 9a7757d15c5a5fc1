"""Which DynamoDB type a column is declared to have: `ColumnType`, and what becomes of an empty cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Final

SCALARS: Final = ("S", "N", "B", "BOOL", "NULL")
SETS: Final = ("SS", "NS", "BS")
TAGS: Final = (*SCALARS, "L", "M", *SETS, "JSON")
_MARKS: Final = {".": (",", "'", " ", "_", "\u00a0", "\u202f"), ",": (".", "'", " ", "_", "\u00a0", "\u202f")}


class EmptyValue(Enum):
    """What an empty cell, or a null, becomes."""

    ABSENT = "ABSENT"
    """No attribute at all: what DynamoDB's own import from CSV does (rule 3.6), and what keeps an item out of
    an index whose key it lacks."""
    NULL = "NULL"
    """DynamoDB's type NULL."""
    EMPTY_STRING = "EMPTY_STRING"
    """The empty string. For strings only; a key must not be one (rules 4.4, 4.6)."""


@dataclass(frozen=True)
class ColumnType:
    """The DynamoDB type that a column is *declared* to have: nothing is guessed from the data.

    Made by its constants (`ColumnType.NUMBER`), or, where there is something to choose, by its factories
    (`ColumnType.number(decimal_mark=",")`). What does not fit its type is a finding with file, line and
    column.

    Example:
        ```python
        types = {
            "price": ColumnType.NUMBER,
            "in_stock": ColumnType.boolean(true=["yes"], false=["no"]),
            "tags": ColumnType.string_set(separator="|"),
            "spec": ColumnType.JSON,
        }
        ```
    """

    tag: str
    """DynamoDB's word: `S`, `N`, `B`, `BOOL`, `NULL`, `L`, `M`, `SS`, `NS`, `BS`, or `JSON`."""
    empty: EmptyValue | None = None
    """What an empty cell becomes, where it was said."""
    decimal_mark: str = "."
    """What stands before the fraction of a number."""
    thousands_mark: str | None = None
    """What stands between groups of three digits."""
    true: tuple[str, ...] = ("true",)
    """Words for true."""
    false: tuple[str, ...] = ("false",)
    """Words for false."""
    separator: str | None = None
    """What stands between the members of a set; None for a JSON array."""
    encoding: str = "base64"
    """How bytes are written: `base64` or `hex`."""
    member: ColumnType | None = None
    """The type of each member of a list."""
    members: tuple[tuple[str, ColumnType], ...] = ()
    """The types of attributes of a map."""

    def __post_init__(self) -> None:
        if self.tag not in TAGS:
            raise ValueError(
                f"a column type {self.tag!r} does not exist; write ColumnType.NUMBER,"
                " ColumnType.string_set(separator='|') and the like"
            )

    STRING: ClassVar[ColumnType]
    """Text as it is, with its white space. What is not declared is this, as in DynamoDB's import (3.5)."""
    NUMBER: ClassVar[ColumnType]
    """A number with a decimal point, of up to 38 digits, all of which are kept: no float is ever involved."""
    BINARY: ClassVar[ColumnType]
    """Bytes, written as base64 in the standard alphabet, padded."""
    BOOL: ClassVar[ColumnType]
    """`true` or `false`, in capital or small letters. What `0`, `1` or `yes` mean has to be said."""
    NULL: ClassVar[ColumnType]
    """Always NULL: the cell is empty, or says `null`."""
    LIST: ClassVar[ColumnType]
    """A JSON array."""
    MAP: ClassVar[ColumnType]
    """A JSON object."""
    JSON: ClassVar[ColumnType]
    """Any JSON: each cell gets the type that its JSON says."""
    STRING_SET: ClassVar[ColumnType]
    """A JSON array of strings, each once."""
    NUMBER_SET: ClassVar[ColumnType]
    """A JSON array of numbers, each once."""
    BINARY_SET: ClassVar[ColumnType]
    """A JSON array of base64 strings, each once."""

    @staticmethod
    def string(*, empty: EmptyValue = EmptyValue.ABSENT) -> ColumnType:
        """Text.

        Args:
            empty: What an empty cell becomes. Default: no attribute, as in DynamoDB's own import (rule 3.6).
                An empty string of JSON or Parquet stays one, unless this is `NULL`.

        Raises:
            ValueError: If `empty` is no `EmptyValue`.
        """
        return ColumnType("S", _empty(empty, "S"))

    @staticmethod
    def number(
        *,
        decimal_mark: str = ".",
        thousands_mark: str | None = None,
        empty: EmptyValue = EmptyValue.ABSENT,
    ) -> ColumnType:
        """A number.

        Args:
            decimal_mark: `.` or `,`. Default: a point, because `1,234` may be either of two numbers a
                thousand apart, and only the author knows which.
            thousands_mark: What stands between groups of three digits: `,` `.` `'` `_` or a space. Default:
                nothing does, for the same reason.
            empty: What an empty cell becomes. Default: no attribute (rule 3.6).

        Raises:
            ValueError: If a mark is not one of these, or both are the same; if `empty` is `EMPTY_STRING`,
                because an attribute would be a number in one item and a string in the next.
        """
        if decimal_mark not in _MARKS:
            raise ValueError(f"decimal_mark {decimal_mark!r} is not one of '.', ','")
        if thousands_mark is not None and thousands_mark not in _MARKS[decimal_mark]:
            allowed = ", ".join(map(repr, _MARKS[decimal_mark]))
            raise ValueError(
                f"thousands_mark {thousands_mark!r} is not one of {allowed}, which go with the decimal_mark"
                f" {decimal_mark!r}"
            )
        return ColumnType("N", _empty(empty, "N"), decimal_mark=decimal_mark, thousands_mark=thousands_mark)

    @staticmethod
    def boolean(
        *,
        true: Sequence[str] = ("true",),
        false: Sequence[str] = ("false",),
        empty: EmptyValue = EmptyValue.ABSENT,
    ) -> ColumnType:
        """A boolean.

        Args:
            true: The words for true, in capital or small letters. Default: `true`.
            false: The words for false. Default: `false`. A word that is in neither list is a finding, never
                false, and never true either: a converter that takes any text for true is how `FALSE` becomes
                true.
            empty: What an empty cell becomes. Default: no attribute (rule 3.6).

        Raises:
            ValueError: If there is no word, an empty one, or one that means both; if `empty` is
                `EMPTY_STRING`.
        """
        words = {"true": _words(true, "true"), "false": _words(false, "false")}
        both = sorted(set(words["true"]) & set(words["false"]))
        if both:
            raise ValueError(f"{both[0]!r} is a word for true and for false; say which of the two it is")
        return ColumnType("BOOL", _empty(empty, "BOOL"), true=words["true"], false=words["false"])

    @staticmethod
    def binary(*, encoding: str = "base64", empty: EmptyValue = EmptyValue.ABSENT) -> ColumnType:
        """Bytes.

        Args:
            encoding: `base64` (standard alphabet, padded) or `hex`. Default: base64, as in DynamoDB JSON.
            empty: What an empty cell becomes. Default: no attribute (rule 3.6). An empty string of JSON
                becomes no bytes, unless this is `NULL`.

        Raises:
            ValueError: If the encoding is another, or `empty` is `EMPTY_STRING`.
        """
        return ColumnType("B", _empty(empty, "B"), encoding=_encoding(encoding))

    @staticmethod
    def json(*, empty: EmptyValue = EmptyValue.ABSENT) -> ColumnType:
        """Any JSON.

        Args:
            empty: What an empty cell becomes. Default: no attribute (rule 3.6).

        Raises:
            ValueError: If `empty` is `EMPTY_STRING`.
        """
        return ColumnType("JSON", _empty(empty, "JSON"))

    @staticmethod
    def list_of(member: ColumnType, *, empty: EmptyValue = EmptyValue.ABSENT) -> ColumnType:
        """A JSON array, with a declared type for each of its members.

        Args:
            member: The type of each member. A `null` stays a NULL, or the others would move up.
            empty: What an empty cell becomes. Default: no attribute (rule 3.6).

        Raises:
            TypeError: If `member` is no `ColumnType`.
            ValueError: If `empty` is `EMPTY_STRING`.

        Example:
            ```python
            ColumnType.list_of(ColumnType.NUMBER)
            ```
        """
        (declared,) = frozen_types({"a member": member})
        return ColumnType("L", _empty(empty, "L"), member=declared[1])

    @staticmethod
    def map_of(members: Mapping[str, ColumnType], *, empty: EmptyValue = EmptyValue.ABSENT) -> ColumnType:
        """A JSON object, with declared types for some of its attributes.

        Args:
            members: The types; attributes that are not named get the type that their JSON says.
            empty: What an empty cell becomes. Default: no attribute (rule 3.6).

        Raises:
            TypeError: If `members` does not map names to types.
            ValueError: If a name is empty, or `empty` is `EMPTY_STRING`.

        Example:
            ```python
            ColumnType.map_of({"sizes": ColumnType.NUMBER_SET})
            ```
        """
        return ColumnType("M", _empty(empty, "M"), members=frozen_types(members))

    @staticmethod
    def string_set(*, separator: str | None = None, empty: EmptyValue = EmptyValue.ABSENT) -> ColumnType:
        """A set of strings.

        Args:
            separator: What stands between the members: `red|green`. White space around a member belongs to
                it. Default: none, the cell is a JSON array, because a separator may also be part of a member.
            empty: What an empty cell becomes. Default: no attribute: DynamoDB has no empty sets (rule 2.13).

        Raises:
            ValueError: If the separator is no text, or empty; if `empty` is `EMPTY_STRING`.
        """
        return ColumnType("SS", _empty(empty, "SS"), separator=_separator(separator))

    @staticmethod
    def number_set(
        *, separator: str | None = None, decimal_mark: str = ".", empty: EmptyValue = EmptyValue.ABSENT
    ) -> ColumnType:
        """A set of numbers.

        Args:
            separator: As in `string_set`.
            decimal_mark: As in `number`.
            empty: As in `string_set`.

        Raises:
            ValueError: As in `string_set` and `number`; if the separator is the decimal mark.
        """
        marked = ColumnType.number(decimal_mark=decimal_mark)
        if separator is not None and separator == marked.decimal_mark:
            raise ValueError(f"separator {separator!r} is the decimal_mark; one of the two must be another")
        return ColumnType(
            "NS", _empty(empty, "NS"), separator=_separator(separator), decimal_mark=marked.decimal_mark
        )

    @staticmethod
    def binary_set(
        *, separator: str | None = None, encoding: str = "base64", empty: EmptyValue = EmptyValue.ABSENT
    ) -> ColumnType:
        """A set of bytes.

        Args:
            separator: As in `string_set`.
            encoding: As in `binary`.
            empty: As in `string_set`.

        Raises:
            ValueError: As in `string_set` and `binary`.
        """
        return ColumnType(
            "BS", _empty(empty, "BS"), separator=_separator(separator), encoding=_encoding(encoding)
        )


for _name, _tag in {
    "STRING": "S",
    "NUMBER": "N",
    "BINARY": "B",
    "BOOL": "BOOL",
    "NULL": "NULL",
    "LIST": "L",
    "MAP": "M",
    "JSON": "JSON",
    "STRING_SET": "SS",
    "NUMBER_SET": "NS",
    "BINARY_SET": "BS",
}.items():
    setattr(ColumnType, _name, ColumnType(_tag))


def frozen_types(types: Mapping[str, ColumnType]) -> tuple[tuple[str, ColumnType], ...]:
    """What was declared, in one order.

    Raises:
        TypeError: If it does not map columns to types.
    """
    if not isinstance(types, Mapping):
        raise TypeError(f"types must map columns to column types, got a {type(types).__name__}")
    for name, column_type in types.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"types has the column name {name!r}; a name is a string that is not empty")
        if not isinstance(column_type, ColumnType):
            raise TypeError(
                f"types has {column_type!r} for column {name!r}; write ColumnType.NUMBER,"
                " ColumnType.string_set(separator='|') and the like"
            )
    return tuple(sorted(types.items()))


def types_from_json(written: object) -> dict[str, ColumnType]:
    """What a `--types` file says: `{"price": "N", "tags": {"type": "SS", "separator": "|"}}`.

    Raises:
        ValueError: If it says something else.
    """
    if not isinstance(written, dict):
        raise ValueError('a types file holds one JSON object, {"price": "N", "tags": "SS"}')
    return {name: _from_json(one, name) for name, one in written.items()}


def _from_json(written: object, name: str) -> ColumnType:
    options: dict[str, Any] = dict(written) if isinstance(written, dict) else {"type": written}
    tag = options.pop("type", None)
    if not isinstance(tag, str) or tag not in TAGS:
        raise ValueError(f"column {name!r} has the type {tag!r}; allowed are {', '.join(TAGS)}")
    if not options:
        return ColumnType(tag)
    try:
        if "empty" in options:
            options["empty"] = _empty_from_json(options["empty"], name)
        if tag == "L":
            options["member"] = _from_json(options.get("member"), f"{name}[]")
        if tag == "M":
            members = options.get("members", {})
            if not isinstance(members, dict):
                raise ValueError(
                    f"column {name!r} has the members {members!r}; members are an object of names and types"
                )
            options["members"] = {inner: _from_json(one, f"{name}.{inner}") for inner, one in members.items()}
        made = _FACTORIES[tag](**options)
    except (KeyError, TypeError):
        given = ", ".join(map(repr, options))
        raise ValueError(
            f"column {name!r} of type {tag} has the options {given}; not all go with it"
        ) from None
    assert isinstance(made, ColumnType)
    return made


def _empty_from_json(written: object, name: str) -> EmptyValue:
    found = {one.value: one for one in EmptyValue}.get(str(written).upper())
    if found is None:
        allowed = ", ".join(one.value for one in EmptyValue)
        raise ValueError(f"column {name!r} has empty {written!r}; allowed are {allowed}")
    return found


_FACTORIES: Final[dict[str, Any]] = {
    "S": ColumnType.string,
    "N": ColumnType.number,
    "B": ColumnType.binary,
    "BOOL": ColumnType.boolean,
    "L": ColumnType.list_of,
    "M": ColumnType.map_of,
    "JSON": ColumnType.json,
    "SS": ColumnType.string_set,
    "NS": ColumnType.number_set,
    "BS": ColumnType.binary_set,
}


def _empty(empty: EmptyValue, tag: str) -> EmptyValue:
    if not isinstance(empty, EmptyValue):
        raise ValueError(f"empty is {empty!r}; write EmptyValue.ABSENT or EmptyValue.NULL")
    if empty is EmptyValue.EMPTY_STRING and tag != "S":
        raise ValueError(
            f"empty cannot be EMPTY_STRING for the type {tag}: an attribute would be a string where it is"
            f" empty, and {tag} elsewhere; allowed are ABSENT and NULL"
        )
    return empty


def _words(words: Sequence[str], which: str) -> tuple[str, ...]:
    if isinstance(words, str) or not all(isinstance(word, str) and word for word in words):
        raise ValueError(f"{which} must be a list of words that are not empty, got {words!r}")
    if not words:
        raise ValueError(f"{which} has no word; give one at least")
    return tuple(word.casefold() for word in words)


def _encoding(encoding: str) -> str:
    if encoding not in ("base64", "hex"):
        raise ValueError(f"encoding {encoding!r} is not one of 'base64', 'hex'")
    return encoding


def _separator(separator: str | None) -> str | None:
    if separator is not None and (not isinstance(separator, str) or not separator):
        raise ValueError(
            f"separator is {separator!r}, but must be one or more characters; leave it out for cells that are"
            " JSON arrays"
        )
    return separator

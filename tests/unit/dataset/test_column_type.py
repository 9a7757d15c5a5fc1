"""Declaring types, in Python and in a file: what cannot be meant is refused at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue, frozen_types, types_from_json


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: ColumnType.number(decimal_mark=";"), "decimal_mark ';' is not one of '.', ','"),
        (lambda: ColumnType.number(thousands_mark="."), "which go with the decimal_mark '.'"),
        (lambda: ColumnType.number(thousands_mark=""), "thousands_mark '' is not one of"),
        (lambda: ColumnType.boolean(true=["x"], false=["X"]), "'x' is a word for true and for false"),
        (lambda: ColumnType.boolean(true=[]), "true has no word"),
        (lambda: ColumnType.boolean(false=[""]), "false must be a list of words that are not empty"),
        (
            lambda: ColumnType.boolean(true="yes"),
            "true must be a list of words that are not empty, got 'yes'",
        ),
        (lambda: ColumnType.binary(encoding="base32"), "encoding 'base32' is not one of 'base64', 'hex'"),
        (lambda: ColumnType.string_set(separator=""), "separator is '', but"),
        (lambda: ColumnType.string_set(separator=cast(Any, 5)), "separator is 5, but must be one or more"),
        (lambda: ColumnType.number(empty=cast(Any, "NULL")), "empty is 'NULL'; write EmptyValue.ABSENT"),
        (lambda: ColumnType.string(empty=cast(Any, "NULL")), "empty is 'NULL'; write EmptyValue.ABSENT"),
        (lambda: ColumnType("NUMBER"), "a column type 'NUMBER' does not exist; write ColumnType.NUMBER"),
        (lambda: ColumnType.number_set(separator=",", decimal_mark=","), "separator ',' is the decimal_mark"),
        (
            lambda: ColumnType.number(empty=EmptyValue.EMPTY_STRING),
            "empty cannot be EMPTY_STRING for the type N",
        ),
        (
            lambda: ColumnType.json(empty=EmptyValue.EMPTY_STRING),
            "empty cannot be EMPTY_STRING for the type JSON",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], ColumnType], text: str) -> None:
    """With the value, and what is allowed."""
    with pytest.raises(ValueError, match=re.escape(text)):
        make()


def test_types_must_map_columns_to_types() -> None:
    """The mistakes that people make."""
    wrong: list[tuple[Any, str]] = [
        ({"price": "N"}, "types has 'N' for column 'price'; write ColumnType.NUMBER"),
        ([("price", ColumnType.NUMBER)], "types must map columns to column types, got a list"),
        ({"": ColumnType.NUMBER}, "types has the column name ''"),
    ]
    for types, text in wrong:
        with pytest.raises((TypeError, ValueError), match=re.escape(text)):
            frozen_types(types)
        with pytest.raises((TypeError, ValueError), match=re.escape(text)):
            ColumnType.map_of(types)
    with pytest.raises(TypeError, match="types has 'N' for column 'a member'"):
        ColumnType.list_of(cast(Any, "N"))


def test_a_file_says_all_that_python_can() -> None:
    """Each type by DynamoDB's word, each choice by the name that it has in Python."""
    written = {
        "s": {"type": "S", "empty": "empty_string"},
        "n": {"type": "N", "decimal_mark": ",", "thousands_mark": ".", "empty": "null"},
        "plain": "N",
        "b": {"type": "B", "encoding": "hex"},
        "bool": {"type": "BOOL", "true": ["ja"], "false": ["nein"]},
        "null": "NULL",
        "l": {"type": "L", "member": "N"},
        "m": {"type": "M", "members": {"ss": {"type": "SS", "separator": "|"}}},
        "json": "JSON",
        "ns": {"type": "NS", "separator": " "},
        "bs": {"type": "BS", "separator": " ", "encoding": "hex"},
    }
    assert types_from_json(written) == {
        "s": ColumnType.string(empty=EmptyValue.EMPTY_STRING),
        "n": ColumnType.number(decimal_mark=",", thousands_mark=".", empty=EmptyValue.NULL),
        "plain": ColumnType.NUMBER,
        "b": ColumnType.binary(encoding="hex"),
        "bool": ColumnType.boolean(true=["ja"], false=["nein"]),
        "null": ColumnType.NULL,
        "l": ColumnType.list_of(ColumnType.NUMBER),
        "m": ColumnType.map_of({"ss": ColumnType.string_set(separator="|")}),
        "json": ColumnType.JSON,
        "ns": ColumnType.number_set(separator=" "),
        "bs": ColumnType.binary_set(separator=" ", encoding="hex"),
    }


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ([], "a types file holds one JSON object"),
        ({"x": "number"}, "column 'x' has the type 'number'; allowed are S, N, B"),
        ({"x": 1}, "column 'x' has the type 1"),
        ({"x": {"separator": "|"}}, "column 'x' has the type None"),
        (
            {"x": {"type": "N", "separator": "|"}},
            "column 'x' of type N has the options 'separator'; not all go",
        ),
        ({"x": {"type": "N", "empty": "zero"}}, "has empty 'zero'; allowed are ABSENT"),
        ({"x": {"type": "NULL", "empty": "null"}}, "not all go with it"),
        ({"x": {"type": "L", "member": "T"}}, "column 'x[]' has the type 'T'"),
        ({"x": {"type": "M", "members": {"y": "T"}}}, "column 'x.y' has the type 'T'"),
        ({"x": {"type": "BOOL", "true": "ja"}}, "true must be a list of words"),
    ],
)
def test_what_a_file_cannot_say_is_refused(written: object, text: str) -> None:
    """With the column."""
    with pytest.raises(ValueError, match=re.escape(text)):
        types_from_json(written)

"""CSV with declared types: what becomes of cells, and where it is said that one does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.schema import Key, TableSchema

from .support import converted, findings


def value(cell: str, column_type: ColumnType, **options: Any) -> Any:
    """Return what a cell becomes; None for no attribute, or the one finding."""
    quoted = '"' + cell.replace('"', '""') + '"'
    items, report = converted(f"pk,x\na,{quoted}\n", "CSV", {"x": column_type}, **options)
    return items[0].get("x") if items else report.findings[0].message


@pytest.mark.parametrize(
    ("cell", "column_type", "stored"),
    [
        ("  two words ", ColumnType.STRING, {"S": "  two words "}),
        ("1.50", ColumnType.NUMBER, {"N": "1.5"}),
        ("-007", ColumnType.NUMBER, {"N": "-7"}),
        (".5", ColumnType.NUMBER, {"N": "0.5"}),
        ("1E3", ColumnType.NUMBER, {"N": "1000"}),
        ("9" * 38, ColumnType.NUMBER, {"N": "9" * 38}),
        ("1e-130", ColumnType.NUMBER, {"N": "1E-130"}),
        ("1.234,5", ColumnType.number(decimal_mark=",", thousands_mark="."), {"N": "1234.5"}),
        ("1,234,567.25", ColumnType.number(thousands_mark=","), {"N": "1234567.25"}),
        ("TRUE", ColumnType.BOOL, {"BOOL": True}),
        ("False", ColumnType.BOOL, {"BOOL": False}),
        ("Ja", ColumnType.boolean(true=["ja"], false=["nein"]), {"BOOL": True}),
        ("0", ColumnType.boolean(true=["1"], false=["0"]), {"BOOL": False}),
        ("null", ColumnType.NULL, {"NULL": True}),
        ("", ColumnType.NULL, {"NULL": True}),
        ("AP8=", ColumnType.BINARY, {"B": "AP8="}),
        ("00fF", ColumnType.binary(encoding="hex"), {"B": "AP8="}),
        ("b|a|", ColumnType.string_set(separator="|"), {"SS": ["", "a", "b"]}),
        ('["b", "a"]', ColumnType.STRING_SET, {"SS": ["a", "b"]}),
        ("1,5;2,0", ColumnType.number_set(separator=";", decimal_mark=","), {"NS": ["1.5", "2"]}),
        ("[1.0, 3e1]", ColumnType.NUMBER_SET, {"NS": ["1", "30"]}),
        ("00 ff", ColumnType.binary_set(separator=" ", encoding="hex"), {"BS": ["/w==", "AA=="]}),
        ('["AA=="]', ColumnType.BINARY_SET, {"BS": ["AA=="]}),
        ('[1, "a", null]', ColumnType.LIST, {"L": [{"N": "1"}, {"S": "a"}, {"NULL": True}]}),
        ('{"a": {"b": []}}', ColumnType.MAP, {"M": {"a": {"M": {"b": {"L": []}}}}}),
        ("12345678901234567890.10", ColumnType.JSON, {"N": "12345678901234567890.1"}),
        ('"text"', ColumnType.JSON, {"S": "text"}),
        ("null", ColumnType.JSON, {"NULL": True}),
        ('["1.50"]', ColumnType.list_of(ColumnType.NUMBER), {"L": [{"N": "1.5"}]}),
        (
            '{"d": "AA==", "n": null, "x": 1}',
            ColumnType.map_of({"d": ColumnType.BINARY, "n": ColumnType.NUMBER}),
            {"M": {"d": {"B": "AA=="}, "n": {"NULL": True}, "x": {"N": "1"}}},
        ),
    ],
)
def test_a_cell_becomes_its_declared_type(cell: str, column_type: ColumnType, stored: Any) -> None:
    """All ten types, and JSON, as DynamoDB stores them."""
    assert value(cell, column_type) == stored


@pytest.mark.parametrize(
    ("cell", "column_type", "why"),
    [
        ("1,5", ColumnType.NUMBER, "it is no number with a decimal point and no other marks"),
        ("12,34", ColumnType.number(thousands_mark=","), "it is no number with decimal_mark '.' and thou"),
        (" 1", ColumnType.NUMBER, "there is white space around it: trim=True removes it"),
        ("0x1f", ColumnType.NUMBER, "it is no number"),
        ("NaN", ColumnType.NUMBER, "it is no number"),
        ("\u0661", ColumnType.NUMBER, "it is no number"),
        ("yes", ColumnType.BOOL, "allowed are 'true', 'false'"),
        ("1", ColumnType.BOOL, "allowed are 'true', 'false'"),
        ("x", ColumnType.NULL, "allowed are 'null'"),
        ("AP8", ColumnType.BINARY, "it is no padded base64 in the standard alphabet"),
        ("_-8=", ColumnType.BINARY, "it is no padded base64"),
        ("abc", ColumnType.binary(encoding="hex"), "it is no hexadecimal text of whole bytes"),
        ("a|b", ColumnType.STRING_SET, "it is no JSON: expecting value, character 1"),
        ('"a"', ColumnType.STRING_SET, "it is no JSON array; if something stands between members, declare"),
        ('["a", 1]', ColumnType.NUMBER_SET, "it is no number"),
        ("[null]", ColumnType.STRING_SET, "a set has no nulls"),
        ("1;x", ColumnType.number_set(separator=";"), "it is no number"),
        ("{}", ColumnType.LIST, "it is an object, not a list"),
        ("[]", ColumnType.MAP, "it is a list, not an object"),
        ("{'a': 1}", ColumnType.JSON, "it is no JSON: expecting property name enclosed in double quotes"),
        ('{"a": 1, "a": 2}', ColumnType.JSON, "it is no JSON: the name 'a' stands twice"),
        ("[NaN]", ColumnType.JSON, "it is no JSON: NaN and Infinity are not JSON"),
        ("[" * 100_000, ColumnType.JSON, "it is nested too deeply"),
        ('["x"]', ColumnType.list_of(ColumnType.NUMBER), "it is no number"),
    ],
)
def test_a_cell_that_does_not_fit_is_a_finding(cell: str, column_type: ColumnType, why: str) -> None:
    """Nothing is guessed and nothing is dropped: the reason is said, and never the value."""
    found = value(cell, column_type)
    assert found.startswith(f"the value does not fit its type ({why}")


@pytest.mark.parametrize(
    "column_type", [ColumnType.NUMBER, ColumnType.BOOL, ColumnType.JSON, ColumnType.STRING]
)
def test_an_empty_cell_is_no_attribute_by_default(column_type: ColumnType) -> None:
    """As in DynamoDB's own import from CSV (rule 3.6)."""
    assert value("", column_type) is None


def test_what_an_empty_cell_becomes_can_be_said() -> None:
    """NULL for any type, the empty string for strings."""
    assert value("", ColumnType.number(empty=EmptyValue.NULL)) == {"NULL": True}
    assert value("", ColumnType.string(empty=EmptyValue.EMPTY_STRING)) == {"S": ""}


def test_quoted_cells_hold_everything() -> None:
    """Delimiters, doubled quotation marks, and line ends, which become LF."""
    items, report = converted(b'\xef\xbb\xbfpk,x\r\n"a,b","say ""hi"""\r\n"c\r\n\r\nd",\xc3\xa9\r\n', "CSV")
    assert items == [
        {"pk": {"S": "a,b"}, "x": {"S": 'say "hi"'}},
        {"pk": {"S": "c\n\nd"}, "x": {"S": "é"}},
    ]
    assert report.clean


def test_findings_name_the_line_and_column_of_the_cell() -> None:
    """Of the cell, not of its row, which may begin many lines above; and further rows are right, too."""
    data = 'pk,note,n\n"a","two\nlines",x\nb,,y\nc,,3\n'
    items, report = converted(data, "CSV", {"n": ColumnType.NUMBER})
    assert [(one.line, one.column, one.record, one.path) for one in report.findings] == [
        (3, 8, 1, "n"),
        (4, 4, 2, "n"),
    ]
    assert items == [{"pk": {"S": "c"}, "n": {"N": "3"}}]


def test_rules_of_items_are_checked_too_and_name_original_lines() -> None:
    """What is converted is judged by DynamoDB's rules, where it stands in the CSV file."""
    data = 'pk,n\n"a\nb",1\n\nc,1e999\n"a\nb",2\n'
    _, report = converted(data, "CSV", {"n": ColumnType.NUMBER})
    assert [(one.rule, one.line) for one in report.findings] == [("number-overflow", 5)]
    assert report.records == 3


def test_keys_have_the_types_of_the_table() -> None:
    """They need not be declared; the other columns stay strings."""
    schema = TableSchema(Key("pk", "N"), Key("sk", "B"))
    items, report = converted("pk,sk,x\n007,AA==,8\n", "CSV", schema=schema)
    assert items == [{"pk": {"N": "7"}, "sk": {"B": "AA=="}, "x": {"S": "8"}}]
    assert report.clean


@pytest.mark.parametrize("delimiter", [",", ";", ":", "|", "\t", " "])
def test_delimiters_and_columns_without_a_header(delimiter: str) -> None:
    """All that the native import takes."""
    form = {"delimiter": delimiter, "header_list": ("pk", "x", "n")}
    data = delimiter.join(["a", f'"b{delimiter}c"', "1"]) + "\n" + delimiter.join(["d", "", '"2"'])
    items, report = converted(data, "CSV", {"n": ColumnType.NUMBER}, form=form)
    assert items == [
        {"pk": {"S": "a"}, "x": {"S": f"b{delimiter}c"}, "n": {"N": "1"}},
        {"pk": {"S": "d"}, "n": {"N": "2"}},
    ]
    assert report.clean


def test_blanks_go_only_when_asked() -> None:
    """They are part of a string; with trim they go, of header names too."""
    assert converted("pk,x\n a , b\n", "CSV")[0] == [{"pk": {"S": " a "}, "x": {"S": " b"}}]
    trimmed, _ = converted("pk , x\n a , 1\n", "CSV", {"x": ColumnType.NUMBER}, trim=True)
    assert trimmed == [{"pk": {"S": "a"}, "x": {"N": "1"}}]


@pytest.mark.parametrize(
    ("data", "rule", "place"),
    [
        ("pk,n\na\n", "convert-row", "data:2"),
        ("pk,n\na,1,2\n", "convert-row", "data:2"),
        ('pk,n\n"a,1\nb,2\n', "convert-quote", "data:2"),
        ('pk,n\na "b",1\n', "convert-quote", "data:2"),
        ('pk,n\n"a"b,1\n', "convert-quote", "data:2"),
        ('pk,n\n "a",1\n', "convert-quote", "data:2"),
        ('pk,n\na b",1\nc,2\n', "convert-quote", "data:2"),
        (b"pk,n\n\xff,1\n", "convert-text", "data:2"),
        ("pk,n,n\na,1,2\n", "convert-header", "data:1"),
        ("pk,n,\na,1,2\n", "convert-header", "data:1"),
        ("pk,N\na,1\n", "convert-column", "data:1"),
        ("id,n\na,1\n", "csv-key-column", "data:1"),
    ],
)
def test_files_that_are_no_table_are_findings(data: str | bytes, rule: str, place: str) -> None:
    """With the line, and the rows around are read on."""
    _, report = converted(data, "CSV", {"n": ColumnType.NUMBER})
    assert next(one for one in findings(report) if f"[{rule}]" in one).startswith(f"{place}: error:")


def test_a_bad_row_takes_no_other_with_it() -> None:
    """A quotation mark within a cell that is not quoted ends nothing."""
    items, report = converted('pk,n\n5" pipe,1\nb,2\n', "CSV")
    assert items == [{"pk": {"S": "b"}, "n": {"S": "2"}}]
    assert report.counts == {"convert-quote": 1}


def test_a_carriage_return_alone_ends_no_row() -> None:
    """A file of an old Macintosh would be one header without rows; within quotes it is a character."""
    items, report = converted("pk,x\ra,1\rb,2\r", "CSV", {})
    assert (items, [one.rule for one in report.findings]) == ([], ["convert-quote"])
    assert "a carriage return alone ends no line" in report.findings[0].message
    assert converted('pk,x\na,"1\r2"\n', "CSV", {})[0] == [{"pk": {"S": "a"}, "x": {"S": "1\r2"}}]


def test_lines_behind_a_very_long_one_have_their_numbers() -> None:
    """It is one line, though it is not read as one; of characters that are two bytes, too."""
    items, report = converted("pk,x\na," + "é" * (5 << 20) + "\nb,1\nc\n", "CSV", {})
    assert items == [{"pk": {"S": "b"}, "x": {"S": "1"}}]
    assert [(one.rule, one.line) for one in report.findings] == [("convert-row", 2), ("convert-row", 4)]


def test_a_quoted_cell_that_is_not_utf_8_is_found_on_its_line() -> None:
    """The row begins where it begins, whatever stands on the lines that follow."""
    _, report = converted(b'pk,x\na,"1\n\xff\n2" 3\n', "CSV", {})
    assert [(one.rule, one.line) for one in report.findings] == [("convert-text", 3), ("convert-quote", 2)]


def test_a_header_line_beside_a_header_list_is_said() -> None:
    """Line 1 is data then, as in DynamoDB's own import (rule 3.2)."""
    items, report = converted("pk,x\na,1\npk,x\n", "CSV", {}, form={"header_list": ("pk", "x")})
    assert items[0] == {"pk": {"S": "pk"}, "x": {"S": "x"}}
    assert [(one.rule, one.line) for one in report.findings] == [("csv-header-is-data", 1)]

"""Plain JSON: one object a line, or one array; numbers exactly, and where something is wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.conversion.plain_json import convert_json_array
from cdk_imported_table.dataset.conversion.records import Records
from cdk_imported_table.dataset.file_check import FileCheck
from cdk_imported_table.dataset.formats import Conversion
from cdk_imported_table.dataset.items import ItemChecker
from cdk_imported_table.dataset.report import Report
from cdk_imported_table.dataset.schema import Key, TableSchema

from .support import PLAIN, converted

FORMATS = ["JSON_LINES", "JSON"]


def written(obj: str, input_format: str) -> str:
    """Return a file with one object."""
    return f"[{obj}]" if input_format == "JSON" else f"{obj}\n"


@pytest.mark.parametrize("input_format", FORMATS)
def test_values_get_the_type_that_json_says(input_format: str) -> None:
    """Nothing is guessed: what looks like a number or a date within a string stays a string."""
    obj = (
        '{"pk": "a", "s": "1.50", "n": [0, -0, 1.50, 1E3, 0.1, 12345678901234567890.123, -1e-130],'
        ' "b": true, "x": null,'
        ' "m": {"deep": {"l": [[], {}, "", null, false]}}, "é\\ud83d\\ude00": "\\u0000"}'
    )
    items, report = converted(written(obj, input_format), input_format)
    numbers = ["0", "0", "1.5", "1000", "0.1", "12345678901234567890.123", "-1E-130"]
    deep = [{"L": []}, {"M": {}}, {"S": ""}, {"NULL": True}, {"BOOL": False}]
    assert items == [
        {
            "pk": {"S": "a"},
            "s": {"S": "1.50"},
            "n": {"L": [{"N": number} for number in numbers]},
            "b": {"BOOL": True},
            "x": {"NULL": True},
            "m": {"M": {"deep": {"M": {"l": {"L": deep}}}}},
            "é😀": {"S": "\x00"},
        }
    ]
    assert report.clean


@pytest.mark.parametrize("input_format", FORMATS)
def test_more_digits_than_dynamodb_has_are_a_finding(input_format: str) -> None:
    """They are not rounded, and no float ever cut them off."""
    _, report = converted(written(f'{{"pk":"a","n":{"1" * 39}}}', input_format), input_format)
    assert report.counts == {"number-digits": 1}


@pytest.mark.parametrize("input_format", FORMATS)
def test_nulls_can_be_absent_but_not_in_lists(input_format: str) -> None:
    """Where the others would move up."""
    obj = '{"pk":"a","x":null,"l":[null,1],"m":{"y":null}}'
    items, _ = converted(written(obj, input_format), input_format, null=EmptyValue.ABSENT)
    assert items == [{"pk": {"S": "a"}, "l": {"L": [{"NULL": True}, {"N": "1"}]}, "m": {"M": {}}}]


@pytest.mark.parametrize("input_format", FORMATS)
def test_types_for_what_json_has_no_type_for(input_format: str) -> None:
    """Sets, bytes, and further down; a null stays what `null` says, an empty string is an empty cell."""
    types = {
        "ss": ColumnType.STRING_SET,
        "b": ColumnType.BINARY,
        "m": ColumnType.map_of({"ns": ColumnType.NUMBER_SET}),
        "n": ColumnType.NUMBER,
        "e": ColumnType.NUMBER,
        "x": ColumnType.NUMBER,
        "t": ColumnType.STRING,
    }
    obj = '{"pk":"a","ss":["b","a"],"b":"AA==","m":{"ns":[2,1.0]},"n":"1.50","e":"","x":null,"t":7}'
    items, report = converted(written(obj, input_format), input_format, types)
    assert items == [
        {
            "pk": {"S": "a"},
            "ss": {"SS": ["a", "b"]},
            "b": {"B": "AA=="},
            "m": {"M": {"ns": {"NS": ["1", "2"]}}},
            "n": {"N": "1.5"},
            "x": {"NULL": True},
            "t": {"S": "7"},
        }
    ]
    assert report.clean


def test_a_value_that_does_not_fit_names_its_line_and_attribute() -> None:
    """All attributes of the object that do not fit are named at once."""
    types = {"n": ColumnType.NUMBER, "m": ColumnType.MAP}
    _, report = converted('{"pk":"a"}\n\n{"pk":"b","n":true,"m":[]}\n', "JSON_LINES", types)
    assert [(one.line, one.record, one.path, one.message) for one in report.findings] == [
        (3, 2, "m", "the value does not fit its type (it is a list, not an object)"),
        (3, 2, "n", "the value does not fit its type (it is a boolean, not a number)"),
    ]


def test_keys_of_bytes_are_read_from_base64() -> None:
    """JSON has no other way to write them."""
    items, report = converted('{"pk":"AA=="}\n', "JSON_LINES", schema=TableSchema(Key("pk", "B")))
    assert items == [{"pk": {"B": "AA=="}}]
    assert report.clean


def test_a_key_of_another_type_is_a_finding() -> None:
    """A string is no number, whatever it looks like: what is meant can be declared."""
    schema = TableSchema(Key("pk", "N"))
    assert converted('{"pk":"1"}\n', "JSON_LINES", schema=schema)[1].counts == {"key-type": 1}
    assert converted('{"pk":"1"}\n', "JSON_LINES", {"pk": ColumnType.NUMBER}, schema=schema)[1].clean


def test_a_declared_attribute_that_no_item_has_is_a_warning() -> None:
    """It is not one of the file, so it is said when all files were read (see the check)."""
    _, report = converted('{"pk":"a"}\n', "JSON_LINES", {"Price": ColumnType.NUMBER})
    assert report.clean


@pytest.mark.parametrize(
    ("line", "rule", "more", "column"),
    [
        ('{"pk":"a"', "convert-json", "expecting ',' delimiter", 10),
        ("{'pk':1}", "convert-json", "expecting property name enclosed in double quotes", 2),
        ('{"pk":"a"}{"pk":"b"}', "convert-json", "extra data", 11),
        ('{"pk":"a","n":NaN}', "convert-json", "NaN and Infinity are not JSON", None),
        ('{"pk":"a","pk":"b"}', "convert-json", "the name 'pk' stands twice", None),
        ('{"pk":"a","x":null,"x":null}', "convert-json", "the name 'x' stands twice", None),
        ('"text"', "convert-object", "it is something else", None),
        ('{"pk":"\\ud800"}', "convert-value", "half of a surrogate pair is no character", None),
        ("[" * 100_000, "convert-json", "nested too deeply", None),
    ],
)
def test_lines_that_are_no_objects(line: str, rule: str, more: str, column: int | None) -> None:
    """Each is one finding, and the next lines are read all the same."""
    items, report = converted(f'{line}\n{{"pk":"z"}}\n', "JSON_LINES")
    (finding,) = report.findings
    assert (finding.rule, finding.line, finding.column) == (rule, 1, column)
    assert finding.message.endswith(f"({more})")
    assert items == [{"pk": {"S": "z"}}]


def test_deep_objects_are_a_finding_not_a_crash() -> None:
    """DynamoDB has 32 levels; thousands of them are no reason to stop without a word."""
    for levels in (31, 33, 100, 200, 500, 5000):
        obj = '{"pk":"a","x":' + "[" * levels + "1" + "]" * levels + "}"
        _, report = converted(f"{obj}\n", "JSON_LINES")
        assert bool(report.error_count) is (levels > 31)


def test_bytes_that_are_not_utf8_are_named() -> None:
    """The other lines are read."""
    items, report = converted(b'{"pk":"a"}\n{"pk":"\xe9"}\n{"pk":"\xc3\xa9"}\n', "JSON_LINES")
    assert [one["pk"]["S"] for one in items] == ["a", "é"]
    assert [(one.rule, one.line) for one in report.findings] == [("convert-text", 2)]


@pytest.mark.parametrize("data", [b"\xc2", b'[{"pk":"a"}]\xf0\x9f', b'[\n{"pk":"\xe9"}]', b'[{"pk":"\xc3'])
def test_an_array_that_is_not_utf8_is_a_finding(data: bytes) -> None:
    """Also where the file ends within a character."""
    _, report = converted(data, "JSON")
    assert [(one.rule, one.line) for one in report.findings] == [("convert-text", 1 + data.count(b"\n"))]


@pytest.mark.parametrize(
    ("text", "rule", "line", "column", "more"),
    [
        ('{"pk":"a"}', "convert-object", 1, 1, "the file does not begin with '['"),
        ('[{"pk":"a"}\n {"pk":"b"}]', "convert-json", 2, 2, "expecting ',' or ']'"),
        ('[{"pk":"a"},\n]', "convert-json", 2, 1, "expecting value"),
        ('[{"pk":"a"}]\n{}', "convert-object", 2, 1, "something follows the array"),
        ('[{"pk":"a"},\n{"pk":', "convert-json", 2, 7, "expecting value"),
        ('[{"pk":"a"}\n', "convert-json", 2, 1, "the text ends too early"),
        ('[{"pk":"a"}, 12]', "convert-object", 1, None, "it is something else"),
        ('[\n\n{"pk":"a","n":NaN}]', "convert-json", 3, 1, "NaN and Infinity are not JSON"),
    ],
)
def test_files_that_are_no_array(text: str, rule: str, line: int, column: int | None, more: str) -> None:
    """Where, and that the rest is not read."""
    _, report = converted(text, "JSON")
    finding = report.findings[0]
    assert (finding.rule, finding.line, finding.column) == (rule, line, column)
    assert more in finding.message


def test_an_array_over_many_lines_names_the_line_of_each_object() -> None:
    """Objects may begin anywhere."""
    text = '\n[\n  {\n    "pk": "a"\n  },\n  {"pk": "a"}, {"pk":\n 1}]\n'
    _, report = converted(text, "JSON")
    assert [(one.rule, one.line, one.record) for one in report.findings] == [("key-type", 6, 3)]


@given(st.lists(st.text(max_size=8), max_size=6), st.integers(1, 12))
def test_an_array_is_the_same_however_it_is_cut(names: list[str], size: int) -> None:
    """Blocks end anywhere: within a character, an escape, a number."""
    rows = [{"pk": name, "n": [10, -1.5e3, True], name or "x": name} for name in names]
    data = json.dumps(rows, ensure_ascii=bool(size % 2), indent=size % 3).encode("utf-8", "replace")

    def pieces() -> Iterator[bytes]:
        for place in range(0, len(data), size):
            yield data[place : place + size]

    report = Report()
    out = io.BytesIO()
    check = FileCheck("data", PLAIN, ItemChecker(PLAIN), report, report.keys)
    convert_json_array(pieces(), Conversion(), Records(check, write=out.write))
    whole = io.BytesIO()
    other = Report()
    check = FileCheck("data", PLAIN, ItemChecker(PLAIN), other, other.keys)
    convert_json_array([data], Conversion(), Records(check, write=whole.write))
    assert out.getvalue() == whole.getvalue()
    assert out.getvalue().count(b"\n") == len(rows)
    assert report.counts == other.counts


@pytest.mark.parametrize("input_format", FORMATS)
@pytest.mark.parametrize("null", [EmptyValue.NULL, EmptyValue.ABSENT])
def test_a_name_that_stands_twice_is_found_beside_a_null(input_format: str, null: EmptyValue) -> None:
    """Whether nulls are kept or not, one of two values would be chosen silently."""
    for obj in ('{"pk":"a","m":{"x":1,"x":null}}', '{"pk":"a","m":{"x":null,"x":null}}'):
        items, report = converted(written(obj, input_format), input_format, null=null)
        assert (items, [one.rule for one in report.findings]) == ([], ["convert-json"])
        assert "the name 'x' stands twice" in report.findings[0].message


@pytest.mark.parametrize("input_format", FORMATS)
def test_a_number_under_a_string_keeps_what_is_written(input_format: str) -> None:
    """`1.10` may be a version: as a string it keeps its zero, which DynamoDB's numbers have not."""
    obj = '{"pk":"a","n":1.10,"v":1.10,"w":[2.0,1e3,-0],"x":12345678901234567890123456789012345678901}'
    types = {"v": ColumnType.STRING, "w": ColumnType.STRING_SET, "x": ColumnType.STRING}
    (item,), report = converted(written(obj, input_format), input_format, types)
    assert report.clean
    assert item == {
        "pk": {"S": "a"},
        "n": {"N": "1.1"},
        "v": {"S": "1.10"},
        "w": {"SS": ["-0", "1e3", "2.0"]},
        "x": {"S": "12345678901234567890123456789012345678901"},
    }


def test_an_empty_string_becomes_null_if_that_is_declared() -> None:
    """Otherwise a string stays a string, and bytes stay bytes."""
    types = {
        "s": ColumnType.string(),
        "t": ColumnType.string(empty=EmptyValue.NULL),
        "b": ColumnType.binary(empty=EmptyValue.NULL),
        "c": ColumnType.BINARY,
    }
    (item,), _ = converted('{"pk":"a","s":"","t":"","b":"","c":""}', "JSON_LINES", types)
    assert item == {
        "pk": {"S": "a"},
        "s": {"S": ""},
        "t": {"NULL": True},
        "b": {"NULL": True},
        "c": {"B": ""},
    }


def test_an_array_that_is_nested_too_deeply_is_a_finding() -> None:
    """Beyond what Python can read, as a member of the array that holds the items."""
    for levels in (300, 600, 900, 100_000):
        items, report = converted("[" + "[" * levels + "]" * levels + "]", "JSON")
        assert (items, len(report.findings)) == ([], 1)
        assert report.findings[0].rule in ("convert-json", "convert-object")


def test_lines_behind_a_very_long_one_have_their_numbers() -> None:
    """It is one line, though it is not read as one."""
    data = '{"pk":"a","x":"' + "x" * (17 << 20) + '"}\n{"pk":"b"}\n{"pk":1}'
    items, report = converted(data, "JSON_LINES", judged=False)
    assert items == [{"pk": {"S": "b"}}, {"pk": {"N": "1"}}]
    assert [(one.rule, one.line) for one in report.findings] == [("convert-json", 1)]
    assert [one.line for one in converted(data, "JSON_LINES")[1].findings] == [1, 3]

"""`ImportData.from_items`: Python values as boto3's resource API takes them."""

import datetime as dt
import gzip
import json
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_imported_table import ImportData
from tests.unit.support import GZIP, imported, new_stack, resources_of, source_of, staged_files


def _staged(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    stack = new_stack()
    imported(stack, ImportData.from_items(items))
    (content,) = staged_files(stack).values()
    return [json.loads(line)["Item"] for line in content.splitlines()]


def test_every_type_is_written_in_dynamodb_json() -> None:
    """All ten types, nested too; sets in a fixed order."""
    item = {
        "pk": "žluť 🐎",
        "int": 10**37,
        "decimal": Decimal("1.10"),
        "exponent": Decimal("1E+100"),
        "bytes": b"\x00\xff",
        "yes": True,
        "nothing": None,
        "list": ["a", 1, [None]],
        "tuple": (False,),
        "map": {"deep": {"er": Decimal("-0.5")}},
        "ss": {"b", "a"},
        "ns": frozenset({2, Decimal("1.5")}),
        "bs": {b"b", b"a"},
        "empty": ["", b"", {}, []],
    }
    assert _staged([item]) == [
        {
            "pk": {"S": "žluť 🐎"},
            "int": {"N": "1" + "0" * 37},
            "decimal": {"N": "1.10"},
            "exponent": {"N": "1E+100"},
            "bytes": {"B": "AP8="},
            "yes": {"BOOL": True},
            "nothing": {"NULL": True},
            "list": {"L": [{"S": "a"}, {"N": "1"}, {"L": [{"NULL": True}]}]},
            "tuple": {"L": [{"BOOL": False}]},
            "map": {"M": {"deep": {"M": {"er": {"N": "-0.5"}}}}},
            "ss": {"SS": ["a", "b"]},
            "ns": {"NS": ["1.5", "2"]},
            "bs": {"BS": ["YQ==", "Yg=="]},
            "empty": {"L": [{"S": ""}, {"B": ""}, {"M": {}}, {"L": []}]},
        }
    ]


def test_items_are_staged_as_files_are() -> None:
    """Own bucket, upload first, DynamoDB JSON."""
    stack = new_stack()
    imported(stack, ImportData.from_items([{"pk": "a"}]))
    assert len(resources_of(stack, "AWS::S3::Bucket")) == 1
    assert source_of(stack)["InputFormat"] == "DYNAMODB_JSON"


def test_items_may_be_compressed() -> None:
    """No warning: they were never stored otherwise."""
    stack = new_stack()
    table = imported(stack, ImportData.from_items([{"pk": "a"}], compression_type=GZIP))
    (content,) = staged_files(stack).values()
    assert gzip.decompress(content) == b'{"Item":{"pk":{"S":"a"}}}\n'
    assert [entry for entry in table.node.metadata if entry.type == "aws:cdk:warning"] == []


def test_an_iterator_of_items_is_read_once() -> None:
    """A generator, a CSV reader of one's own, a paginator."""
    assert _staged({"pk": str(number)} for number in range(3)) == [
        {"pk": {"S": str(number)}} for number in range(3)
    ]


def test_items_that_boto3_has_read_are_taken() -> None:
    """Bytes come out of its resource API as a class of its own, in sets too."""
    types = pytest.importorskip("boto3.dynamodb.types")
    stored = {"pk": {"S": "a"}, "b": {"B": b"\x00"}, "bs": {"BS": [b"a", b"b"]}, "ns": {"NS": ["1", "2.5"]}}
    item = {name: types.TypeDeserializer().deserialize(value) for name, value in stored.items()}
    assert _staged([item]) == [
        {"pk": {"S": "a"}, "b": {"B": "AA=="}, "bs": {"BS": ["YQ==", "Yg=="]}, "ns": {"NS": ["1", "2.5"]}}
    ]


def _nested(levels: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


class _Size(int, Enum):
    LARGE = 3


def test_an_enum_of_integers_is_its_number() -> None:
    """Python writes such a member as its name, where nobody asks for the number."""
    assert _staged([{"pk": "a", "size": _Size.LARGE, "sizes": {_Size.LARGE}}]) == [
        {"pk": {"S": "a"}, "size": {"N": "3"}, "sizes": {"NS": ["3"]}}
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, r"item 1, attribute 'x' is the float 1.5; .* write Decimal\('1.5'\)"),
        (set(), "is a set that is empty"),
        ({1, "a"}, "is a set of N, S; a set has at least one member, all strings"),
        ({True}, "is a set of BOOL"),
        (
            dt.date(2024, 5, 3),
            r"is a date; .*: write value.isoformat\(\), or, for a moment, a number",
        ),
        (_nested(5000), "item 1 is nested too deeply, or holds itself; DynamoDB takes 32 levels"),
        (Decimal("NaN"), "is NaN; a DynamoDB number is finite"),
        (float("nan"), "is the float nan; a DynamoDB number is finite"),
        (Decimal("Infinity"), "is Infinity; a DynamoDB number is finite"),
        (10**38 + 1, "has 39 significant digits; a DynamoDB number has at most 38"),
        (Decimal("1E126"), r"is 1.000E\+126; the size of a DynamoDB number"),
        (Decimal("1E-131"), "the size of a DynamoDB number is 1E-130 to 9.99E\\+125"),
        (Path("x"), "is a PosixPath; allowed are|is a WindowsPath; allowed are"),
        ({1: "a"}, "has the attribute name 1"),
        ({"": "a"}, "has the attribute name ''"),
        ("\ud800", "holds a lone surrogate"),
        ({"deep": [{"er": 0.5}]}, r"attribute 'x'.deep\[0\].er is the float 0.5"),
    ],
)
def test_what_dynamodb_cannot_store_is_refused_with_its_place(value: object, text: str) -> None:
    """At once, in the user's own line of code."""
    with pytest.raises(ValueError, match=text):
        ImportData.from_items([{"pk": "a", "x": value}])


@pytest.mark.parametrize(
    "token",
    [
        cdk.Aws.REGION,
        f"arn:{cdk.Fn.ref('X')}",
        cdk.Token.as_number({"Ref": "X"}),
        cdk.Token.as_list({"Ref": "X"}),
        cdk.Token.as_any({"Ref": "X"}),
        {"deep": [cdk.Fn.ref("X")]},
        {cdk.Fn.ref("X"): 1},
    ],
)
def test_tokens_are_refused(token: object) -> None:
    """Their value is known after the upload only; they would be stored as `${Token[…]}`."""
    with pytest.raises(ValueError, match="is a token: its value is only known at deploy time"):
        ImportData.from_items([{"pk": "a", "x": token}])


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], "there are no items"),
        ({"pk": "a"}, "items must be a list of dicts, got one dict"),
        (["a"], "item 1 is a str; an item is a dict"),
    ],
)
def test_what_is_no_list_of_items_is_refused(items: Any, text: str) -> None:
    """An empty import would make an empty table."""
    with pytest.raises(ValueError, match=text):
        ImportData.from_items(items)


def test_a_number_too_long_to_print_is_refused_in_a_short_sentence() -> None:
    """Python would not even write it out."""
    with pytest.raises(ValueError, match=r"is 1.000E\+5000; the size of a DynamoDB number"):
        ImportData.from_items([{"pk": "a", "x": 10**5000}])

"""Items, written as people have them, come back equal: every type, at every limit, as boto3 has them."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.marshal import item_line
from cdk_imported_table.dataset.numbers import stored_number

from .support import converted

types = pytest.importorskip("boto3.dynamodb.types")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = TEXT.filter(lambda name: name not in ("", "pk"))


def _number(negative: bool, digits: int, exponent: int) -> Decimal:
    return Decimal((int(negative), tuple(map(int, str(digits))), exponent))


NUMBERS = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1).map(Decimal),
    st.builds(_number, st.booleans(), st.integers(0, 10**38 - 1), st.integers(-130, 88)),
    st.decimals(-1000, 1000, places=3),
    st.sampled_from([Decimal(text) for text in ("0", "-0", "0.00", "1E-130", "9.99E+125", "1.50", "100")]),
)
SCALARS = st.one_of(TEXT, NUMBERS, st.booleans(), st.none(), st.binary(max_size=9))
SETS = st.one_of(
    st.sets(TEXT, min_size=1, max_size=4),
    st.sets(NUMBERS, min_size=1, max_size=4),
    st.sets(st.binary(max_size=4), min_size=1, max_size=4),
)
NESTED = st.recursive(
    SCALARS | SETS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
ITEMS = st.dictionaries(NAMES, NESTED, max_size=6)
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def by_boto3(value: Any) -> Any:
    """Return what boto3 stores: numbers as DynamoDB writes them, sets in one order, bytes in base64."""
    return _plain(types.TypeSerializer().serialize(value))


def _plain(typed: dict[str, Any]) -> dict[str, Any]:
    ((tag, value),) = typed.items()
    read: dict[str, Callable[[Any], Any]] = {
        "N": stored_number,
        "B": lambda raw: base64.b64encode(bytes(raw)).decode(),
        "L": lambda members: [_plain(one) for one in members],
        "M": lambda members: {name: _plain(one) for name, one in members.items()},
    }
    if tag in ("SS", "NS", "BS"):
        return {tag: sorted(_plain({tag[0]: one})[tag[0]] for one in value)}
    return {tag: read.get(tag, lambda same: same)(value)}


def ours(item: dict[str, Any]) -> dict[str, Any]:
    """Return what `from_items` writes, its numbers and sets in boto3's way."""
    line = json.loads(item_line(item, 1))["Item"]
    return {name: _stored(value) for name, value in line.items()}


def _stored(typed: dict[str, Any]) -> dict[str, Any]:
    ((tag, value),) = typed.items()
    if tag == "N":
        return {tag: stored_number(value)}
    if tag == "NS":
        return {tag: sorted(map(stored_number, value))}
    if tag == "L":
        return {tag: [_stored(one) for one in value]}
    if tag == "M":
        return {tag: {name: _stored(one) for name, one in value.items()}}
    return typed


@FEW
@given(ITEMS)
def test_python_items_are_what_boto3_would_store(item: dict[str, Any]) -> None:
    """`from_items` and boto3's resource API agree on every value."""
    assert ours({"pk": "a", **item}) == {name: by_boto3(one) for name, one in {"pk": "a", **item}.items()}


def as_json(value: Any) -> str:
    """Return JSON with exact numbers: what a careful program writes."""
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)}: {as_json(one)}" for name, one in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | set):
        return "[" + ", ".join(map(as_json, value)) + "]"
    if isinstance(value, bytes):
        return json.dumps(base64.b64encode(value).decode())
    return json.dumps(value)


def type_of(value: Any) -> ColumnType:
    """Return what has to be declared for a value in JSON."""
    if isinstance(value, set):
        member = next(iter(value))
        by_member = {str: ColumnType.STRING_SET, Decimal: ColumnType.NUMBER_SET, bytes: ColumnType.BINARY_SET}
        return by_member[type(member)]
    if isinstance(value, bytes):
        return ColumnType.BINARY
    if isinstance(value, dict):
        return ColumnType.map_of({name: type_of(one) for name, one in value.items()})
    if isinstance(value, Decimal):
        return ColumnType.NUMBER
    if isinstance(value, bool):
        return ColumnType.BOOL
    return ColumnType.STRING if isinstance(value, str) else ColumnType.JSON


# Lists of bytes and sets have one type for all members.
PLAIN = st.recursive(
    st.one_of(TEXT, NUMBERS, st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
DECLARED = st.one_of(
    PLAIN,
    SETS,
    st.binary(max_size=9),
    st.dictionaries(NAMES, SETS | st.binary(max_size=4) | NUMBERS, max_size=3),
)
ROWS = st.lists(st.dictionaries(NAMES, DECLARED, max_size=5), min_size=1, max_size=4)


def expected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows as boto3 stores them, each with a key of its own."""
    return [
        {"pk": {"S": str(number)}, **{name: by_boto3(value) for name, value in row.items()}}
        for number, row in enumerate(rows)
    ]


@FEW
@given(st.dictionaries(NAMES, DECLARED, max_size=5), st.sampled_from(["JSON_LINES", "JSON"]))
def test_plain_json(row: dict[str, Any], input_format: str) -> None:
    """Every type: by itself where JSON has it, declared where it has not."""
    text = as_json({"pk": "0", **row})
    declared = {
        name: type_of(value)
        for name, value in row.items()
        if isinstance(value, set | bytes | dict) and not isinstance(value, str)
    }
    items, report = converted(f"[{text}]" if input_format == "JSON" else text, input_format, declared)
    assert items == expected([row])
    assert set(report.counts) <= {"name-length"}


def cell(value: Any) -> str:
    """Return the text of a cell."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else as_json(value)


@FEW
@given(st.dictionaries(NAMES, DECLARED.filter(lambda value: value not in ("", b"", None)), max_size=5))
def test_typed_csv(row: dict[str, Any]) -> None:
    """Every type, in cells that Python's own writer quotes where it must; line ends are LF."""
    out = io.StringIO()
    row = {name.replace("\r\n", "\n"): value for name, value in row.items()}
    row = {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in row.items()
    }
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["pk", *row])
    writer.writerow(["0", *map(cell, row.values())])
    declared = {name: type_of(value) for name, value in row.items()}
    items, report = converted(out.getvalue(), "CSV", declared)
    assert items == expected([row])
    assert report.clean


def _fits(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -19 and number.adjusted() < 19


PAIRS = st.fixed_dictionaries({"x": TEXT, "y": st.lists(st.integers(0, 9), max_size=2)})
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "s": TEXT,
    "n": NUMBERS.filter(_fits),
    "i": st.integers(-(2**63), 2**63 - 1),
    "b": st.binary(max_size=9),
    "bool": st.booleans(),
    "l": st.lists(st.none() | TEXT, max_size=3),
    "m": PAIRS,
    "ss": st.sets(TEXT, min_size=1, max_size=3),
}
ROW = st.fixed_dictionaries({name: st.none() | values for name, values in COLUMNS.items()})


@FEW
@given(st.lists(ROW, min_size=1, max_size=5))
def test_parquet(rows: list[dict[str, Any]]) -> None:
    """Every type that Parquet has, with nulls as NULL; sets are declared lists."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    schema = pa.schema(
        {
            "pk": pa.string(),
            "s": pa.string(),
            "n": pa.decimal128(38, 19),
            "i": pa.int64(),
            "b": pa.binary(),
            "bool": pa.bool_(),
            "l": pa.list_(pa.string()),
            "m": pa.struct({"x": pa.string(), "y": pa.list_(pa.int8())}),
            "ss": pa.list_(pa.string()),
        }
    )
    table = [
        {"pk": str(number), **row, "ss": None if row["ss"] is None else list(row["ss"])}
        for number, row in enumerate(rows)
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(table, schema), out)
    declared = {"ss": ColumnType.STRING_SET}
    items, report = converted(out.getvalue(), "PARQUET", declared, null=EmptyValue.NULL)
    assert items == expected(rows)
    assert report.clean

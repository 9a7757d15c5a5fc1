"""Parquet: Arrow's types become DynamoDB's, exactly."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cdk_imported_table.dataset.checker import check
from cdk_imported_table.dataset.column_type import ColumnType, EmptyValue
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import Conversion, DataFormat, Timestamps

from .support import PLAIN, converted, findings

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 250_000, tzinfo=dt.UTC)


def file_of(columns: dict[str, Any], **options: Any) -> bytes:
    """Return a Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def value(array: Any, null: EmptyValue = EmptyValue.ABSENT, **options: Any) -> Any:
    """Return what the one value of an Arrow array becomes."""
    items, report = converted(file_of({"pk": ["a"], "x": array}), "PARQUET", null=null, **options)
    assert report.clean, report.findings
    return items[0].get("x")


@pytest.mark.parametrize(
    ("array", "stored"),
    [
        (pa.array(["é"]), {"S": "é"}),
        (pa.array(["x"], pa.large_string()), {"S": "x"}),
        (pa.array(["x"]).dictionary_encode(), {"S": "x"}),
        (pa.array([2**63 + 1], pa.uint64()), {"N": "9223372036854775809"}),
        (pa.array([-128], pa.int8()), {"N": "-128"}),
        (
            pa.array([Decimal("12345678901234567890.1200")], pa.decimal128(38, 4)),
            {"N": "12345678901234567890.12"},
        ),
        (pa.array([Decimal("0.00")], pa.decimal128(5, 2)), {"N": "0"}),
        (pa.array([Decimal(9) * 10**37], pa.decimal256(60, 0)), {"N": "9" + "0" * 37}),
        (pa.array([0.1], pa.float64()), {"N": "0.1"}),
        (pa.array([0.1], pa.float32()), {"N": "0.1"}),
        (pa.array([-0.0], pa.float64()), {"N": "0"}),
        (pa.array([True]), {"BOOL": True}),
        (pa.array([b"\x00\xff"]), {"B": "AP8="}),
        (pa.array([b"\x00\xff"], pa.binary(2)), {"B": "AP8="}),
        (pa.array([[1, None]]), {"L": [{"N": "1"}, {"NULL": True}]}),
        (pa.array([[1, 2]], pa.list_(pa.int64(), 2)), {"L": [{"N": "1"}, {"N": "2"}]}),
        (pa.array([[]], pa.list_(pa.int64())), {"L": []}),
        (pa.array([{"a": [{"b": 1}]}]), {"M": {"a": {"L": [{"M": {"b": {"N": "1"}}}]}}}),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), {"M": {"k": {"N": "1"}}}),
        (pa.array([NOON], pa.timestamp("ms", "Europe/Prague")), {"S": "2024-02-29T12:00:00.250Z"}),
        (pa.array([NOON.replace(tzinfo=None)], pa.timestamp("us")), {"S": "2024-02-29T12:00:00.250000"}),
        (pa.array([1], pa.timestamp("ns")), {"S": "1970-01-01T00:00:00.000000001"}),
        (pa.array([-1], pa.timestamp("ms")), {"S": "1969-12-31T23:59:59.999"}),
        (pa.array([dt.date(1969, 12, 31)]), {"S": "1969-12-31"}),
        (pa.array([dt.time(23, 59, 1)], pa.time32("ms")), {"S": "23:59:01.000"}),
        (pa.array([None], pa.null()), None),
        (pa.array([None], pa.list_(pa.string())), None),
    ],
)
def test_arrow_types(array: Any, stored: Any) -> None:
    """Each becomes what it means, with all its digits."""
    assert value(array) == stored


@pytest.mark.parametrize(
    ("timestamps", "moment", "day"),
    [
        (Timestamps.EPOCH_SECONDS, "1709208000.25", "1709164800"),
        (Timestamps.EPOCH_MILLISECONDS, "1709208000250", "1709164800000"),
    ],
)
def test_times_as_numbers(timestamps: Timestamps, moment: str, day: str) -> None:
    """Dates are midnights; times of day stay text."""
    assert value(pa.array([NOON], pa.timestamp("us", "UTC")), timestamps=timestamps) == {"N": moment}
    assert value(pa.array([NOON.date()]), timestamps=timestamps) == {"N": day}
    assert value(pa.array([dt.time(1)]), timestamps=timestamps) == {"S": "01:00:00.000000"}


def test_nulls_can_be_kept() -> None:
    """By default there is no attribute, in structs too."""
    rows = pa.array([{"a": None, "b": 1}])
    assert value(rows) == {"M": {"b": {"N": "1"}}}
    assert value(rows, null=EmptyValue.NULL) == {"M": {"a": {"NULL": True}, "b": {"N": "1"}}}
    assert value(pa.array([None], pa.int64()), null=EmptyValue.NULL) == {"NULL": True}


def test_types_can_be_declared() -> None:
    """Sets of lists, JSON of text, numbers of text."""
    columns = {"pk": ["a"], "s": [["b", "a"]], "j": ['{"x": 1.0}'], "n": ["1,5"]}
    types = {"s": ColumnType.STRING_SET, "j": ColumnType.JSON, "n": ColumnType.number(decimal_mark=",")}
    items, report = converted(file_of(columns), "PARQUET", types)
    assert items == [
        {"pk": {"S": "a"}, "s": {"SS": ["a", "b"]}, "j": {"M": {"x": {"N": "1"}}}, "n": {"N": "1.5"}}
    ]
    assert report.clean


def test_row_groups_nulls_and_slices_keep_their_rows() -> None:
    """Many groups, batches within them, and nulls in every nested type."""
    count = 4500
    lists = [None if n % 3 == 0 else [n, None] for n in range(count)]
    maps = [None if n % 5 == 0 else [("k", n)] for n in range(count)]
    structs = [None if n % 7 == 0 else {"v": n} for n in range(count)]
    columns = {
        "pk": [str(n) for n in range(count)],
        "l": pa.array(lists, pa.list_(pa.int64())),
        "f": pa.array([[n, n] for n in range(count)], pa.list_(pa.int64(), 2)),
        "m": pa.array(maps, pa.map_(pa.string(), pa.int64())),
        "s": pa.array(structs),
    }
    data = file_of(columns, row_group_size=2100)
    items, report = converted(data, "PARQUET", null=EmptyValue.ABSENT)
    assert report.clean
    for n, item in enumerate(items):
        wanted = {
            "pk": {"S": str(n)},
            **({"l": {"L": [{"N": str(n)}, {"NULL": True}]}} if n % 3 else {}),
            "f": {"L": [{"N": str(n)}] * 2},
            **({"m": {"M": {"k": {"N": str(n)}}}} if n % 5 else {}),
            **({"s": {"M": {"v": {"N": str(n)}}}} if n % 7 else {}),
        }
        assert item == wanted
    assert len(items) == count


@pytest.mark.parametrize(
    ("columns", "rule", "more"),
    [
        ({"pk": ["a", "b"], "x": [1.5, float("nan")]}, "convert-value", "a NaN"),
        ({"pk": ["a"], "x": pa.array([2**62], pa.timestamp("ms"))}, "convert-value", "a time that cannot be"),
        ({"pk": ["a"], "x": pa.array([1], pa.duration("s"))}, "convert-parquet", "'x' is duration[s]"),
        (
            {"pk": ["a"], "x": pa.array([[(1, 2)]], pa.map_(pa.int64(), pa.int64()))},
            "convert-parquet",
            "'x' is map",
        ),
        ({"pk": ["a"], "X": [1]}, "convert-column", "no column 'x'"),
        ({"pk": ["a"], "x": ["one"]}, "convert-type", "it is no number"),
    ],
)
def test_what_cannot_be_converted_is_a_finding(columns: dict[str, Any], rule: str, more: str) -> None:
    """With the record's number, because Parquet has no lines."""
    _, report = converted(file_of(columns), "PARQUET", {"x": ColumnType.NUMBER})
    (finding,) = report.findings
    assert (finding.rule, finding.line) == (rule, None)
    assert more in finding.message


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_broken_file_is_a_finding(damage: bytes) -> None:
    """Whatever it is that is broken."""
    _, report = converted(damage, "PARQUET")
    assert report.counts == {"convert-parquet": 1}


def test_equal_keys_name_records(tmp_path: Path) -> None:
    """Which are not lines."""
    (tmp_path / "a.parquet").write_bytes(file_of({"pk": ["a", "b", "a"]}))
    data_format = DataFormat("PARQUET", conversion=Conversion())
    report = check(collect(tmp_path).files, data_format, PLAIN)
    (found,) = findings(report)
    assert found.startswith("a.parquet: record 3: warning:")
    assert "(the same key as in record 1) [duplicate-key]" in found


def test_old_timestamps_of_spark_reach_year_9999() -> None:
    """They are 96 bits wide; as nanoseconds of 64 bits, a date beyond 2262 would be another one."""
    moments = pa.array([253_402_214_400_000_000, 1_704_070_923_000_004], pa.timestamp("us"))
    data = file_of({"pk": ["a", "b"], "x": moments}, use_deprecated_int96_timestamps=True)
    items, _ = converted(data, "PARQUET", null=EmptyValue.ABSENT)
    assert [item["x"]["S"] for item in items] == ["9999-12-31T00:00:00.000000", "2024-01-01T01:02:03.000004"]


def test_text_that_is_not_utf_8_is_found_in_its_record() -> None:
    """Arrow reads it without a look at it; the other records are good."""
    binary = pa.array([b"x", b"\xff", None, "é".encode()])
    texts = pa.Array.from_buffers(pa.string(), 4, binary.buffers())
    maps = pa.MapArray.from_arrays([0, 1, 2, 2, 3], texts.take([0, 1, 3]), pa.array([1, 2, 3]))
    data = file_of({"pk": ["a", "b", "c", "d"], "x": texts, "m": maps})
    items, report = converted(data, "PARQUET", null=EmptyValue.ABSENT)
    assert items == [
        {"pk": {"S": "a"}, "x": {"S": "x"}, "m": {"M": {"x": {"N": "1"}}}},
        {"pk": {"S": "c"}, "m": {"M": {}}},
        {"pk": {"S": "d"}, "x": {"S": "é"}, "m": {"M": {"é": {"N": "3"}}}},
    ]
    assert [(one.rule, one.record, one.path) for one in report.findings] == [
        ("convert-value", 2, "x"),
        ("convert-value", 2, "m"),
    ]


def test_a_map_with_one_key_twice_is_a_finding() -> None:
    """Of two values one would be lost, silently."""
    maps = pa.array([[("k", 1), ("k", 2)], [("k", 1)], None], pa.map_(pa.string(), pa.int64()))
    items, report = converted(file_of({"pk": ["a", "b", "c"], "x": maps}), "PARQUET")
    assert [item["pk"]["S"] for item in items] == ["b", "c"]
    assert [(one.rule, one.record) for one in report.findings] == [("convert-value", 1)]
    assert "a map with one key twice" in report.findings[0].message


def test_a_struct_with_one_name_twice_is_a_finding() -> None:
    """Of two fields one would be lost, silently."""
    struct = pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], names=["f", "f"])
    items, report = converted(file_of({"pk": ["a"], "x": struct}), "PARQUET")
    assert (items, [one.rule for one in report.findings]) == ([], ["convert-parquet"])
    assert "'x' is struct<f: int64, f: int64>" in report.findings[0].message

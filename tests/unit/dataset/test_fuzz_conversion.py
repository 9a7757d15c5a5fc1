"""Whatever the bytes are that are to be converted: items, or findings, in bounded time and memory."""

from __future__ import annotations

import io
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_imported_table.dataset.column_type import ColumnType
from cdk_imported_table.dataset.formats import Conversion, DataFormat

from .support import RICH, checked, converted
from .test_fuzz import BOMBS, damaged, explode

OBJECT = b'{"pk":"a","sk":1.5,"l":[null,{"x":[]},"\\ud83d\\ude00"],"m":{},"n":"1.50"}'
GOOD = {
    "CSV": b'pk,sk,n\n"a\n""x""",1,2.50\nb,2,\n',
    "JSON_LINES": (OBJECT + b"\n") * 3,
    "JSON": b"[\n" + (OBJECT + b",\n") * 2 + OBJECT + b"]",
}
FORMATS = st.sampled_from(sorted(GOOD))
SIGNS = st.text("{}[]()\"'\\,:1eaé\n\r ", max_size=60).map(str.encode)
MANY_FINDINGS = ("lines that open", "a list over lines", "an open quote", "array")


@settings(max_examples=400, deadline=None)
@given(FORMATS, st.randoms(use_true_random=False), st.integers(0, 4))
def test_damaged_files(input_format: str, chance: random.Random, times: int) -> None:
    """What comes of them is good DynamoDB JSON, or a finding; never less than that."""
    data = damaged(GOOD[input_format], chance, times)
    items, report = converted(data, input_format, {"n": ColumnType.NUMBER}, schema=RICH)
    assert report.bytes == len(data) or input_format == "JSON"  # whose rest is not read
    assert len(items) <= report.records
    again = checked(b"".join(json.dumps({"Item": one}).encode() + b"\n" for one in items), schema=RICH)
    assert again.counts <= report.counts


@settings(max_examples=300, deadline=None)
@given(FORMATS, st.one_of(st.binary(max_size=200), SIGNS))
def test_any_bytes(input_format: str, data: bytes) -> None:
    """Arbitrary bytes make items or findings, no exceptions."""
    items, report = converted(data, input_format, {"n": ColumnType.JSON})
    assert report.bytes <= len(data)
    assert len(items) <= report.records <= len(items) + report.counts.total()


@pytest.fixture(scope="module")
def parquet() -> bytes:
    """A file of two rows."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    pq.write_table(pa.table({"pk": ["a", "b"], "sk": [1.5, None], "l": [[1, None], None]}), out)
    return out.getvalue()


@settings(max_examples=100, deadline=None)
@given(chance=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_damaged_parquet(parquet: bytes, chance: random.Random, times: int) -> None:
    """Whatever Arrow says about it is a finding."""
    _, report = converted(damaged(parquet, chance, times), "PARQUET", schema=RICH)
    assert report.records


@pytest.mark.parametrize("bits", [0x01, 0x80, 0xFF])
def test_parquet_with_one_wrong_byte(parquet: bytes, bits: int) -> None:
    """Wherever it is, no row is lost in silence, though Arrow reads on over some of them."""
    for place, byte in enumerate(parquet):
        data = parquet[:place] + bytes([byte ^ bits]) + parquet[place + 1 :]
        items, report = converted(data, "PARQUET")
        assert len(items) == 2 or report.counts, place


@pytest.mark.parametrize("input_format", sorted(GOOD))
@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_bombs(bomb: str, input_format: str) -> None:
    """A line of many megabytes is read in bounded memory, and in time that grows with its length only."""
    size = 100_000 if bomb in MANY_FINDINGS else 12_000_000
    assert explode(bomb, DataFormat(input_format, conversion=Conversion()), size).counts

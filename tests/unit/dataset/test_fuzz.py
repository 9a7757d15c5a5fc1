"""Whatever the bytes are: a report, and in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_imported_table.dataset.checker import check, check_stream
from cdk_imported_table.dataset.compression import Compression, open_encoded
from cdk_imported_table.dataset.file_check import FileCheck
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.items import ItemChecker
from cdk_imported_table.dataset.report import Report
from tests.ion import ION_IS_HERE, needs_ion

from .support import PLAIN, RICH, checked

GOOD = {
    "DYNAMODB_JSON": (
        b'{"Item":{"pk":{"S":"a"},"sk":{"N":"1.5"},"l":{"L":[{"NULL":true},{"BS":["YQ=="]}]},"m":{"M":{}}}}\n'
        * 3
    ),
    "CSV": b'pk,sk,name\na,1,"x ""y"""\nb,2,\n',
    "ION": b'$ion_1_0 {Item:{pk:"a",sk:1.5,b:{{YQ==}},l:[true,null],s:$dynamodb_SS::["x"]}}\n' * 3,
}
if not ION_IS_HERE:
    del GOOD["ION"]
FORMATS = st.sampled_from(sorted(GOOD))


@settings(max_examples=300, deadline=None)
@given(
    FORMATS,
    st.one_of(st.binary(max_size=200), st.text("{}[]()\"'\\,:$1eaé\n\r ", max_size=60).map(str.encode)),
)
def test_any_bytes(input_format: str, data: bytes) -> None:
    """Arbitrary bytes make findings, no exceptions."""
    report = checked(data, input_format)
    assert report.bytes == len(data)


def damaged(good: bytes, chance: random.Random, times: int) -> bytes:
    """Return the bytes with some of them changed."""
    data = bytearray(good)
    for _ in range(times):
        place = chance.randrange(len(data))
        what = chance.choice(
            [b"", b"\x00", b"\xff", b'"', b"'", b"{", b"}", b"\n", b"\\", b",", b"]" * 9, b"[" * 9]
        )
        data[place : place + chance.choice([0, 1, 5])] = what
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(FORMATS, st.randoms(use_true_random=False), st.integers(1, 4))
def test_damaged_files(input_format: str, chance: random.Random, times: int) -> None:
    """Nor do good files in which something was changed."""
    checked(damaged(GOOD[input_format], chance, times), input_format, RICH)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd"]), st.binary(max_size=60))
def test_damaged_archives(tmp_path_factory: pytest.TempPathFactory, head: bytes, rest: bytes) -> None:
    """A damaged archive is a finding."""
    path = tmp_path_factory.mktemp("archive") / "data"
    path.write_bytes(head + rest)
    report = check(collect(path).files, DataFormat("DYNAMODB_JSON"), PLAIN)
    assert report.counts


def test_a_cut_off_archive_keeps_what_came_before(tmp_path: Path) -> None:
    """The records before the cut are checked; the cut is one error."""
    path = tmp_path / "data.gz"
    noise = random.Random(1)
    lines = b"".join(b'{"Item":{"pk":{"S":"%d"}}}\n' % noise.getrandbits(64) for _ in range(200_000))
    path.write_bytes(gzip.compress(lines)[:-100_000])
    report = check(collect(path).files, DataFormat("DYNAMODB_JSON"), PLAIN)
    assert report.counts == {"broken-archive": 1}
    assert report.imported > 100_000


class Endless(io.RawIOBase):
    """A stream of `size` bytes that takes no memory."""

    def __init__(self, head: bytes, filler: bytes, size: int) -> None:
        self._head, self._filler, self._left = head, filler, size

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def read(self, count: int = -1) -> bytes:
        """Return the next bytes."""
        if self._head:
            head, self._head = self._head, b""
            return head
        count = min(count, self._left)
        self._left -= count
        return (self._filler * (count // len(self._filler) + 1))[:count]


BOMBS = {
    "one string": (b'{"Item":{"pk":{"S":"', b"x"),
    "brackets": (b"", b"["),
    "braces": (b"", b'{"a":'),
    "white space": (b'{"Item":', b" "),
    "zeros": (b'{"Item":{"pk":{"N":"', b"0"),
    "lines that open": (b"", b'{"a":\n'),
    "a list over lines": (b'{"a":[\n', b"1,\n"),
    "quotes": (b"a,", b'"'),
    "an open quote": (b'pk\n"', b"a\n"),
    "ion": (b"{Item:{pk:", b"'''a'''"),
    "comment": (b"/*", b"a"),
    "nothing": (b"", b"\x00"),
    "array": (b"[", b'{"Item":{"pk":{"S":"a"}}},'),
}


OF_MANY_RECORDS = {
    *(("lines that open", input_format) for input_format in GOOD),
    *(("a list over lines", input_format) for input_format in GOOD),
    *(("an open quote", input_format) for input_format in GOOD),
    ("quotes", "DYNAMODB_JSON"),
    ("quotes", "ION"),
    ("array", "DYNAMODB_JSON"),
    ("array", "ION"),
}
"""Each record costs time, so these are shorter."""


def explode(bomb: str, data_format: DataFormat, size: int) -> Report:
    """Read so much of a bomb, in little memory."""
    report = Report()
    checking = FileCheck("data", PLAIN, ItemChecker(PLAIN), report, report.keys)
    stream = cast(BinaryIO, Endless(*BOMBS[bomb], size))
    tracemalloc.start()
    check_stream(stream, data_format, checking)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000
    return report


@pytest.mark.parametrize("input_format", sorted(GOOD))
@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_bombs(bomb: str, input_format: str) -> None:
    """Whatever goes on and on is read to its end, in memory that does not grow with it."""
    size = 100_000 if (bomb, input_format) in OF_MANY_RECORDS else 200_000_000
    report = explode(bomb, DataFormat(input_format), size)
    assert report.bytes == size + len(BOMBS[bomb][0])
    # Zeros alone are a symbol of no meaning to Ion's own library.
    assert report.counts or (bomb, input_format) == ("nothing", "ION")


@pytest.mark.parametrize("input_format", sorted(GOOD))
def test_a_line_of_a_gigabyte(input_format: str) -> None:
    """It is one bad record, which is never held as a whole."""
    report = explode("one string", DataFormat(input_format), 1_000_000_000)
    assert report.records == 1
    assert report.error_count == 1


@settings(max_examples=40, deadline=None)
@given(FORMATS, st.sampled_from([Compression.GZIP, Compression.ZSTD]), st.randoms(use_true_random=False))
def test_damaged_files_in_archives(
    tmp_path_factory: pytest.TempPathFactory,
    input_format: str,
    compression: Compression,
    chance: random.Random,
) -> None:
    """Good files, packed, with bytes of the archive changed or cut off: findings, or nothing was lost."""
    path = tmp_path_factory.mktemp("archive") / "data"
    with open_encoded(path, compression) as out:
        out.write(GOOD[input_format] * 20)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 3)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data[: chance.choice([len(data), chance.randrange(1, len(data))])])
    report = check(collect(path).files, DataFormat(input_format), PLAIN)
    whole = len(GOOD[input_format]) * 20
    assert report.error_count or report.warning_count or report.bytes == whole


DEEP = 100_000


@pytest.mark.parametrize(
    ("input_format", "data"),
    [
        ("DYNAMODB_JSON", b'{"Item":{"pk":{"S":"a"},"d":' + b'{"L":[' * DEEP + b"]}" * DEEP + b"}}\n"),
        pytest.param(
            "ION", b'$ion_1_0 {Item:{pk:"a",d:' + b"[" * DEEP + b"]" * DEEP + b"}}\n", marks=needs_ion
        ),
    ],
    ids=["DYNAMODB_JSON", "ION"],
)
def test_a_hundred_thousand_levels_of_brackets(input_format: str, data: bytes) -> None:
    """Deeper than any parser of ours would call itself: an error, and the next record is read."""
    report = checked(data + GOOD[input_format], input_format)
    assert report.error_count == 1
    assert report.records == 4


def test_lines_that_open_are_given_up_one_by_one() -> None:
    """Every one of them is an error, though looking for the end of each would take very long."""
    report = checked(b'{"a":\n' * 20_000 + GOOD["DYNAMODB_JSON"])
    assert report.counts["bad-json"] == 20_000
    assert report.records == 20_003


@pytest.mark.parametrize("compression", [Compression.GZIP, Compression.ZSTD])
def test_a_zip_bomb(tmp_path: Path, compression: Compression) -> None:
    """200 MB of nothing in a small archive: read on, never held."""
    path = tmp_path / "bomb"
    with open_encoded(path, compression) as out:
        for _ in range(200):
            out.write(bytes(1_000_000))
    tracemalloc.start()
    report = check(collect(path).files, DataFormat("DYNAMODB_JSON"), PLAIN)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size < 1_000_000
    assert peak < 150_000_000
    assert report.counts == {"bad-json": 1}
    assert report.bytes == 200_000_000

"""Whatever the bytes are: a report, and in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import random
import time
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

from .support import PLAIN, RICH, checked

GOOD = {
    "DYNAMODB_JSON": (
        b'{"Item":{"pk":{"S":"a"},"sk":{"N":"1.5"},"l":{"L":[{"NULL":true},{"BS":["YQ=="]}]},"m":{"M":{}}}}\n'
        * 3
    ),
    "CSV": b'pk,sk,name\na,1,"x ""y"""\nb,2,\n',
    "ION": b'$ion_1_0 {Item:{pk:"a",sk:1.5,b:{{YQ==}},l:[true,null],s:$dynamodb_SS::["x"]}}\n' * 3,
}
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


@pytest.mark.parametrize("input_format", sorted(GOOD))
@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_bombs(bomb: str, input_format: str) -> None:
    """A line of many megabytes is read in bounded memory, and in time that grows with its length only."""
    size = 30_000_000 if bomb not in ("lines that open", "a list over lines", "array") else 400_000
    explode(bomb, DataFormat(input_format), size)


def explode(bomb: str, data_format: DataFormat, size: int) -> None:
    """Read so much of a bomb."""
    report = Report()
    checking = FileCheck("data", PLAIN, ItemChecker(PLAIN), report, report.keys)
    stream = cast(BinaryIO, Endless(*BOMBS[bomb], size))
    tracemalloc.start()
    began = time.monotonic()
    check_stream(stream, data_format, checking)
    taken = time.monotonic() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000
    assert taken < 60
    assert report.counts


@pytest.mark.parametrize("compression", [Compression.GZIP, Compression.ZSTD])
def test_a_zip_bomb(tmp_path: Path, compression: Compression) -> None:
    """200 MB of nothing in a small archive."""
    path = tmp_path / "bomb"
    with open_encoded(path, compression) as out:
        for _ in range(200):
            out.write(bytes(1_000_000))
    report = check(collect(path).files, DataFormat("DYNAMODB_JSON"), PLAIN)
    assert report.counts == {"item-size": 1}
    assert report.bytes == 200_000_000

"""Reading and writing plain, gzip and zstd files.

DynamoDB never looks at a file to learn how it is compressed (rule 1.6); here it is seen by its first bytes.
"""

from __future__ import annotations

import gzip
import io
import mmap
import os
import sys
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

from .errors import BrokenArchiveError, DataError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK: Final = 1 << 20


class Compression(StrEnum):
    """How a file is compressed: CloudFormation's `InputCompressionType`."""

    NONE = "NONE"
    GZIP = "GZIP"
    ZSTD = "ZSTD"

    @property
    def suffix(self) -> str:
        """What the names of such files end in."""
        return {"NONE": "", "GZIP": ".gz", "ZSTD": ".zst"}[self.value]


def sniff(path: Path) -> Compression:
    """How the file at `path` is compressed, by its first bytes."""
    with _opened(path) as file:
        head = file.read(4)
    if head[:2] == b"\x1f\x8b":
        return Compression.GZIP
    if head == b"\x28\xb5\x2f\xfd" or (head[1:] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return Compression.ZSTD
    return Compression.NONE


def open_decoded(path: Path, compression: Compression | None = None) -> BinaryIO:
    """Opens `path` for reading its decompressed bytes, in bounded memory.

    Reading raises `BrokenArchiveError` where the archive ends too early or is damaged.
    """
    compression = compression or sniff(path)
    if compression is Compression.NONE:
        return _opened(path)
    inner = gzip.GzipFile(path) if compression is Compression.GZIP else zstd.ZstdFile(path)
    return cast(BinaryIO, io.BufferedReader(_Archive(path, compression, cast("IO[bytes]", inner)), _BLOCK))


def is_one_piece(path: Path, compression: Compression, size: int) -> bool:
    """Whether an archive is one gzip member or zstd frame, and nothing else.

    What DynamoDB makes of others is not known (rule 1.7).

    Args:
        path: An archive that could be read to its end.
        compression: How it is compressed.
        size: How many bytes it decompressed to.
    """
    with _opened(path) as file:
        if compression is Compression.ZSTD:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as archive:
                return zstd.get_frame_size(archive) == len(archive)
        member = zlib.decompressobj(wbits=31)
        member.decompress(file.read(_BLOCK), 1)
        file.seek(-4, os.SEEK_END)
        # The end says how long the last member is: as long as all, unless what is before it is empty.
        return int.from_bytes(file.read(4), "little") == size % (1 << 32) and not member.unused_data


def open_encoded(path: Path, compression: Compression) -> BinaryIO:
    """Opens `path` for writing: one member or frame, without time or name, so that it can be made again."""
    if compression is Compression.GZIP:
        raw = path.open("wb")
        return cast(BinaryIO, _Owning(gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0), raw))
    if compression is Compression.ZSTD:
        return cast(BinaryIO, zstd.ZstdFile(path, "w", level=3))
    return path.open("wb")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None


class _Archive(io.RawIOBase):
    """A decompressing reader whose errors name the file."""

    def __init__(self, path: Path, compression: Compression, inner: IO[bytes]) -> None:
        self._path, self._compression, self._inner = path, compression, inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            block = self._inner.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError) as error:
            raise BrokenArchiveError(
                f"{str(self._path)!r} begins as a {self._compression.value} file but cannot be decompressed "
                f"({str(error).rstrip('.')}); make it again from its source"
            ) from None
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _Owning(io.BufferedIOBase):
    """`GzipFile` leaves a file that it was handed open; this closes both."""

    def __init__(self, archive: gzip.GzipFile, raw: BinaryIO) -> None:
        self._archive, self._raw = archive, raw

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._archive.write(cast(bytes, data))

    def close(self) -> None:
        if not self.closed:
            try:
                self._archive.close()
            finally:
                self._raw.close()
        super().close()

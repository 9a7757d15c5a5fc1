"""Getting data ready for S3 that DynamoDB does not import as it is: DynamoDB JSON, in objects of one size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from cdk_imported_table.dataset.compression import Compression, open_decoded, open_encoded, sniff
from cdk_imported_table.dataset.files import Sources
from cdk_imported_table.dataset.inspection import Inspection
from cdk_imported_table.dataset.staging import Staged

CONVERTED_FORM: Final = 1
"""Raise it when the same files are converted to other bytes: all is uploaded once more. Where the *items* are
others, tables under `OnDataChange.replace()` are replaced: a major release."""

OBJECT_SIZE: Final = 128 << 20
"""Bytes of DynamoDB JSON an object, before compression.

DynamoDB reads objects in parallel, and an import takes at most 50,000 of them (rule 6.1): a few gigabytes
are some dozens of objects of this size, enough to be read side by side, and 50,000 are 6 TiB. An upload of
128 MiB is soon repeated.
"""


class Objects:
    """Writes lines into numbered files of a folder, each of `OBJECT_SIZE` or a little more.

    Args:
        folder: An empty folder.
        compression: How the files are to be compressed.
        one: Whether there is to be one file only, however large.
    """

    def __init__(self, folder: Path, compression: Compression, *, one: bool = False) -> None:
        self._folder, self._compression, self._one = folder, compression, one
        self._digest = hashlib.sha256()
        self._out: BinaryIO | None = None
        self._left = 0
        self.names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def write(self, lines: bytes) -> None:
        """Write whole lines."""
        if self._out is None or (self._left <= 0 and not self._one):
            self._begin()
        assert self._out is not None
        self._out.write(lines)
        self._digest.update(lines)
        self._left -= len(lines)

    @property
    def records_hash(self) -> str:
        """The hash of everything that was written, however it is divided and compressed."""
        return self._digest.hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all files, once they are closed."""
        return sum((self._folder / name).stat().st_size for name in self.names)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.names and kind is None:
            self._begin()  # no items: an upload needs a file all the same
        self._close()

    def _begin(self) -> None:
        self._close()
        stem = "data" if self._one else f"items-{len(self.names) + 1:05}"
        self.names.append(f"{stem}.json{self._compression.suffix}")
        self._out = open_encoded(self._folder / self.names[-1], self._compression)
        self._left = OBJECT_SIZE

    def _close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None


def stage_converted(
    sources: Sources,
    folder: Path,
    inspection: Inspection,
    *,
    compression: Compression,
    merge: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Staged:
    """Writes the data into `folder`, converted. The names and the bytes depend on nothing but the items.

    Args:
        sources: The files, each compressed in its own way.
        folder: An empty folder.
        inspection: Knows what is declared, and keeps what is found.
        compression: How the staged files are to be compressed.
        merge: Whether all records go into one file.
        progress: Is told how many more bytes were read.

    Raises:
        DataError: If a file cannot be read.
    """
    with Objects(folder, compression, one=merge) as objects:
        for file in sources.files:
            with open_decoded(file.path, sniff(file.path)) as stream:
                inspection.convert(file, stream, objects.write, progress)
    return Staged(objects.names, objects.size, objects.records_hash, [])

"""Getting local files ready for S3: one pass that decodes, hashes, transcodes and merges."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from .compression import Compression, open_decoded, open_encoded, sniff
from .errors import DataError
from .files import SourceFile, Sources
from .records import RecordsHash

_BLOCK: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"
_ION_BINARY: Final = b"\xe0\x01\x00\xea"
_SUFFIXES: Final = {"DYNAMODB_JSON": ".json", "ION": ".ion", "CSV": ".csv"}


@dataclass(frozen=True)
class Staged:
    """What lies in the staging folder now."""

    names: list[str]
    size: int
    """Bytes of all staged files, as they will lie in S3."""
    records_hash: str
    """Empty unless it was asked for."""
    transcoded: list[str]
    """Names of the source files whose compression was changed."""


def stage(
    sources: Sources,
    folder: Path,
    *,
    input_format: str,
    compression: Compression,
    merge: bool = False,
    header_in_file: bool = False,
    hashed: bool = False,
) -> Staged:
    """Writes the data into `folder`, each file as `compression` stores it.

    A file that is right already is linked, not copied; a compressed one is read through to its end all the
    same, because a broken archive would fail the import (rule 1.6).

    Args:
        sources: The files.
        folder: An empty folder.
        input_format: CloudFormation's word: `DYNAMODB_JSON`, `ION` or `CSV`.
        compression: How the staged files are to be compressed.
        merge: Whether all records go into one file.
        header_in_file: Whether line 1 of each file is a header (rule 3.2): a merged file keeps only one.
        hashed: Whether the records' hash is needed.

    Raises:
        DataError: If a file is broken, or the files do not fit together.
    """
    digest = RecordsHash(blank_lines_count=input_format != "DYNAMODB_JSON") if hashed else None
    found = {file.name: sniff(file.path) for file in sources.files}
    transcoded = [name for name, its in found.items() if its is not compression and _size_of(sources, name)]
    if merge:
        # The name depends on the properties only, never on the files' names.
        target = f"data{_SUFFIXES[input_format]}{compression.suffix}"
        if len(sources.files) == 1 and not transcoded:
            _pass_on(sources.files[0], folder / target, compression, digest)
        else:
            with open_encoded(folder / target, compression) as out:
                _merge(sources, found, out, digest, input_format, header_in_file)
        names = [target]
    else:
        names = _staged_names(sources, found, compression)
        for file, name in zip(sources.files, names, strict=True):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if file.name in transcoded:
                with open_encoded(folder / name, compression) as out:
                    for block in _blocks(file, found[file.name], digest):
                        out.write(block)
            else:
                _pass_on(file, folder / name, compression, digest)
    size = sum((folder / name).stat().st_size for name in names)
    return Staged(names, size, digest.hexdigest() if digest else "", transcoded)


def _size_of(sources: Sources, name: str) -> int:
    return next(file.size for file in sources.files if file.name == name)


def _pass_on(file: SourceFile, target: Path, compression: Compression, digest: RecordsHash | None) -> None:
    if file.size and (digest or compression is not Compression.NONE):
        for _ in _blocks(file, compression, digest):
            pass
    try:
        os.link(file.path.resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(file.path, target)


def _blocks(
    file: SourceFile, compression: Compression, digest: RecordsHash | None
) -> Generator[bytes, None, None]:
    with open_decoded(file.path, compression) as source:
        while block := source.read(_BLOCK):
            if digest:
                digest.update(block)
            yield block
    if digest:
        digest.end_of_file()


def _merge(
    sources: Sources,
    found: dict[str, Compression],
    out: BinaryIO,
    digest: RecordsHash | None,
    input_format: str,
    header_in_file: bool,
) -> None:
    first: tuple[str, bytes] | None = None
    for file in sources.files:
        with closing(_blocks(file, found[file.name], digest)) as blocks:
            head = _head(blocks, whole_line=header_in_file)
            if input_format == "ION" and head.startswith(_ION_BINARY):
                raise DataError(f"{str(file.path)!r} is binary Ion; DynamoDB imports Ion text (rule 8.1)")
            head = head.removeprefix(_BOM)
            if header_in_file and head:
                header, _, rest = head.partition(b"\n")
                header = header.rstrip(b"\r")
                if first is None:
                    first = (file.name, header)
                elif header != first[1]:
                    raise DataError(
                        f"the CSV files below {str(sources.root)!r} cannot become one object: the header of"
                        f" {file.name!r} is not that of {first[0]!r}; give them the same columns in the same"
                        " order"
                    )
                else:
                    head = rest
            last = _write_all(out, head, blocks)
        if last and last != b"\n":
            out.write(b"\n")


def _head(blocks: Iterator[bytes], *, whole_line: bool) -> bytes:
    head = next(blocks, b"")
    while whole_line and b"\n" not in head and (more := next(blocks, b"")):
        head += more
    return head


def _write_all(out: BinaryIO, head: bytes, blocks: Iterator[bytes]) -> bytes:
    """Writes everything and gives back the last byte written."""
    out.write(head)
    last = head[-1:]
    for block in blocks:
        out.write(block)
        last = block[-1:]
    return last


def _staged_names(sources: Sources, found: dict[str, Compression], compression: Compression) -> list[str]:
    """The files' names, with the suffix of what they are in S3; DynamoDB looks at no name (rule 1.5)."""
    taken: dict[str, str] = {}
    for file in sources.files:
        name = file.name
        if found[name] is not compression:
            path = PurePosixPath(name)
            if path.suffix.lower() in (".gz", ".gzip", ".zst", ".zstd"):
                name = str(path.with_suffix(""))
            name += compression.suffix
        if name in taken:
            raise DataError(
                f"{file.name!r} and {taken[name]!r} below {str(sources.root)!r} would both be staged as"
                f" {name!r}: they look like the same data twice; rename one, or name it in exclude"
            )
        taken[name] = file.name
    return list(taken)

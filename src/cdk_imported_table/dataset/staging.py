"""Getting local files ready for S3: one pass that decodes, checks, hashes, transcodes and merges."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from .compression import Compression, is_one_piece, open_decoded, open_encoded, sniff
from .errors import DataError
from .files import SourceFile, Sources
from .merging import Merger
from .records import RecordsHash

_BLOCK: Final = 1 << 20
_LONGEST_NAME: Final = 255
_SUFFIXES: Final = {"DYNAMODB_JSON": ".json", "ION": ".ion", "CSV": ".csv"}

Look = Callable[[SourceFile, BinaryIO], None]
"""Is shown a file's decompressed bytes, and reads as far as it likes."""


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
    in_pieces: list[str] = field(default_factory=list)
    """Names of the archives of several members or frames, each of which became one."""


def stage(
    sources: Sources,
    folder: Path,
    *,
    input_format: str,
    compression: Compression,
    merge: bool = False,
    header_in_file: bool = False,
    hashed: bool = False,
    in_pieces: Collection[str] | None = None,
    look: Look | None = None,
    progress: Callable[[int], None] | None = None,
) -> Staged:
    """Writes the data into `folder`, each file as `compression` stores it.

    A file that is right already is linked, not copied; a compressed one is read through to its end all the
    same: a broken archive would fail the import (rule 1.6), and what becomes of one that is several is not
    known (rule 1.7).

    Args:
        sources: The files.
        folder: An empty folder.
        input_format: CloudFormation's word: `DYNAMODB_JSON`, `ION` or `CSV`.
        compression: How the staged files are to be compressed.
        merge: Whether all records go into one file.
        header_in_file: Whether line 1 of each file is a header (rule 3.2): a merged file keeps only one.
        hashed: Whether the records' hash is needed.
        in_pieces: Names of the archives of several members or frames. Default: not known yet, nor is it
            known whether one is broken.
        look: Is shown each file on the way.
        progress: Is told how many more bytes were read.

    Raises:
        DataError: If a file is broken, or the files do not fit together.
    """
    digest = (
        RecordsHash(blank_lines_count=input_format != "DYNAMODB_JSON", header_in_file=header_in_file)
        if hashed
        else None
    )
    found = {file.name: sniff(file.path) for file in sources.files}
    reader = _Reader(found, digest, look, progress)
    transcoded = [file.name for file in sources.files if file.size and found[file.name] is not compression]
    pieces = set(in_pieces or ())
    if merge and (len(sources.files) > 1 or transcoded):
        names = [merged_name(input_format, compression)]
        with open_encoded(folder / names[0], compression) as out:
            merger = Merger(out, sources.root, input_format=input_format, header_in_file=header_in_file)
            for file in sources.files:
                merger.begin(file)
                reader.read(file, merger.write)
                merger.end()
    else:
        names = (
            [merged_name(input_format, compression)] if merge else _staged_names(sources, found, compression)
        )
        for file, name in zip(sources.files, names, strict=True):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if file.name in transcoded:
                with open_encoded(target, compression) as out:
                    reader.read(file, out.write)
                continue
            archive = file.size > 0 and compression is not Compression.NONE
            if file.size and (digest or look or (archive and in_pieces is None)):
                size = reader.read(file, None)
                if archive and not is_one_piece(file.path, compression, size):
                    pieces.add(file.name)
            if file.name in pieces:
                with open_decoded(file.path, compression) as source, open_encoded(target, compression) as out:
                    shutil.copyfileobj(source, out, _BLOCK)
            else:
                _pass_on(file, target)
    size = sum((folder / name).stat().st_size for name in names)
    return Staged(names, size, digest.hexdigest() if digest else "", transcoded, sorted(pieces))


class _Reader:
    """Reads a file once for everybody who wants its bytes."""

    def __init__(
        self,
        found: dict[str, Compression],
        digest: RecordsHash | None,
        look: Look | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._found, self._digest, self._look = found, digest, look
        self._taps: list[Callable[[bytes], object]] = []
        if digest:
            self._taps.append(digest.update)
        if progress:
            self._taps.append(lambda block: progress(len(block)))

    def read(self, file: SourceFile, write: Callable[[bytes], object] | None) -> int:
        """Reads it to its end, and returns how many bytes it decompressed to."""
        with open_decoded(file.path, self._found[file.name]) as source:
            tapped = _Tapped(source, [*self._taps, *([write] if write else [])])
            if self._look:
                self._look(file, cast(BinaryIO, tapped))
            while tapped.read(_BLOCK):
                pass
        if self._digest:
            self._digest.end_of_file()
        return tapped.count


class _Tapped:
    """A stream that hands on what is read from it."""

    def __init__(self, source: BinaryIO, taps: list[Callable[[bytes], object]]) -> None:
        self._source, self._taps = source, taps
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.count += len(block)
        for tap in self._taps:
            tap(block)
        return block


def _pass_on(file: SourceFile, target: Path) -> None:
    try:
        os.link(file.path.resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(file.path, target)


def merged_name(input_format: str, compression: Compression) -> str:
    """What a file of all records is called: by the properties only, because it gets into the asset's key."""
    return f"data{_SUFFIXES[input_format]}{compression.suffix}"


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
        if name != file.name and len(os.fsencode(PurePosixPath(name).name)) > _LONGEST_NAME:
            raise DataError(
                f"{file.name!r} below {str(sources.root)!r} would be staged as {name!r}, but the name of a"
                f" file has at most {_LONGEST_NAME} bytes; rename it, or store it as {compression.value}"
            )
        taken[name] = file.name
    for name, of in taken.items():
        for parent in PurePosixPath(name).parents:
            if str(parent) in taken:
                raise DataError(
                    f"{taken[str(parent)]!r} below {str(sources.root)!r} would be staged as {str(parent)!r},"
                    f" which is the folder of {of!r}; rename one, or name it in exclude"
                )
    return list(taken)

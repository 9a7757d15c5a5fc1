"""Local data on its way into the cloud assembly: read once, then handed to CDK as an asset."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aws_cdk import Annotations, Stack, Stage
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from . import console
from .arguments import check_compression, texts
from .asset_folder import asset_folder
from .binding import compression_of
from .dataset.conversion.staging import CONVERTED_FORM, stage_converted
from .dataset.errors import DataError
from .dataset.files import DEFAULT_EXCLUDE, Sources, collect, resolve
from .dataset.known_data import Known, load_known, save_known
from .dataset.origin import METADATA, note_of
from .dataset.records import STAGING_VERSION
from .dataset.schema import TableSchema
from .dataset.staging import Staged, stage
from .format import ImportFormat
from .local_size import check_local_size
from .preflight import PreflightCheck
from .tokens import without_token_numbers

MAX_OBJECTS: Final = 50_000
"""Rule 6.1."""
_SHOWN: Final = 5
_STAGED_FORM: Final = 1
"""Raise it when the same files are staged as other bytes: all is uploaded once more, no table changes."""


@dataclass(frozen=True)
class StagedFolder:
    """A folder that exists until the asset is made of it."""

    path: Path
    names: list[str]
    size: int
    digest: str
    """What `OnDataChange.replace()` looks at: the records and the import properties."""
    content: str
    """What is uploaded: another one wherever a file, its name or its form in S3 is another one."""


class LocalData:
    """Files, or items written into a file: what to read, and in what form to store it."""

    def __init__(
        self,
        source: Path | bytes,
        *,
        input_format: ImportFormat,
        compression_type: dynamodb.InputCompressionType | None = None,
        exclude: Sequence[str] = DEFAULT_EXCLUDE,
    ) -> None:
        check_compression(compression_type)
        self._source = source if isinstance(source, bytes) else resolve(source)
        self.input_format = input_format
        self.compression_type = compression_type
        self._exclude = texts("exclude", exclude, write="a list of patterns, ['*.md'], or [] for none")

    def note(self, scope: Construct) -> None:
        """Notes in the assembly where the files are, for `explain` and `load`."""
        stage = Stage.of(scope)
        if stage is not None and not isinstance(self._source, bytes):
            scope.node.add_metadata(METADATA, note_of(self._source, self._exclude, stage.outdir))

    @contextmanager
    def staged(
        self, scope: Construct, preflight: PreflightCheck, *, merge: bool = False, hashed: bool = False
    ) -> Iterator[StagedFolder]:
        """The data, ready for S3, in a folder that is gone afterwards.

        Nothing is read when the stack is not going to be deployed (`cdk ls`, `cdk destroy`): an empty
        stand-in is staged.

        Raises:
            DataError: If the data cannot be used.
        """
        with asset_folder(scope) as own:
            folder = own / "staged"
            folder.mkdir()
            if not Stack.of(scope).bundling_required:
                (folder / "not-read").touch()
                yield StagedFolder(folder, ["not-read"], 0, "0" * 64, "0" * 64)
                return
            sources = self._sources(own)
            check_local_size(scope, sources)
            if not merge and not self.input_format.converted and len(sources.files) > MAX_OBJECTS:
                raise DataError(
                    f"{str(sources.root)!r} has {len(sources.files)} files; an import takes at most"
                    f" {MAX_OBJECTS} objects (rule 6.1): put more items into each"
                )
            if self.input_format.converted:
                staged = self._convert(sources, folder, preflight, merge=merge)
            else:
                staged = self._stage(sources, folder, preflight, merge=merge, hashed=hashed)
            self._warn(scope, sources, staged)
            yield StagedFolder(
                folder,
                staged.names,
                staged.size,
                self._digest(staged.records_hash) if hashed else "",
                self._content(sources, staged, preflight.schema),
            )
        for file in sources.files:
            file.remember()

    def _stage(
        self, sources: Sources, folder: Path, preflight: PreflightCheck, *, merge: bool, hashed: bool
    ) -> Staged:
        staged_by = [*self._properties(), merge]
        known = load_known(sources, staged_by)
        records_hash = known.records_hash if known else ""
        inspection = preflight.begin(sources, self.input_format, self.opened)
        with console.progress(f"reading {sources.root}", sources.size) as progress:
            staged = stage(
                sources,
                folder,
                input_format=self.input_format.input_format,
                compression=compression_of(self.compression_type),
                merge=merge,
                header_in_file=self.input_format.input_format == "CSV"
                and self.input_format.header_list is None,
                hashed=hashed and not records_hash,
                in_pieces=[file.name for file in sources.files if file.content in known.in_pieces]
                if known
                else None,
                look=inspection.look if inspection else None,
                progress=progress,
            )
        if inspection:
            preflight.finish(inspection, sources)
        records_hash = records_hash or staged.records_hash
        if known is None or known.records_hash != records_hash:
            contents = [file.content for file in sources.files if file.name in staged.in_pieces]
            save_known(sources, staged_by, Known(records_hash, contents))
        return replace(staged, records_hash=records_hash)

    def _convert(self, sources: Sources, folder: Path, preflight: PreflightCheck, *, merge: bool) -> Staged:
        judging = preflight.begin(sources, self.input_format, self.opened)
        inspection = judging or preflight.begin_unjudged(self.input_format)
        with console.progress(f"converting {sources.root}", sources.size) as progress:
            staged = stage_converted(
                sources,
                folder,
                inspection,
                compression=compression_of(self.compression_type),
                merge=merge,
                progress=progress,
            )
        if judging:
            preflight.finish(judging, sources)
        preflight.stop_unconverted(inspection.found)
        return staged

    @contextmanager
    def opened(self) -> Iterator[Sources]:
        """The data as it is, to be read again."""
        with tempfile.TemporaryDirectory(prefix="cdk-imported-table-") as temporary:
            yield self._sources(Path(temporary))

    def _sources(self, temporary: Path) -> Sources:
        if not isinstance(self._source, bytes):
            return collect(self._source, self._exclude)
        (temporary / "items.json").write_bytes(self._source)
        return collect(temporary / "items.json")

    def _digest(self, records_hash: str) -> str:
        return _hash(STAGING_VERSION, self._properties(), records_hash)

    def _content(self, sources: Sources, staged: Staged, schema: TableSchema | None) -> str:
        """Of the source files' bytes, which were hashed already: CDK would read all that is staged again.

        So it depends on no version of a compressor: what is transcoded anew from the same files is the same.
        What is converted depends on all that is declared, too, and on the types of the table's keys.
        """
        made_by: list[object] = [_STAGED_FORM, self._properties(), staged.names, *staged.in_pieces]
        if self.input_format.converted:
            keys = [(key.name, key.type) for key in schema.keys] if schema else []
            made_by += [CONVERTED_FORM, repr(self.input_format.to_data_format()), keys]
        return _hash(*made_by, [file.content for file in sources.files])

    def _properties(self) -> list[object]:
        """What stands in the table's import; of what is converted, only what becomes of it counts."""
        native = not self.input_format.converted
        names = self.input_format.header_list if native else None
        return [
            self.input_format.input_format,
            self.input_format.delimiter if native else None,
            None if names is None else [without_token_numbers(name) for name in names],
            compression_of(self.compression_type).value,
        ]

    def _warn(self, scope: Construct, sources: Sources, staged: Staged) -> None:
        wanted = compression_of(self.compression_type).value
        if staged.transcoded and not isinstance(self._source, bytes):
            Annotations.of(scope).add_warning_v2(
                "cdk-imported-table:transcoded",
                f"{_some(staged.transcoded)} in {str(sources.root)!r} are not stored as compression_type"
                f" {wanted}; they are transcoded at each synth. Store them as {wanted}, or set"
                " compression_type to what they are",
            )
        if staged.in_pieces:
            piece = "frame" if wanted == "ZSTD" else "member"
            Annotations.of(scope).add_warning_v2(
                "cdk-imported-table:transcoded",
                f"{_some(staged.in_pieces)} in {str(sources.root)!r} are not stored as one {wanted} {piece},"
                " and what DynamoDB makes of several is not known (rule 1.7); they are transcoded at each"
                " synth. Decompress each, and compress it anew in one go",
            )
        if self.input_format.converted and self.input_format.to_data_format().input_format == "CSV":
            Annotations.of(scope).add_info_v2(
                "cdk-imported-table:types",
                "CSV with types is imported as DynamoDB JSON. Turning types on or off changes the InputFormat"
                " of a deployed table, which replaces it (rule 6.8): read cdk diff before you deploy that",
            )
        folders = [
            name for name in sources.left_out if name.endswith("/") and not name.startswith((".", "_"))
        ]
        if folders:
            Annotations.of(scope).add_warning_v2(
                "cdk-imported-table:foldersLeftOut",
                f"the folders {_some(folders)} in {str(sources.root)!r} are left out. To import what is in"
                " them, give an exclude without '*/'",
            )


def _hash(*what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(repr(name) for name in names[:_SHOWN]) + more

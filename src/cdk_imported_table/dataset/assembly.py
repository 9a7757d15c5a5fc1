"""Finding the imported tables of a synthesized app, and the data that they import.

Only files are read (`cdk.out`): it works for plain L2 tables and for apps in every language.
"""

from __future__ import annotations

import fnmatch
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from .compression import Compression
from .errors import DataError
from .files import SourceFile
from .formats import DataFormat
from .malformed import said_if_malformed
from .references import References
from .schema import Index, Key, TableSchema
from .stacks import Stack, read_object, stacks_of

_DEPLOYMENT: Final = "Custom::CDKBucketDeployment"
_ASSETS: Final = ("asset.", "imported-table.")
"""Folders with these names hold data: the second after `--no-staging` (see `asset_folder.py`)."""
TABLE: Final = "AWS::DynamoDB::Table"


@dataclass(frozen=True)
class Imported:
    """A table of a template that is created through an import."""

    template: str
    logical_id: str
    schema: TableSchema
    data_format: DataFormat
    compression: Compression
    bucket: object
    """As it stands in the template."""
    prefix: str | None
    """`None`: it is not known at synth."""

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.template}: {self.logical_id}"


@dataclass
class Assembly:
    """A cloud assembly: its templates, and the assets that they use.

    Args:
        folder: The assembly (`cdk.out`).
    """

    folder: Path
    assets: dict[str, Path] = field(default_factory=dict)
    """By object key: the file or the folder."""
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By path below the folder, without the suffix."""
    stacks: dict[str, Stack] = field(default_factory=dict)
    """What the manifests say of each template; nested stacks are added when they are asked for."""

    @said_if_malformed
    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise DataError(
                f"there is no folder {str(self.folder)!r}; give the cloud assembly that `cdk synth`"
                f" makes: cdk.out"
            )
        for path in self._found("*.assets.json"):
            self._read_assets(path)
        for path in self._found("*.template.json"):
            self.templates[self._name(path)] = read_object(path)
        for path in self._found("manifest.json"):
            for template, stack in stacks_of(path):
                self.stacks[self._name(template)] = stack
        keys = {
            key: self._name(path) for key, path in self.assets.items() if path.name.endswith(".template.json")
        }
        self.references = References(self.templates, keys)

    def stack(self, template: str) -> Stack:
        """Return what is known of the stack of a template."""
        if template not in self.stacks:
            self.stacks[template] = Stack(PurePosixPath(template).name)
            if template in self.references.parents:
                parent, logical_id = self.references.parents[template]
                self.stacks[template] = self.stack(parent).nested(parent, logical_id)
        return self.stacks[template]

    @said_if_malformed
    def tables(self) -> list[Imported]:
        """Return every imported table."""
        return [
            imported(name, logical_id, resource["Properties"])
            for name, template in self.templates.items()
            for logical_id, resource in resources_of(template, TABLE)
            if "ImportSourceSpecification" in (resource.get("Properties") or {})
        ]

    @contextmanager
    def data(self, table: Imported) -> Iterator[list[SourceFile] | None]:
        """Give the files that `table` imports; `None` if they are not in the assembly."""
        with tempfile.TemporaryDirectory() as folder:
            if table.prefix is None:
                yield None
                return
            asset = self.assets.get(table.prefix)
            if asset is not None:
                yield _listed(asset, "", "", {})
                return
            yield self._deployed(table, Path(folder))

    @said_if_malformed
    def _deployed(self, table: Imported, folder: Path) -> list[SourceFile] | None:
        """Look for the uploads into the table's bucket, in all stacks: it may come from another one."""
        found: list[SourceFile] | None = None
        bucket = self.references.origin(table.template, table.bucket)
        for name, template in self.templates.items():
            for logical_id, resource in resources_of(template, _DEPLOYMENT):
                properties = resource.get("Properties") or {}
                into = self.references.origin(name, properties.get("DestinationBucketName"))
                if into != bucket or _brings_nothing(properties):
                    continue
                below = properties.get("DestinationBucketKeyPrefix", "")
                if not isinstance(below, str):
                    continue
                below = f"{below.rstrip('/')}/" if below else ""
                markers = properties.get("SourceMarkers") or []
                for number, key in enumerate(properties.get("SourceObjectKeys") or ()):
                    asset = self.assets.get(key) if isinstance(key, str) else None
                    if asset is None:
                        continue
                    if number < len(markers) and markers[number]:
                        return None  # values of a deploy are put into these files
                    if asset.is_file() and zipfile.is_zipfile(asset) and properties.get("Extract", True):
                        asset = _unzipped(asset, folder / f"{logical_id}-{number}")
                    found = (found or []) + _listed(asset, below, table.prefix or "", properties)
        return found

    def _found(self, pattern: str) -> list[Path]:
        """Return files of the assembly itself, not of the assets in it."""
        return sorted(
            path
            for path in self.folder.rglob(pattern)
            if not any(part.startswith(_ASSETS) for part in path.relative_to(self.folder).parts[:-1])
        )

    def _name(self, template: Path) -> str:
        return template.relative_to(self.folder).as_posix().removesuffix(".template.json")

    def _read_assets(self, path: Path) -> None:
        for asset in (read_object(path).get("files") or {}).values():
            source = (asset.get("source") or {}).get("path")
            for destination in (asset.get("destinations") or {}).values():
                if source and destination.get("objectKey"):
                    self.assets[destination["objectKey"]] = path.parent / source


def resources_of(template: Mapping[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the resources of one type, with their logical ids."""
    resources = template.get("Resources")
    for logical_id, resource in (resources if isinstance(resources, dict) else {}).items():
        if isinstance(resource, dict) and resource.get("Type") == kind:
            yield logical_id, resource


def imported(name: str, logical_id: str, properties: dict[str, Any]) -> Imported:
    """Read what a template says of an imported table.

    Raises:
        DataError: If it is not what CloudFormation takes.
    """
    source = properties["ImportSourceSpecification"]
    try:
        schema = schema_of(properties)
        csv = (source.get("InputFormatOptions") or {}).get("Csv") or {}
        data_format = DataFormat(source["InputFormat"], csv.get("Delimiter", ","), csv.get("HeaderList"))
        compression = Compression(source.get("InputCompressionType", "NONE"))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"table {logical_id} of {name} cannot be read: {error}") from None
    bucket = source.get("S3BucketSource") or {}
    prefix = bucket.get("S3KeyPrefix", "")
    return Imported(
        name,
        logical_id,
        schema,
        data_format,
        compression,
        bucket.get("S3Bucket"),
        prefix if isinstance(prefix, str) else None,
    )


def schema_of(properties: Mapping[str, Any]) -> TableSchema:
    """Return the keys of a table, of CloudFormation's resource or of the API: both use the same words."""
    types = {
        attribute["AttributeName"]: attribute["AttributeType"]
        for attribute in properties.get("AttributeDefinitions") or ()
    }
    keys = _keys(properties["KeySchema"], types)
    return TableSchema(
        keys["HASH"][0],
        keys["RANGE"][0] if keys["RANGE"] else None,
        tuple(
            Index(str(index.get("IndexName")), tuple(its["HASH"]), tuple(its["RANGE"]))
            for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
            for index in properties.get(kind) or ()
            for its in [_keys(index["KeySchema"], types)]
        ),
        (properties.get("TimeToLiveSpecification") or {}).get("AttributeName"),
    )


def _keys(key_schema: list[dict[str, str]], types: dict[str, str]) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {"HASH": [], "RANGE": []}
    for key in key_schema:
        found[key["KeyType"]].append(Key(key["AttributeName"], types[key["AttributeName"]]))
    return found


def _listed(asset: Path, below: str, prefix: str, filters: Mapping[str, Any]) -> list[SourceFile]:
    """Return the files of an asset whose object key begins with `prefix`: nothing is ignored (rule 1.2)."""
    if asset.is_file():
        return [SourceFile(asset, asset.name, asset.stat().st_size)]
    found = []
    for path in sorted(asset.rglob("*")):
        name = path.relative_to(asset).as_posix()
        if path.is_file() and (below + name).startswith(prefix) and _uploaded(name, filters):
            found.append(SourceFile(path, name, path.stat().st_size))
    return found


def _brings_nothing(filters: Mapping[str, Any]) -> bool:
    """Return whether it is the upload of frozen data, whose objects are in S3 already."""
    return "*" in (filters.get("Exclude") or ()) and not filters.get("Include")


def _uploaded(name: str, filters: Mapping[str, Any]) -> bool:
    """Return whether the deployment's own `Exclude` and `Include` let a file through, as `s3 sync` does."""
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in filters.get("Include") or ()):
        return True
    return not any(fnmatch.fnmatchcase(name, pattern) for pattern in filters.get("Exclude") or ())


def _unzipped(archive: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise DataError(f"cannot unzip {str(archive)!r}: {error}") from None
    return folder

"""Finding the imported tables of a synthesized app, and the data that they import.

Only files are read (`cdk.out`): it works for plain L2 tables and for apps in every language.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .compression import Compression
from .errors import DataError
from .files import SourceFile
from .formats import DataFormat
from .schema import Index, Key, TableSchema

_DEPLOYMENT: Final = "Custom::CDKBucketDeployment"
_TABLE: Final = "AWS::DynamoDB::Table"


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

    def tables(self) -> Iterator[tuple[Imported, dict[str, Any]]]:
        """Yield every imported table, with its template."""
        for path in sorted(self.folder.rglob("*.assets.json")):
            self._read_assets(path)
        for path in sorted(self.folder.rglob("*.template.json")):
            if path.parent.name.startswith("asset."):
                continue
            template = _read(path)
            for logical_id, resource in _resources(template).items():
                properties = resource.get("Properties") or {}
                if resource.get("Type") == _TABLE and "ImportSourceSpecification" in properties:
                    name = path.relative_to(self.folder).as_posix().removesuffix(".template.json")
                    yield _imported(name, logical_id, properties), template

    @contextmanager
    def data(self, table: Imported, template: dict[str, Any]) -> Iterator[list[SourceFile] | None]:
        """Give the files that `table` imports; `None` if they are not in the assembly."""
        with tempfile.TemporaryDirectory() as folder:
            if table.prefix is None:
                yield None
                return
            asset = self.assets.get(table.prefix)
            if asset is not None:
                yield _listed(asset, "", "")
                return
            yield self._deployed(table, template, Path(folder))

    def _deployed(self, table: Imported, template: dict[str, Any], folder: Path) -> list[SourceFile] | None:
        found: list[SourceFile] | None = None
        for resource in _resources(template).values():
            properties = resource.get("Properties") or {}
            if resource.get("Type") != _DEPLOYMENT or properties.get("DestinationBucketName") != table.bucket:
                continue
            below = properties.get("DestinationBucketKeyPrefix", "")
            below = f"{below.rstrip('/')}/" if below else ""
            for number, key in enumerate(properties.get("SourceObjectKeys") or ()):
                asset = self.assets.get(key) if isinstance(key, str) else None
                if asset is None:
                    continue
                if asset.is_file() and zipfile.is_zipfile(asset) and properties.get("Extract", True):
                    asset = _unzipped(asset, folder / f"{len(found or ())}-{number}")
                found = (found or []) + _listed(asset, below, table.prefix or "")
        return found

    def _read_assets(self, path: Path) -> None:
        for asset in (_read(path).get("files") or {}).values():
            source = (asset.get("source") or {}).get("path")
            for destination in (asset.get("destinations") or {}).values():
                if source and destination.get("objectKey"):
                    self.assets[destination["objectKey"]] = path.parent / source


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read {str(path)!r}: {error}") from None
    if not isinstance(value, dict):
        raise DataError(f"{str(path)!r} is not a JSON object")
    return value


def _resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = template.get("Resources")
    return resources if isinstance(resources, dict) else {}


def _imported(name: str, logical_id: str, properties: dict[str, Any]) -> Imported:
    source = properties["ImportSourceSpecification"]
    types = {
        attribute["AttributeName"]: attribute["AttributeType"]
        for attribute in properties.get("AttributeDefinitions") or ()
    }
    try:
        keys = _keys(properties["KeySchema"], types)
        schema = TableSchema(
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


def _keys(key_schema: list[dict[str, str]], types: dict[str, str]) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {"HASH": [], "RANGE": []}
    for key in key_schema:
        found[key["KeyType"]].append(Key(key["AttributeName"], types[key["AttributeName"]]))
    return found


def _listed(asset: Path, below: str, prefix: str) -> list[SourceFile]:
    """Return the files of an asset whose object key begins with `prefix`: nothing is ignored (rule 1.2)."""
    if asset.is_file():
        return [SourceFile(asset, asset.name, asset.stat().st_size)]
    return [
        SourceFile(path, path.relative_to(asset).as_posix(), path.stat().st_size)
        for path in sorted(asset.rglob("*"))
        if path.is_file() and (below + path.relative_to(asset).as_posix()).startswith(prefix)
    ]


def _unzipped(archive: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise DataError(f"cannot unzip {str(archive)!r}: {error}") from None
    return folder

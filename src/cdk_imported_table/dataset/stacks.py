"""What the manifests of a cloud assembly say of its stacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from .errors import DataError
from .origin import METADATA, Origin, origin_of

_NESTED: Final = ".NestedStack"
"""CDK puts what stands for a nested stack beside it: `Shop/Inner.NestedStack/Inner.NestedStackResource`."""


@dataclass(frozen=True)
class Stack:
    """What a manifest says of a stack."""

    name: str
    account: str | None = None
    """`None`: whichever it is deployed to."""
    region: str | None = None
    parent: str | None = None
    """Of a nested stack: its parent's template."""
    scope: str = ""
    """Of a nested stack: how the paths of its constructs begin."""
    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By logical id: the paths of constructs, those of the parent and of nested stacks too."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """By the path of an `ImportedTable`: where its data lay."""

    def path(self, logical_id: str) -> str:
        """Return the path of a construct; empty if it is not known.

        A stack and one nested in it may share a logical id: the stack's own construct is the least deep.
        """
        own = [path for path in self.paths.get(logical_id, ()) if path.startswith(self.scope)]
        return min(own, key=lambda path: path.count("/"), default="")

    def nested(self, template: str, logical_id: str) -> Stack:
        """Return what is known of a stack that is nested in this one; this one's template is `template`."""
        path = self.path(logical_id).rpartition("/")[0].removesuffix(_NESTED)
        scope = f"{path}/" if path else self.scope
        return replace(self, name=f"{self.name}-{logical_id}", parent=template, scope=scope)


def stacks_of(manifest: Path) -> Iterator[tuple[Path, Stack]]:
    """Yield the template and what is said of each stack; those that are nested have no words of their own."""
    artifacts = read_object(manifest).get("artifacts")
    for artifact_id, artifact in (artifacts if isinstance(artifacts, dict) else {}).items():
        properties = artifact.get("properties") or {}
        if artifact.get("type") != "aws:cloudformation:stack" or "templateFile" not in properties:
            continue
        _, _, environment = str(artifact.get("environment") or "").partition("aws://")
        account, _, region = environment.partition("/")
        metadata = _metadata(manifest.parent, artifact)
        yield (
            manifest.parent / properties["templateFile"],
            Stack(
                str(properties.get("stackName", artifact_id)),
                account if account not in ("", "unknown-account") else None,
                region if region not in ("", "unknown-region") else None,
                paths=_paths(metadata),
                origins=_origins(metadata, manifest.parent),
            ),
        )


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        DataError: If it cannot be read, or is none.
    """
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read {str(path)!r}: {error}") from None
    if not isinstance(value, dict):
        raise DataError(f"{str(path)!r} is not a JSON object")
    return value


def _metadata(folder: Path, artifact: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Read what constructs say, by their paths; newer versions of CDK write that into a file of its own."""
    metadata = dict(artifact.get("metadata") or {})
    if artifact.get("additionalMetadataFile"):
        metadata |= read_object(folder / artifact["additionalMetadataFile"])
    return {path.strip("/"): entries for path, entries in metadata.items()}


def _paths(metadata: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, entries in metadata.items():
        for entry in entries:
            if entry.get("type") == "aws:cdk:logicalId":
                found.setdefault(str(entry["data"]), []).append(path)
    return found


def _origins(metadata: Mapping[str, list[dict[str, Any]]], folder: Path) -> dict[str, Origin]:
    return {
        path: origin
        for path, entries in metadata.items()
        for entry in entries
        if entry.get("type") == METADATA and (origin := origin_of(str(entry.get("data")), folder))
    }

"""Reading templates: a file, or a cloud assembly with its stages and nested stacks."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cdk_imported_table.dataset.errors import DataError

from .values import Value, Values

NESTED: Final = "AWS::CloudFormation::Stack"

Template = dict[str, Value]
FindNested = Callable[[str, Template], "tuple[Template, FindNested] | None"]
"""The template of the nested stack with this logical id and resource, and how to find those below it."""


@dataclass
class StackTemplate:
    """One stack: its template, and its nested stacks."""

    name: str
    """`Shop`, and `Shop/Orders` for the nested stack `Orders` in it."""
    body: Template
    values: Values
    nested: dict[str, StackTemplate] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    """Logical ids of nested stacks whose template is not to be had."""

    def resources(self) -> Iterator[tuple[str, dict[str, Value]]]:
        """All resources that look like some."""
        for logical_id, resource in self.values.section("Resources").items():
            if isinstance(resource, dict):
                yield logical_id, resource

    def resource(self, logical_id: str) -> dict[str, Value] | None:
        """One of them."""
        return dict(self.resources()).get(logical_id)


@dataclass(frozen=True)
class Found:
    """Stacks of one side, with what tells them apart."""

    origin: str
    stacks: dict[tuple[str, str], StackTemplate]
    """By name and environment; a template that is a file has neither."""


def stack_template(
    name: str, body: Template, find: FindNested, given: dict[str, Value] | None = None
) -> StackTemplate:
    """A stack with all that is nested in it."""
    stack = StackTemplate(name, body, Values(body, given))
    for logical_id, resource in stack.resources():
        if resource.get("Type") != NESTED:
            continue
        found = find(logical_id, resource)
        if found is None:
            stack.unread.add(logical_id)
            continue
        parameters = properties_of(resource).get("Parameters")
        values = stack.values.plain(parameters) if isinstance(parameters, dict) else {}
        stack.nested[logical_id] = stack_template(f"{name}/{logical_id}", *found, given=values)
    return stack


def properties_of(resource: dict[str, Value]) -> dict[str, Value]:
    """A resource's properties; empty if they are none."""
    found = resource.get("Properties")
    return found if isinstance(found, dict) else {}


def load(path: Path) -> Found:
    """The stacks of a template file, or of a cloud assembly.

    Raises:
        DataError: If it is neither, or cannot be read.
    """
    if path.is_dir():
        if not (path / "manifest.json").is_file():
            raise DataError(
                f"{str(path)!r} is no cloud assembly: it has no manifest.json; give cdk.out, or a template"
            )
        return Found(str(path), dict(_of_assembly(path)))
    name = path.name.split(".")[0]
    stack = stack_template(name, read(path), _finder(path.parent))
    return Found(str(path), {(name, ""): stack})


def read(path: Path) -> Template:
    """One template file.

    Raises:
        DataError: If it is none.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {str(error.strerror).lower()}") from None
    except UnicodeDecodeError:
        raise DataError(f"cannot read {str(path)!r}: it is not UTF-8") from None
    return parse(text, str(path))


def parse(text: str, origin: str) -> Template:
    """A template in JSON or YAML.

    Raises:
        DataError: If it is no template, or in YAML, and the extra is not installed.
    """
    body: Any
    if text.lstrip().startswith("{"):
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{origin!r} cannot be read as JSON: {error}") from None
    else:
        from .yaml_text import load_yaml  # noqa: PLC0415 - its parser is an extra

        body = load_yaml(text, origin)
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict):
        raise DataError(f"{origin!r} is no CloudFormation template: it has no Resources")
    return body


def _of_assembly(folder: Path) -> Iterator[tuple[tuple[str, str], StackTemplate]]:
    manifest = _json(folder / "manifest.json")
    artifacts = manifest.get("artifacts")
    find = _finder(folder)
    for artifact_id, artifact in sorted(artifacts.items() if isinstance(artifacts, dict) else ()):
        if not isinstance(artifact, dict):
            continue
        properties = properties_of({"Properties": artifact.get("properties")})
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _of_assembly(folder / str(properties.get("directoryName")))
        elif artifact.get("type") == "aws:cloudformation:stack":
            name = str(properties.get("stackName", artifact_id))
            body = read(folder / str(properties.get("templateFile")))
            yield (name, str(artifact.get("environment", ""))), stack_template(name, body, find)


def _finder(folder: Path) -> FindNested:
    """Finds templates of nested stacks beside the one that names them, as CDK and `package` leave them."""

    def find(_: str, resource: Template) -> tuple[Template, FindNested] | None:
        metadata, url = resource.get("Metadata"), properties_of(resource).get("TemplateURL")
        named = [metadata.get("aws:asset:path")] if isinstance(metadata, dict) else []
        for name in [*named, url, *_assets_in(folder, url)]:
            path = folder / name if isinstance(name, str) and "://" not in name else None
            if path is not None and path.is_file():
                return read(path), _finder(path.parent)
        return None

    return find


def _assets_in(folder: Path, url: Value) -> Iterator[str]:
    """The files of the assembly's assets whose object key is in the address."""
    text = json.dumps(url, default=str)
    for path in sorted(folder.glob("*.assets.json")):
        files = _json(path).get("files")
        for asset in files.values() if isinstance(files, dict) else ():
            with contextlib.suppress(AttributeError, KeyError, TypeError):  # an asset of another kind
                if any(place["objectKey"] in text for place in asset["destinations"].values()):
                    yield str(asset["source"]["path"])


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"cannot read {str(path)!r}: {error}") from None
    return found if isinstance(found, dict) else {}

"""What the unit tests share: a stack, keys, and a look at the template."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import assertions
from aws_cdk import aws_dynamodb as dynamodb
from constructs import IConstruct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat

PK = dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)
SK = dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.NUMBER)
JSON = ImportFormat.dynamodb_json()
GZIP = dynamodb.InputCompressionType.GZIP
ZSTD = dynamodb.InputCompressionType.ZSTD


def new_stack(name: str = "Stack", *, context: Mapping[str, Any] | None = None, **options: Any) -> cdk.Stack:
    """A stack in an app of its own."""
    return cdk.Stack(cdk.App(context=context), name, **options)


def line(pk: str, **attributes: str) -> bytes:
    """One record of DynamoDB JSON with string attributes."""
    item = {"pk": {"S": pk}, **{name: {"S": value} for name, value in attributes.items()}}
    return json.dumps({"Item": item}).encode() + b"\n"


def folder(path: Path, **files: bytes) -> Path:
    """A folder with files; `__` in a name stands for a dot."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (path / name.replace("__", ".")).write_bytes(content)
    return path


def gzipped(content: bytes) -> bytes:
    """A gzip member."""
    return gzip.compress(content, mtime=0)


def imported(stack: cdk.Stack, data: ImportData | None, **options: Any) -> ImportedTable:
    """An imported table `T` with the partition key `pk`."""
    return ImportedTable(stack, "T", data=data, **{"partition_key": PK, **options})


def template_of(stack: cdk.Stack) -> dict[str, Any]:
    """The synthesized template."""
    template: dict[str, Any] = dict(assertions.Template.from_stack(stack).to_json())
    return template


def resources_of(stack: cdk.Stack, resource_type: str) -> dict[str, dict[str, Any]]:
    """Resources of a type, by logical id."""
    resources: dict[str, dict[str, Any]] = template_of(stack)["Resources"]
    return {name: one for name, one in resources.items() if one["Type"] == resource_type}


def table_of(stack: cdk.Stack) -> dict[str, Any]:
    """The one table's resource."""
    (table,) = resources_of(stack, "AWS::DynamoDB::Table").values()
    return table


def source_of(stack: cdk.Stack) -> dict[str, Any]:
    """The one table's `ImportSourceSpecification`."""
    source: dict[str, Any] = table_of(stack)["Properties"]["ImportSourceSpecification"]
    return source


def messages(construct: IConstruct, level: str = "aws:cdk:warning") -> list[str]:
    """What a construct was annotated with."""
    return [str(entry.data) for entry in construct.node.metadata if entry.type == level]


def staged_files(stack: cdk.Stack) -> dict[str, bytes]:
    """What the one upload or file asset of the stack's data holds: name to bytes."""
    assembly = cdk.App.of(stack).synth()  # type: ignore[union-attr]
    manifest = json.loads((Path(assembly.directory) / f"{stack.artifact_id}.assets.json").read_text())
    found: dict[str, bytes] = {}
    for file in manifest["files"].values():
        source = Path(assembly.directory) / file["source"]["path"]
        if file["source"]["packaging"] == "zip" and not (source / "index.py").exists():
            found |= {
                str(p.relative_to(source).as_posix()): p.read_bytes()
                for p in source.rglob("*")
                if p.is_file()
            }
        elif (
            file["source"]["packaging"] == "file"
            and source.suffix != ".zip"
            and ".template." not in source.name
        ):
            found[source.name] = source.read_bytes()
    return found


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Another Python, which finds the same packages."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )

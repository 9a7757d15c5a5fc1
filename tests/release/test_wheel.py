"""The package as people will install it: built, and alone in an empty environment."""

from __future__ import annotations

import email
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import release
from environments import ROOT, environment, first_on_path, run

pytestmark = pytest.mark.release

APP = """
from pathlib import Path

from aws_cdk import App, Stack
from aws_cdk import aws_dynamodb as dynamodb
from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange

app = App()
ImportedTable(
    Stack(app, "Stack"),
    "Table",
    data=ImportData.from_asset(Path(__file__).parent / "data", input_format=ImportFormat.dynamodb_json()),
    on_data_change=OnDataChange.replace(),
    partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
)
app.synth()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution."""
    return release.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def alone(wheel: Path) -> Path:
    """Python of an environment that holds the wheel and what it declares to need, no extra, no tool."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    declared = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    python = environment("wheel", declared) / "python"
    run([python, "-m", "pip", "install", "-qq", "--no-deps", "--force-reinstall", wheel])
    return python


def synthesize(python: Path, folder: Path) -> dict[str, Any]:
    """The only template of the app in `folder`, run outside of this repository."""
    variables = first_on_path(Path(sys.executable).parent)
    variables.pop("PYTHONPATH", None)
    variables["CDK_OUTDIR"] = str(folder / "cdk.out")
    subprocess.run([python, folder / "app.py"], cwd=folder, env=variables, check=True)
    (template,) = (folder / "cdk.out").glob("*.template.json")
    resources: dict[str, Any] = json.loads(template.read_text("utf-8"))["Resources"]
    return {name: one for name, one in resources.items() if one["Type"] != "AWS::CDK::Metadata"}


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """The wheel has the package, its py.typed and its metadata with the licence: no tests, no scripts."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].removesuffix(".dist-info").split("-")[0] for name in names} == {
        "cdk_imported_table"
    }
    assert "cdk_imported_table/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_every_module_is_in_the_wheel(wheel: Path) -> None:
    """Nothing of the package is lost on the way through the source distribution."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("cdk_imported_table/")}
    source = ROOT / "src"
    assert packed == {
        path.relative_to(source).as_posix()
        for path in (source / "cdk_imported_table").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_alone_synthesizes_an_app(alone: Path, tmp_path: Path) -> None:
    """With only what it declares to need, the installed wheel makes a table that imports its data."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "items.json").write_text('{"Item": {"pk": {"S": "a"}}}\n', "utf-8")
    (tmp_path / "app.py").write_text(APP, "utf-8")
    (table,) = synthesize(alone, tmp_path).values()
    assert table["Type"] == "AWS::DynamoDB::Table"
    source = table["Properties"]["ImportSourceSpecification"]
    assert source["InputFormat"] == "DYNAMODB_JSON"
    assert source["S3BucketSource"]["S3KeyPrefix"].endswith(".json")


def test_wheel_alone_synthesizes_the_gzip_asset_example(alone: Path, tmp_path: Path) -> None:
    """The example with a file asset is one table with the import, in an environment without our tools."""
    folder = tmp_path / "gzip_asset"
    shutil.copytree(ROOT / "examples" / "gzip_asset", folder, ignore=shutil.ignore_patterns("cdk.out"))
    (table,) = synthesize(alone, folder).values()
    assert table["Type"] == "AWS::DynamoDB::Table"
    assert table["Properties"]["ImportSourceSpecification"]["InputCompressionType"] == "GZIP"

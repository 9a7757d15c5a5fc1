"""Every example is complete, short, quiet, and independent of the folder it is started from."""

from __future__ import annotations

import gzip
import json
import os
import runpy
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import cx_api

from tests.ion import needs_ion

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
NAMES = sorted(app.parent.name for app in EXAMPLES.glob("*/app.py"))

every_example = pytest.mark.parametrize("name", NAMES)


def synthesized(name: str) -> cx_api.CloudAssembly:
    """What the example's app makes, with the context of its `cdk.json`."""
    app = partial(cdk.App, context=settings(name).get("context"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdk, "App", app)
        assembly = runpy.run_path(str(EXAMPLES / name / "app.py"))["app"].synth()
    assert isinstance(assembly, cx_api.CloudAssembly)
    return assembly


def settings(name: str) -> dict[str, Any]:
    """The example's `cdk.json`."""
    found: dict[str, Any] = json.loads((EXAMPLES / name / "cdk.json").read_text("utf-8"))
    return found


def test_the_examples_are_there() -> None:
    """Neither a folder without an app, nor an app that the list for people lacks."""
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert folders == set(NAMES)
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    assert [name for name in NAMES if f"[{name}]({name})" not in listed] == []
    assert len(NAMES) >= 10


@every_example
def test_an_example_is_complete_and_short(name: str) -> None:
    """How the CLI starts it, how a person does, and an app that fits on a screen."""
    folder = EXAMPLES / name
    assert settings(name)["app"] == "python app.py"
    text = (folder / "README.md").read_text("utf-8")
    assert text.startswith(f"# {name}\n")
    assert f"./dev demo {name}" in text
    assert "cdk deploy" in text
    lines = (folder / "app.py").read_text("utf-8").splitlines()
    assert 35 <= len(lines) <= 65


@pytest.mark.parametrize("name", [pytest.param("ion", marks=needs_ion), *sorted(set(NAMES) - {"ion"})])
def test_an_example_synthesizes_without_a_warning(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From any folder, and with nothing to warn of: what people copy has to be right."""
    monkeypatch.chdir(tmp_path)
    said = [(found.level, found.entry.data) for stack in synthesized(name).stacks for found in stack.messages]
    told = ("[ack: cdk-imported-table:replaces]", "[ack: cdk-imported-table:types]")  # each time, to be known
    assert [message for message in said if not str(message[1]).endswith(told)] == []


@every_example
def test_an_example_leaves_nothing_behind(name: str) -> None:
    """Every table and bucket goes with its stack."""
    resources = [
        resource
        for stack in synthesized(name).stacks
        for resource in stack.template["Resources"].values()
        if resource["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
    ]
    assert {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in resources} == {
        ("Delete", "Delete")
    }


@pytest.mark.parametrize("name", [name for name in NAMES if (EXAMPLES / name / "make_data.py").exists()])
def test_made_data_is_what_its_script_makes(name: str, tmp_path: Path) -> None:
    """Each run of a script writes the data that is committed."""
    runpy.run_path(str(EXAMPLES / name / "make_data.py"))["write"](tmp_path)

    def contents(folder: Path) -> dict[str, bytes]:
        # Versions of zlib compress differently: what counts is what is inside.
        return {
            path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for path in folder.iterdir()
        }

    assert contents(tmp_path) == contents(EXAMPLES / name / "data")


def test_customer_events_takes_another_folder(tmp_path: Path) -> None:
    """`-c data=FOLDER` puts other data under the app, the table stays what it is."""
    record = '{"Item":{"PK":{"S":"cus1"},"SK":{"S":"--"}}}\n'
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "one.json").write_text(record, newline="\n")
    context = {"data": "mine"}
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
    }
    app = EXAMPLES / "customer_events" / "app.py"
    subprocess.run([sys.executable, app], cwd=tmp_path, env=environment, check=True, capture_output=True)

    staged = [path.read_text("utf-8") for path in (tmp_path / "cdk.out").glob("asset.*/one.json")]
    assert staged == [record]
    template = json.loads((tmp_path / "cdk.out" / "CustomerEvents.template.json").read_text("utf-8"))
    (ours,) = (stack.template for stack in synthesized("customer_events").stacks)

    def tables(template: dict[str, Any]) -> dict[str, Any]:
        resources = template["Resources"].items()
        return {name: one for name, one in resources if one["Type"] == "AWS::DynamoDB::Table"}

    for table in (*tables(template).values(), *tables(ours).values()):
        table.pop("Metadata", None)  # the CLI asks for paths there
    assert tables(template) == tables(ours)

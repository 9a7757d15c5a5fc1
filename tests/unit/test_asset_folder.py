"""What CDK makes assets of, where it copies nothing into the cloud assembly: `cdk deploy --no-staging`."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest

from cdk_imported_table import ImportData, OnDataChange
from cdk_imported_table.cli import main
from tests.unit.support import JSON, folder, imported, line, staged_files

NO_STAGING = "aws:cdk:disable-asset-staging"


def _named(assembly: Path) -> set[tuple[str, bytes]]:
    """Name and content of each file that a manifest names, or that lies in a folder that it names."""
    (manifest,) = assembly.rglob("*Stack*.assets.json")
    sources = [
        manifest.parent / file["source"]["path"]
        for file in json.loads(manifest.read_text())["files"].values()
    ]
    assert all(source.exists() for source in sources)
    files = [file for source in sources for file in (source.iterdir() if source.is_dir() else [source])]
    return {(file.name, file.read_bytes()) for file in files if file.is_file()}


@pytest.mark.parametrize("place", ["app", "stage"])
@pytest.mark.parametrize(
    ("source", "found"),
    [
        (lambda path: ImportData.from_path(path, input_format=JSON), {"a.json": line("a")}),
        (lambda path: ImportData.from_asset(path, input_format=JSON), {"data.json": line("a")}),
        (lambda _: ImportData.from_items([{"pk": "a"}]), {"items.json": b'{"Item":{"pk":{"S":"a"}}}\n'}),
        (
            lambda path: ImportData.from_path(path, input_format=JSON).frozen(content_hash="0" * 16),
            {"frozen": b""},
        ),
        (
            lambda path: ImportData.from_asset(path, input_format=JSON).frozen(content_hash="0" * 64),
            {"data.json": b""},
        ),
    ],
    ids=["path", "asset", "items", "frozen path", "frozen asset"],
)
def test_what_the_manifest_names_is_there_after_synth(
    tmp_path: Path, source: Callable[[Path], ImportData], found: dict[str, bytes], place: str
) -> None:
    """With the data in it, in the assembly's own folder; a second synth puts its own in the place."""
    path = folder(tmp_path / "data", a__json=line("a"))
    for _ in range(2):
        app = cdk.App(context={NO_STAGING: True}, outdir=str(tmp_path / "out"))
        stack = cdk.Stack(app if place == "app" else cdk.Stage(app, "Stage"), "Stack")
        imported(stack, source(path), on_data_change=OnDataChange.replace())
        app.synth()
        assert _named(tmp_path / "out") & found.items() == found.items()
        (own,) = (tmp_path / "out").glob("imported-table.*")
        assert own.name == f"imported-table.{stack.node.find_child('T').node.addr}"


def test_the_folder_is_gone_where_cdk_copied_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left in the system's temporary folder, nor beside the asset."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    app = cdk.App(outdir=str(tmp_path / "out"))
    stack = cdk.Stack(app, "Stack")
    path = folder(tmp_path / "data", a__json=line("a"))
    imported(stack, ImportData.from_path(path, input_format=JSON))
    assert staged_files(stack) == {"a.json": line("a")}
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not list((tmp_path / "out").glob("imported-table.*"))


def test_data_named_like_a_part_of_the_assembly_is_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check cdk.out` reads it as data: it is no manifest and no template."""
    names = ("manifest.json", "a.template.json", "a.assets.json")
    path = folder(tmp_path / "data", **{name.replace(".", "__"): line(name) for name in names})
    app = cdk.App(context={NO_STAGING: True}, outdir=str(tmp_path / "out"))
    imported(cdk.Stack(app, "Stack"), ImportData.from_path(path, input_format=JSON))
    app.synth()
    assert main(["check", str(tmp_path / "out"), "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert table["imported"] == 3

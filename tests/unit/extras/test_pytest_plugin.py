"""The fixture `imported_tables`: an app's tables in moto, for the unit tests of whoever installed this."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import aws_cdk as cdk
import boto3
import pytest

from cdk_imported_table import ImportData, pytest_plugin
from cdk_imported_table.moto_tables import ImportedTables, in_moto
from tests.unit.support import JSON, folder, imported, line, python
from tests.unit.test_examples import ROOT, synthesized

PLUGIN = "cdk_imported_table.pytest_plugin"


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportedTables]:
    """The fixture itself, which need not be installed to be tested."""
    with in_moto(monkeypatch.setenv, monkeypatch.delenv) as made:
        yield made


@pytest.fixture
def data(tmp_path: Path) -> ImportData:
    """Two items."""
    return ImportData.from_path(folder(tmp_path / "data", a__json=line("a") + line("b")), input_format=JSON)


def pytest_run(cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin: as an installed one where it is installed."""
    installed = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
    return python("-m", "pytest", "-q", *([] if installed else ["-p", PLUGIN]), cwd=cwd)


def test_a_stack_gives_its_tables_with_their_items(tables: ImportedTables, data: ImportData) -> None:
    """The three lines of the documentation: a stack, a table, its items."""
    stack = cdk.Stack(cdk.App(), "Shop")
    imported(stack, data)
    table = tables(stack)["T"]
    assert sorted(item["pk"] for item in table.items()) == ["a", "b"]
    assert table.table.get_item(Key={"pk": "a"})["Item"] == {"pk": "a"}
    assert table.count == 2


def test_code_under_test_reaches_the_same_tables(
    tables: ImportedTables, data: ImportData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client made in the test is moto's, even where the environment names another endpoint or a profile."""
    stack = cdk.Stack(cdk.App(), "Shop")
    imported(stack, data, table_name="events")
    loaded = tables(stack)
    assert loaded["events"].name == "events"
    assert boto3.client("dynamodb").scan(TableName="events")["Count"] == 2
    monkeypatch.undo()


def test_variables_that_lead_elsewhere_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """`AWS_ENDPOINT_URL` would pass moto by, and a profile may not exist where tests run."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with in_moto(monkeypatch.setenv, monkeypatch.delenv):
        assert boto3.client("dynamodb").list_tables()["TableNames"] == []


def test_a_stack_gives_only_its_own_tables_and_an_app_all(tables: ImportedTables, data: ImportData) -> None:
    """A stack object, an app, or a folder with names of stacks."""
    app = cdk.App()
    stacks = [cdk.Stack(app, name) for name in ("Dev", "Prod")]
    for stack in stacks:
        imported(stack, data)
    assert len(tables(stacks[0])) == 1
    loaded = tables(app)
    assert len(loaded) == 2
    assert loaded["Prod/T"].count == 2
    with pytest.raises(KeyError, match="'T' may be any of Dev/T, Prod/T"):
        loaded["T"]
    assert list(tables(Path(app.synth().directory), stacks=["Prod"])) == [loaded["Prod/T"].name]


def test_nothing_is_imported_before_the_fixture_is_used(tmp_path: Path) -> None:
    """Every test session of everybody loads the entry point: it costs no CDK, no Node, no boto3, no moto."""
    code = (
        f"import {PLUGIN}, sys;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'aws_cdk','jsii','boto3','moto'}))"
    )
    assert python("-c", code, cwd=tmp_path).stdout == "[]\n"


def test_the_entry_point_names_the_plugin() -> None:
    """pyproject.toml declares it for pytest."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'cdk-imported-table = "{PLUGIN}"' in text
    assert pytest_plugin.imported_tables is not None


def test_a_folder_is_enough_in_a_project_without_cdk(tmp_path: Path, data: ImportData) -> None:
    """A cloud assembly is read without aws_cdk, in a test that asks for the fixture and nothing else."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    imported(cdk.Stack(app, "Shop"), data)
    app.synth()
    (tmp_path / "test_shop.py").write_text(
        "import sys\n"
        "def test_items(imported_tables):\n"
        "    table = imported_tables('cdk.out')['T'].table\n"
        "    assert table.get_item(Key={'pk': 'a'})['Item'] == {'pk': 'a'}\n"
        "    assert 'aws_cdk' not in sys.modules\n",
        "utf-8",
    )
    done = pytest_run(tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["README.md", "docs/testing.md"])
def test_the_three_lines_of_the_documentation_pass(page: str, tmp_path: Path) -> None:
    """As they stand there, on the assembly of the example that they are about."""
    pytest.importorskip("amazon.ion")
    text = (ROOT / page).read_text("utf-8")
    (snippet,) = (
        part.partition("```")[0] for part in text.split("```python\n") if part.startswith("def test_")
    )
    (tmp_path / "test_docs.py").write_text(snippet, "utf-8")
    assembly = synthesized("ion").directory
    (tmp_path / "cdk.out").symlink_to(assembly)
    assert "1 passed" in pytest_run(tmp_path).stdout


def test_without_moto_the_extra_is_named(tmp_path: Path) -> None:
    """One sentence in the place of an ImportError."""
    (tmp_path / "test_shop.py").write_text("def test_it(imported_tables): pass\n", "utf-8")
    (tmp_path / "conftest.py").write_text("import sys; sys.modules['moto'] = None\n", "utf-8")
    done = pytest_run(tmp_path)
    assert "imported_tables needs moto: pip install 'cdk-imported-table[testing]'" in done.stdout

"""`explain` and the log of an import that really failed, in a stack that was really rolled back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_imported_table import ImportData, OnDataChange, Preflight
from cdk_imported_table.cli import main
from emulator.local_aws import LocalAws
from tests.integration.conftest import Synth
from tests.integration.stacks import BAD, JSON, deploy, imported, lines, write


@pytest.fixture(autouse=True)
def _account(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The local AWS is the one that the command asks."""
    for name, value in aws.env.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.mark.parametrize("staging", ["from_path", "from_asset"])
def test_a_rolled_back_stack_is_explained(
    staging: str, aws: LocalAws, synth: Synth, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is gone with the stack; the reason is still there, with file, line and rule."""
    data = write(tmp_path / "data", {"a.json": lines("x", "y"), "b.json": lines("z") + BAD})
    policy = OnDataChange.keep() if staging == "from_path" else OnDataChange.replace()
    assembly = synth(
        lambda stack: imported(
            stack,
            getattr(ImportData, staging)(data, input_format=JSON),
            on_data_change=policy,
            preflight=Preflight.OFF,
        )
    )
    assert deploy(aws, assembly, name) == "ROLLBACK_COMPLETE"

    explain = ["explain", name, "--endpoint-url", aws.url]
    assert main([*explain, "--app", str(assembly)]) == 1
    out = capsys.readouterr().out
    assert "CloudFormation: Table" in out
    assert "ItemValidationError" in out
    # In the user's own file, though from_asset has merged both into one.
    assert (
        f"\n{data / 'b.json'}:3: One or more parameter values were invalid: Missing the key pk in the item"
        in out
    )
    assert "[key-missing, rule 4.1]" in out

    assert main([*explain, "--data", str(data), "--json"]) == 1
    (one,) = json.loads(capsys.readouterr().out)["imports"]
    (record,) = one["records"]
    assert (record["file"], record["line"]) == (str(data / "b.json"), 3)
    assert one["errors"] == 1


def test_a_good_import_is_explained_too(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its stack, by its table and by its ARN: counters, and exit code 0."""
    data = write(tmp_path / "data", {"a.json": lines("x", "y")})
    assembly = synth(
        lambda stack: imported(stack, ImportData.from_path(data, input_format=JSON), table_name=f"{name}-t")
    )
    assert deploy(aws, assembly, name) == "CREATE_COMPLETE"
    arn = ""
    for target in (name, f"{name}-t", "ARN"):
        assert main(["explain", arn or target, "--endpoint-url", aws.url, "--wait"]) == 0
        out = capsys.readouterr().out
        assert "COMPLETED" in out
        assert "processed 2, imported 2, errors 0" in out
        if target != name:
            arn = next(text.strip() for text in out.splitlines() if text.strip().startswith("arn:"))

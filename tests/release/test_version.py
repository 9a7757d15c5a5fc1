"""The version that the command line names."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from cdk_imported_table.cli import main


def test_version_is_that_of_the_installed_package(capsys: pytest.CaptureFixture[str]) -> None:
    """For reports of mistakes."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cdk-imported-table {version('cdk-imported-table')}\n"

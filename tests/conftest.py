"""What the tests leave behind: nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Give CDK's kernel, and what the tests start, a temporary folder that goes with the session."""
    tempfile.gettempdir()  # this process keeps its own: pytest shows there what failed
    folder = Path(tempfile.mkdtemp(prefix="cdk-imported-table-"))
    config.stash[_FOLDER] = folder
    os.environ.update({name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")})


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove it; on Windows, what a process still holds stays."""
    shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)


@pytest.fixture(autouse=True)
def no_assembly_left(pytestconfig: pytest.Config) -> Iterator[None]:
    """Remove the assemblies of tests that named no folder: 20 MB each, thousands of them."""
    yield
    for assembly in pytestconfig.stash[_FOLDER].glob("cdk.out*"):
        shutil.rmtree(assembly, ignore_errors=True)

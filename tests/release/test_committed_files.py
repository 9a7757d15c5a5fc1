"""What is committed holds true on every machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from environments import ROOT

# Written in two parts, so that this file does not name them.
REGISTRIES = [
    "pypi." + "org",
    "pythonhosted." + "org",
    "registry.npmjs." + "org",
    "registry.yarnpkg." + "com",
]
# The home of a user, on the systems that people develop on.
HOMES = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w|[A-Z]:\\+Users")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every committed text file."""
    command = ["git", "ls-files", "-z", "--cached"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    paths = [ROOT / name for name in listed if name]
    return {str(path.relative_to(ROOT)): text for path in paths if (text := _text(path)) is not None}


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8") if path.is_file() else None
    except UnicodeDecodeError:
        return None


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    """Where packages come from is the machine's affair: a lock or a link with a host would override it."""
    assert [(name, host) for name, text in texts.items() for host in REGISTRIES if host in text] == []


def test_no_file_names_a_place_on_one_machine(texts: dict[str, str]) -> None:
    """No absolute path of whoever wrote a file is in it."""
    assert [(name, found[0]) for name, text in texts.items() if (found := HOMES.search(text))] == []


def test_text_has_unix_line_ends(texts: dict[str, str]) -> None:
    """Line ends are LF in the repository, so that a checkout gives every system the same data."""
    assert [name for name in texts if b"\r\n" in (ROOT / name).read_bytes()] == []


def test_workflow_tests_every_python_that_the_package_claims(texts: dict[str, str]) -> None:
    """The classifiers and the build workflow name the same versions of Python."""
    classifiers = tomllib.loads(texts["pyproject.toml"])["project"]["classifiers"]
    claimed = [found[1] for line in classifiers if (found := re.search(r"Python :: (3\.\d+)$", line))]
    matrix = ", ".join(f'"{version}"' for version in claimed)
    assert f"python: [{matrix}]" in texts[".github/workflows/build.yml"]


def test_actions_are_pinned_by_version(texts: dict[str, str]) -> None:
    """Every action of a workflow names a full version."""
    workflows = "\n".join(text for name, text in texts.items() if name.startswith(".github/workflows/"))
    used = re.findall(r"uses: ([^.\s]\S*)", workflows)
    assert used
    assert [action for action in used if not re.search(r"@v\d+\.\d+\.\d+$", action)] == []

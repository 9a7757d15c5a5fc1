"""The documentation names commands, options and extras that exist, and all of them."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk_imported_table.cli import main, parser
from tests.unit.test_examples import EXAMPLES, ROOT

PROGRAM = "cdk-imported-table"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted(EXAMPLES.rglob("*.md"))]
OWN_PAGES = {"testing.md": "load", "permissions.md": "permissions", "explain.md": "explain"}
OTHERS_OPTIONS = {"--cloudformation-execution-policies"}


def names(pages: list[Path]) -> list[str]:
    """How pages are called in the names of tests."""
    return [page.relative_to(ROOT).as_posix() for page in pages]


def commands() -> dict[str, argparse.ArgumentParser]:
    """The commands that there are."""
    (action,) = (one for one in parser()._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001
    return dict(action.choices)


def blocks(page: Path) -> Iterator[str]:
    """What a page shows set off from its text."""
    yield from re.findall(r"^```\w*\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def shown(page: Path) -> list[str]:
    """The calls of this program that a page shows, as one types them."""
    lines = [
        line.removeprefix("$ ").partition(" | ")[0] for block in blocks(page) for line in block.splitlines()
    ]
    return [line for line in lines if line.startswith(f"{PROGRAM} ")]


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_command_that_is_shown_is_understood(page: Path) -> None:
    """With its options and arguments: the parser takes it."""
    for line in shown(page):
        parser().parse_args(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_command_and_extra_in_the_text_exists(page: Path) -> None:
    """In prose, too."""
    text = page.read_text("utf-8")
    assert set(re.findall(rf"`{PROGRAM} ([a-z]+)", text)) <= set(commands())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name for given in re.findall(rf"{PROGRAM}\[([\w,-]+)\]", text) for name in given.split(",")}
    assert extras <= set(project["optional-dependencies"])


@pytest.mark.parametrize("page", OWN_PAGES)
def test_a_commands_own_page_has_its_options_and_no_others(page: str) -> None:
    """Those that argparse knows are those that are described."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    described = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - OTHERS_OPTIONS
    there = set(commands()[OWN_PAGES[page]]._option_string_actions) - {"-h", "--help"}  # noqa: SLF001
    assert described == there


def test_the_readme_shows_every_command_and_links_every_page() -> None:
    """Nothing is to be found by chance."""
    readme = ROOT / "README.md"
    assert {line.split()[1] for line in shown(readme)} == set(commands())
    text = readme.read_text("utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in text] == []


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_describes_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` says what the exit codes mean, if there is more than one."""
    assert main([command, "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"usage: {PROGRAM} {command}" in out
    assert "Exit code 0:" in out

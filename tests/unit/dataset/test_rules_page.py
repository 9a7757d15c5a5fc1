"""docs/rules.md, and the same rules on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cdk_imported_table.cli import main
from cdk_imported_table.dataset.rules import RULES
from cdk_imported_table.dataset.rules.service import SERVICE_RULES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")
NUMBER = r"[1-8]\.[0-9]{1,2}"
MENTION = re.compile(rf"\brules? ({NUMBER}(?:(?:, | and | to )(?:rule )?{NUMBER})*)")
FOLDERS = ("src", "docs", "examples", "emulator", "README.md", "API.md", "CHANGELOG.md")


def _mentions() -> dict[str, set[str]]:
    """Every number of a rule that the project speaks of, and where it does."""
    found: dict[str, set[str]] = {}
    for name in FOLDERS:
        below = ROOT / name
        for path in [below] if below.is_file() else sorted(below.rglob("*")):
            if path.suffix not in (".py", ".md", ".txt") or "node_modules" in path.parts:
                continue
            if path == ROOT / "docs" / "rules.md":
                continue
            for match in MENTION.finditer(path.read_text("utf-8")):
                for number in re.findall(NUMBER, match[1]):
                    found.setdefault(number, set()).add(str(path.relative_to(ROOT)))
    return found


def test_every_rule_that_is_spoken_of_is_on_the_page() -> None:
    """A number in a message, a docstring or a document leads to an entry."""
    mentions = _mentions()
    known = {rule.section for rule in RULES.values()} | {rule.section for rule in SERVICE_RULES}
    assert len(mentions) > 20
    assert {number: places for number, places in mentions.items() if number not in known} == {}
    for number in sorted(mentions):
        assert re.search(rf"\brule {re.escape(number)},|</a>{re.escape(number)} \|", PAGE), number


def test_every_finding_has_an_anchor_on_the_page() -> None:
    """`docs/rules.md#key-missing` is where the finding [key-missing] is explained."""
    headings = re.findall("^### (.+)$", PAGE, re.MULTILINE)
    assert sorted(headings) == sorted(RULES)
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= {*headings, *re.findall('<a id="([^"]+)">', PAGE)}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_entry_says_what_why_how_to_mend_it_and_how_sure_it_is(rule: str) -> None:
    """Together with its source, and an example on either side."""
    entry = PAGE.split(f"\n### {rule}\n")[1].split("\n### ")[0]
    described = RULES[rule]
    for text in (described.why, described.mend, described.confidence.value, "Source: ", "Keeps it"):
        assert text in entry
    assert described.title[1:] in entry
    assert ("Breaks it" in entry) == (described.bad != described.good)


@pytest.mark.parametrize("asked", ["key-missing", "4.1", "rule 4.1"])
def test_the_command_line_explains_a_rule_without_the_page(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever installed the package has no docs folder."""
    assert main(["check", "--explain", asked]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        "key-missing (rule 4.1, error: the item is skipped, confidence high): every item has"
    )
    assert '{"Item":{"PK":{"S":"a"}}}' in printed
    assert "what to do: give the item its key" in printed


def test_a_number_explains_rules_of_the_service_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Docstrings and errors name rules that no finding has."""
    assert main(["check", "--explain", "6.8"]) == 0
    assert "Every part of the import property is create-only" in capsys.readouterr().out


def test_an_unknown_rule_is_wrong_use_and_the_nearest_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and no traceback."""
    assert main(["check", "--explain", "key-mising"]) == 2
    assert "there is no rule 'key-mising'; did you mean key-missing" in capsys.readouterr().err


def test_examples_on_the_page_hide_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be seen is named, and what is long is cut with its length."""
    for rule, text in (
        ("crlf", "}␍"),
        ("byte-order-mark", "⟨byte order mark⟩{"),
        ("invalid-utf8", "\\xe9"),
        ("key-length", "(2,049 times 'x')"),
        ("broken-archive", "(bytes) 1f 8b"),
    ):
        assert main(["check", "--explain", rule]) == 0
        assert text in capsys.readouterr().out
        assert text in PAGE
    assert max(map(len, PAGE.splitlines())) < 2000

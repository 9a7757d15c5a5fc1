"""Write docs/rules.md: every rule that this library goes by, from the code that applies it.

With --check nothing is written; the exit code is 1 when docs/rules.md is not what the rules give.
"""

from __future__ import annotations

import sys
from collections import defaultdict

from cdk_imported_table.dataset.rules import RULES, Example, Rule, Severity
from cdk_imported_table.dataset.rules.explain import heading, options, shown
from cdk_imported_table.dataset.rules.service import SERVICE_RULES
from generated import ROOT, write_or_check

TARGET = ROOT / "docs" / "rules.md"

INTRODUCTION = """\
# The rules

<!-- Written by scripts/rules_page.py from the rules themselves. Change those, and run './dev docs'. -->

What DynamoDB's import from S3 takes and what it refuses, as far as it is known. Every finding of the check
names its rule by an id, as in `[key-missing]`; docstrings and other messages name rules by numbers, as in
"rule 4.1". `cdk-imported-table check --explain key-missing` (or `--explain 4.1`) prints the same text.

- **error**: the import fails. DynamoDB counts the bad record, imports what it can, ends as `FAILED`, and
  CloudFormation rolls the stack back.
- **warning**: no source says what happens, or something happens that nobody means. Each can be acknowledged:
  `Annotations.of(table).acknowledge_warning("cdk-imported-table:duplicate-key")`.
- **confidence**: *high* is documented by AWS or measured against the service; *medium* is one indirect
  measurement, or what was measured for `PutItem`, by whose rules imports are validated; *low* is an
  inference; *unknown* means that no source settles it, and then the cautious side is taken, as a warning.

Examples are whole files, checked with `--partition-key pk:S` and the options that stand beside them. Nothing
here was run against AWS by this project: the sources are AWS's documentation and published measurements.
"""

CHAPTERS = {
    "1": "Files and compression",
    "2": "DynamoDB JSON",
    "3": "CSV",
    "4": "Keys, indexes, sizes",
    "5": "Results and logs",
    "6": "Quotas, tables, CloudFormation",
    "7": "Permissions",
    "8": "Amazon Ion",
    "T": "Time to live",
    "conversion": "Conversion to DynamoDB JSON",
}


def contents() -> str:
    """A table of all numbers and ids, by chapter."""
    lines = []
    for chapter, title in CHAPTERS.items():
        entries: dict[str, list[str]] = defaultdict(list)
        for rule in RULES.values():
            if rule.section.startswith(chapter):
                entries[rule.section].append(f"[`{rule.id}`](#{rule.id})")
        for fact in SERVICE_RULES:
            if fact.section.startswith(chapter):
                entries[fact.section].append(f"[about the service](#{anchor(fact.section)})")
        rows = (
            f"{number} {', '.join(links)}" if number[0].isdigit() else ", ".join(links)
            for number, links in sorted(entries.items(), key=lambda entry: order(entry[0]))
        )
        lines.append(f"- **{title}**: {'; '.join(rows)}\n")
    return "".join(lines)


def order(section: str) -> tuple[int, ...]:
    """Sorts 2.10 behind 2.9."""
    return tuple(int(part) for part in section.split(".")) if section[0].isdigit() else (99,)


def anchor(section: str) -> str:
    """The anchor of a rule about the service."""
    return f"rule-{section.replace('.', '-')}"


def entry(rule: Rule) -> str:
    """Everything about one rule of the check."""
    example = "" if rule.bad == rule.good else f"{block('Breaks it', rule.bad)}\n"
    words = f"DynamoDB's words: `{rule.words}`\n\n" if rule.words else ""
    return f"""\
### {rule.id}

*{heading(rule)}.* **{capital(rule.title)}.**

{rule.why}

{words}{example}{block("Keeps it", rule.good)}
What to do: {rule.mend}. Source: {source(rule.source)}.
"""


def block(title: str, example: Example) -> str:
    """A small file, and how it is checked."""
    given = options(example)
    return f"{title}{f' (`{given}`)' if given else ''}:\n\n```text\n{shown(example.data)}\n```\n"


def source(text: str) -> str:
    """Where a rule comes from, said as part of a sentence."""
    return "none that says it" if text == "none" else text


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def facts(chapter: str) -> str:
    """The rules about the service of a chapter, as a table."""
    rows = [
        f'| <a id="{anchor(fact.section)}"></a>{fact.section} '
        f"| {cell(fact.text)} | {cell(fact.what_follows)} | {cell(fact.source)} | {fact.confidence.value} |\n"
        for fact in sorted(SERVICE_RULES, key=lambda fact: order(fact.section))
        if fact.section.startswith(chapter)
    ]
    head = "| rule | about the service | what follows here | source | confidence |\n|---|---|---|---|---|\n"
    return f"{head}{''.join(rows)}" if rows else ""


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|")


def render() -> str:
    """The whole page."""
    errors = sum(rule.severity is Severity.ERROR for rule in RULES.values())
    parts = [
        INTRODUCTION,
        f"The check has {len(RULES)} rules, of which {errors} are errors.\n",
        contents(),
    ]
    for chapter, title in CHAPTERS.items():
        rules = sorted(
            (rule for rule in RULES.values() if rule.section.startswith(chapter)),
            key=lambda rule: order(rule.section),
        )
        parts += [f"## {title}\n", *filter(None, [facts(chapter)]), *map(entry, rules)]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(write_or_check(__doc__, lambda: {TARGET: render()}))

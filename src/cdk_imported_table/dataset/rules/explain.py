"""A rule in words: for `cdk-imported-table check --explain RULE`, and for docs/rules.md."""

from __future__ import annotations

import difflib
import re
import textwrap
from typing import Final

from . import RULES
from .rule import Effect, Example, Rule, Severity
from .service import SERVICE_RULES, ServiceRule

_NUMBER: Final = re.compile(r"(?:rule )?([0-9]+\.[0-9]+)")
_RUN: Final = re.compile(r"(.)\1{40,}")
_MOST_BYTES: Final = 40
_NAMES: Final = {"\r": "␍", "\ufeff": "⟨byte order mark⟩"}
_WIDTH: Final = 100
_CONSEQUENCES: Final = {
    (Severity.ERROR, Effect.PARSE): "error: the rest of the object is skipped",
    (Severity.ERROR, Effect.ITEM): "error: the item is skipped",
    (Severity.ERROR, Effect.CONVERSION): "error: it cannot be converted",
    (Severity.ERROR, Effect.NOTHING): "error",
    (Severity.WARNING, Effect.NOTHING): "warning",
}


def explain(asked: str) -> str:
    """Return all that is known of a rule.

    Args:
        asked: The id of a finding (`key-missing`), or a number as messages have it (`4.1`, `rule 4.1`).

    Raises:
        ValueError: If there is no such rule; it names the nearest.
    """
    if asked in RULES:
        return _rule(RULES[asked])
    number = _NUMBER.fullmatch(asked.strip())
    if number is not None:
        found = [_rule(rule) for rule in RULES.values() if rule.section == number[1]]
        found += [_service_rule(rule) for rule in SERVICE_RULES if rule.section == number[1]]
        if found:
            return "\n\n".join(found)
    near = difflib.get_close_matches(asked, RULES, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "each finding has its rule in brackets"
    raise ValueError(f"there is no rule {asked!r}; {hint}")


def heading(rule: Rule) -> str:
    """Return the number of a rule, if it has one, and what breaking it leads to."""
    number = f"rule {rule.section}, " if rule.section[0].isdigit() else ""
    return f"{number}{_CONSEQUENCES[rule.severity, rule.effect]}, confidence {rule.confidence.value}"


def options(example: Example) -> str:
    """Return how an example is checked, beside the partition key `pk`, a string."""
    return " ".join(
        [*([f"--format {example.format}"] if example.format != "dynamodb-json" else []), *example.options]
    )


def shown(data: bytes) -> str:
    """Return an example as one can read it: what cannot be seen is named, what is long is cut."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        if b"\n" not in data:
            cut = "…" if len(data) > _MOST_BYTES else ""
            return f"(bytes) {data[:_MOST_BYTES].hex(' ')}{cut}"
        text = data.decode(errors="backslashreplace")
    for character, name in _NAMES.items():
        text = text.replace(character, name)
    text = _RUN.sub(lambda run: f"{run[1] * 8}…({len(run[0]):,} times {run[1]!r})", text)
    return text.removesuffix("\n") or "(an empty line)"


def _rule(rule: Rule) -> str:
    lines = [f"{rule.id} ({heading(rule)}): {rule.title}"]
    lines += _paragraph("why", rule.why)
    if rule.words:
        lines += _paragraph("DynamoDB says", rule.words)
    else:
        lines += _paragraph("a finding says", rule.fault)
    if rule.bad != rule.good:
        lines += _example("breaks it", rule.bad)
    lines += _example("keeps it", rule.good)
    lines += _paragraph("what to do", rule.mend)
    lines += _paragraph("source", rule.source)
    return "\n".join(lines)


def _service_rule(rule: ServiceRule) -> str:
    lines = [f"rule {rule.section} (about the service, confidence {rule.confidence.value}): {rule.text}"]
    lines += _paragraph("what follows", rule.what_follows)
    lines += _paragraph("source", rule.source)
    return "\n".join(lines)


def _paragraph(title: str, text: str) -> list[str]:
    return textwrap.wrap(f"{title}: {text}", _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _example(title: str, example: Example) -> list[str]:
    given = options(example)
    return [
        f"  {title} (with {given}):" if given else f"  {title}:",
        *(f"    {line}" for line in shown(example.data).split("\n")),
    ]

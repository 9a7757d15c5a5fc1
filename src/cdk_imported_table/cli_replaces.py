"""`cdk-imported-table replaces`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .cli_output import printable
from .dataset.errors import DataError
from .replacement.advice import refusal, what_comes_instead, what_happens_to_the_data, what_to_do
from .replacement.compare import Endangered, endangered
from .replacement.deployed import load_deployed
from .replacement.templates import Found, StackTemplate, load
from .replacement.values import Value


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse hides its class
    """Add the command and its options."""
    parser = commands.add_parser(
        "replaces",
        usage="%(prog)s [options] OLD NEW\n       %(prog)s [options] NEW --stack NAME",
        help="say which imported tables a deploy would replace, and what happens to their data",
        description="Compare two templates, or two cloud assemblies (cdk.out), or one with what is deployed,"
        " and name each table with an import that a deploy of NEW over OLD would replace or take away."
        " Exit code 0: none; 1: some; 2: wrong use.",
    )
    parser.add_argument(
        "paths", nargs="+", metavar="OLD NEW", help="each a template (JSON, YAML) or a cdk.out"
    )
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="with OLD and NEW: this stack only; with NEW alone: OLD is the template of this deployed stack",
    )
    parser.add_argument("--region", help="where the deployed stack is")
    parser.add_argument("--profile", help="the credentials to ask for the deployed stack with")
    parser.add_argument("--json", action="store_true", help="print the answer for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    old, new = _sides(options)
    pairs = list(_pairs(old, new, options.stack))
    tables = [table for pair in pairs for table in endangered(*pair)]
    unread = sorted({name for pair in pairs for stack in pair for name in _unread(stack)})
    if options.json:
        answer = {"tables": [_as_dict(table) for table in tables], "not_compared": unread}
        print(json.dumps(answer, indent=2))
        return 1 if tables else 0
    for name in unread:
        print(f"not compared: the template of the nested stack {name} is not there", file=sys.stderr)
    for table in tables:
        for line in _lines(table):
            print(printable(line))
        print()
    compared = ", ".join(dict.fromkeys(stack.name for stack, _ in pairs))
    if tables:
        print(f"{len(tables)} imported {'table' if len(tables) == 1 else 'tables'} in danger (in {compared})")
    else:
        print(f"no imported table would be replaced (in {compared})")
    return 1 if tables else 0


def _sides(options: argparse.Namespace) -> tuple[Found, Found]:
    if len(options.paths) == 2:
        return load(Path(options.paths[0])), load(Path(options.paths[1]))
    if len(options.paths) == 1 and options.stack:
        new = load(Path(options.paths[0]))
        return load_deployed(options.stack, region=options.region, profile=options.profile), new
    raise DataError("give OLD and NEW, or NEW and --stack NAME to compare it with what is deployed")


def _pairs(old: Found, new: Found, only: str | None) -> Iterator[tuple[StackTemplate, StackTemplate]]:
    """Which stack of NEW is deployed over which of OLD: the one of its name, and of its environment."""
    before, after = _chosen(old, only), _chosen(new, only)
    if len(before) == len(after) == 1 and (_is_file(old) or _is_file(new)):
        yield next(iter(before.values())), next(iter(after.values()))
        return
    matched = False
    for (name, environment), stack in before.items():
        named = {key: one for key, one in after.items() if key[0] == name}
        exact = named.get((name, environment))
        found = [exact] if exact else list(named.values())
        if len(found) > 1:
            raise DataError(f"{new.origin} has several stacks {name!r}: compare their templates one by one")
        if found:
            matched = True
            yield stack, found[0]
        elif any(True for _ in endangered(stack, None)):
            print(f"{name} is not in {new.origin}: a deploy leaves it as it is", file=sys.stderr)
    if not matched:
        raise DataError(
            f"no stack is on both sides: {old.origin} has {_names(old)}, {new.origin} has {_names(new)};"
            " name one with --stack to compare it with a single template"
        )


def _chosen(side: Found, only: str | None) -> dict[tuple[str, str], StackTemplate]:
    """The stacks that were asked for. A single template has no name to go by."""
    if only is None or _is_file(side):
        return side.stacks
    chosen = {key: stack for key, stack in side.stacks.items() if key[0] == only}
    if not chosen:
        raise DataError(f"there is no stack {only!r} in {side.origin}; it has {_names(side)}")
    return chosen


def _is_file(side: Found) -> bool:
    return all(environment == "" for _, environment in side.stacks)


def _names(side: Found) -> str:
    return ", ".join(sorted({repr(name) for name, _ in side.stacks})) or "none"


def _unread(stack: StackTemplate) -> Iterator[str]:
    yield from (f"{stack.name}/{logical_id}" for logical_id in stack.unread)
    for nested in stack.nested.values():
        yield from _unread(nested)


def _lines(table: Endangered) -> Iterator[str]:
    refused = refusal(table)
    construct = f" ({table.construct})" if table.construct else ""
    verdict = "the deploy FAILS" if refused else f"would be {table.fate.value.upper()}"
    yield f"{table.stack}: {table.logical_id}{construct}: {verdict}"
    for change in table.changes:
        yield f"    {change.path}: {_shown(change.old)} -> {_shown(change.new)}"
    if refused:
        yield f"    why: {refused}"
    yield f"    data: {what_happens_to_the_data(table)}"
    instead = what_comes_instead(table)
    if instead:
        yield f"    then: {instead}"
    for advice in what_to_do(table):
        yield f"    what to do: {advice}"


def _shown(value: Value) -> str:
    return "(none)" if value is None else json.dumps(value)


def _as_dict(table: Endangered) -> dict[str, Any]:
    return {
        "stack": table.stack,
        "logical_id": table.logical_id,
        "construct": table.construct,
        "fate": table.fate.value,
        "changes": [{"path": one.path, "old": one.old, "new": one.new} for one in table.changes],
        "refused": refusal(table),
        "data": what_happens_to_the_data(table),
        "instead": what_comes_instead(table),
        "what_to_do": what_to_do(table),
    }

"""Deploy an example to an AWS on this machine with the real CDK CLI, show what came of it, and remove it.

python scripts/demo.py [NAME] [--data FOLDER] [--all]
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import signal
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdk_imported_table.dataset import checker
from cdk_imported_table.dataset.errors import DataError
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.rules import Severity
from cdk_imported_table.dataset.schema import Key, TableSchema
from emulator.local_aws import Item, LocalAws, LocalAwsError

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FIRST = "customer_events"
SCHEMA_OF_FIRST = TableSchema(Key("PK", "S"), Key("SK", "S"))

# Ctrl-C, a plain end (of a CI job, say), and the terminal that is closed.
ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

# All rows of a table are shown up to this many, and some of a larger one: fewer if they are long.
ALL_ROWS, SOME_ROWS, SOME_LONG_ROWS = 25, 10, 5
SOME_FINDINGS = 5
# What is longer than about two lines has each of its attributes on a line of its own.
LONG = 200

# Not a terminal (a log, a pipe): wide enough to read.
console = Console(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


def main() -> None:
    """Run the demo that the command line asks for."""
    try:
        end_cleanly()
        arguments = parse(sys.argv[1:])
        if arguments.data:
            check(arguments.data)
        context = {"data": str(arguments.data)} if arguments.data else {}
        demonstrate(EXAMPLES / arguments.name, context, whole=arguments.all)
    except LocalAwsError as error:
        # The CLI's output has been shown already, while it ran.
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        print(
            "demo: interrupted; the local AWS is stopped, and everything that was deployed to it is gone",
            file=sys.stderr,
        )
        sys.exit(130)


def end_cleanly() -> None:
    """Have the first signal to end stop the demo, and no second one disturb it while it cleans up."""
    for end in ENDS:
        if signal.getsignal(end) is not signal.SIG_IGN:  # as under nohup
            signal.signal(end, interrupt)
    if os.name == "posix":  # `./dev` holds Ctrl-C back until somebody is here to take it
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def interrupt(*_: object) -> NoReturn:
    """Stop what goes on, once."""
    for end in ENDS:
        signal.signal(end, lambda *_: None)
    raise KeyboardInterrupt


def parse(command_line: list[str]) -> argparse.Namespace:
    """Return the example's name and, made absolute, the folder of data."""
    names = sorted(config.parent.name for config in EXAMPLES.glob("*/cdk.json"))
    parser = argparse.ArgumentParser(
        prog="./dev demo", description="Deploy an example to an AWS on this machine."
    )
    parser.add_argument(
        "name", nargs="?", default=FIRST, help=f"one of: {', '.join(names)} (default: {FIRST})"
    )
    parser.add_argument("--data", metavar="FOLDER", help=f"other data for {FIRST}")
    parser.add_argument("--all", action="store_true", help="show all items of every table, however many")
    arguments = parser.parse_args(command_line)
    arguments.name = arguments.name.rstrip("/" + os.sep)  # which the shell's completion adds
    if arguments.name not in names:
        sys.exit(f"demo: there is no example '{arguments.name}': choose from {', '.join(names)}")
    if arguments.data is not None:
        if arguments.name != FIRST:
            sys.exit(f"demo: --data is for {FIRST} only, not for {arguments.name}")
        if not arguments.data:
            sys.exit("demo: --data is empty: name a file or a folder; the current folder is '.'")
        if not Path(arguments.data).exists():
            sys.exit(f"demo: the data '{arguments.data}' does not exist (looked in {Path.cwd()})")
        arguments.data = Path(arguments.data).resolve()
    if arguments.name == "ion" and find_spec("amazon") is None:
        sys.exit(
            f"demo: amazon.ion, which reads Ion, has no wheel for Python {platform.python_version()}"
            " yet: take an older Python, or another example"
        )
    return arguments


def check(data: Path) -> None:
    """Say what would fail before anything is started: `cdk deploy` says it among the frames of its stack."""
    expected = f"nothing was started: --data takes what {FIRST} does, DynamoDB JSON with the keys PK and SK"
    try:
        sources = collect(data)
        report = checker.check(sources.files, DataFormat("DYNAMODB_JSON"), SCHEMA_OF_FIRST)
    except (DataError, OSError) as error:
        sys.exit(f"demo: {error}; {expected}")
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    for finding in errors[:SOME_FINDINGS]:
        print(finding, file=sys.stderr)
    if errors:
        sys.exit(
            f"demo: the import of '{data}' would fail (errors: {report.error_count}, the first ones above);"
            f" {expected}"
        )


def demonstrate(example: Path, context: dict[str, str], *, whole: bool) -> None:
    """Deploy an example, show it, destroy it; nothing of it is left, whatever happens."""
    console.rule(f"Starting an AWS on this machine for examples/{example.name}")
    with LocalAws() as aws:
        aws.bootstrap()
        before = set(aws.stacks())
        console.rule("cdk deploy")
        aws.deploy(example, context=context, echo=True)
        stacks = [stack for stack in aws.stacks() if stack not in before]
        show_resources(aws, stacks)
        for name, described in tables_of(aws, stacks):
            show_items(name, described, aws.items(name), whole=whole)
        console.rule("cdk destroy")
        aws.destroy(example, context=context, echo=True)
        left = [*(set(aws.stacks()) - before), *aws.tables()]
        if left:
            raise LocalAwsError(f"cdk destroy has left something behind: {', '.join(left)}")
    console.rule("Everything is removed, the local AWS is stopped")


def show_resources(aws: LocalAws, stacks: list[str]) -> None:
    """Print what was deployed."""
    console.print("\nWhat was deployed", style="bold")
    table = Table("Stack", "Resource", "Type")
    for stack in stacks:
        for resource in aws.resources(stack):
            table.add_row(escape(stack), escape(resource["LogicalResourceId"]), resource["ResourceType"])
    console.print(table)


def tables_of(aws: LocalAws, stacks: list[str]) -> Iterable[tuple[str, list[str]]]:
    """Yield each table of the stacks, with the names of its keys."""
    for stack in stacks:
        for resource in aws.resources(stack):
            if resource["ResourceType"] == "AWS::DynamoDB::Table":
                name = resource["PhysicalResourceId"]
                schema = aws.client("dynamodb").describe_table(TableName=name)["Table"]["KeySchema"]
                yield name, [key["AttributeName"] for key in schema]


def show_items(name: str, keys: list[str], items: list[Item], *, whole: bool = False) -> None:
    """Print a table's items, in the order of their keys, and their number."""
    items = sorted(items, key=lambda item: [sortable(item[key]) for key in keys])
    shown = items if whole or len(items) <= ALL_ROWS else spread(items, SOME_ROWS)
    if shown is not items and any(len(plain(others(item, keys))) > LONG for item in shown):
        shown = spread(items, SOME_LONG_ROWS)
    count = "1 item" if len(items) == 1 else f"{len(items)} items"
    console.print(f"\n{escape(name)}: {count}", style="bold")
    table = Table(show_lines=True)
    for key in keys:
        table.add_column(escape(key), overflow="fold")
    table.add_column("Other attributes", overflow="fold")
    for item in shown:
        attributes = others(item, keys)
        apart = "\n" if len(plain(attributes)) > LONG else ", "
        cell = apart.join(f"[bold]{escape(name)}[/bold]: {escape(value)}" for name, value in attributes)
        table.add_row(*(escape(text(item[key])) for key in keys), cell)
    console.print(table)
    if len(shown) < len(items):
        console.print(f"{len(shown)} of the {len(items)} items, from the first to the last; --all shows all")


def spread(items: list[Item], number: int) -> list[Item]:
    """Some of the items, evenly: what is difficult in data seldom stands at its begin."""
    return [items[index * (len(items) - 1) // (number - 1)] for index in range(number)]


def others(item: Item, keys: list[str]) -> list[tuple[str, str]]:
    """The names and readable values of the attributes that are no keys."""
    return [(name, text(value)) for name, value in item.items() if name not in keys]


def plain(attributes: list[tuple[str, str]]) -> str:
    """All on one line."""
    return ", ".join(f"{name}: {value}" for name, value in attributes)


def sortable(value: Item) -> tuple[float, str]:
    """Order numbers as numbers, and everything else as text."""
    return (float(value["N"]), "") if "N" in value else (0.0, text(value))


def text(value: Item) -> str:
    """Return an attribute's value, readable and exact: numbers bare, strings in quotes."""
    ((kind, inner),) = value.items()
    match kind:
        case "N":
            return str(inner)
        case "L":
            return f"[{', '.join(text(member) for member in inner)}]"
        case "M":
            return f"{{{', '.join(f'{name}: {text(member)}' for name, member in inner.items())}}}"
        case "B":
            return f"binary {base64.b64encode(inner).decode()}"
        case "NS":
            return f"set({', '.join(sorted(inner, key=float))})"
        case "SS" | "BS":
            return f"set({', '.join(sorted(text({kind[0]: member}) for member in inner))})"
        case "NULL":
            return "null"
        case _:
            return json.dumps(inner, ensure_ascii=False)


if __name__ == "__main__":
    main()

"""Deploy an example to an AWS on this machine with the real CDK CLI, show what came of it, and remove it.

python scripts/demo.py [NAME] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import base64
import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emulator.local_aws import Item, LocalAws, LocalAwsError

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FIRST = "customer_events"

# All rows of a table are shown up to this many, and some of a larger one: fewer if they are long.
ALL_ROWS, SOME_ROWS, SOME_LONG_ROWS = 25, 10, 5
# What is longer than about two lines has each of its attributes on a line of its own.
LONG = 200

# Not a terminal (a log, a pipe): wide enough to read.
console = Console(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


def main() -> None:
    """Run the demo that the command line asks for."""
    arguments = parse(sys.argv[1:])
    # A plain end (of a CI job, say) shall stop the emulator like Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        demonstrate(EXAMPLES / arguments.name, {"data": str(arguments.data)} if arguments.data else {})
    except LocalAwsError as error:
        # The CLI's output has been shown already, while it ran.
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(
            "demo: interrupted; the local AWS is stopped, and everything that was deployed to it is gone"
        )


def parse(command_line: list[str]) -> argparse.Namespace:
    """Return the example's name and, made absolute, the folder of data."""
    names = sorted(config.parent.name for config in EXAMPLES.glob("*/cdk.json"))
    parser = argparse.ArgumentParser(
        prog="./dev demo", description="Deploy an example to an AWS on this machine."
    )
    parser.add_argument(
        "name", nargs="?", default=FIRST, help=f"one of: {', '.join(names)} (default: {FIRST})"
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help=f"other data for {FIRST}")
    arguments = parser.parse_args(command_line)
    if arguments.name not in names:
        sys.exit(f"demo: there is no example '{arguments.name}': choose from {', '.join(names)}")
    if arguments.data:
        if arguments.name != FIRST:
            sys.exit(f"demo: --data is for {FIRST} only, not for {arguments.name}")
        if not arguments.data.exists():
            sys.exit(f"demo: the data '{arguments.data}' does not exist (looked in {Path.cwd()})")
        arguments.data = arguments.data.resolve()
    return arguments


def demonstrate(example: Path, context: dict[str, str]) -> None:
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
            show_items(name, described, aws.items(name))
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


def show_items(name: str, keys: list[str], items: list[Item]) -> None:
    """Print a table's items, in the order of their keys, and their number."""
    items = sorted(items, key=lambda item: [sortable(item[key]) for key in keys])
    shown = items if len(items) <= ALL_ROWS else spread(items, SOME_ROWS)
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
        console.print(f"{len(shown)} of the {len(items)} items, from the first to the last")


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

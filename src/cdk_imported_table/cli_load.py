"""`cdk-imported-table load`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .aws import client, host_of, is_local, sentences
from .cli_output import Bar, Commands, print_report
from .dataset.app import AppTable, app_tables, find
from .dataset.assembly import Assembly
from .dataset.errors import DataError
from .dataset.report import counted
from .loading import BadDataError, Where, load, opened

BAD_DATA = 1


def add_to(commands: Commands) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "load",
        help="make the tables of a synthesized app in an emulator, and fill them",
        description="Make the tables of a cloud assembly in DynamoDB Local, LocalStack, MiniStack, moto"
        " or dynalite, and"
        " put their data in: emulators ignore the import. May be interrupted and repeated. Exit code 0:"
        " done; 1: the"
        " import would fail, nothing was made; 2: wrong use, or the endpoint refused.",
    )
    parser.add_argument("assembly", metavar="CDK_OUT", help="a cloud assembly (cdk.out)")
    parser.add_argument("--endpoint-url", metavar="URL", required=True, help="http://127.0.0.1:8000")
    parser.add_argument(
        "--stack", metavar="NAME", action="append", default=[], help="this stack only; repeatable"
    )
    parser.add_argument(
        "--table", metavar="NAME", action="append", default=[], help="this table only; repeatable"
    )
    parser.add_argument(
        "--data",
        metavar="TABLE=PATH",
        type=_assignment,
        action="append",
        default=[],
        help="the data of a table that imports what is in S3 already",
    )
    parser.add_argument(
        "--empty", metavar="TABLE", action="append", default=[], help="make this table, and leave it empty"
    )
    parser.add_argument(
        "--recreate", action="store_true", help="delete tables that are there first; on this machine only"
    )
    parser.add_argument("--region", metavar="NAME", help="default: AWS_REGION, or us-east-1 on this machine")
    parser.add_argument("--profile", metavar="NAME", help="default: AWS_PROFILE")
    parser.add_argument("--json", action="store_true", help="print the tables for machines")
    parser.add_argument(
        "--not-local", action="store_true", help="the endpoint is not on this machine; say its host, too"
    )
    parser.add_argument("--confirm-host", metavar="HOST", help="the endpoint's host, said a second time")
    parser.set_defaults(run=_run)


def _assignment(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not name or not equals or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not TABLE=PATH")
    return name, Path(path)


def check_endpoint(options: argparse.Namespace) -> None:
    """Raise `DataError` unless the endpoint is on this machine, or was said twice not to be."""
    url, host = options.endpoint_url, host_of(options.endpoint_url)
    if is_local(url):
        return
    if not options.not_local or (options.confirm_host or "").lower() != host:
        raise DataError(
            f"endpoint {url!r} is not on this machine, and would be written to; if that is what you want,"
            f" say so"
            f" twice: --not-local --confirm-host {host}"
        )
    if options.recreate:
        raise DataError(f"--recreate deletes tables, which is not done at {url!r}: it is not on this machine")


def chosen(options: argparse.Namespace, assembly: Assembly) -> list[AppTable]:
    """Return the tables that were asked for."""
    tables = app_tables(assembly, options.stack)
    if options.table:
        tables = [find(tables, name) for name in options.table]
    if not tables:
        raise DataError(f"{options.assembly!r} has no DynamoDB table; is it a cloud assembly (cdk.out)?")
    return tables


def _run(options: argparse.Namespace) -> int:
    check_endpoint(options)
    assembly = Assembly(Path(options.assembly))
    tables = chosen(options, assembly)
    where = Where(dict(options.data), options.empty)
    dynamodb = client(
        "dynamodb", endpoint_url=options.endpoint_url, region=options.region, profile=options.profile
    )
    try:
        with sentences(), Bar(_size(assembly, tables, where)) as bar:
            counts = load(
                dynamodb,
                assembly,
                tables,
                where,
                recreate=options.recreate,
                progress=bar.advance if bar.shown else None,
            )
    except BadDataError as error:
        print(f"table {error.table.path or error.table.logical_id}: nothing was made\n", file=sys.stderr)
        print_report(error.report, sys.stderr)
        return BAD_DATA
    _print(tables, counts, as_json=options.json)
    return 0


def _size(assembly: Assembly, tables: Sequence[AppTable], where: Where) -> int:
    total = 0
    for table in tables:
        with opened(assembly, table, tables, where) as source:
            total += source.size
    return total


def _print(tables: Sequence[AppTable], counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        found = [
            {
                "table": table.name,
                "stack": table.stack,
                "logical_id": table.logical_id,
                "path": table.path,
                "imported": table.source is not None,
                "items": counts[table.name],
            }
            for table in tables
        ]
        print(json.dumps({"tables": found}, indent=2))
        return
    for table in tables:
        what = (
            counted(counts[table.name], "item") if table.source is not None else "empty, it imports nothing"
        )
        print(f"{table.name}  {what}  ({table.path or table.logical_id})")

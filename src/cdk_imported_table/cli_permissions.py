"""`cdk-imported-table permissions`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .app_permissions import policies
from .cli_output import Commands
from .dataset.app import app_tables
from .dataset.assembly import Assembly
from .dataset.errors import DataError

NOTHING = 1


def add_to(commands: Commands) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "permissions",
        help="print what the deploying role needs for the imports of a synthesized app",
        description="Print, as JSON, an IAM policy for each stack of a cloud assembly: what the role that"
        " CloudFormation deploys with needs for the imports, and nothing else of the stack."
        " Exit code 0: printed; 1: no table is imported; 2: wrong use.",
    )
    parser.add_argument("assembly", metavar="CDK_OUT", help="a cloud assembly (cdk.out)")
    parser.add_argument("--stack", metavar="NAME", help="print this stack's policy alone")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    assembly = Assembly(Path(options.assembly))
    if not (assembly.folder / "manifest.json").is_file():
        raise DataError(f"{options.assembly!r} is no cloud assembly: it has no manifest.json; give cdk.out")
    found = policies(assembly, app_tables(assembly, [options.stack] if options.stack else []))
    if options.stack:
        for document in found.values():
            print(json.dumps(document, indent=2))
    else:
        print(json.dumps(found, indent=2))
    if not found:
        print("no table of this assembly is imported", file=sys.stderr)
        return NOTHING
    return 0

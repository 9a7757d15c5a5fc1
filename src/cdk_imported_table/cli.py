"""The command line: `cdk-imported-table`."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

from . import cli_check, cli_convert, cli_explain, cli_load, cli_permissions, cli_replaces
from .dataset.errors import DataError

FOUND = 1
WRONG_USE = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    whole = argparse.ArgumentParser(
        prog="cdk-imported-table", description="DynamoDB tables that are born full."
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for one in (cli_check, cli_convert, cli_replaces, cli_load, cli_permissions, cli_explain):
        one.add_to(commands)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 clean, 1 errors found, 2 wrong use."""
    with contextlib.suppress(AttributeError, ValueError):  # a character that the terminal lacks
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    command = ""
    try:
        options = parser().parse_args(arguments)
        command = f" {options.command}"
        code = int(options.run(options))
        sys.stdout.flush()
    except SystemExit as stop:
        return int(stop.code or 0)
    except BrokenPipeError:  # whoever read the output has seen enough
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG_USE
    except (DataError, OSError, ValueError) as error:
        print(f"cdk-imported-table{command}: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return WRONG_USE
    return code


if __name__ == "__main__":
    sys.exit(main())

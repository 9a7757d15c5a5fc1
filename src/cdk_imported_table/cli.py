"""The command line: `cdk-imported-table`."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Never

FOUND = 1
WRONG_USE = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        """One sentence: the whole usage before it would hide it."""
        self.exit(WRONG_USE, f"{self.prog}: {message}\nsee {self.prog} --help\n")


class _Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002
        values: object,  # noqa: ARG002
        option: str | None = None,  # noqa: ARG002
    ) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - start-up is felt

        print(parser.prog, version("cdk-imported-table"))
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    # Here, so that an interruption while they are loaded is one, too.
    from . import cli_check, cli_convert, cli_explain, cli_load, cli_permissions, cli_replaces  # noqa: PLC0415

    whole = _Parser(prog="cdk-imported-table", description="DynamoDB tables that are born full.")
    whole.add_argument("--version", action=_Version, nargs=0, help="print the version, and end")
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
        try:
            options = parser().parse_args(arguments)
            command = f" {options.command}"
            code = int(options.run(options))
        except SystemExit as stop:
            code = int(stop.code or 0)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG_USE
    except (OSError, ValueError) as error:  # `DataError` is a `ValueError`
        print(f"cdk-imported-table{command}: {_sentence(error)}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return WRONG_USE
    return code


def _sentence(error: Exception) -> str:
    """What happened, without the number that the system has for it."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    where = "" if error.filename is None else f"{str(error.filename)!r}: "
    return where + error.strerror[:1].lower() + error.strerror[1:]


if __name__ == "__main__":
    sys.exit(main())

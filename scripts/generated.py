"""What the scripts that write files have in common: write them, or check that they are up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


class IncompleteError(Exception):
    """There is not all that is to be written."""


def write_or_check(description: str | None, render: Callable[[], Mapping[Path, str]]) -> int:
    """Write what `render` gives, or with --check say what differs; the exit code."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if a file is not up to date"
    )
    check = parser.parse_args().check
    try:
        wanted = render()
    except IncompleteError as error:
        print(error, file=sys.stderr)
        return 1
    differing = [
        path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text
    ]
    if check and differing:
        names = ", ".join(path.relative_to(ROOT).as_posix() for path in differing)
        script = Path(sys.argv[0]).name
        print(f"{names}: not up to date: run 'python scripts/{script}' and commit it", file=sys.stderr)
        return 1
    for path in differing:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], "utf-8", newline="\n")
    return 0

"""What the measurements share: arguments, a Markdown table, where results are written."""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"


def parser(script: str, description: str | None) -> argparse.ArgumentParser:
    """A parser with `--write`, which every measurement has, so that `./dev bench --write` reaches all."""
    one = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    target = RESULTS / f"{Path(script).stem}.md"
    one.add_argument(
        "--write",
        action="store_true",
        help=f"also write the tables to benchmarks/results/{target.name}, for the documentation",
    )
    return one


@cache
def environment() -> Mapping[str, str]:
    """The variables of a process as a user starts it: modules compiled, as pip does; CDK's own defaults."""
    compileall.compile_dir(ROOT / "src", quiet=1)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDK_")}
    paths = [str(ROOT), str(ROOT / "src"), kept.get("PYTHONPATH", "")]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table that also reads well in a terminal: texts to the left, figures to the right."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    figures = [all(not re.search("[a-z]{2}", cell) for cell in column[1:]) for column in columns]
    aligned = [
        [
            cell.rjust(width) if figure else cell.ljust(width)
            for cell, width, figure in zip(row, widths, figures, strict=True)
        ]
        for row in cells
    ]
    rule = [
        "-" * (width - 1) + (":" if figure else "-") for width, figure in zip(widths, figures, strict=True)
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in [aligned[0], rule, *aligned[1:]])


def versions() -> str:
    """What the figures were made with."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("aws-cdk-lib", "jsii"))
    return f"Python {platform.python_version()}, {packages}"


def machine() -> str:
    """What they were measured on, as far as it matters."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def publish(script: str, text: str, *, write: bool) -> None:
    """Prints the report, and writes it where it was asked for."""
    print(text)
    if write:
        RESULTS.mkdir(exist_ok=True)
        name = Path(script).name
        note = f"<!-- Written by benchmarks/{name}: run './dev bench --write'. -->\n\n"
        (RESULTS / name).with_suffix(".md").write_text(note + text, "utf-8", newline="\n")


def judge(broken: Sequence[str]) -> int:
    """Says which bounds do not hold; the exit code."""
    for sentence in broken:
        print(f"not held: {sentence}", file=sys.stderr)
    if not broken:
        print("All bounds hold.")
    return 1 if broken else 0

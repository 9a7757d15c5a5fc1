"""One app in one process, as `cdk synth` starts it: WAY (imported or handwritten), STAGING, DATA, OUT."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from aws_cdk import App, Stack

from benchmarks.stacks import data


def synth(way: str, staging: str, root: Path, out: Path) -> None:
    """Writes the cloud assembly of one stack into `out`."""
    app = App(outdir=str(out))
    # Imported here, and one of them only: what a way imports is a part of its cost.
    getattr(import_module(f"benchmarks.stacks.{way}"), staging)(Stack(app, "Stack"), data.at(root))
    app.synth()


if __name__ == "__main__":
    synth(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))

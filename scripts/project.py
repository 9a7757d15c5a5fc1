"""Write the generated project files (pyproject.toml, .gitignore, ...) from .projenrc.py.

With --check nothing is written; the exit code is 1 when a file differs, and the message names it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = ".projenrc.py"
MANIFEST = ".projen/files.json"


def generate(folder: Path) -> None:
    """Run the project's definition in `folder`: projen writes into the current folder."""
    subprocess.run([sys.executable, DEFINITION], cwd=folder, check=True)


def stale_files() -> list[str]:
    """Names of the generated files that differ from what the definition gives now."""
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary)
        shutil.copy(ROOT / DEFINITION, fresh / DEFINITION)
        generate(fresh)
        names = [*json.loads((fresh / MANIFEST).read_text("utf-8"))["files"], MANIFEST]
        return [name for name in names if not _same_text(fresh / name, ROOT / name)]


def _same_text(one: Path, other: Path) -> bool:
    # Text mode: a checkout with CRLF is not a difference.
    return other.exists() and one.read_text("utf-8") == other.read_text("utf-8")


def main() -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a file differs")
    if not parser.parse_args().check:
        generate(ROOT)
        return 0
    if stale := stale_files():
        names = ", ".join(stale)
        print(f"not what {DEFINITION} gives: {names}; run 'python scripts/project.py'", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

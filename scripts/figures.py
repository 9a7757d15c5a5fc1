"""Put the tables of benchmarks/results/ into README.md and docs/, between the markers that name them.

With --check nothing is written; the exit code is 1 when a page says something else than the results.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RESULTS = ROOT / "benchmarks" / "results"
MARKED = re.compile(r"(<!-- benchmarks:(\w+) -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with the results that are there now."""

    def fill(match: re.Match[str]) -> str:
        result = (RESULTS / f"{match[2]}.md").read_text("utf-8")
        return f"{match[1]}\n{result.split('-->', 1)[1].strip()}\n\n{match[3]}"

    return MARKED.sub(fill, text)


def main() -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page differs")
    check = parser.parse_args().check
    texts = {page: page.read_text("utf-8") for page in PAGES}
    wanted = {page: filled(text) for page, text in texts.items()}
    differing = [page for page in PAGES if texts[page] != wanted[page]]
    if check and differing:
        names = ", ".join(page.name for page in differing)
        print(f"{names}: not as benchmarks/results/ say: run 'python scripts/figures.py'", file=sys.stderr)
        return 1
    for page in differing:
        page.write_text(wanted[page], "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Put the tables of benchmarks/results/ into README.md and docs/, between the markers that name them.

With --check nothing is written; the exit code is 1 when a page says something else than the results.
"""

from __future__ import annotations

import re
import sys

from generated import ROOT, write_or_check

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RESULTS = ROOT / "benchmarks" / "results"
MARKED = re.compile(r"(<!-- benchmarks:(\w+) -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with the results that are there now."""

    def fill(match: re.Match[str]) -> str:
        result = (RESULTS / f"{match[2]}.md").read_text("utf-8")
        return f"{match[1]}\n{result.split('-->', 1)[1].strip()}\n\n{match[3]}"

    return MARKED.sub(fill, text)


if __name__ == "__main__":
    sys.exit(write_or_check(__doc__, lambda: {page: filled(page.read_text("utf-8")) for page in PAGES}))

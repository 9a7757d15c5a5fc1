"""What `pip install cdk-imported-table` brings: the size of each dependency, and who else would bring it.

Everything that comes along with aws-cdk-lib is in a CDK app already; the bound, judged here (exit code 1), is
that the core adds at most two packages with compiled code to it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from benchmarks import _report

COMPILED: Final = (".so", ".pyd", ".dylib")
MOST_COMPILED: Final = 2
CDK: Final = "aws-cdk-lib"


def main() -> int:
    """Measure, print, judge; the exit code."""
    arguments = _report.parser(__file__, __doc__).parse_args()
    project = tomllib.loads((_report.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with_cdk = closure([CDK])
    rows, compiled = [], []
    wanted = dict.fromkeys(names(project["dependencies"]), "core")
    for extra, requirements in project["optional-dependencies"].items():
        for name in names(requirements):
            wanted.setdefault(name, f"extra `{extra}`")
    for name, part in wanted.items():
        try:
            size, is_compiled = measured(name)
        except PackageNotFoundError:  # in newer Pythons' standard library, or an extra that is not here
            rows.append([f"`{name}`", part, "not installed here", "-"])
            continue
        if part == "core" and is_compiled and name not in with_cdk:
            compiled.append(name)
        rows.append(
            [f"`{name}`", part, "comes with CDK" if name in with_cdk else "is added", f"{size / 1e6:.1f} MB"]
        )
    head = ["package", "needed for", "in a CDK app", "installed"]
    text = f"{_report.versions()}.\n\n{_report.table(head, rows)}"
    _report.publish(__file__, text, write=arguments.write)
    sentence = (
        f"the core adds {len(compiled)} compiled packages ({', '.join(compiled)}), at most {MOST_COMPILED}"
    )
    return _report.judge([sentence] if len(compiled) > MOST_COMPILED else [])


def names(requirements: list[str]) -> list[str]:
    """The packages' names, without version or marker."""
    return [re.split(r"[<>=!~; \[]", requirement, maxsplit=1)[0] for requirement in requirements]


def measured(name: str) -> tuple[int, bool]:
    """Bytes of an installed package, and whether it has compiled code."""
    files = [Path(str(file.locate())) for file in distribution(name).files or []]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return size, any(file.suffix in COMPILED for file in files)


def closure(roots: list[str]) -> set[str]:
    """These packages and all that they need."""
    found: set[str] = set()
    while roots:
        name = roots.pop()
        if name not in found:
            found.add(name)
            requirements = [one for one in distribution(name).requires or [] if "extra ==" not in one]
            roots += [one for one in names(requirements) if _is_installed(one)]
    return found


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())

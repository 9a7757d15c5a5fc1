"""Virtual environments of the scripts, kept in .dev/ and made again only when what they hold changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".dev"


def environment(name: str, wanted: list[str], *, system_site_packages: bool = False) -> Path:
    """The folder of programs (`python`, `pip`, ...) of an environment that holds `wanted` and nothing else.

    Args:
        name: Of the environment; this Python's version is added to it.
        wanted: Requirements, as for pip.
        system_site_packages: Whether packages outside of it are seen. Default: they are not.
    """
    folder = HOME / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    stamp = folder / "installed.txt"
    content = "\n".join([sys.version, *wanted])
    if not stamp.exists() or stamp.read_text("utf-8") != content:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True, system_site_packages=system_site_packages)
        if wanted:
            run([programs / "python", "-m", "pip", "install", "-qq", *wanted])
        # Last, so that a failed installation is not taken for a finished one.
        stamp.write_text(content, "utf-8")
    return programs


def run(command: list[str | Path], cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a program that has to succeed."""
    subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=True)


def first_on_path(*programs: Path) -> dict[str, str]:
    """This process's environment variables, with these folders of programs before all others."""
    return {**os.environ, "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]])}

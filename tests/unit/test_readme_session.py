"""The session in README.md is what happens: two broken records, what synth says of them, the mended run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cdk_imported_table.cli import main

ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "README.md").read_text("utf-8").split("\n## Checked before it is deployed\n")[1].split("\n## ")[0]
)
SESSION = re.findall("```console\n(.*?)```", SECTION, re.DOTALL)[0]
EDIT = re.compile(r"sed -i '(\d+)s/(.*?)/(.*?)/' (\S+)")


def _edit(command: str, folder: Path) -> None:
    """Do what the shown `sed` does; not every system has it."""
    line, old, new, name = re.fullmatch(EDIT, command).groups()  # type: ignore[union-attr]
    path = folder / name
    lines = path.read_text("utf-8").split("\n")
    assert old in lines[int(line) - 1]
    lines[int(line) - 1] = lines[int(line) - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), "utf-8", newline="\n")


def _synth(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the app, as the CDK CLI does."""
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": paths, "CDK_OUTDIR": str(folder / "cdk.out")}
    return subprocess.run(
        [sys.executable, "app.py"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def test_session_is_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Command by command, and every line that is shown."""
    folder = tmp_path / "customer_events"
    ignored = shutil.ignore_patterns("cdk.out", "__pycache__")
    shutil.copytree(ROOT / "examples" / "customer_events", folder, ignore=ignored)
    monkeypatch.chdir(folder)
    codes = []
    for step in SESSION.removeprefix("$ ").split("\n$ "):
        command, *shown = step.rstrip("\n").split("\n")
        if command.startswith("sed"):
            _edit(command, folder)
            assert shown == []
        elif command.startswith("cdk synth"):
            done = _synth(folder)
            codes.append(done.returncode)
            said = [line.strip() for line in done.stderr.replace("\\", "/").split("\n")]
            first = said.index(shown[0].strip()) if shown else 0
            assert [line.strip() for line in shown] == said[first : first + len(shown)]
        else:
            program, *arguments = shlex.split(command.split(" | ")[0])
            assert program == "cdk-imported-table"
            assert command.endswith(" | tail -1")
            codes.append(main(arguments))
            assert shown == capsys.readouterr().out.rstrip("\n").split("\n")[-1:]
    assert codes == [1, 0, 0]
    assert (folder / "cdk.out" / "CustomerEvents.template.json").is_file()

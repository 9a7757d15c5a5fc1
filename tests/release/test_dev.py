"""`./dev` itself, apart from what its commands run."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType

import pytest

from environments import ROOT

# What `./dev` does, in a virtual environment that is there already: the one of the tests.
DEV = f"""
import importlib.util, sys
from importlib.machinery import SourceFileLoader
spec = importlib.util.spec_from_loader("dev", SourceFileLoader("dev", {str(ROOT / "dev")!r}))
dev = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dev)
dev.PYTHON = sys.executable
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
begun = lambda: print("begun", flush=True) is None
"""


@pytest.fixture
def dev() -> ModuleType:
    """`./dev` as a module; its name has no suffix."""
    spec = importlib.util.spec_from_loader("dev", SourceFileLoader("dev", str(ROOT / "dev")))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("code", "shown"), [(0, ""), (3, "added 52 packages\n")])
def test_a_quiet_program_is_heard_only_if_it_fails(
    dev: ModuleType, capfd: pytest.CaptureFixture[str], code: int, shown: str
) -> None:
    """What pip and npm say of their success is noise; why they failed is not."""
    program = [sys.executable, "-c", f"print('added 52 packages'); raise SystemExit({code})"]
    assert dev.run(program, cwd=ROOT, quiet=True) == code
    assert "".join(capfd.readouterr()) == shown


@pytest.mark.skipif(os.name != "posix", reason="sends Ctrl-C as a signal")
@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("dev.setup = lambda _: begun(); dev.command_line(['demo'])", "interrupted"),
        (
            "dev.setup = lambda _: dev.run(SLEEP, dev.ROOT, quiet=begun()); dev.command_line(['setup'])",
            "dev: int",
        ),
    ],
)
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_early_end_is_one_sentence(call: str, said: str, how: str) -> None:
    """A Python that only begins, or a pip that is ended, shows no stack; the exit code is that of an end."""
    with subprocess.Popen(
        [sys.executable, "-c", f"{DEV}\n{call}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a process group of its own, as a terminal's
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        os.killpg(process.pid, getattr(signal, how))
        output, errors = process.communicate(timeout=60)

    assert said in errors
    assert len(errors.splitlines()) == 1, errors
    assert output == ""
    assert process.returncode in (130, 128 + getattr(signal, how))

"""Child processes that always end: each is the head of a group of its own, and the group is ended with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_POSIX = os.name == "posix"


def start(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: IO[Any] | int,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own; its errors go where its output goes."""
    own_group: dict[str, Any] = (
        {"start_new_session": True} if _POSIX else {"creationflags": 0x200}  # CREATE_NEW_PROCESS_GROUP
    )
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env),
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        **own_group,
    )


def end(process: subprocess.Popen[bytes], patience: float = 5) -> None:
    """End a process and everything it has started, politely for `patience` seconds; then wait for its end."""
    if process.poll() is None and patience:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError):  # all of the group have ended by themselves
        os.killpg(process.pid, signal.SIGKILL)

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


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything it has started, at once, and wait for its end."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError):  # all of the group have ended by themselves
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()

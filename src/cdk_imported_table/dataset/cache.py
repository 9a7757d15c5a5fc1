"""A folder of what may be thrown away: small entries, each signed with its own hash.

So an entry that is damaged, deleted or written by another process at the same time costs the work anew, never
a wrong answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

FOLDER_VARIABLE: Final = "CDK_IMPORTED_TABLE_CACHE"
_KEPT_FOR: Final = 30 * 24 * 3600


def cache_folder() -> Path:
    """Where the platform keeps what may be thrown away; `CDK_IMPORTED_TABLE_CACHE` names another place."""
    if given := os.environ.get(FOLDER_VARIABLE):
        return Path(given)
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "cdk-imported-table"


def read_entry(key: str) -> Any:  # noqa: ANN401 - what JSON can hold
    """What was kept under `key`.

    Raises:
        OSError: If nothing was.
        ValueError: If it is not what was written.
    """
    signature, _, body = (cache_folder() / f"{key}.json").read_bytes().partition(b"\n")
    if signature != _signature(key, body):
        raise ValueError(f"the cache entry {key} is damaged")
    return json.loads(body)


def write_entry(key: str, content: object) -> None:
    """Keeps something. A cache that cannot be written is none, and no reason to stop."""
    body = json.dumps(content, separators=(",", ":")).encode()
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(descriptor, "wb") as file:
            file.write(_signature(key, body) + b"\n" + body)
        Path(name).replace(folder / f"{key}.json")  # whole or not at all, whoever else writes
        _forget_old(folder)


def _signature(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + body).hexdigest().encode()


def _forget_old(folder: Path) -> None:
    oldest = time.time() - _KEPT_FOR
    for entry in folder.iterdir():
        if entry.suffix in (".json", ".tmp") and entry.stat().st_mtime < oldest:
            entry.unlink(missing_ok=True)

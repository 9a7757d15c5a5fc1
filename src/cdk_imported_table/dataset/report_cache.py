"""Reports of earlier checks: unchanged data is not parsed again.

An entry's name is made of the content of the files (not of their times), the format, the schema and the
version of the rules, and its content is signed with its own hash. So an entry that is damaged, deleted or
written by another process at the same time costs a new check, never a wrong answer. No entry holds values
of attributes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from .files import SourceFile
from .formats import DataFormat
from .report import Finding, Report
from .rules import RULES_VERSION, Severity
from .schema import TableSchema
from .stats import Attributes

FOLDER_VARIABLE: Final = "CDK_IMPORTED_TABLE_CACHE"
_FORMAT: Final = 1
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


def identity(files: Sequence[SourceFile], data_format: DataFormat, schema: TableSchema) -> str:
    """What a report depends on: every byte of the files, and all that they are judged by."""
    judged_by = [_FORMAT, RULES_VERSION, repr(data_format), repr(schema)]
    if schema.ttl is not None:
        judged_by.append(dt.datetime.now(dt.UTC).date().isoformat())  # items expire
    digest = hashlib.sha256(json.dumps(judged_by).encode())
    for file in files:
        digest.update(json.dumps([file.name, file.content]).encode())
    return digest.hexdigest()


def load(key: str) -> Report | None:
    """The report that was saved under `key`; None if there is none that can be trusted."""
    try:
        signature, _, body = (cache_folder() / f"{key}.json").read_bytes().partition(b"\n")
        if signature != _signature(key, body):
            return None
        return _report(json.loads(body))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(key: str, report: Report) -> None:
    """Keeps a report. A cache that cannot be written is none, and no reason to stop."""
    body = json.dumps(
        {**report.as_dict(), "longest": report.attributes.longest}, separators=(",", ":")
    ).encode()
    folder = cache_folder()
    with contextlib.suppress(OSError):
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


def _report(saved: dict[str, Any]) -> Report:
    plain = (
        "files",
        "bytes",
        "processed",
        "imported",
        "errors",
        "records",
        "distinct_keys",
        "longest_record",
    )
    return Report(
        **{name: saved[name] for name in plain},
        counts=Counter(saved["counts"]),
        attributes=Attributes(
            {name: Counter(types) for name, types in saved["attributes"].items()}, saved["longest"]
        ),
        findings=[
            Finding(
                **{
                    name: one[name]
                    for name in ("rule", "file", "line", "record", "path", "message", "advice")
                },
                severity=Severity(one["severity"]),
            )
            for one in saved["findings"]
        ],
    )

"""Tests of what needs an extra: not collected where only the package's own needs are installed."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("moto") and find_spec("boto3") else ["test_*.py"]
if not find_spec("flask"):  # moto's own server needs it, the package does not
    collect_ignore_glob.append("test_cli_load.py")

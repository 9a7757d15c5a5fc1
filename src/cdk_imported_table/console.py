"""What is said on stderr while long work goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_PATIENCE: Final = 2.0
"""Seconds before a word is said."""
_EVERY: Final = (0.2, 10.0)
"""Seconds between two words: to a person, and to a log."""


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many more bytes are done; after two seconds it says so.

    Args:
        what: What goes on: `checking data/`.
        total: Bytes on the disk; compressed data has more, so no share is given beyond them.
    """
    person = sys.stderr.isatty()
    done, said = 0, time.monotonic() + _PATIENCE - _EVERY[not person]
    started = False

    def advance(count: int) -> None:
        nonlocal done, said, started
        done += count
        now = time.monotonic()
        if now - said >= _EVERY[not person]:
            said, started = now, True
            text = f"{what}: {done / 1e6:,.0f} MB" + (f" of {total / 1e6:,.0f} MB" if done <= total else "")
            print(f"\r{text}" if person else text, end="" if person else "\n", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        if started and person:
            print(file=sys.stderr)

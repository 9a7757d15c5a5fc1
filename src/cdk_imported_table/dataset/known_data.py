"""What earlier synths learnt from the same bytes: how they can be read, and the hash of their records.

It is kept beside the reports of checks, by the files' content, and is as safe to lose.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from .cache import read_entry, write_entry
from .files import Sources
from .records import STAGING_VERSION

_FORM: Final = 2
"""Raise it when something else is kept, or the hash of some records is another one."""


@dataclass(frozen=True)
class Known:
    """Data that was read through once."""

    records_hash: str
    """Empty if nobody asked for it then."""
    in_pieces: list[str] = field(default_factory=list)
    """Contents of the archives that are several (rule 1.7)."""


def load_known(sources: Sources, staged_by: Sequence[object]) -> Known | None:
    """What is known of these files; None if nothing that can be trusted.

    Args:
        sources: The files.
        staged_by: All else that their records depend on.
    """
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found = read_entry(_key(sources, staged_by))
        records_hash, in_pieces = found["records_hash"], found["in_pieces"]
        is_hash = isinstance(records_hash, str) and len(records_hash) in (0, 64)
        if is_hash and isinstance(in_pieces, list):
            return Known(records_hash, in_pieces)
    return None


def save_known(sources: Sources, staged_by: Sequence[object], known: Known) -> None:
    """Keeps it for the next synth."""
    write_entry(_key(sources, staged_by), asdict(known))


def _key(sources: Sources, staged_by: Sequence[object]) -> str:
    what = ["known", _FORM, STAGING_VERSION, *staged_by, [file.content for file in sources.files]]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()

"""Where data lay when an app was synthesized: noted in the cloud assembly, and read from it again."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import DataError
from .files import DEFAULT_EXCLUDE, SourceFile, collect

METADATA: Final = "cdk-imported-table:data"
"""The type of the entry in the assembly's manifest, at the path of the construct."""


def note_of(path: Path, exclude: Sequence[str], assembly: str) -> str:
    """Return the text of the entry.

    The path is relative to the assembly: a checkout in another folder, or on another machine, says the same.
    """
    try:
        place = Path(os.path.relpath(path, assembly)).as_posix()
    except ValueError:  # another drive of Windows
        place = path.as_posix()
    own = {} if tuple(exclude) == DEFAULT_EXCLUDE else {"exclude": list(exclude)}
    return json.dumps({"path": place, **own})


@dataclass(frozen=True)
class Origin:
    """A file or a folder of the user's."""

    path: Path
    exclude: Sequence[str] = DEFAULT_EXCLUDE

    def files(self) -> list[SourceFile]:
        """Return the files that are there now: none, where the assembly has come to another machine."""
        try:
            return collect(self.path, self.exclude).files
        except DataError:
            return []


def origin_of(note: str, assembly: Path) -> Origin | None:
    """Read the text of an entry; `None` if it is of another form."""
    try:
        said = json.loads(note)
        path = Path(os.path.normpath(assembly.absolute() / said["path"]))
        return Origin(path, said.get("exclude", DEFAULT_EXCLUDE))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

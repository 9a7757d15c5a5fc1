"""Data that was left behind: what `ImportData.frozen` leaves of a source of data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aws_cdk import Annotations
from constructs import Construct

from .asset_folder import asset_folder
from .on_data_change import OnDataChange

STAND_IN: Final = "cdk-imported-table:frozen:1"
"""What the asset is named after that takes the data's place; nothing of it reaches a table."""


@contextmanager
def stand_in(scope: Construct, name: str) -> Iterator[Path]:
    """A folder with one empty file, for CDK, which makes no asset of nothing."""
    with asset_folder(scope) as folder:
        (folder / name).touch()
        yield folder


@dataclass(frozen=True)
class Frozen:
    """That data was left behind, and what still stands for it."""

    content_hash: str | None

    def check(self, on_data_change: OnDataChange, *, length: int, where: str) -> None:
        """Whether the hash is there if, and only if, the table's import holds it.

        Args:
            on_data_change: The policy.
            length: How many digits are needed.
            where: Where somebody who has none finds it.

        Raises:
            ValueError: If not.
        """
        if not on_data_change.replaces:
            if self.content_hash is not None:
                raise ValueError(
                    f"frozen(content_hash={self.content_hash!r}) is for OnDataChange.replace() only: under"
                    " keep() nothing of the table depends on the data; write frozen()"
                )
            return
        if self.content_hash is None:
            raise ValueError(
                "frozen() needs content_hash with OnDataChange.replace(): the hash of the data stands in the"
                f" table's import, and another one would replace the table; it is {where}, and"
                " ImportedTable.content_hash as long as the data is there"
            )
        if not re.fullmatch(f"[0-9a-f]{{{length}}}", self.content_hash):
            raise ValueError(
                f"content_hash {self.content_hash!r} is not the hash of data, which has {length} hexadecimal"
                f" digits; it is {where}"
            )


def warn_of_freezing(scope: Construct) -> None:
    """Says what nobody would expect of a table that has data."""
    Annotations.of(scope).add_warning_v2(
        "cdk-imported-table:frozen",
        "the data is frozen: it is not read, not checked and not uploaded. What is deployed stays as it is,"
        " but in a new environment the import finds nothing, succeeds, and the table starts EMPTY (rule 1.4)",
    )

"""How much local data a synth takes."""

from __future__ import annotations

from typing import Final

from constructs import Construct

from .dataset.errors import DataError
from .dataset.files import Sources

CONTEXT_KEY: Final = "cdk-imported-table:maxLocalBytes"
MAX_LOCAL_BYTES: Final = 1_000_000_000
"""One that a laptop reads, copies and uploads in a minute or so; more is better put into S3 once."""


def check_local_size(scope: Construct, sources: Sources) -> None:
    """Refuses more data than the limit, before anything of it is read.

    Raises:
        DataError: If there is more.
        ValueError: If the context key holds no number of bytes.
    """
    limit = _limit(scope)
    if sources.size > limit:
        raise DataError(
            f"{str(sources.root)!r} has {sources.size:,} bytes, more than the {limit:,} that are taken from"
            " this machine: each synth reads them and copies them into cdk.out, each change uploads them"
            " all; put them into S3 once and use ImportData.from_bucket, or raise the context key"
            f" {CONTEXT_KEY!r}"
        )


def _limit(scope: Construct) -> int:
    said = scope.node.try_get_context(CONTEXT_KEY)
    if said is None:
        return MAX_LOCAL_BYTES
    try:  # '5e9', as people write it behind `cdk -c`
        limit = int(float(said))
    except (TypeError, ValueError, OverflowError):
        limit = 0
    if limit <= 0:
        raise ValueError(f"context {CONTEXT_KEY!r} is {said!r}; it must be a number of bytes above 0")
    return limit

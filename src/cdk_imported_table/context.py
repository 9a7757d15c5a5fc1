"""Context keys of ours that nobody reads, because they are written wrong."""

from __future__ import annotations

import json
import os
from typing import Final

from aws_cdk import Annotations, Stack
from constructs import Construct

from . import local_size, preflight

PREFIX: Final = "cdk-imported-table:"
KNOWN: Final = (preflight.CONTEXT_KEY, local_size.CONTEXT_KEY)
_GIVEN_BY_CLI: Final = "CDK_CONTEXT_JSON"
"""Where the CDK CLI puts `cdk.json`'s context and `-c`. To ask the app would be a call into Node a table."""


def warn_of_unknown_keys(scope: Construct) -> None:
    """Warns, once a stack, of each key that has our prefix and is not one of ours."""
    given = os.environ.get(_GIVEN_BY_CLI, "")
    if PREFIX not in given:
        return
    for key in json.loads(given):
        if key.startswith(PREFIX) and key not in KNOWN:
            Annotations.of(Stack.of(scope)).add_warning_v2(
                f"{PREFIX}unknownContext",
                f"context {key!r} is not known and does nothing; known are {', '.join(map(repr, KNOWN))}",
            )

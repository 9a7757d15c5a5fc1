"""Texts that hold what is only known at deploy time, seen by their look: CDK encodes that in strings.

To ask CDK about each text would cost a call into Node.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"[$#]\{Token\[[^\]]+\]\}")
"""In a string, or as the one element of a list that is a token as a whole."""


def holds_token(text: str) -> bool:
    """Whether a part of the text is only known at deploy time."""
    return _TOKEN.search(text) is not None


def without_token_numbers(text: str) -> str:
    """The text, the same in each synth: a token's number counts what the app made before it.

    The value is not asked for: CDK would keep what a `Lazy` says now, before the app is complete.
    """
    return _TOKEN.sub("{Token}", text)

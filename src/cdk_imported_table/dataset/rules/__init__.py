"""Every rule of the check, in one place: what it says, how sure it is, and an example on either side.

`docs/rules.md` and the table of conformance cases are made from this registry.
"""

from __future__ import annotations

from typing import Final

from . import conversions, ions, keys, objects, tables, text, values
from .rule import Confidence, Effect, Example, Rule, Severity

__all__ = ["ITEM_LIMIT", "RULES", "RULES_VERSION", "Confidence", "Effect", "Example", "Rule", "Severity"]

RULES_VERSION: Final = 2
"""Changes whenever a verdict does: what was cached under another version is checked again."""

ITEM_LIMIT: Final = 409_600
"""The largest item, in bytes as DynamoDB counts them (rule 4.7)."""

RULES: Final[dict[str, Rule]] = {
    rule.id: rule
    for group in (objects, text, values, keys, tables, ions, conversions)
    for rule in group.RULES
}

"""What a rule is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The import fails."""
    WARNING = "warning"
    """What DynamoDB does is not known, or it is silently surprising."""


class Effect(StrEnum):
    """What a broken rule does to the import's counters (section 5 of the rules)."""

    PARSE = "parse"
    """One error, and the rest of the object is skipped."""
    ITEM = "item"
    """One error, and only this item is skipped."""
    CONVERSION = "conversion"
    """It cannot be converted: there is nothing to stage."""
    NOTHING = "nothing"
    """The item is imported."""


class Confidence(StrEnum):
    """How well a rule is known."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Example:
    """A small file, and what it takes to check it."""

    text: bytes
    options: tuple[str, ...] = ()
    """Options of `cdk-imported-table check`, beside the partition key `pk`, a string."""
    format: str = "dynamodb-json"
    blanks: int = 0
    """How many stand in the text where there is a NUL: megabytes, not made before they are asked for."""

    @property
    def data(self) -> bytes:
        """The file."""
        return self.text.replace(b"\0", b" " * self.blanks) if self.blanks else self.text


def attributes(text: str, *options: str) -> Example:
    """Return one item of DynamoDB JSON with a good partition key and the attributes in `text`."""
    return Example(f'{{"Item":{{"pk":{{"S":"a"}},{text}}}}}\n'.encode(), options)


def lines(text: str | bytes, *options: str) -> Example:
    """Return a file of DynamoDB JSON."""
    return Example(text if isinstance(text, bytes) else text.encode(), options)


def csv(text: str | bytes, *options: str) -> Example:
    """Return a CSV file."""
    return Example(text if isinstance(text, bytes) else text.encode(), options, "csv")


def ion(text: str | bytes, *options: str) -> Example:
    """Return an Ion file."""
    return Example(text if isinstance(text, bytes) else text.encode(), options, "ion")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that the check looks for."""

    id: str
    """What findings are named by, and what people write to acknowledge a warning."""
    section: str
    """Its number in the list of import rules."""
    title: str
    """What must hold."""
    why: str
    """What happens otherwise."""
    mend: str
    """What to do about it."""
    source: str
    """Where it is documented, or how it was measured."""
    confidence: Confidence
    good: Example
    """Data that keeps the rule."""
    bad: Example
    """Data that breaks it."""
    severity: Severity = Severity.ERROR
    effect: Effect = Effect.ITEM
    words: str = ""
    """DynamoDB's own message where it is known; `{key}` and the like are filled in."""
    fault: str = ""
    """What a finding says where DynamoDB's words are not known."""

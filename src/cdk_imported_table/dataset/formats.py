"""The three formats that DynamoDB imports, and how each is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

INPUT_FORMATS: Final = ("DYNAMODB_JSON", "ION", "CSV")
DELIMITERS: Final = (",", ";", ":", "|", "\t", " ")


@dataclass(frozen=True)
class DataFormat:
    """In what form the items are written."""

    input_format: str
    """CloudFormation's word: `DYNAMODB_JSON`, `ION` or `CSV`."""
    delimiter: str = ","
    """CSV only: what separates two cells."""
    header_list: Sequence[str] | None = None
    """CSV only: the columns' names, for files without a header line."""

    def __post_init__(self) -> None:
        if self.input_format not in INPUT_FORMATS:
            raise ValueError(f"input format {self.input_format!r} is not one of {', '.join(INPUT_FORMATS)}")
        if self.delimiter not in DELIMITERS:
            raise ValueError(f"delimiter {self.delimiter!r} is not one of {', '.join(map(repr, DELIMITERS))}")

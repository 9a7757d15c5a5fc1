"""The formats that DynamoDB imports, those that are converted for it, and how each is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from .column_type import ColumnType, EmptyValue

INPUT_FORMATS: Final = ("DYNAMODB_JSON", "ION", "CSV")
CONVERTED_FORMATS: Final = ("CSV", "JSON_LINES", "JSON", "PARQUET")
DELIMITERS: Final = (",", ";", ":", "|", "\t", " ")


class Timestamps(Enum):
    """How a moment that is stored as such, in Parquet, is written."""

    ISO_8601 = "ISO_8601"
    """A string, `2024-05-03T08:12:00.250Z`, with as many digits as the column has: it sorts as time does."""
    EPOCH_SECONDS = "EPOCH_SECONDS"
    """A number: seconds since 1970, with the fraction. What a time-to-live attribute must be."""
    EPOCH_MILLISECONDS = "EPOCH_MILLISECONDS"
    """A number: milliseconds since 1970, with the fraction."""


@dataclass(frozen=True)
class Conversion:
    """How data that DynamoDB does not import becomes DynamoDB JSON."""

    types: tuple[tuple[str, ColumnType], ...] = ()
    """What is declared, by column."""
    null: EmptyValue = EmptyValue.NULL
    """What a null becomes; an empty cell of CSV is what its column says."""
    trim: bool = False
    """CSV only: whether white space around cells is removed."""
    timestamps: Timestamps = Timestamps.ISO_8601
    """Parquet only."""


@dataclass(frozen=True)
class DataFormat:
    """In what form the items are written."""

    input_format: str
    """CloudFormation's word, `DYNAMODB_JSON`, `ION` or `CSV`; or `JSON_LINES`, `JSON` or `PARQUET`."""
    delimiter: str = ","
    """CSV only: what separates two cells."""
    header_list: Sequence[str] | None = None
    """CSV only: the columns' names, for files without a header line."""

    conversion: Conversion | None = None
    """How the items are converted to DynamoDB JSON; None: DynamoDB imports them as they are."""

    def __post_init__(self) -> None:
        allowed = INPUT_FORMATS if self.conversion is None else CONVERTED_FORMATS
        if self.input_format not in allowed:
            raise ValueError(f"input format {self.input_format!r} is not one of {', '.join(allowed)}")
        if self.delimiter not in DELIMITERS:
            raise ValueError(f"delimiter {self.delimiter!r} is not one of {', '.join(map(repr, DELIMITERS))}")

    @property
    def types(self) -> dict[str, ColumnType]:
        """What is declared, by column."""
        return dict(self.conversion.types) if self.conversion else {}

    @property
    def imported_as(self) -> str:
        """CloudFormation's word for what DynamoDB gets: `DYNAMODB_JSON`, `ION` or `CSV`."""
        return self.input_format if self.conversion is None else "DYNAMODB_JSON"

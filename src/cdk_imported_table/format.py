"""In what form the items are: `ImportFormat`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Token
from aws_cdk import aws_dynamodb as dynamodb

from .arguments import check_text, texts
from .dataset.column_type import ColumnType, EmptyValue, frozen_types
from .dataset.formats import Conversion, DataFormat, Timestamps
from .tokens import holds_token

DELIMITERS: Final = {",": "comma", ";": "semicolon", ":": "colon", "|": "pipe", "\t": "tab", " ": "space"}
_HEADER_NAME: Final = re.compile(r"[\x20-\x21\x23-\x2B\x2D-\x7E]{1,65536}")
_MAX_HEADERS: Final = 255


class ImportFormat:
    """The form in which the items are written.

    Made by its factories, as `lambda_.Code` is. DynamoDB imports DynamoDB JSON, Amazon Ion and CSV as they
    are. Typed CSV, plain JSON and Parquet are *converted* at synth: what is staged, and imported, is DynamoDB
    JSON, and what cannot be converted is said with file, line and column.

    It takes the place of CDK's `dynamodb.InputFormat`, which cannot be looked into from Python, so that a
    check would not know what it holds.

    Example:
        ```python
        ImportFormat.dynamodb_json()
        ImportFormat.csv(delimiter=";", header_list=["sku", "name", "price"])
        ImportFormat.csv(types={"price": ColumnType.NUMBER, "tags": ColumnType.string_set(separator="|")})
        ImportFormat.json_lines(types={"tags": ColumnType.STRING_SET})
        ImportFormat.parquet(timestamps=Timestamps.EPOCH_SECONDS)
        ```
    """

    def __init__(
        self,
        input_format: str,
        *,
        delimiter: str | None = None,
        header_list: Sequence[str] | None = None,
        conversion: Conversion | None = None,
    ) -> None:
        self._written_in = input_format
        self._delimiter = delimiter
        self._header_list = None if header_list is None else list(header_list)
        self._conversion = conversion

    @staticmethod
    def dynamodb_json() -> ImportFormat:
        """One item a line, each as `{"Item": {"pk": {"S": "a"}, …}}`: what DynamoDB's export writes.

        All ten DynamoDB types can be written. Rules 2.1 to 2.18.
        """
        return ImportFormat("DYNAMODB_JSON")

    @staticmethod
    def ion() -> ImportFormat:
        """One item a line in Amazon Ion text, each as `$ion_1_0 {Item:{pk:"a",…}}`. Rules 8.1 to 8.3."""
        return ImportFormat("ION")

    @staticmethod
    def csv(
        *,
        delimiter: str | None = None,
        header_list: Sequence[str] | None = None,
        types: Mapping[str, ColumnType] | None = None,
        trim: bool = False,
    ) -> ImportFormat:
        """Comma-separated values: one row an item.

        Columns named like a key of the table or of a global secondary index get that key's type. Without
        `types` **every other column becomes a string**, numbers too (rule 3.5), and an empty cell becomes no
        attribute at all (rule 3.6).

        With `types`, even an empty one, the rows are converted to DynamoDB JSON at synth: each named column
        gets its type, the table's own keys get theirs, and the others stay strings; the key of an *index* has
        to be named. Quoted cells may hold line ends, which become LF, whatever the file has: a checkout must
        not change data. Giving or removing `types` changes the table's `InputFormat`: **it replaces a
        deployed table** (rule 6.8).

        Args:
            delimiter: What separates two cells: one of `,` `;` `:` `|` tab or space. Default: a comma,
                because that is DynamoDB's (rule 3.1).
            header_list: The columns' names, in order, for files that have *no* header line: with it, line 1
                of each file is data (rule 3.2). 1 to 255 names, printable ASCII without `"` and `,`, each
                once (rule 3.3), the table's keys among them. Default: line 1 of each file is its header,
                because that is how most CSV files are.
            types: The DynamoDB types of columns. Default: none, and the files are staged as they are.
            trim: With `types`: whether white space around each cell is removed. Default: no, it is part of a
                string, and in other cells a finding, because a key with a blank is another key.

        Raises:
            TypeError: If `header_list` is no list of strings, or `types` does not map names to column types.
            ValueError: If DynamoDB takes no such delimiter, or the names break rule 3.3; if `types` names
                what is no column of `header_list`; if `trim` comes without `types`.
        """
        if delimiter is not None:
            check_text("delimiter", delimiter, write="a string of one character, ';'")
        if delimiter is not None and delimiter not in DELIMITERS:
            if Token.is_unresolved(delimiter):
                raise ValueError("delimiter is a token, but has to be known at synth; write it out")
            allowed = ", ".join(f"{character!r} ({name})" for character, name in DELIMITERS.items())
            raise ValueError(f"delimiter {delimiter!r} is not one that DynamoDB takes: {allowed} (rule 3.1)")
        if header_list is not None:
            header_list = texts("header_list", header_list, write="a list of names, ['pk', 'name']")
            _check_header_list(header_list)
        if types is None:
            if trim:
                raise ValueError("trim goes with types only: without types the files are staged as they are")
            return ImportFormat("CSV", delimiter=delimiter, header_list=header_list)
        conversion = Conversion(frozen_types(types), EmptyValue.ABSENT, trim)
        _check_columns(types, header_list)
        return ImportFormat("CSV", delimiter=delimiter, header_list=header_list, conversion=conversion)

    @staticmethod
    def json_lines(
        *, types: Mapping[str, ColumnType] | None = None, null: EmptyValue = EmptyValue.NULL
    ) -> ImportFormat:
        """Plain JSON, one object a line, each an item. Converted to DynamoDB JSON at synth.

        Strings stay strings, `true` and `false` become BOOL, arrays and objects lists and maps. Numbers keep
        all their digits, up to DynamoDB's 38; no float is involved.

        Args:
            types: For what JSON has no type: `ColumnType.STRING_SET` makes a set of an array,
                `ColumnType.BINARY` bytes of base64, `ColumnType.map_of({…})` and `list_of(…)` reach further
                down. A string under a declared type is read as a cell of CSV is; a number under
                `ColumnType.STRING` becomes the text that stands there, `1.10`. Default: none.
            null: What a `null` becomes: `NULL`, or `ABSENT`, no attribute. In an array it is always a NULL,
                or the others would move up. Default: DynamoDB's NULL, because nothing is lost.

        Raises:
            TypeError: If `types` does not map names to column types.
            ValueError: If `null` is another.
        """
        return ImportFormat("JSON_LINES", conversion=Conversion(frozen_types(types or {}), _null(null)))

    @staticmethod
    def json(
        *, types: Mapping[str, ColumnType] | None = None, null: EmptyValue = EmptyValue.NULL
    ) -> ImportFormat:
        """Plain JSON, one array of objects in a file, over as many lines as it likes.

        Converted to DynamoDB JSON at synth, as `json_lines` is; only one object at a time is in memory.

        Args:
            types: As in `json_lines`.
            null: As in `json_lines`.

        Raises:
            TypeError: If `types` does not map names to column types.
            ValueError: If `null` is another.
        """
        return ImportFormat("JSON", conversion=Conversion(frozen_types(types or {}), _null(null)))

    @staticmethod
    def parquet(
        *,
        types: Mapping[str, ColumnType] | None = None,
        null: EmptyValue = EmptyValue.ABSENT,
        timestamps: Timestamps = Timestamps.ISO_8601,
    ) -> ImportFormat:
        """Parquet, converted to DynamoDB JSON at synth. Needs `pip install 'cdk-imported-table[parquet]'`.

        Integers and decimals are exact; a float becomes the shortest decimal that is read back as the same
        float. Lists, structs, maps with strings as keys and dictionary columns become what they hold. The
        timestamps of 96 bits that Spark wrote for long are read in microseconds, as Spark does: as
        nanoseconds, dates beyond the year 2262 would be others. One row group at a time is in memory.

        Args:
            types: As in `json_lines`.
            null: What a null becomes: `ABSENT` or `NULL`; in a list always a NULL. Default: no attribute,
                because in a table of columns a null mostly says that there is no value.
            timestamps: How timestamps and dates are written: as ISO 8601 strings, or as epoch numbers.
                Default: ISO 8601, in UTC where the column has a time zone, because such strings sort as time
                does and say what they are. Times of day are always ISO 8601.

        Raises:
            TypeError: If `types` does not map names to column types.
            ValueError: If `null` or `timestamps` is another.
        """
        if not isinstance(timestamps, Timestamps):
            allowed = ", ".join(map(str, Timestamps))
            raise ValueError(f"timestamps cannot be {timestamps!r}: allowed are {allowed}")
        return ImportFormat(
            "PARQUET", conversion=Conversion(frozen_types(types or {}), _null(null), timestamps=timestamps)
        )

    @property
    def input_format(self) -> str:
        """CloudFormation's word for what DynamoDB gets: `DYNAMODB_JSON`, `ION` or `CSV`."""
        return self._written_in if self._conversion is None else "DYNAMODB_JSON"

    @property
    def converted(self) -> bool:
        """Whether the data is converted at synth, because DynamoDB does not import it as it is."""
        return self._conversion is not None

    @property
    def delimiter(self) -> str | None:
        """What was given as the CSV delimiter."""
        return self._delimiter

    @property
    def header_list(self) -> list[str] | None:
        """What was given as the CSV columns' names."""
        return None if self._header_list is None else list(self._header_list)

    def __repr__(self) -> str:
        given = {
            "delimiter": self._delimiter,
            "header_list": self._header_list,
            "types": sorted(dict(self._conversion.types)) if self._conversion else None,
        }
        options = ", ".join(f"{name}={value!r}" for name, value in given.items() if value is not None)
        return f"ImportFormat.{self._written_in.lower()}({options})"

    def to_data_format(self) -> DataFormat:
        """How the files are written, for the readers."""
        header_list = None if self._header_list is None else tuple(self._header_list)
        return DataFormat(self._written_in, self._delimiter or ",", header_list, self._conversion)

    def to_input_format(self) -> dynamodb.InputFormat:
        """CDK's own class for it."""
        if self.input_format == "CSV":
            return dynamodb.InputFormat.csv(delimiter=self._delimiter, header_list=self._header_list)
        if self.input_format == "ION":
            return dynamodb.InputFormat.ion()
        return dynamodb.InputFormat.dynamo_db_json()


def _check_header_list(names: Sequence[str]) -> None:
    if Token.is_unresolved(names):
        return
    if not 1 <= len(names) <= _MAX_HEADERS:
        raise ValueError(f"header_list has {len(names)} names; 1 to {_MAX_HEADERS} are allowed (rule 3.3)")
    seen = set()
    for name in names:
        if Token.is_unresolved(name):
            continue
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(
                f"header_list has the name {name!r}; a name is 1 to 65536 printable ASCII characters "
                "without '\"' and ',' (rule 3.3)"
            )
        if name in seen:
            raise ValueError(
                f"header_list has the name {name!r} twice; each column needs a name of its own (rule 3.3)"
            )
        seen.add(name)


def _check_columns(types: Mapping[str, ColumnType], header_list: Sequence[str] | None) -> None:
    if header_list is None:
        return
    if any(map(holds_token, header_list)):
        raise ValueError("header_list holds a token; with types it has to be known at synth: write it out")
    unknown = [name for name in types if name not in header_list]
    if unknown:
        raise ValueError(
            f"types has the column {unknown[0]!r}, which header_list {list(header_list)!r} has not; names are"
            " case-sensitive"
        )


def _null(null: EmptyValue) -> EmptyValue:
    if null not in (EmptyValue.NULL, EmptyValue.ABSENT):
        raise ValueError(f"null cannot be {null!r}: allowed are EmptyValue.NULL and EmptyValue.ABSENT")
    return null

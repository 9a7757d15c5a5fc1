"""In what form the items are: `ImportFormat`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from aws_cdk import Token
from aws_cdk import aws_dynamodb as dynamodb

DELIMITERS: Final = {",": "comma", ";": "semicolon", ":": "colon", "|": "pipe", "\t": "tab", " ": "space"}
_HEADER_NAME: Final = re.compile(r"[\x20-\x21\x23-\x2B\x2D-\x7E]{1,65536}")
_MAX_HEADERS: Final = 255


class ImportFormat:
    """The form in which the items are written: DynamoDB JSON, Amazon Ion or CSV.

    Made by its factories, as `lambda_.Code` is. It takes the place of CDK's `dynamodb.InputFormat`, which
    cannot be looked into from Python, so that a check would not know what it holds.

    Example:
        ```python
        ImportFormat.dynamodb_json()
        ImportFormat.csv(delimiter=";", header_list=["sku", "name", "price"])
        ```
    """

    def __init__(
        self, input_format: str, *, delimiter: str | None = None, header_list: Sequence[str] | None = None
    ) -> None:
        self._input_format = input_format
        self._delimiter = delimiter
        self._header_list = None if header_list is None else list(header_list)

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
    def csv(*, delimiter: str | None = None, header_list: Sequence[str] | None = None) -> ImportFormat:
        """Comma-separated values: one row an item.

        Columns named like a key of the table or of a global secondary index get that key's type. **Every
        other column becomes a string**, numbers too (rule 3.5), and an empty cell becomes no attribute at all
        (rule 3.6).

        Args:
            delimiter: What separates two cells: one of `,` `;` `:` `|` tab or space. Default: a comma,
                because that is DynamoDB's (rule 3.1).
            header_list: The columns' names, in order, for files that have *no* header line: with it, line 1
                of each file is data (rule 3.2). 1 to 255 names, printable ASCII without `"` and `,`, each
                once (rule 3.3), the table's keys among them. Default: line 1 of each file is its header,
                because that is how most CSV files are.

        Raises:
            ValueError: If DynamoDB takes no such delimiter, or the names break rule 3.3.
        """
        if delimiter is not None and delimiter not in DELIMITERS:
            if Token.is_unresolved(delimiter):
                raise ValueError("delimiter is a token, but has to be known at synth; write it out")
            allowed = ", ".join(f"{character!r} ({name})" for character, name in DELIMITERS.items())
            raise ValueError(f"delimiter {delimiter!r} is not one that DynamoDB takes: {allowed} (rule 3.1)")
        if header_list is not None:
            _check_header_list(header_list)
        return ImportFormat("CSV", delimiter=delimiter, header_list=header_list)

    @property
    def input_format(self) -> str:
        """CloudFormation's word for it: `DYNAMODB_JSON`, `ION` or `CSV`."""
        return self._input_format

    @property
    def delimiter(self) -> str | None:
        """What was given as the CSV delimiter."""
        return self._delimiter

    @property
    def header_list(self) -> list[str] | None:
        """What was given as the CSV columns' names."""
        return None if self._header_list is None else list(self._header_list)

    def __repr__(self) -> str:
        given = {"delimiter": self._delimiter, "header_list": self._header_list}
        options = ", ".join(f"{name}={value!r}" for name, value in given.items() if value is not None)
        return f"ImportFormat.{self._input_format.lower()}({options})"

    def to_input_format(self) -> dynamodb.InputFormat:
        """CDK's own class for it."""
        if self._input_format == "CSV":
            return dynamodb.InputFormat.csv(delimiter=self._delimiter, header_list=self._header_list)
        if self._input_format == "ION":
            return dynamodb.InputFormat.ion()
        return dynamodb.InputFormat.dynamo_db_json()


def _check_header_list(names: Sequence[str]) -> None:
    if isinstance(names, str):
        raise TypeError(f"header_list must be a list of names, got the string {names!r}")
    if Token.is_unresolved(names):
        return
    if not 1 <= len(names) <= _MAX_HEADERS:
        raise ValueError(f"header_list has {len(names)} names; 1 to {_MAX_HEADERS} are allowed (rule 3.3)")
    seen = set()
    for name in names:
        if Token.is_unresolved(name):
            continue
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise ValueError(
                f"header_list has the name {name!r}; a name is 1 to 65536 printable ASCII characters "
                "without '\"' and ',' (rule 3.3)"
            )
        if name in seen:
            raise ValueError(
                f"header_list has the name {name!r} twice; each column needs a name of its own (rule 3.3)"
            )
        seen.add(name)

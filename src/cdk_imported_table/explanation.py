"""A failed import in the user's own words: files, lines and rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .aws import Client
from .dataset.app import AppTable, app_tables
from .dataset.assembly import Assembly, schema_of
from .dataset.errors import DataError
from .dataset.files import SourceFile, collect
from .dataset.formats import DataFormat
from .dataset.locating import Locator, Place, rule_of
from .dataset.rules import RULES, Rule
from .explain import Import, LoggedRecord, logged

_OTHERS: Final = (
    "your files differ from what was imported: they have changed since, or were converted; a record that does"
    " not stand there is named in the copy that was imported"
)


@dataclass(frozen=True)
class ExplainedRecord:
    """A record that failed."""

    logged: LoggedRecord
    path: Path | None
    """The local file."""
    line: int | None
    broken: list[Rule]

    @property
    def place(self) -> str:
        """File and line, as compilers write it; the object and the record, where no file is known."""
        if self.path is not None:
            path = os.path.relpath(self.path) if self.path.is_relative_to(Path.cwd()) else str(self.path)
            return path if self.line is None else f"{path}:{self.line}"
        index = self.logged.item_index
        record = "" if index is None else f" record {index + 1}"
        return f"s3://{self.logged.bucket}/{self.logged.key}{record}"

    @property
    def rules(self) -> str:
        """The rules, behind the message."""
        return (
            f" [{', '.join(f'{rule.id}, rule {rule.section}' for rule in self.broken)}]"
            if self.broken
            else ""
        )

    @property
    def advice(self) -> list[str]:
        """What to do."""
        return list(dict.fromkeys(rule.mend for rule in self.broken))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "bucket": self.logged.bucket,
            "key": self.logged.key,
            "item_index": self.logged.item_index,
            "messages": self.logged.messages,
            "file": None if self.path is None else str(self.path),
            "line": self.line,
            "rules": [
                {"rule": rule.id, "section": rule.section, "title": rule.title, "advice": rule.mend}
                for rule in self.broken
            ],
        }


@dataclass
class Explanation:
    """An import, and what is to be said of it."""

    of: Import
    records: list[ExplainedRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        told = self.of.description
        return {
            "import_arn": self.of.arn,
            "table": self.of.table,
            "status": self.of.status,
            "elapsed_seconds": self.of.seconds(),
            "failure_code": told.get("FailureCode"),
            "failure_message": told.get("FailureMessage"),
            "processed": told.get("ProcessedItemCount"),
            "imported": told.get("ImportedItemCount"),
            "errors": told.get("ErrorCount"),
            "bytes": told.get("ProcessedSizeBytes"),
            "source": told.get("S3BucketSource"),
            "notes": self.notes,
            "records": [record.as_dict() for record in self.records],
        }


@dataclass(frozen=True)
class Files:
    """What was imported, as far as it is on this machine."""

    staged: list[SourceFile]
    """The copy in the assembly: what DynamoDB read."""
    own: list[SourceFile]
    """The user's: what the copy was made of; they may have changed since."""
    why_not: str = ""
    """What is to be said if there are none."""


@dataclass(frozen=True)
class Local:
    """Where the data is on this machine, as far as it is known."""

    assembly: Path | None
    data: Path | None

    @contextmanager
    def files(self, one: Import) -> Iterator[Files]:
        """Give the files that were imported."""
        if self.data is not None:
            yield Files([], collect(self.data).files)
            return
        if self.assembly is None:
            yield Files([], [], "for your files and lines: --app cdk.out, or --data PATH")
            return
        assembly = Assembly(self.assembly)
        table = _table_of(app_tables(assembly), one)
        if table is None or table.source is None:
            why_not = f"{str(self.assembly)!r} has no imported table like {one.table!r}; give --data PATH"
            yield Files([], [], why_not)
            return
        own = table.origin.files() if table.origin is not None else []
        with assembly.data(table.source) as staged:
            name = table.path or table.logical_id
            why_not = f"the data of {name} is not in {str(self.assembly)!r}; give --data PATH"
            yield Files(staged or [], own, "" if staged or own else why_not)


def _table_of(tables: list[AppTable], one: Import) -> AppTable | None:
    """Return the table of the app that was deployed as the import's."""
    named = [table for table in tables if table.name == one.table]
    of_stack = [
        table
        for table in tables
        # CloudFormation puts a random end behind the name of a nested stack.
        if (table.logical_id == one.logical_id and f"{one.stack}-".startswith(f"{table.stack}-"))
        or one.table.startswith(f"{table.stack}-{table.logical_id}-")
    ]
    of_stack = [table for table in of_stack if len(table.stack) == max(len(one.stack) for one in of_stack)]
    found = named or of_stack
    return found[0] if len(found) == 1 else None


def explanation(logs: Client, one: Import, local: Local, most: int) -> Explanation:
    """Explain an import.

    Args:
        logs: A CloudWatch Logs client.
        one: The import.
        local: Where the data is here.
        most: How many records of its log are read.
    """
    found = Explanation(one)
    if one.hint:
        found.notes.append(one.hint)
    if not one.failed:
        return found
    records, note = logged(logs, one, most)
    if note and (records or one.description.get("ErrorCount")):
        found.notes.append(note)
    if not records:
        return found
    with local.files(one) as files:
        if files.why_not:
            found.notes.append(files.why_not)
        staged, own = (_places(one, some, records) if some else {} for some in (files.staged, files.own))
    for record in records:
        at = (record.key, -1 if record.item_index is None else record.item_index)
        copy, place = staged.get(at), own.get(at)
        if copy is not None and (place is None or place.raw != copy.raw):
            if files.own and copy.raw and _OTHERS not in found.notes:
                found.notes.append(_OTHERS)
            place = copy
        found.records.append(_explained(record, place))
    return found


def _places(
    one: Import, files: list[SourceFile], records: list[LoggedRecord]
) -> dict[tuple[str, int], Place]:
    wanted: dict[str, set[int]] = {}
    for record in records:
        if record.item_index is not None:
            wanted.setdefault(record.key, set()).add(record.item_index)
    told = one.description
    csv = (told.get("InputFormatOptions") or {}).get("Csv") or {}
    try:
        data_format = DataFormat(told["InputFormat"], csv.get("Delimiter", ","), csv.get("HeaderList"))
        schema = schema_of(told["TableCreationParameters"])
    except (KeyError, IndexError, ValueError) as error:
        raise DataError(f"the description of import {one.id} cannot be read: {error}") from None
    return Locator(files, data_format, schema).find(wanted)


def _explained(record: LoggedRecord, place: Place | None) -> ExplainedRecord:
    # What DynamoDB says comes first: the local copy may have changed since.
    said = [rule for message in record.messages if (rule := rule_of(message)) is not None]
    seen = [RULES[finding.rule] for finding in place.findings] if place is not None else []
    return ExplainedRecord(
        record,
        None if place is None else place.file.path,
        None if place is None else place.line,
        list({rule.id: rule for rule in said or seen}.values()),
    )

"""What became of an import, and why: from DynamoDB, CloudFormation and the import's log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from .aws import AwsError, Client, code_of
from .dataset.errors import DataError

RUNNING: Final = "IN_PROGRESS"
_LOG_GROUP: Final = "/aws-dynamodb/imports"
_TABLE: Final = "AWS::DynamoDB::Table"
_NESTED: Final = "AWS::CloudFormation::Stack"

_HINTS: Final = {
    "S3NoSuchBucket": "the bucket does not exist (rule 5.7): is S3BucketSource right, and was the bucket"
    " made first?",
    "TableAlreadyExists": "another import of the same name was faster, or a table of a failed one is"
    " still there"
    " (rules 5.7, 5.11): delete that table",
    "ObjectModifiedInS3DuringImport": "an object changed while it was read (rules 1.10, 5.7): upload"
    " first, then"
    " deploy; `uploaded_by` makes the table wait",
}
_UNKNOWN: Final = (
    "this code is in no published list (rule 5.7); missing permissions look like this: s3:ListBucket on"
    " the bucket,"
    " s3:GetObject on the objects, kms:Decrypt on their key. `cdk-imported-table permissions cdk.out`"
    " prints them"
)
_EMPTY: Final = (
    "no object matched the prefix, or all were empty: that succeeds, and leaves an empty table (rule"
    " 1.4); was the"
    " upload finished before the import began?"
)


@dataclass(frozen=True)
class LoggedRecord:
    """A record that failed, as the import's log has it (rule 5.6)."""

    bucket: str
    key: str
    item_index: int | None
    """From 0, in its object."""
    messages: list[str]


@dataclass
class Import:
    """One import."""

    description: dict[str, Any]
    """What `DescribeImport` says."""
    logical_id: str = ""
    """Of the table in its stack, where it was found by its stack."""
    stack: str = ""
    """The name of its stack, then."""

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.description["ImportArn"])

    @property
    def id(self) -> str:
        """The last part of its ARN, which names its log stream."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.description.get("TableArn", self.arn)).partition(":table/")[2].partition("/")[0]

    @property
    def status(self) -> str:
        """`IN_PROGRESS`, `COMPLETED`, `FAILED`, `CANCELLING` or `CANCELLED`."""
        return str(self.description.get("ImportStatus", "UNKNOWN"))

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status in (RUNNING, "CANCELLING")

    @property
    def failed(self) -> bool:
        """Whether it has ended without success."""
        return self.status in ("FAILED", "CANCELLED")

    def seconds(self, now: datetime | None = None) -> float | None:
        """Return how long it took, or has taken until now."""
        start, end = self.description.get("StartTime"), self.description.get("EndTime")
        if not isinstance(start, datetime):
            return None
        end = end if isinstance(end, datetime) else now or datetime.now(UTC)
        return max(0.0, (end - start).total_seconds())

    @property
    def hint(self) -> str:
        """What is known of its outcome beyond what it says itself; may be empty."""
        code = self.description.get("FailureCode")
        if self.failed and code == "ItemValidationError":
            return ""
        if self.failed:
            return _HINTS.get(str(code), _UNKNOWN)
        if self.status == "COMPLETED" and not self.description.get("ProcessedItemCount"):
            return _EMPTY
        return ""


@dataclass
class Found:
    """What was found for a stack, a table or an ARN."""

    imports: list[Import] = field(default_factory=list)
    """The newest of each table."""
    reasons: list[str] = field(default_factory=list)
    """What CloudFormation said of tables that it could not make."""


class Finder:
    """Finds imports.

    Args:
        dynamodb: A client.
        cloudformation: A client.
    """

    def __init__(self, dynamodb: Client, cloudformation: Client) -> None:
        self._dynamodb, self._cloudformation = dynamodb, cloudformation

    def find(self, target: str) -> Found:
        """Return the imports of a stack or a table, or the one with an ARN.

        Raises:
            DataError: If there is none.
        """
        if target.startswith("arn:") and "/import/" in target:
            return Found([self.described(target)])
        if target.startswith("arn:") and ":table/" in target:
            target = target.partition(":table/")[2].partition("/")[0]
        summaries = self._summaries()
        found = self._of_stack(target, summaries)
        if found is None:
            of_table = [one for one in summaries if _table_of(one) == target]
            if not of_table:
                raise DataError(
                    f"there is no stack {target!r}, and no table of that name was imported in the last 90"
                    f" days (after"
                    " which DynamoDB forgets imports); is the region right?"
                )
            found = Found([self.described(_newest(of_table)["ImportArn"])])
        return found

    def described(self, arn: str) -> Import:
        """Ask for one import."""
        try:
            return Import(self._dynamodb.describe_import(ImportArn=arn)["ImportTableDescription"])
        except KeyError:  # a proxy's page, or whatever listens there
            raise DataError(
                "the answer to DescribeImport tells of no import; is the address right?"
            ) from None
        except Exception as error:
            if code_of(error) == "ImportNotFoundException":
                raise DataError(
                    f"there is no import {arn!r}; DynamoDB forgets them after 90 days; is the region right?"
                ) from None
            raise

    def _summaries(self) -> list[dict[str, Any]]:
        summaries: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            page = self._dynamodb.list_imports(**more)
            summaries += page.get("ImportSummaryList", [])
            if not page.get("NextToken"):
                return summaries
            more = {"NextToken": page["NextToken"]}

    def _of_stack(self, stack: str, summaries: list[dict[str, Any]]) -> Found | None:
        """Look through the events of a stack: those of a failed one name tables that are gone again."""
        try:
            events = list(self._events(stack))
        except Exception as error:
            if code_of(error) == "ValidationError":  # there is none of that name
                return None
            raise
        found = Found()
        tables: dict[tuple[str, str], set[str]] = {}
        for event in events:
            if event.get("ResourceType") != _TABLE:
                continue
            logical_id, reason = event["LogicalResourceId"], event.get("ResourceStatusReason")
            names = tables.setdefault((event.get("StackName", stack), logical_id), set())
            if event.get("PhysicalResourceId"):
                names.add(event["PhysicalResourceId"].rpartition("/")[2])
            if str(event.get("ResourceStatus", "")).endswith("_FAILED") and reason:
                found.reasons.append(f"{logical_id}: {reason}")
        for (name, logical_id), names in tables.items():
            made = f"{name}-{logical_id}-"
            of_table = [
                one for one in summaries if _table_of(one) in names or _table_of(one).startswith(made)
            ]
            if of_table:
                newest = self.described(_newest(of_table)["ImportArn"])
                found.imports.append(Import(newest.description, logical_id, name))
        if not found.imports and not found.reasons:
            raise DataError(f"stack {stack!r} has no table that was imported in the last 90 days")
        return found

    def _events(self, stack: str, depth: int = 0) -> Iterator[dict[str, Any]]:
        nested: set[str] = set()
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
            for event in page["StackEvents"]:
                yield event
                physical = event.get("PhysicalResourceId")
                if event.get("ResourceType") == _NESTED and physical and physical != event.get("StackId"):
                    nested.add(physical)
        for child in sorted(nested) if depth < 5 else ():
            yield from self._events(child, depth + 1)


def _table_of(summary: dict[str, Any]) -> str:
    return str(summary.get("TableArn", "")).partition(":table/")[2]


def _newest(summaries: list[dict[str, Any]]) -> dict[str, Any]:
    never = datetime.min.replace(tzinfo=UTC)
    return max(summaries, key=lambda one: one.get("StartTime") or never)


def logged(logs: Client, one: Import, most: int) -> tuple[list[LoggedRecord], str]:
    """Return the records in the log of an import, and what is to be said of the log itself.

    Args:
        logs: A CloudWatch Logs client.
        one: The import.
        most: How many records are read.
    """
    arn = str(one.description.get("CloudWatchLogGroupArn") or "")
    group = arn.partition(":log-group:")[2].removesuffix(":*") or _LOG_GROUP
    where = f"log group {group}, stream {one.id}/error"
    records: list[LoggedRecord] = []
    more: dict[str, Any] = {}
    try:
        while True:
            page = logs.get_log_events(
                logGroupName=group, logStreamName=f"{one.id}/error", startFromHead=True, **more
            )
            for event in page["events"]:
                if len(records) == most:
                    return records, f"there are more records than {most} in {where}"
                records.append(_record(str(event["message"])))
            token = page.get("nextForwardToken")
            if (not page["events"] and token == more.get("nextToken")) or not token:
                return records, "" if records else f"there is no record in {where}"
            more = {"nextToken": token}
    except Exception as error:
        if code_of(error) == "ResourceNotFoundException":
            return records, f"there is no {where}: an import that failed as a whole writes none"
        if code_of(error) in ("AccessDeniedException", "AccessDenied"):
            return records, f"{where} may not be read: logs:GetLogEvents is needed"
        raise


def _record(message: str) -> LoggedRecord:
    try:
        said = json.loads(message)
        pointer = said.get("itemS3Pointer") or {}
        index = pointer.get("itemIndex")
        return LoggedRecord(
            str(pointer.get("bucket", "")),
            str(pointer.get("key", "")),
            index if isinstance(index, int) else None,
            [str(one) for one in said.get("errorMessages") or ()],
        )
    except (ValueError, AttributeError, TypeError):
        return LoggedRecord("", "", None, [message])


def check_target(target: str) -> str | None:
    """Return the region that an ARN names; `None` for a name.

    Raises:
        AwsError: If it is the ARN of something else.
    """
    if not target.startswith("arn:"):
        return None
    parts = target.split(":")
    if len(parts) < 6 or parts[2] not in ("dynamodb", "cloudformation"):
        raise AwsError(f"{target!r} is the ARN of neither an import, nor a table, nor a stack")
    return parts[3] or None

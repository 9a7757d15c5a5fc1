"""The import itself: MiniStack's `ImportTable` with all formats and compressions, by the service's rules.

MiniStack reads JSON and CSV, plain or gzipped. Here: Ion and ZSTD too, and what AWS does where MiniStack
differs:

- a prefix that matches nothing completes, with an empty table (MiniStack: fails, drops the table);
- an object that cannot be decompressed is one error, the other objects are imported (MiniStack: gives up);
- what cannot be parsed ends the import of *its object*: one error, the rest of the object is lost (MiniStack:
  goes on);
- several JSON records may share a line.
"""

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import zstandard
from ministack.services import dynamodb, s3

from emulator.patches import inner, replace
from emulator.patches.foreign_buckets import account_of, missing_permission

Item = dict[str, Any]

_finish = inner(dynamodb, "_finish_import")
_put_item = inner(dynamodb, "_put_item")
_csv_items = inner(dynamodb, "_import_csv_items")
_log_error = inner(dynamodb, "_log_import_error")

_BLANKS = re.compile(r"\s*")
_ION_SETS = {"$dynamodb_SS": "SS", "$dynamodb_NS": "NS", "$dynamodb_BS": "BS"}

_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "NONE": bytes,
    "GZIP": gzip.decompress,
    "ZSTD": lambda data: zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(data),
}


def run_import(import_arn: str, table_name: str) -> None:
    """Fill the table from S3, and write the result into the import's description."""
    imports = inner(dynamodb, "_imports")
    job: dict[str, Any] = imports[import_arn]
    source = job["S3BucketSource"]
    bucket, owner = source["S3Bucket"], source.get("S3BucketOwner")
    with account_of(owner):
        found = bucket in inner(s3, "_buckets")
        objects = list(_objects(bucket, source.get("S3KeyPrefix") or "")) if found else []
    if not found:
        inner(dynamodb, "_drop_import_table")(table_name)  # the only failure that leaves no table
        _finish(job, "FAILED", "S3NoSuchBucket", f"The specified bucket does not exist: {bucket}")
        return
    if missing := missing_permission(bucket, owner):
        # The service's own code for it is not published.
        _finish(job, "FAILED", "AccessDenied", f"not authorized to perform: {missing} on {bucket}")
        return
    try:
        for key, stored in objects:
            _import_object(job, table_name, bucket, key, stored)
    except Exception as exc:
        _finish(job, "FAILED", "InternalServerError", f"the emulator failed on this import: {exc!r}")
        raise
    if job["ErrorCount"]:
        _finish(
            job,
            "FAILED",
            "ItemValidationError",
            "Some of the items failed validation checks and were not imported. "
            "Please check CloudWatch error logs for more details.",
        )
    else:
        _finish(job, "COMPLETED")


def _objects(bucket: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield every object whose key *starts with* the prefix, and which is not empty."""
    read = inner(s3, "_get_object_data")
    for key in sorted(inner(s3, "_buckets")[bucket]["objects"]):
        if key.startswith(prefix) and (stored := read(bucket, key)):
            yield key, stored


def _import_object(job: dict[str, Any], table: str, bucket: str, key: str, stored: bytes) -> None:
    def failed(index: int, why: str) -> None:
        job["ProcessedItemCount"] += 1
        job["ErrorCount"] += 1
        _log_error(job["ImportArn"], bucket, key, index, why)

    index = -1
    try:
        data = _DECOMPRESS[job["InputCompressionType"]](stored)
        job["ProcessedSizeBytes"] += len(data)
        for index, found in enumerate(_records(job, data)):
            if isinstance(found, str):
                failed(index, found)
                continue
            status, _, body = _put_item({"TableName": table, "Item": found})
            if status != 200:
                failed(index, json.loads(body)["message"])
                continue
            job["ProcessedItemCount"] += 1
            job["ImportedItemCount"] += 1
    except Exception as exc:  # noqa: BLE001 - gzip, zstd and Ion have no common error
        failed(index + 1, str(exc))


def _records(job: dict[str, Any], data: bytes) -> Iterator[Item | str]:
    """Yield each record's item, or the text of what is wrong with it; raise where the rest cannot be read."""
    if job["InputFormat"] == "CSV":
        options = (job.get("InputFormatOptions") or {}).get("Csv") or {}
        types = {
            a["AttributeName"]: a["AttributeType"]
            for a in job["TableCreationParameters"]["AttributeDefinitions"]
        }
        items, malformed = _csv_items(data, options, types)
        yield from (found for _, found in sorted([*items, *malformed], key=lambda pair: pair[0]))
        return
    records = _json_records(data) if job["InputFormat"] == "DYNAMODB_JSON" else _ion_records(data)
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get("Item"), dict):
            raise ValueError("Expected 'Item' top level container")
        yield record["Item"]


def _json_records(data: bytes) -> Iterator[object]:
    text = data.decode("utf-8")
    decoder = json.JSONDecoder()
    at = _BLANKS.match(text).end()  # type: ignore[union-attr] # it matches everywhere
    while at < len(text):
        record, at = decoder.raw_decode(text, at)
        at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]
        yield record


def _ion_records(data: bytes) -> Iterator[object]:
    from amazon.ion import simpleion  # noqa: PLC0415 - not there where it has no wheel

    for record in simpleion.loads(data, single_value=False):
        item = record.get("Item") if hasattr(record, "get") else None
        yield (
            {"Item": {str(name): _ion_value(value) for name, value in item.items()}}
            if item is not None
            else {}
        )


def _ion_value(value: Any) -> Item:  # noqa: ANN401, C901 - any Ion value; one branch a type
    from amazon.ion.simple_types import IonPyNull  # noqa: PLC0415 - as above

    if value is None or isinstance(value, IonPyNull):
        return {"NULL": True}
    match value.ion_type.name:
        case "BOOL":
            return {"BOOL": bool(value)}
        case "INT":
            return {"N": str(int(value))}
        case "DECIMAL" | "FLOAT":
            return {"N": format(Decimal(str(value)), "f")}
        case "STRING" | "SYMBOL":
            return {"S": str(value)}
        case "BLOB" | "CLOB":
            return {"B": base64.b64encode(bytes(value)).decode()}
        case "STRUCT":
            return {"M": {str(name): _ion_value(member) for name, member in value.items()}}
        case "LIST" | "SEXP":
            members = [_ion_value(member) for member in value]
            for annotation in value.ion_annotations:
                if tag := _ION_SETS.get(annotation.text):
                    return {tag: [member[tag[0]] for member in members]}
            return {"L": members}
        case other:
            raise ValueError(f"the Ion type {other} has no DynamoDB type")


replace(dynamodb, "_run_import", run_import)
replace(dynamodb, "_IMPORT_COMPLETE_AFTER_SEC", 0)

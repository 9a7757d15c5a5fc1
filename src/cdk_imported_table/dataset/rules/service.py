"""What is known of the import beyond the data: how it starts and ends, and what CloudFormation makes of it.

Nothing here can be checked in a file. It stands here because the construct goes by it: docstrings and
messages name these rules by their sections, and `docs/rules.md` explains them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .rule import Confidence

_DOCS: Final = "AWS documentation (DynamoDB developer guide, import from S3)"
_API: Final = "AWS API reference and service model (ImportTable)"
_CFN: Final = "CloudFormation reference and resource schema of AWS::DynamoDB::Table"
_MEASURED: Final = "published measurements against the service"
_CDK: Final = "source of aws-cdk-lib"
_INFERRED: Final = "inference from the rules beside it"
_HIGH, _MEDIUM = Confidence.HIGH, Confidence.MEDIUM


@dataclass(frozen=True)
class ServiceRule:
    """A fact about the service that decides what the construct does."""

    section: str
    text: str
    what_follows: str
    source: str
    confidence: Confidence


SERVICE_RULES: Final = (
    ServiceRule(
        "1.1",
        "The source is every object whose key begins with the prefix: a comparison of strings, in which `/`"
        " means nothing.",
        "`data` takes `data2/x` and `data.bak` too. Prefixes of uploads end in `/` here; a whole key is a"
        " valid prefix.",
        f"{_MEASURED}",
        _HIGH,
    ),
    ServiceRule(
        "1.2",
        "No object is passed over because of its name: manifests, `.DS_Store`, READMEs are data.",
        "What is not data is not staged.",
        _MEASURED,
        _HIGH,
    ),
    ServiceRule(
        "1.3",
        "An object of zero bytes is no item and no error.",
        "Empty files alone are refused.",
        _MEASURED,
        _HIGH,
    ),
    ServiceRule(
        "1.4",
        "Where no object matches the prefix, the import completes, and the table is empty.",
        "The table always waits for its upload.",
        _MEASURED,
        _HIGH,
    ),
    ServiceRule(
        "1.5",
        "Format and compression are said once for the whole import; names and suffixes are not looked at.",
        "All files of one upload are brought to one compression.",
        f"{_DOCS}; {_MEASURED}",
        _HIGH,
    ),
    ServiceRule(
        "1.8",
        "A full export is imported from its folder `AWSDynamoDB/<export id>/data/`, as GZIP; the folder above"
        " holds manifests.",
        "`ImportData.from_export` names that folder.",
        f"{_DOCS}; {_MEASURED}",
        _HIGH,
    ),
    ServiceRule(
        "1.9",
        "An incremental export has no `Item` in its records.",
        "It cannot be imported.",
        _INFERRED,
        _MEDIUM,
    ),
    ServiceRule(
        "1.10",
        "Objects must not change while they are imported.",
        "Nothing of ours touches them after the table's creation began.",
        _DOCS,
        _MEDIUM,
    ),
    ServiceRule(
        "1.11",
        "The bucket may be in another region or account; SSE-S3 and SSE-KMS are read, SSE-C is not.",
        "`from_bucket` takes any `s3.IBucket`.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "2.2",
        "Lines of nothing but white space are passed over.",
        "They are no change of the data.",
        _MEASURED,
        _HIGH,
    ),
    ServiceRule(
        "3.1", "The delimiter is one of `,` `;` `:` `|` tab, space.", "Others are refused.", _API, _HIGH
    ),
    ServiceRule(
        "3.3",
        'A header list has 1 to 255 names of printable ASCII without `"` and `,`, each once.',
        "Others are refused.",
        f"{_API}; {_CFN}",
        _HIGH,
    ),
    ServiceRule(
        "3.5",
        "A CSV column takes the type of the key that has its name; every other column becomes a string.",
        "Numbers that are no keys arrive as strings.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "3.6", "An empty CSV cell is no attribute.", "It is neither an empty string nor NULL.", _DOCS, _HIGH
    ),
    ServiceRule(
        "5.1",
        "One error fails the import (`ItemValidationError`); what was good is in the table all the same.",
        "The data is checked before.",
        f"{_DOCS}; {_MEASURED}",
        _HIGH,
    ),
    ServiceRule(
        "5.4",
        "While an import runs its counters stay 0, and its end and its failure are absent.",
        "No progress can be shown before it ends.",
        _MEASURED,
        _HIGH,
    ),
    ServiceRule(
        "5.6",
        "Failed records are in the log group `/aws-dynamodb/imports`, stream `<import id>/error`, by object"
        " and item index.",
        "Where to look after a failed deploy.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "5.7",
        "Known failure codes: `ItemValidationError`, `S3NoSuchBucket` (no table is made),"
        " `TableAlreadyExists`, `ObjectModifiedInS3DuringImport`. Those of missing permissions are not"
        " published.",
        "An unknown code is shown as it is.",
        f"{_DOCS}; {_MEASURED}",
        _HIGH,
    ),
    ServiceRule(
        "5.10",
        "CloudFormation waits for the import, up to 12 hours, and fails the resource when it fails.",
        "The stack rolls back.",
        f"{_MEASURED}; {_CFN}",
        _MEDIUM,
    ),
    ServiceRule(
        "5.11",
        "The deletion policy `Retain` also holds for the table of a failed create; `RetainExceptOnCreate`"
        " does not.",
        "The default here is `RETAIN_ON_UPDATE_OR_DELETE`: a left-over table would block the next try by its"
        " name.",
        f"CloudFormation reference (DeletionPolicy); {_INFERRED}",
        _MEDIUM,
    ),
    ServiceRule(
        "6.1",
        "At most 50,000 objects an import, 50 imports at once, and 15 TB (1 TB in most regions) in all.",
        "More files are refused.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "6.2",
        "The import makes a new table; it uses no write capacity, and index writes are free.",
        "Data that changed needs a new table, or another way in.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "6.3",
        "The import API knows keys, billing, encryption and global secondary indexes, and no local ones,"
        " streams, tags or TTL.",
        "CloudFormation adds the others afterwards; local secondary indexes cannot be added.",
        _API,
        _HIGH,
    ),
    ServiceRule(
        "6.5",
        "Streams, table class, deletion protection and warm throughput beside an import ask for"
        " `dynamodb:UpdateTable` too.",
        "Tags, TTL and backups are further calls of CloudFormation after the import.",
        _CFN,
        _HIGH,
    ),
    ServiceRule(
        "6.6",
        "What CloudFormation makes of local secondary indexes beside an import is not known.",
        "They are refused.",
        _INFERRED,
        _MEDIUM,
    ),
    ServiceRule(
        "6.7",
        "Limits of the property: a prefix has at most 1024 characters, an owner 12 digits.",
        "Others are refused.",
        f"{_CFN}; {_API}",
        _HIGH,
    ),
    ServiceRule(
        "6.8",
        "Every part of the import property is create-only: a change is a new table. A change of the objects"
        " is nothing.",
        "`OnDataChange` is a choice, and a fixed table name does not go with `replace()`.",
        _CFN,
        _HIGH,
    ),
    ServiceRule(
        "6.9",
        "Only `AWS::DynamoDB::Table` has the import, not `GlobalTable`; replicas may come later.",
        "`Table`, not `TableV2`; `replication_regions` warns.",
        f"{_CDK}; {_DOCS}",
        _HIGH,
    ),
    ServiceRule(
        "6.10",
        "CDK's own `Table` checks the delimiter only, and makes no dependency on an upload.",
        "The construct makes it.",
        _CDK,
        _HIGH,
    ),
    ServiceRule(
        "6.11",
        "Billed is the uncompressed size of the source, failed items too.",
        "A failed import costs what a good one does.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "7.1",
        "Whoever creates the table needs `dynamodb:ImportTable`, `DescribeImport` and `ListImports`,"
        " `s3:GetObject` and `s3:ListBucket`, and the log group's actions.",
        "CDK's default execution role has them; a narrow one needs them.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "7.2",
        "CloudFormation itself asks for more: to describe, update and tag the table, its TTL, backups and"
        " streams, and the KMS actions of an encrypted one.",
        "Listed in the page on foreign data.",
        _CFN,
        _HIGH,
    ),
    ServiceRule(
        "7.3", "KMS-encrypted objects need `kms:Decrypt`.", "The construct says who needs it.", _DOCS, _HIGH
    ),
    ServiceRule(
        "7.4",
        "The bucket's owner is taken to be the caller, unless it is named.",
        "It is named where CDK knows the bucket to be foreign.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "7.5",
        "Permissions are looked at after the import was accepted.",
        "What is missing shows as a failed import, not as an error of the call.",
        _DOCS,
        _HIGH,
    ),
    ServiceRule(
        "8.2",
        "Ion: string is S, bool BOOL, decimal N, blob B, list L, struct M; lists annotated `$dynamodb_SS`,"
        " `NS`, `BS` are sets.",
        "Other types are warned about.",
        _DOCS,
        _HIGH,
    ),
)
"""In the order of their sections."""

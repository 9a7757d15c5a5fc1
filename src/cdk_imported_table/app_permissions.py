"""The permissions of the imported tables of a cloud assembly: what `permissions cdk.out` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .dataset.app import AppTable
from .dataset.assembly import Assembly, resources_of
from .dataset.intrinsics import NotKnownError, known_parameters, resolve
from .dataset.malformed import said_if_malformed
from .dataset.stacks import Stack
from .permissions import KINESIS_ROLE, LOG_GROUPS, Facts, generated_bucket, generated_table, statements


@said_if_malformed
def policies(assembly: Assembly, tables: Iterable[AppTable]) -> dict[str, dict[str, Any]]:
    """Return a policy document for each stack that has an imported table, by the stack's name."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        if table.source is None:
            continue
        document = found.setdefault(
            _top(assembly, table.template).name, {"Version": "2012-10-17", "Statement": []}
        )
        for statement in statements(_facts(assembly, table)):
            _add(document["Statement"], statement.as_dict())
    return found


def _add(existing: list[dict[str, Any]], statement: dict[str, Any]) -> None:
    """Add a statement; two that differ in their resources only become one."""
    for other in existing:
        if all(other.get(name) == statement.get(name) for name in ("Action", "Condition")):
            both = [*_as_list(other["Resource"]), *_as_list(statement["Resource"])]
            unique = list(dict.fromkeys(both))
            other["Resource"] = unique[0] if len(unique) == 1 else unique
            return
    sid, number = statement["Sid"], 2
    while any(other["Sid"] == statement["Sid"] for other in existing):
        statement["Sid"] = f"{sid}{number}"
        number += 1
    existing.append(statement)


def _as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _facts(assembly: Assembly, table: AppTable) -> Facts:
    assert table.source is not None
    stack = assembly.stack(table.template)
    names = _Names(assembly, stack)
    resource = assembly.templates[table.template]["Resources"][table.logical_id]
    features = set(table.properties)
    if resource.get("DeletionPolicy") != "Retain":
        features.add("DeletedOnFailure")
    name = names.known(table.template, table.properties.get("TableName")) or generated_table(
        stack.name, table.logical_id
    )
    bucket, bucket_key = names.bucket(table.template, table.source.bucket)
    resources = {
        "table": [names.arn("dynamodb", f"table/{name.rstrip('*')}*")],
        "bucket": [f"arn:{names.partition}:s3:::{bucket}"],
        "objects": [f"arn:{names.partition}:s3:::{bucket}/{table.source.prefix or ''}*"],
        "logs": [names.arn("logs", f"log-group:{LOG_GROUPS}")],
    }
    if bucket_key is not None:
        features.add("BucketKey")
        resources["bucket-key"] = [bucket_key]
    table_key = (table.properties.get("SSESpecification") or {}).get("KMSMasterKeyId")
    if table_key is not None:
        features.add("TableKey")
        resources["table-key"] = [names.key(table.template, table_key)]
    stream = (table.properties.get("KinesisStreamSpecification") or {}).get("StreamArn")
    if stream is not None:
        pattern = names.arn("kinesis", f"stream/{stack.name}-*")
        resources["stream"] = [names.known(table.template, stream) or pattern]
        role = f"role/aws-service-role/{KINESIS_ROLE}/*"
        resources["role"] = [f"arn:{names.partition}:iam::{names.account}:{role}"]
    return Facts(features, resources)


class _Names:
    """What is known of names before a deploy; `*` stands for what is not."""

    def __init__(self, assembly: Assembly, stack: Stack) -> None:
        self._assembly = assembly
        self.account = stack.account or "*"
        self.region = stack.region or "*"
        self.partition = _partition(stack.region)

    def arn(self, service: str, rest: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def known(self, template: str, value: object) -> str | None:
        content = self._assembly.templates[template]
        pseudo = {
            "AWS::StackName": self._assembly.stack(template).name,
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::Partition": self.partition,
            "AWS::URLSuffix": "*",
        }
        try:
            found = resolve(value, {**known_parameters(content), **pseudo})
        except NotKnownError:
            return None
        return found if isinstance(found, str) and found else None

    def bucket(self, template: str, value: object) -> tuple[str, str | None]:
        """Return the name of a bucket, and the ARN of its key if it has one of a customer."""
        found = self._assembly.references.resource(template, value)
        if found is None:
            return self.known(template, value) or "*", None
        home, logical_id = found
        resource = dict(resources_of(self._assembly.templates[home], "AWS::S3::Bucket")).get(logical_id, {})
        properties = resource.get("Properties") or {}
        name = self.known(home, properties.get("BucketName"))
        key = _key_of_bucket(properties)
        return (
            name or generated_bucket(self._assembly.stack(home).name, logical_id),
            None if key is None else self.key(home, key),
        )

    def key(self, template: str, value: object) -> str:
        """Return the ARN of a key: all of the account, if it is made in a deploy."""
        known = self.known(template, value) or "*"
        return known if known.startswith("arn:") else self.arn("kms", f"key/{known}")


def _key_of_bucket(properties: Mapping[str, Any]) -> object:
    encryption = properties.get("BucketEncryption") or {}
    for rule in encryption.get("ServerSideEncryptionConfiguration") or ():
        default = rule.get("ServerSideEncryptionByDefault") or {}
        if default.get("SSEAlgorithm", "").startswith("aws:kms") and "KMSMasterKeyID" in default:
            return default["KMSMasterKeyID"]
    return None


def _partition(region: str | None) -> str:
    prefix = (region or "").partition("-")[0]
    if (region or "").startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if prefix == "cn" else "aws"


def _top(assembly: Assembly, template: str) -> Stack:
    stack = assembly.stack(template)
    return stack if stack.parent is None else _top(assembly, stack.parent)

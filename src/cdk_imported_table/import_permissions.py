"""The permissions of one `ImportedTable`, from its constructs: what `grant_import` grants."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import CfnDeletionPolicy, Stack, Token
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from .binding import BoundData
from .permissions import (
    KINESIS_ROLE,
    LOG_GROUPS,
    Facts,
    Statement,
    generated_bucket,
    generated_table,
    statements,
)
from .same_deploy import is_made_with

_PROPERTIES = {
    "StreamSpecification": "stream_specification",
    "TableClass": "table_class",
    "DeletionProtectionEnabled": "deletion_protection_enabled",
    "WarmThroughput": "warm_throughput",
    "TimeToLiveSpecification": "time_to_live_specification",
    "PointInTimeRecoverySpecification": "point_in_time_recovery_specification",
    "ContributorInsightsSpecification": "contributor_insights_specification",
    "KinesisStreamSpecification": "kinesis_stream_specification",
    "ResourcePolicy": "resource_policy",
    "SSESpecification": "sse_specification",
}
"""Properties that ask for a permission of their own: CloudFormation's name, and the attribute in CDK."""


def import_statements(
    table: dynamodb.Table,
    bound: BoundData,
    *,
    kinesis_stream: kinesis.IStream | None = None,
    overridden: Iterable[str] = (),
) -> list[Statement]:
    """Return what deploying `table` needs.

    What the table's own stack makes has no name before the deploy, which is when the permission has to be
    there: such a resource is named by the pattern of the names that CloudFormation gives.

    Args:
        table: The table.
        bound: Where its import reads.
        kinesis_stream: Where its changes go.
        overridden: CloudFormation properties that are set past the L2 construct.
    """
    stack = Stack.of(table)
    cfn_table = table.node.default_child
    assert isinstance(cfn_table, dynamodb.CfnTable)
    features = {name for name, attribute in _PROPERTIES.items() if getattr(cfn_table, attribute) is not None}
    features |= {path.split(".", 1)[0] for path in overridden}
    if cfn_table.cfn_options.deletion_policy is not CfnDeletionPolicy.RETAIN:
        features.add("DeletedOnFailure")
    bucket_arn = _bucket_arn(stack, bound.bucket)
    name = _fixed(cfn_table.table_name) or generated_table(stack_name(stack), stack.get_logical_id(cfn_table))
    resources = {
        "table": [
            stack.format_arn(service="dynamodb", resource="table", resource_name=f"{name.rstrip('*')}*")
        ],
        "bucket": [bucket_arn],
        "objects": [f"{bucket_arn}/{_fixed(bound.key_prefix) or ''}*"],
        "logs": [stack.format_arn(service="logs", resource=f"log-group:{LOG_GROUPS}")],
    }
    if bound.bucket.encryption_key is not None:
        features.add("BucketKey")
        resources["bucket-key"] = [_key_arn(stack, bound.bucket.encryption_key)]
    if table.encryption_key is not None:
        features.add("TableKey")
        resources["table-key"] = [_key_arn(stack, table.encryption_key)]
    if kinesis_stream is not None:
        own = is_made_with(stack, kinesis_stream)
        pattern = stack.format_arn(
            service="kinesis", resource="stream", resource_name=f"{stack_name(stack)}-*"
        )
        resources["stream"] = [pattern if own else kinesis_stream.stream_arn]
        resources["role"] = [
            stack.format_arn(
                service="iam", region="", resource="role", resource_name=f"aws-service-role/{KINESIS_ROLE}/*"
            )
        ]
    return list(statements(Facts(features, resources)))


def policy_document(granted: Iterable[Statement]) -> iam.PolicyDocument:
    """Return statements as CDK's policy document."""
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                sid=one.sid, actions=one.actions, resources=one.resources, conditions=one.conditions or None
            )
            for one in granted
        ]
    )


def grant(grantee: iam.IGrantable, granted: Iterable[Statement]) -> iam.Grant:
    """Grant statements to a principal."""
    grants = [
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=one.actions,
            resource_arns=one.resources,
            conditions=one.conditions or None,
        )
        for one in granted
    ]
    if not grants:
        return iam.Grant.drop(grantee, "the table has no data, so there is no import")
    combined = grants[0]
    for one in grants[1:]:
        combined = combined.combine(one)
    return combined


def stack_name(stack: Stack) -> str:
    """Return the name of a stack; of a nested one, which gets its name in the deploy, the beginning of it."""
    parent = stack.nested_stack_parent
    if parent is None:
        return stack.stack_name
    return f"{stack_name(parent)}-*"


def _bucket_arn(stack: Stack, bucket: s3.IBucket) -> str:
    if not is_made_with(stack, bucket):
        return bucket.bucket_arn
    cfn_bucket = bucket.node.default_child
    assert isinstance(cfn_bucket, s3.CfnBucket)
    name = _fixed(cfn_bucket.bucket_name) or generated_bucket(
        stack_name(bucket.stack), bucket.stack.get_logical_id(cfn_bucket)
    )
    return stack.format_arn(service="s3", region="", account="", resource=name)


def _key_arn(stack: Stack, key: kms.IKey) -> str:
    if not is_made_with(stack, key):
        return key.key_arn
    return stack.format_arn(service="kms", resource="key", resource_name="*")


def _fixed(name: str | None) -> str | None:
    return None if name is None or Token.is_unresolved(name) else name

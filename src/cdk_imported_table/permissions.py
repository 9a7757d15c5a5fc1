"""What the role that deploys an imported table must be allowed to do (section 7 of the rules).

CDK's default CloudFormation execution role may do everything; this is for bootstraps with a narrow one.
Plain Python: the same list serves templates, in which values are functions, and constructs, in which they are
tokens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Need:
    """An action, and when it is needed."""

    action: str
    on: str
    """What it is done to: one of `_SIDS`."""
    why: str
    features: frozenset[str] = frozenset()
    """Properties of the table of which one asks for it; none: always."""


def _needs(on: str, why: str, *actions: str, features: Collection[str] = ()) -> list[Need]:
    return [Need(action, on, why, frozenset(features)) for action in actions]


_READ_BACK: Final = "CloudFormation reads the table back after it was made, and at each update"
_DELETED: Final = (
    "A failed create is rolled back: without it the half-filled table stays and blocks the retry"
)

NEEDS: Final[list[Need]] = [
    *_needs("table", "The import itself (rule 7.1)", "dynamodb:ImportTable", "dynamodb:DescribeImport"),
    *_needs("any", "Has no resource to be narrowed to (rule 7.1)", "dynamodb:ListImports"),
    *_needs(
        "table",
        _READ_BACK,
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeContributorInsights",
        "dynamodb:DescribeKinesisStreamingDestination",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetResourcePolicy",
        "dynamodb:ListTagsOfResource",
    ),
    *_needs("table", "Tags of the table and of the stack", "dynamodb:TagResource"),
    *_needs(
        "table",
        "Not in the import's parameters, so set afterwards (rule 6.5)",
        "dynamodb:UpdateTable",
        features=("StreamSpecification", "TableClass", "DeletionProtectionEnabled", "WarmThroughput"),
    ),
    *_needs(
        "table",
        "Set by a further call (rule 6.5)",
        "dynamodb:UpdateTimeToLive",
        features=["TimeToLiveSpecification"],
    ),
    *_needs(
        "table",
        "Set by a further call (rule 6.5)",
        "dynamodb:UpdateContinuousBackups",
        features=["PointInTimeRecoverySpecification"],
    ),
    *_needs(
        "table",
        "Set by a further call (rule 6.5)",
        "dynamodb:UpdateContributorInsights",
        features=["ContributorInsightsSpecification"],
    ),
    *_needs(
        "table",
        "Set by a further call (rule 6.5)",
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:DisableKinesisStreamingDestination",
        features=["KinesisStreamSpecification"],
    ),
    *_needs(
        "table", "Set by a further call (rule 6.5)", "dynamodb:PutResourcePolicy", features=["ResourcePolicy"]
    ),
    *_needs("table", _DELETED, "dynamodb:DeleteTable", features=["DeletedOnFailure"]),
    *_needs("bucket", "On the bucket itself, not on its objects (rule 7.1)", "s3:ListBucket"),
    *_needs("objects", "The data (rule 7.1)", "s3:GetObject"),
    *_needs(
        "bucket-key", "The data is encrypted with this key (rule 7.3)", "kms:Decrypt", features=["BucketKey"]
    ),
    *_needs(
        "table-key",
        "The table is encrypted with this key (rule 7.3)",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        features=["TableKey"],
    ),
    *_needs(
        "any",
        "Finds the key aws/dynamodb, or yours by an alias",
        "kms:ListAliases",
        features=["SSESpecification"],
    ),
    *_needs(
        "stream", "Its changes go there", "kinesis:DescribeStream", features=["KinesisStreamSpecification"]
    ),
    *_needs(
        "role",
        "DynamoDB's role that writes into Kinesis, made once an account",
        "iam:CreateServiceLinkedRole",
        features=["KinesisStreamSpecification"],
    ),
    *_needs(
        "logs",
        "The records that failed are written there, with the deployer's permissions (rules 5.6, 7.1)",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "logs:PutRetentionPolicy",
    ),
]

NOT_NEEDED: Final[dict[str, str]] = {
    "dynamodb:CreateTable": "a table with an import is made by ImportTable",
    **dict.fromkeys(
        ["dynamodb:CreateTableReplica", "dynamodb:AssociateTableReplica", "dynamodb:Scan", "dynamodb:Query",
         "dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem",
         "dynamodb:BatchWriteItem"],
        "for replicas, which this resource type does not make: CDK's own provider function does, with its"
        " own role",
    ),
    "kinesis:PutRecords": "DynamoDB's service-linked role writes the records",
    "kms:RevokeGrant": "for the change of a key, not for a create",
    "s3:GetObjectMetadata": "there is no such action in IAM: HeadObject is allowed by s3:GetObject",
}  # fmt: skip
"""What CloudFormation's create handler lists, and why it is not granted."""

KINESIS_ROLE: Final = "kinesisreplication.dynamodb.amazonaws.com"
LOG_GROUPS: Final = "/aws-dynamodb/*"


@dataclass(frozen=True)
class Facts:
    """What is known of one table."""

    features: Collection[str]
    """Its properties, and `BucketKey`, `TableKey`, `DeletedOnFailure`."""
    resources: dict[str, list[str]] = field(default_factory=dict)
    """ARNs, by what `Need.on` says."""


@dataclass(frozen=True)
class Statement:
    """A statement of a policy that allows something."""

    sid: str
    actions: list[str]
    resources: list[str]
    conditions: dict[str, dict[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """Return it as IAM writes it."""
        return {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.resources[0] if len(self.resources) == 1 else self.resources,
            **({"Condition": self.conditions} if self.conditions else {}),
        }


_SIDS: Final = {
    "table": "ImportTable",
    "any": "ListWithoutResource",
    "bucket": "ListData",
    "objects": "ReadData",
    "bucket-key": "DecryptData",
    "table-key": "EncryptTable",
    "stream": "StreamChanges",
    "role": "StreamChangesRole",
    "logs": "LogFailedRecords",
}


def statements(facts: Facts) -> Iterator[Statement]:
    """Yield what the table needs: one statement for each kind of resource."""
    for on, sid in _SIDS.items():
        actions = sorted({need.action for need in NEEDS if need.on == on and _applies(need, facts)})
        resources = ["*"] if on == "any" else facts.resources.get(on, [])
        if actions and resources:
            conditions = {"StringEquals": {"iam:AWSServiceName": KINESIS_ROLE}} if on == "role" else {}
            yield Statement(sid, actions, resources, conditions)


def _applies(need: Need, facts: Facts) -> bool:
    return not need.features or bool(need.features & set(facts.features))


_LONGEST_TABLE: Final = 255
_LONGEST_BUCKET: Final = 63
_RANDOM: Final = 14
"""What CloudFormation puts behind a name that it makes, with its dash."""
_SURE: Final = 24
"""So much of the stack's name stays in a name that it has to shorten."""


def generated_table(stack: str, logical_id: str) -> str:
    """Return a pattern for the name that CloudFormation will give a table."""
    return _generated(stack, logical_id, _LONGEST_TABLE)


def generated_bucket(stack: str, logical_id: str) -> str:
    """Return a pattern for the name that CloudFormation will give a bucket."""
    return _generated(stack, logical_id, _LONGEST_BUCKET).lower()


def _generated(stack: str, logical_id: str, longest: int) -> str:
    if len(stack) + 1 + len(logical_id) + _RANDOM <= longest:
        return f"{stack}-{logical_id}-*"
    return f"{stack}-*" if len(stack) <= _SURE else f"{stack[:_SURE]}*"

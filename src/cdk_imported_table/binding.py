"""What `ImportData` becomes once it knows its construct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct, IDependable

from .dataset.compression import Compression
from .format import ImportFormat
from .on_data_change import OnDataChange
from .preflight import PreflightCheck


@dataclass(frozen=True)
class BoundData:
    """Where the table's import reads, and what has to be there first."""

    bucket: s3.IBucket
    key_prefix: str | None
    bucket_owner: str | None = None
    deployment: s3_deployment.BucketDeployment | None = None
    uploaded_by: Sequence[IDependable] = field(default_factory=list)
    content_hash: str | None = None
    """The part of the import that stands for the data; None where nothing does."""


class Binding(Protocol):
    """One way for data to get to S3."""

    input_format: ImportFormat
    compression_type: dynamodb.InputCompressionType | None

    def check(self, on_data_change: OnDataChange) -> None:
        """Raises `ValueError` where the policy and this way do not go together."""

    def bind(self, scope: Construct, on_data_change: OnDataChange, preflight: PreflightCheck) -> BoundData:
        """Makes the constructs that are needed, below `scope`."""

    def frozen(self, content_hash: str | None) -> Binding:
        """The same without the data: it renders the same import, and reads and stages nothing."""


def compression_of(compression_type: dynamodb.InputCompressionType | None) -> Compression:
    """How the objects are stored; plain where nothing is said: DynamoDB's default (rule 1.6)."""
    return Compression.NONE if compression_type is None else Compression(compression_type.value)

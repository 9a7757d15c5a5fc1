"""The same stacks written by hand with CDK's L2 constructs, as well as one can.

The functions that are compared in time render the *same resources* as `ImportedTable`, which
`deployed_size.py` checks: so the comparison is of two ways to one template. (One property of the upload is
left out here, to our disadvantage: nobody would write it.) `from_path_shortest` is what a tutorial shows:
fewer promises, fewer resources.

Nothing here may import `cdk_imported_table`, and each function itself what only some stagings need: what an
app imports is a part of what is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import FileSystem, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from benchmarks.stacks.data import Data, lines

if TYPE_CHECKING:
    from aws_cdk import aws_s3_deployment as s3_deployment


def from_path(stack: Stack, data: Data) -> None:
    """A private bucket, the upload of a folder, the table, and the order between them."""
    from aws_cdk import aws_s3_deployment as s3_deployment  # noqa: PLC0415

    _uploaded(stack, s3_deployment.Source.asset(str(data.folder)))


def from_path_replace(stack: Stack, data: Data) -> None:
    """The same, with a hash of the files in the prefix, so that changed data makes a new table."""
    from aws_cdk import aws_s3_deployment as s3_deployment  # noqa: PLC0415

    version = FileSystem.fingerprint(str(data.folder))[:16]
    _uploaded(stack, s3_deployment.Source.asset(str(data.folder)), version=version)


def from_asset(stack: Stack, data: Data) -> None:
    """A file asset, and the table."""
    from aws_cdk import aws_s3_assets as s3_assets  # noqa: PLC0415

    asset = s3_assets.Asset(stack, "Data", path=str(data.file))
    _table(stack, asset.bucket, asset.s3_object_key)


def from_bucket(stack: Stack, data: Data) -> None:  # noqa: ARG001 - it is in S3 already
    """The table alone; the bucket is somebody's."""
    _table(stack, s3.Bucket.from_bucket_name(stack, "Bucket", "bucket-of-somebody"), "data/")


def from_items(stack: Stack, data: Data) -> None:
    """As `from_path`, with the items as text."""
    from aws_cdk import aws_s3_deployment as s3_deployment  # noqa: PLC0415

    _uploaded(stack, s3_deployment.Source.data("items.json", lines(data.items)))


def from_path_shortest(stack: Stack, data: Data) -> None:
    """What tutorials show, with the dependency that many of them forget."""
    from aws_cdk import aws_s3_deployment as s3_deployment  # noqa: PLC0415

    bucket = s3.Bucket(stack, "Bucket", removal_policy=RemovalPolicy.DESTROY)
    deployment = s3_deployment.BucketDeployment(
        stack,
        "Deployment",
        destination_bucket=bucket,
        destination_key_prefix="data/",
        sources=[s3_deployment.Source.asset(str(data.folder))],
    )
    _table(stack, bucket, "data/").node.add_dependency(deployment)


def _uploaded(stack: Stack, source: s3_deployment.ISource, *, version: str = "") -> None:
    from aws_cdk import aws_s3_deployment as s3_deployment  # noqa: PLC0415

    bucket = s3.Bucket(
        stack,
        "Bucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        removal_policy=RemovalPolicy.DESTROY,
    )
    prefix = f"data-{version}/" if version else "data/"
    deployment = s3_deployment.BucketDeployment(
        stack,
        f"Deployment{version}",
        # By its name, or the upload would leave its files behind, and the bucket could not be deleted.
        destination_bucket=s3.Bucket.from_bucket_name(stack, "Destination", bucket.bucket_name),
        destination_key_prefix=prefix,
        sources=[source],
        retain_on_delete=False,
    )
    if bucket.policy:
        deployment.node.add_dependency(bucket.policy)
    _table(stack, bucket, prefix).node.add_dependency(deployment)


def _table(stack: Stack, bucket: s3.IBucket, key_prefix: str) -> dynamodb.Table:
    return dynamodb.Table(
        stack,
        "CustomerEvents",
        partition_key=dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="SK", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        removal_policy=RemovalPolicy.DESTROY,
        import_source=dynamodb.ImportSourceSpecification(
            bucket=bucket, key_prefix=key_prefix, input_format=dynamodb.InputFormat.dynamo_db_json()
        ),
    )

"""Each staging with `ImportedTable`, as the README shows it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from benchmarks.stacks.data import Data
from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange


def from_path(stack: Stack, data: Data) -> None:
    """`ImportData.from_path`."""
    _table(stack, ImportData.from_path(data.folder, input_format=ImportFormat.dynamodb_json()))


def from_path_replace(stack: Stack, data: Data) -> None:
    """`ImportData.from_path` with `OnDataChange.replace()`."""
    _table(
        stack,
        ImportData.from_path(data.folder, input_format=ImportFormat.dynamodb_json()),
        OnDataChange.replace(),
    )


def from_asset(stack: Stack, data: Data) -> None:
    """`ImportData.from_asset`."""
    _table(
        stack,
        ImportData.from_asset(data.file, input_format=ImportFormat.dynamodb_json()),
        OnDataChange.replace(),
    )


def from_bucket(stack: Stack, data: Data) -> None:  # noqa: ARG001 - it is in S3 already
    """`ImportData.from_bucket`."""
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "bucket-of-somebody")
    _table(
        stack,
        ImportData.from_bucket(bucket, key_prefix="data/", input_format=ImportFormat.dynamodb_json()),
    )


def from_items(stack: Stack, data: Data) -> None:
    """`ImportData.from_items`."""
    _table(stack, ImportData.from_items(data.items))


def _table(stack: Stack, data: ImportData, on_data_change: OnDataChange | None = None) -> None:
    ImportedTable(
        stack,
        "CustomerEvents",
        data=data,
        on_data_change=on_data_change,
        partition_key=dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="SK", type=dynamodb.AttributeType.STRING),
        removal_policy=RemovalPolicy.DESTROY,
    )

"""Compares, for each table, the records in the bucket with the items in the table."""

from __future__ import annotations

import os

import boto3


def handler(event: object, context: object) -> dict[str, list[int]]:  # noqa: ARG001 - Lambda gives both
    """Returns for each table how many records were uploaded, and how many items arrived."""
    bucket, dynamodb = boto3.resource("s3").Bucket(os.environ["BUCKET"]), boto3.client("dynamodb")
    counts = {}
    for table in ("plans", "regions", "features"):
        files = [found.get()["Body"].read() for found in bucket.objects.filter(Prefix=f"{table}/")]
        arrived = dynamodb.scan(TableName=os.environ[table.upper()], Select="COUNT")["Count"]
        counts[table] = [sum(len(file.splitlines()) for file in files), arrived]
    return counts

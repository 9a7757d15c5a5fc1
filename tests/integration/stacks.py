"""Synthesized stacks, deployed as the CDK CLI would, but without its process and its five-second polls."""

import json
import time
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, cast

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from botocore.exceptions import ClientError
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat
from emulator.environment import ACCOUNT, REGION
from emulator.local_aws import Item, LocalAws

PK = dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)
JSON = ImportFormat.dynamodb_json()
NO_CHANGES = "NO_CHANGES"


def lines(*keys: str, **attributes: str) -> bytes:
    """Return DynamoDB JSON of one item for each key, all with these string attributes."""
    others = {name: {"S": value} for name, value in attributes.items()}
    return "".join(json.dumps({"Item": {"pk": {"S": key}, **others}}) + "\n" for key in keys).encode()


BAD = lines("fine") + b'{"Item": {"no": {"S": "key"}}}\n'


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Make the folder hold exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def imported(scope: Construct, data: ImportData | None, id: str = "Table", **options: Any) -> ImportedTable:
    """Make an imported table that goes with its stack, and the outputs `TableName` and `BucketName`."""
    made = ImportedTable(
        scope, id, **{"partition_key": PK, "removal_policy": RemovalPolicy.DESTROY, "data": data, **options}
    )
    CfnOutput(scope, f"{id}Name", value=made.table.table_name)
    if made.bucket:
        CfnOutput(scope, f"{id}BucketName", value=made.bucket.bucket_name)
    return made


def deploy(aws: LocalAws, assembly: Path, stack: str) -> str:
    """Publish the stack's assets, create or update it, and return its status, or `NO_CHANGES`."""
    _publish(aws, assembly, stack)
    cloudformation = aws.client("cloudformation")
    action = cloudformation.update_stack if stack in aws.stacks() else cloudformation.create_stack
    template = (assembly / f"{stack}.template.json").read_text("utf-8")
    try:
        action(StackName=stack, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return NO_CHANGES
        raise
    return _end(aws, stack)


def destroy(aws: LocalAws, stack: str) -> str:
    """Delete the stack, and return its last status."""
    stack_id = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    aws.client("cloudformation").delete_stack(StackName=stack)
    return _end(aws, stack_id)


def _publish(aws: LocalAws, assembly: Path, stack: str) -> None:
    s3 = aws.client("s3")
    for asset in json.loads((assembly / f"{stack}.assets.json").read_text("utf-8"))["files"].values():
        path = assembly / asset["source"]["path"]
        for place in asset["destinations"].values():
            bucket = (
                place["bucketName"].replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)
            )
            if path.suffix == ".zip" and keys(aws, bucket, place["objectKey"]):
                continue  # BucketDeployment's layer, which is large and always the same
            with TemporaryFile() as body:
                if asset["source"]["packaging"] == "zip":
                    with zipfile.ZipFile(body, "w") as archive:
                        for file in sorted(path.rglob("*")):
                            archive.write(file, file.relative_to(path))
                else:
                    body.write(path.read_bytes())
                body.seek(0)
                s3.put_object(Bucket=bucket, Key=place["objectKey"], Body=body)


def _end(aws: LocalAws, stack: str) -> str:
    deadline = time.monotonic() + 120
    while (status := aws.status(stack)).endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{stack} is {status} after two minutes")
        time.sleep(0.05)
    return status


def outputs(aws: LocalAws, stack: str) -> dict[str, str]:
    """Return the stack's outputs by key."""
    (found,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def table_name(aws: LocalAws, stack: str) -> str:
    """Return the output `TableName`."""
    return outputs(aws, stack)["TableName"]


def pks(aws: LocalAws, table: str) -> list[str]:
    """Return the partition keys of all items of a table."""
    return sorted(item["pk"]["S"] for item in aws.items(table))


def put(aws: LocalAws, table: str, item: Item) -> None:
    """Write an item, as a user of the table would."""
    aws.client("dynamodb").put_item(TableName=table, Item=item)


def keys(aws: LocalAws, bucket: str, prefix: str = "") -> list[str]:
    """Return the keys of a bucket's objects."""
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def modified(aws: LocalAws, bucket: str) -> list[datetime]:
    """Return when a bucket's objects were written."""
    return [found["LastModified"] for found in aws.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]


def prefix_of(assembly: Path, stack: str) -> str:
    """Return the prefix that the template's only table is imported from."""
    return cast(str, _import(assembly, stack)["S3BucketSource"]["S3KeyPrefix"])


def _import(assembly: Path, stack: str) -> dict[str, Any]:
    template = json.loads((assembly / f"{stack}.template.json").read_text("utf-8"))
    (table,) = (r for r in template["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table")
    return cast("dict[str, Any]", table["Properties"]["ImportSourceSpecification"])


def buckets(aws: LocalAws, stack: str) -> list[str]:
    """Return the buckets whose generated names come from this stack."""
    found = [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
    return [bucket for bucket in found if bucket.startswith(f"{stack}-")]


def tables(aws: LocalAws, stack: str) -> list[str]:
    """Return the tables whose generated names come from this stack."""
    return [name for name in aws.tables() if name.startswith(f"{stack}-")]

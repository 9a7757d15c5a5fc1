"""CloudFormation templates by hand, deployed without the CDK CLI: in milliseconds."""

import json
import time
from typing import Any

from emulator.local_aws import LocalAws

Template = dict[str, Any]

GOOD = b'{"Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}\n{"Item": {"pk": {"S": "b"}}}\n'
BAD = GOOD + b'{"Item": {"n": {"N": "3"}}}\n'


def table(bucket: str, prefix: str, name: str | None = None, **attributes: str) -> Template:
    """Return a table that is imported from a bucket; `attributes` are DeletionPolicy and the like."""
    return {
        "Type": "AWS::DynamoDB::Table",
        **attributes,
        "Properties": {
            **({"TableName": name} if name else {}),
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "ImportSourceSpecification": {
                "InputFormat": "DYNAMODB_JSON",
                "S3BucketSource": {"S3Bucket": bucket, "S3KeyPrefix": prefix},
            },
        },
    }


def deploy(aws: LocalAws, stack: str, **resources: Template) -> str:
    """Create or update a stack of these resources, and return its status."""
    cloudformation = aws.client("cloudformation")
    action = cloudformation.update_stack if stack in aws.stacks() else cloudformation.create_stack
    action(StackName=stack, TemplateBody=json.dumps({"Resources": resources}))
    return _end(aws, stack)


def delete(aws: LocalAws, stack: str) -> str:
    """Delete a stack, and return its status."""
    stack_id = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    aws.client("cloudformation").delete_stack(StackName=stack)
    return _end(aws, stack_id)


def _end(aws: LocalAws, stack: str) -> str:
    deadline = time.monotonic() + 60
    while (status := aws.status(stack)).endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{stack} is {status} after a minute")
        time.sleep(0.02)
    return status


def physical_id(aws: LocalAws, stack: str, logical_id: str) -> str:
    """Return what a resource of a stack is really called."""
    for resource in aws.resources(stack):
        if resource["LogicalResourceId"] == logical_id:
            return str(resource["PhysicalResourceId"])
    raise KeyError(f"{stack} has no {logical_id}")

"""Data of others: another account, region or key, an export. The policies stand in docs/foreign-data.md."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData
from emulator.environment import ACCOUNT, ROOT
from emulator.local_aws import LocalAws
from tests.integration.conftest import Synth
from tests.integration.stacks import (
    JSON,
    deploy,
    destroy,
    imported,
    keys,
    lines,
    outputs,
    pks,
    table_name,
    write,
)

THEIR_ACCOUNT = "222222222222"
THEIR_REGION = "eu-west-1"


def theirs(aws: LocalAws, service: str) -> Any:
    """A client of the other account, in the other region."""
    return boto3.client(
        service,
        endpoint_url=aws.url,
        region_name=THEIR_REGION,
        aws_access_key_id=THEIR_ACCOUNT,
        aws_secret_access_key="test",
    )


def their_bucket(aws: LocalAws, name: str) -> Any:
    """A bucket with one object, in the other account and region."""
    client = theirs(aws, "s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": THEIR_REGION})
    client.put_object(Bucket=name, Key="seed/a.json", Body=lines("theirs"))
    return client


def documented_policy(bucket: str) -> str:
    """The bucket policy that the page tells people to write."""
    page = (ROOT / "docs" / "foreign-data.md").read_text("utf-8")
    (policy,) = re.findall(r"<!-- bucket policy -->\n+```json\n(.*?)```", page, re.DOTALL)
    return str(policy).replace("THEIR-BUCKET", bucket).replace("111111111111", ACCOUNT)


def test_a_bucket_of_another_account_and_region(aws: LocalAws, synth: Synth, name: str) -> None:
    """With its owner, which CDK knows, and the policy that the page has; without that nothing is imported."""
    client = their_bucket(aws, name)

    def build(stack: Stack) -> None:
        bucket = s3.Bucket.from_bucket_attributes(
            stack, "Theirs", bucket_name=name, account=THEIR_ACCOUNT, region=THEIR_REGION
        )
        imported(stack, ImportData.from_bucket(bucket, input_format=JSON, key_prefix="seed/"))

    assert deploy(aws, synth(build), name) == "ROLLBACK_COMPLETE"
    assert "not authorized to perform: s3:ListBucket" in str(aws.events(name))
    assert destroy(aws, name) == "DELETE_COMPLETE"

    client.put_bucket_policy(Bucket=name, Policy=documented_policy(name))
    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["theirs"]


def test_the_owner_may_be_given(aws: LocalAws, synth: Synth, name: str) -> None:
    """Where CDK does not know the account; without it DynamoDB takes the caller's, and finds no bucket."""
    client = their_bucket(aws, name)
    client.put_bucket_policy(Bucket=name, Policy=documented_policy(name))

    def version(owner: str | None) -> Path:
        def build(stack: Stack) -> None:
            bucket = s3.Bucket.from_bucket_name(stack, "Theirs", name)
            data = ImportData.from_bucket(bucket, input_format=JSON, key_prefix="seed/", bucket_owner=owner)
            imported(stack, data)

        return synth(build)

    assert deploy(aws, version(None), name) == "ROLLBACK_COMPLETE"
    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert deploy(aws, version(THEIR_ACCOUNT), name) == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["theirs"]


def test_a_bucket_of_another_region(aws: LocalAws, synth: Synth, name: str) -> None:
    """Of one's own account: nothing has to be said, and nobody has to allow it."""
    client = aws.client("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": THEIR_REGION})
    client.put_object(Bucket=name, Key="seed/a.json", Body=lines("far"))

    def build(stack: Stack) -> None:
        bucket = s3.Bucket.from_bucket_attributes(stack, "Far", bucket_name=name, region=THEIR_REGION)
        imported(stack, ImportData.from_bucket(bucket, input_format=JSON, key_prefix="seed/"))

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["far"]


def test_a_bucket_with_a_key_of_your_own(aws: LocalAws, synth: Synth, name: str, tmp_path: Path) -> None:
    """Encrypted objects are read; the upload into such a bucket may use the key, and the stack can go."""
    data = write(tmp_path / "data", {"a.json": lines("a")})
    key_id = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    client = aws.client("s3")
    client.create_bucket(Bucket=name)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_id}}
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    client.put_object(Bucket=name, Key="seed/a.json", Body=lines("locked"))

    def build(stack: Stack) -> None:
        key = kms.Key.from_key_arn(stack, "Key", key_id)
        filled = s3.Bucket.from_bucket_attributes(stack, "Filled", bucket_name=name, encryption_key=key)
        imported(stack, ImportData.from_bucket(filled, input_format=JSON, key_prefix="seed/"), "Filled1")
        imported(
            stack, ImportData.from_path(data, input_format=JSON, bucket=filled, key_prefix="mine"), "Put"
        )
        own = s3.Bucket(
            stack, "Own", encryption=s3.BucketEncryption.KMS, removal_policy=RemovalPolicy.DESTROY
        )
        imported(stack, ImportData.from_path(data, input_format=JSON, bucket=own), "Own1")

    assembly = synth(build)
    assert deploy(aws, assembly, name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    assert pks(aws, made["Filled1Name"]) == ["locked"]
    assert pks(aws, made["PutName"]) == pks(aws, made["Own1Name"]) == ["a"]
    assert client.head_object(Bucket=name, Key="mine/a.json")["ServerSideEncryption"] == "aws:kms"

    template = json.loads((assembly / f"{name}.template.json").read_text("utf-8"))
    allowed = json.dumps([one for one in template["Resources"].values() if one["Type"] == "AWS::IAM::Policy"])
    assert "kms:Decrypt" in allowed
    assert "kms:GenerateDataKey*" in allowed
    assert key_id in allowed
    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert keys(aws, name) == ["seed/a.json"]


def test_an_export_of_another_account(aws: LocalAws, synth: Synth, name: str) -> None:
    """Its data only; the manifests beside it would fail the import (rule 1.8)."""
    export = "01693685827463-2d8752fd"
    client = their_bucket(aws, name)
    client.put_bucket_policy(Bucket=name, Policy=documented_policy(name))
    root = f"nightly/AWSDynamoDB/{export}"
    client.put_object(Bucket=name, Key=f"{root}/manifest-summary.json", Body=b'{"itemCount": 1}')
    client.put_object(Bucket=name, Key=f"{root}/data/x.json.gz", Body=gzip.compress(lines("exported")))

    def build(stack: Stack) -> None:
        bucket = s3.Bucket.from_bucket_attributes(
            stack, "Theirs", bucket_name=name, account=THEIR_ACCOUNT, region=THEIR_REGION
        )
        imported(stack, ImportData.from_export(bucket, export, key_prefix="nightly"))

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["exported"]


@pytest.mark.parametrize("left_out", ["s3:ListBucket", "s3:GetObject"])
def test_every_part_of_the_policy_is_needed(aws: LocalAws, synth: Synth, name: str, left_out: str) -> None:
    """The sample in AWS's documentation lacks the bucket's own ARN, for ListBucket (rule 7.4)."""
    client = their_bucket(aws, name)
    policy = json.loads(documented_policy(name))
    policy["Statement"] = [one for one in policy["Statement"] if one["Action"] != left_out]
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))

    def build(stack: Stack) -> None:
        bucket = s3.Bucket.from_bucket_name(stack, "Theirs", name)
        data = ImportData.from_bucket(
            bucket, input_format=JSON, key_prefix="seed/", bucket_owner=THEIR_ACCOUNT
        )
        imported(stack, data)

    assert deploy(aws, synth(build), name) == "ROLLBACK_COMPLETE"
    assert f"not authorized to perform: {left_out}" in str(aws.events(name))

"""`ImportData.from_bucket` and `.from_export`: data that is in S3 already."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment

from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange
from tests.unit.support import (
    GZIP,
    JSON,
    PK,
    imported,
    messages,
    new_stack,
    resources_of,
    source_of,
    table_of,
    template_of,
)


def _foreign(stack: cdk.Stack, account: str | None = None) -> s3.IBucket:
    return s3.Bucket.from_bucket_attributes(stack, "Foreign", bucket_name="some-bucket", account=account)


def test_everything_given_reaches_the_template() -> None:
    """Bucket, prefix, owner and compression in CloudFormation's words."""
    stack = new_stack()
    data = ImportData.from_bucket(
        _foreign(stack),
        input_format=JSON,
        key_prefix="seed/",
        bucket_owner="222222222222",
        compression_type=GZIP,
    )
    imported(stack, data)
    assert source_of(stack) == {
        "InputFormat": "DYNAMODB_JSON",
        "InputCompressionType": "GZIP",
        "S3BucketSource": {
            "S3Bucket": "some-bucket",
            "S3BucketOwner": "222222222222",
            "S3KeyPrefix": "seed/",
        },
    }


def test_nothing_but_the_table_is_made() -> None:
    """No prefix: the whole bucket; no owner: the caller's account."""
    stack = new_stack()
    imported(stack, ImportData.from_bucket(_foreign(stack), input_format=JSON))
    assert len(template_of(stack)["Resources"]) == 1
    assert source_of(stack)["S3BucketSource"] == {"S3Bucket": "some-bucket"}


def test_owner_is_taken_from_a_bucket_that_is_known_to_be_foreign() -> None:
    """Rule 7.4; a bucket of one's own account has none."""
    env = cdk.Environment(account="111111111111", region="eu-west-1")
    for account, owner in (("222222222222", "222222222222"), ("111111111111", None)):
        stack = new_stack(env=env)
        imported(stack, ImportData.from_bucket(_foreign(stack, account=account), input_format=JSON))
        assert source_of(stack)["S3BucketSource"].get("S3BucketOwner") == owner


def test_table_waits_for_whoever_uploads() -> None:
    """One upload feeds several tables; each waits for it."""
    stack = new_stack()
    bucket = s3.Bucket(stack, "Bucket")
    upload = s3_deployment.BucketDeployment(
        stack, "Upload", destination_bucket=bucket, sources=[s3_deployment.Source.data("seed/a.json", "{}")]
    )
    for name in ("A", "B"):
        data = ImportData.from_bucket(bucket, input_format=JSON, key_prefix="seed/", uploaded_by=upload)
        table = ImportedTable(stack, name, partition_key=PK, data=data)
        assert messages(table) == []
    (custom,) = resources_of(stack, "Custom::CDKBucketDeployment")
    for resource in resources_of(stack, "AWS::DynamoDB::Table").values():
        assert custom in resource["DependsOn"]


def test_several_uploads_are_all_waited_for() -> None:
    """A list is fine too."""
    stack = new_stack()
    others = [cdk.CfnWaitConditionHandle(stack, name) for name in ("First", "Second")]
    imported(stack, ImportData.from_bucket(_foreign(stack), input_format=JSON, uploaded_by=others))
    assert table_of(stack)["DependsOn"] == ["First", "Second"]


def test_what_jsii_gives_back_as_an_interface_may_be_waited_for() -> None:
    """Something imported has no class of its own in Python; there is nothing in it to wait for."""
    stack = new_stack()
    network = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"])
    imported(stack, ImportData.from_bucket(_foreign(stack), input_format=JSON, uploaded_by=[network]))
    assert "DependsOn" not in table_of(stack)


def test_table_in_a_nested_stack_waits_for_an_upload_outside() -> None:
    """The dependency becomes one of the nested stack's resource."""
    stack = new_stack()
    upload = cdk.CfnWaitConditionHandle(stack, "Upload")
    nested = cdk.NestedStack(stack, "Nested")
    imported(nested, ImportData.from_bucket(_foreign(stack), input_format=JSON, uploaded_by=upload))
    (resource,) = resources_of(stack, "AWS::CloudFormation::Stack").values()
    assert resource["DependsOn"] == ["Upload"]


def test_table_in_another_stack_waits_for_the_stack_that_uploads() -> None:
    """The stacks are deployed in that order."""
    app = cdk.App()
    first, second = cdk.Stack(app, "First"), cdk.Stack(app, "Second")
    upload = cdk.CfnWaitConditionHandle(first, "Upload")
    imported(second, ImportData.from_bucket(_foreign(second), input_format=JSON, uploaded_by=upload))
    app.synth()
    assert second.dependencies == [first]


def test_bucket_of_the_same_stack_without_an_upload_is_warned_about() -> None:
    """Rules 1.4 and 6.10: it is born empty, and so would be the table, in silence."""
    stack = new_stack()
    table = imported(stack, ImportData.from_bucket(s3.Bucket(stack, "Bucket"), input_format=JSON))
    assert "nothing says what fills it" in messages(table)[0]
    assert messages(table)[0].endswith("[ack: cdk-imported-table:uploadedBy]")


@pytest.mark.parametrize("bucket_inside", [True, False])
def test_bucket_of_the_same_deploy_is_warned_about_over_nested_stacks(bucket_inside: bool) -> None:
    """A stack and what is nested in it are made at once: the bucket is as empty."""
    stack = new_stack()
    nested = cdk.NestedStack(stack, "Nested")
    of_bucket, of_table = (nested, stack) if bucket_inside else (stack, nested)
    bucket = s3.Bucket(of_bucket, "Bucket")
    table = imported(of_table, ImportData.from_bucket(bucket, input_format=JSON))
    assert messages(table)[0].endswith("[ack: cdk-imported-table:uploadedBy]")


def test_bucket_of_another_stack_may_be_filled_when_the_table_is_made() -> None:
    """It is deployed earlier."""
    app = cdk.App()
    bucket = s3.Bucket(cdk.Stack(app, "First"), "Bucket")
    table = imported(cdk.Stack(app, "Second"), ImportData.from_bucket(bucket, input_format=JSON))
    assert messages(table) == []


@pytest.mark.parametrize(
    ("prefix", "warned"), [("seed", True), ("seed/", False), ("seed/data.json", False), (None, False)]
)
def test_prefix_that_matches_its_neighbours_is_warned_about(prefix: str | None, warned: bool) -> None:
    """Rule 1.1: a raw string match; an object's whole key is fine."""
    stack = new_stack()
    data = ImportData.from_bucket(_foreign(stack), input_format=JSON, key_prefix=prefix)
    table = imported(stack, data)
    assert bool(messages(table)) is warned
    assert not warned or "also takes 'seed2/…' and 'seed.bak' (rule 1.1)" in messages(table)[0]


def test_who_needs_the_key_of_an_encrypted_bucket_is_said() -> None:
    """Rules 7.3 and 7.5: missing access shows only after the import was accepted."""
    stack = new_stack()
    bucket = s3.Bucket.from_bucket_attributes(
        stack, "B", bucket_name="some-bucket", encryption_key=kms.Key(stack, "Key")
    )
    table = imported(stack, ImportData.from_bucket(bucket, input_format=JSON))
    (said,) = [one for one in messages(table, "aws:cdk:info") if "KMS" in one]
    assert "the role that deploys this stack (CDK's CloudFormation execution role) needs kms:Decrypt" in said


def test_replace_is_refused_for_data_whose_changes_cdk_cannot_see() -> None:
    """What makes a new table there is a changed prefix."""
    stack = new_stack()
    data = ImportData.from_bucket(_foreign(stack), input_format=JSON)
    with pytest.raises(ValueError, match="CDK does not see when objects change; a changed key_prefix"):
        imported(stack, data, on_data_change=OnDataChange.replace())


def test_tokens_are_fine_everywhere() -> None:
    """What is only known at deploy time is passed on, not judged."""
    stack = new_stack()
    parameter = cdk.CfnParameter(stack, "P").value_as_string
    data = ImportData.from_bucket(
        s3.Bucket.from_bucket_name(stack, "B", parameter),
        input_format=ImportFormat.csv(header_list=[parameter]),
        key_prefix=parameter,
        bucket_owner=parameter,
    )
    imported(stack, data, table_name=parameter)
    ref = {"Ref": "P"}
    assert source_of(stack)["S3BucketSource"] == {"S3Bucket": ref, "S3BucketOwner": ref, "S3KeyPrefix": ref}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"key_prefix": ""}, "key_prefix is empty; leave it out"),
        ({"key_prefix": "x" * 1025}, "is 1025 characters long; at most 1024"),
        ({"key_prefix": "s3://bucket/seed/"}, "is a whole address"),
        ({"bucket_owner": "1234"}, "bucket_owner '1234' is not an AWS account: it has 12 digits"),
    ],
)
def test_what_cannot_be_a_prefix_or_an_owner_is_refused(options: dict[str, str], text: str) -> None:
    """Rule 6.7; CloudFormation would say so in the middle of the deploy."""
    with pytest.raises(ValueError, match=text):
        ImportData.from_bucket(_foreign(new_stack()), input_format=JSON, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        (None, "AWSDynamoDB/01693685827463-2d8752fd/data/"),
        ("backup", "backup/AWSDynamoDB/01693685827463-2d8752fd/data/"),
        ("backup/", "backup/AWSDynamoDB/01693685827463-2d8752fd/data/"),
    ],
)
def test_export_is_read_where_its_data_lies(prefix: str | None, expected: str) -> None:
    """Rule 1.8: gzip, and not the folder above, whose manifests would fail the import."""
    stack = new_stack()
    imported(stack, ImportData.from_export(_foreign(stack), "01693685827463-2d8752fd", key_prefix=prefix))
    assert source_of(stack) == {
        "InputFormat": "DYNAMODB_JSON",
        "InputCompressionType": "GZIP",
        "S3BucketSource": {"S3Bucket": "some-bucket", "S3KeyPrefix": expected},
    }


def test_what_is_no_export_is_refused() -> None:
    """An ARN, another id, a format that no export has."""
    bucket = _foreign(new_stack())
    arn = "arn:aws:dynamodb:eu-west-1:111111111111:table/t/export/01693685827463-2d8752fd"
    with pytest.raises(ValueError, match="it is what stands behind '/export/'"):
        ImportData.from_export(bucket, arn)
    with pytest.raises(ValueError, match="input_format CSV cannot be"):
        ImportData.from_export(bucket, "01693685827463-2d8752fd", input_format=ImportFormat.csv())

"""The table's own resource: id, defaults, options, and what is refused."""

import inspect
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange
from tests.unit.support import (
    JSON,
    PK,
    SK,
    folder,
    imported,
    line,
    messages,
    new_stack,
    resources_of,
    source_of,
    table_of,
    template_of,
)

DEPRECATED = {"contributor_insights_enabled", "point_in_time_recovery"}


@pytest.fixture
def data(tmp_path: Path) -> ImportData:
    """One local file with one record."""
    return ImportData.from_path(folder(tmp_path / "data", a__json=line("a")), input_format=JSON)


def test_table_resource_equals_that_of_a_plain_table_of_the_same_id() -> None:
    """Same id, bucket, prefix, billing and removal policy: the very same resource and logical id."""
    billing, policy = dynamodb.BillingMode.PAY_PER_REQUEST, cdk.RemovalPolicy.RETAIN
    ours, plain = new_stack(), new_stack()
    ImportedTable(
        ours,
        "Events",
        data=ImportData.from_bucket(
            s3.Bucket.from_bucket_name(ours, "B", "some-bucket"), input_format=JSON, key_prefix="seed/"
        ),
        partition_key=PK,
        sort_key=SK,
        billing_mode=billing,
        removal_policy=policy,
    )
    dynamodb.Table(
        plain,
        "Events",
        partition_key=PK,
        sort_key=SK,
        billing_mode=billing,
        removal_policy=policy,
        import_source=dynamodb.ImportSourceSpecification(
            bucket=s3.Bucket.from_bucket_name(plain, "B", "some-bucket"),
            input_format=dynamodb.InputFormat.dynamo_db_json(),
            key_prefix="seed/",
        ),
    )
    assert resources_of(ours, "AWS::DynamoDB::Table") == resources_of(plain, "AWS::DynamoDB::Table")


def test_logical_id_is_the_same_with_and_without_data(data: ImportData) -> None:
    """An environment that starts empty has the table under the id that the full one has."""
    full, empty = new_stack(), new_stack()
    imported(full, data)
    imported(empty, None)
    assert list(resources_of(full, "AWS::DynamoDB::Table")) == list(
        resources_of(empty, "AWS::DynamoDB::Table")
    )
    assert list(template_of(empty)["Resources"]) == list(resources_of(empty, "AWS::DynamoDB::Table"))
    assert "ImportSourceSpecification" not in table_of(empty)["Properties"]


def test_failed_create_leaves_no_table_but_data_is_kept_by_default(data: ImportData) -> None:
    """Rule 5.11: RETAIN would also keep the half-filled table of a failed create."""
    stack = new_stack()
    imported(stack, data)
    assert table_of(stack)["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table_of(stack)["UpdateReplacePolicy"] == "Retain"


def test_billing_is_on_demand_unless_a_capacity_is_given(data: ImportData) -> None:
    """Giving a capacity says provisioned."""
    stack, other = new_stack(), new_stack()
    imported(stack, data)
    imported(other, None, read_capacity=7)
    assert table_of(stack)["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table_of(other)["Properties"]["ProvisionedThroughput"] == {
        "ReadCapacityUnits": 7,
        "WriteCapacityUnits": 5,
    }


def test_every_option_of_table_is_one_of_ours() -> None:
    """Fails when CDK's Table gains an option that ImportedTable lacks."""
    theirs = set(inspect.signature(dynamodb.Table.__init__).parameters) - DEPRECATED - {"import_source"}
    ours = set(inspect.signature(ImportedTable.__init__).parameters)
    assert theirs - ours == set()
    assert ours - theirs == {"data", "on_data_change", "preflight", "property_overrides"}


def _options(stack: cdk.Stack) -> dict[str, Any]:
    key = kms.Key(stack, "Key")
    return {
        "sort_key": SK,
        "max_read_request_units": 11,
        "max_write_request_units": 12,
        "warm_throughput": dynamodb.WarmThroughput(read_units_per_second=12001, write_units_per_second=4001),
        "table_name": "fixed",
        "table_class": dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS,
        "deletion_protection": True,
        "encryption": dynamodb.TableEncryption.CUSTOMER_MANAGED,
        "encryption_key": key,
        "point_in_time_recovery_specification": dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True, recovery_period_in_days=9
        ),
        "contributor_insights_specification": dynamodb.ContributorInsightsSpecification(enabled=True),
        "time_to_live_attribute": "ttl",
        "stream": dynamodb.StreamViewType.KEYS_ONLY,
        "kinesis_stream": kinesis.Stream(stack, "Stream"),
        "kinesis_precision_timestamp": dynamodb.ApproximateCreationDateTimePrecision.MILLISECOND,
        "resource_policy": iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(
                    actions=["dynamodb:GetItem"], principals=[iam.AccountRootPrincipal()], resources=["*"]
                )
            ]
        ),
    }


def test_every_option_reaches_the_resource_as_the_l2_renders_it() -> None:
    """The same options, given to the L2 and to us, make the same resources."""
    ours, plain = new_stack(), new_stack()
    ImportedTable(ours, "T", partition_key=PK, removal_policy=cdk.RemovalPolicy.DESTROY, **_options(ours))
    dynamodb.Table(
        plain,
        "T",
        partition_key=PK,
        removal_policy=cdk.RemovalPolicy.DESTROY,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        **_options(plain),
    )
    assert template_of(ours)["Resources"] == template_of(plain)["Resources"]
    properties = table_of(ours)["Properties"]
    assert properties["OnDemandThroughput"] == {"MaxReadRequestUnits": 11, "MaxWriteRequestUnits": 12}
    assert properties["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"] == 9


def test_replicas_are_made_as_the_l2_makes_them_and_warned_about(data: ImportData) -> None:
    """A replica is made after the import and filled by replication."""
    stack = new_stack(env=cdk.Environment(account="111111111111", region="eu-west-1"))
    table = imported(
        stack,
        data,
        replication_regions=("eu-central-1",),
        replication_timeout=cdk.Duration.minutes(40),
        replica_removal_policy=cdk.RemovalPolicy.DESTROY,
        wait_for_replication_to_finish=False,
    )
    (replica,) = resources_of(stack, "Custom::DynamoDBReplica").values()
    assert replica["Properties"]["Region"] == "eu-central-1"
    assert replica["Properties"]["SkipReplicationCompletedWait"] == "true"
    assert "each replica is made after the import" in messages(table)[0]


def test_warnings_can_be_acknowledged(data: ImportData) -> None:
    """A warning carries its id, and goes when that is acknowledged."""
    stack = new_stack(env=cdk.Environment(account="111111111111", region="eu-west-1"))
    table = imported(stack, data, replication_regions=["eu-central-1"])
    assert messages(table)[0].endswith("[ack: cdk-imported-table:replicationRegions]")
    cdk.Annotations.of(table).acknowledge_warning("cdk-imported-table:replicationRegions", "known")
    assert messages(table) == []


def test_property_overrides_reach_the_resource(data: ImportData) -> None:
    """What CDK does not model can be had all the same."""
    stack = new_stack()
    imported(stack, data, property_overrides={"OnDemandThroughput.MaxReadRequestUnits": 5})
    assert table_of(stack)["Properties"]["OnDemandThroughput"] == {"MaxReadRequestUnits": 5}


@pytest.mark.parametrize("path", ["ImportSourceSpecification.InputFormat", "LocalSecondaryIndexes"])
def test_property_overrides_of_the_import_are_refused(data: ImportData, path: str) -> None:
    """What is checked cannot be changed behind the check."""
    with pytest.raises(ValueError, match=f"property_overrides has '{path}'.*use data"):
        imported(new_stack(), data, property_overrides={path: "CSV"})


def test_indexes_added_later_are_in_the_template(data: ImportData) -> None:
    """`.table` is CDK's Table, with everything it can do."""
    stack = new_stack()
    table = imported(stack, data).table
    table.add_global_secondary_index(index_name="by-sk", partition_key=SK)
    (index,) = table_of(stack)["Properties"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-sk"


def test_local_secondary_indexes_are_refused_at_synth(data: ImportData) -> None:
    """Rules 6.3 and 6.6: the import has no field for them; the message names index and construct."""
    stack = new_stack()
    imported(stack, data, sort_key=SK).table.add_local_secondary_index(index_name="mine", sort_key=PK)
    with pytest.raises(RuntimeError, match=r"\[Stack/T\] local secondary indexes \('mine'\) cannot be had"):
        template_of(stack)


def test_local_secondary_indexes_are_fine_without_data() -> None:
    """Only the import forbids them."""
    stack = new_stack()
    imported(stack, None, sort_key=SK).table.add_local_secondary_index(index_name="mine", sort_key=PK)
    assert table_of(stack)["Properties"]["LocalSecondaryIndexes"][0]["IndexName"] == "mine"


def test_properties_tell_where_the_data_lies(data: ImportData) -> None:
    """`bucket`, `deployment` and `key_prefix` are those of the template; without data there are none."""
    stack = new_stack()
    table = imported(stack, data)
    assert table.bucket is not None
    source = source_of(stack)["S3BucketSource"]
    assert stack.resolve(table.bucket.bucket_name) == source["S3Bucket"]
    assert table.key_prefix == source["S3KeyPrefix"] == "data/"
    assert table.deployment is table.node.find_child("Deployment")
    empty = imported(new_stack(), None)
    assert (empty.bucket, empty.deployment, empty.key_prefix) == (None, None, None)


def test_header_list_must_have_the_keys(tmp_path: Path) -> None:
    """Rule 3.7: without a key column every row fails; names are case-sensitive."""
    path = folder(tmp_path, a__csv=b"a,1\n")
    for headers, missing in ((["PK", "sk"], "pk"), (["pk", "x"], "sk")):
        csv = ImportData.from_path(path, input_format=ImportFormat.csv(header_list=headers))
        with pytest.raises(ValueError, match=f"no column '{missing}', which is a key of the table"):
            imported(new_stack(), csv, sort_key=SK)


def test_empty_table_takes_replace_too() -> None:
    """One policy for all environments, also for those without data."""
    stack = new_stack()
    imported(stack, None, on_data_change=OnDataChange.replace(), table_name="fixed")
    assert table_of(stack)["Properties"]["TableName"] == "fixed"

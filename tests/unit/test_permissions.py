"""What a deploying role is granted: each action for a reason, and none that is in no list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cfnlint
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportedTable
from cdk_imported_table.cli import main
from cdk_imported_table.permissions import NEEDS, NOT_NEEDED, generated_bucket, generated_table
from tests.unit.support import JSON, PK, folder, imported, line, resources_of

ENV = cdk.Environment(account="123456789012", region="eu-west-1")
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
LOGS = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws-dynamodb/*"

# Rule 7.1: what DynamoDB's guide says, action by action, and on what.
DOCUMENTED = {
    "table": {"dynamodb:ImportTable", "dynamodb:DescribeImport"},
    "any": {"dynamodb:ListImports"},
    "objects": {"s3:GetObject"},
    "bucket": {"s3:ListBucket"},
    "logs": {
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "logs:PutRetentionPolicy",
    },
}

# What a property of the table adds (rules 6.5, 7.2, 7.3): the option, and the actions.
ADDED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "stream": ({"stream": dynamodb.StreamViewType.NEW_IMAGE}, {"dynamodb:UpdateTable"}),
    "table class": ({"table_class": dynamodb.TableClass.STANDARD}, {"dynamodb:UpdateTable"}),
    "deletion protection": ({"deletion_protection": True}, {"dynamodb:UpdateTable"}),
    "warm throughput": (
        {"warm_throughput": dynamodb.WarmThroughput(read_units_per_second=20000)},
        {"dynamodb:UpdateTable"},
    ),
    "an override": (
        {"property_overrides": {"WarmThroughput.ReadUnitsPerSecond": 20000}},
        {"dynamodb:UpdateTable"},
    ),
    "time to live": ({"time_to_live_attribute": "ends"}, {"dynamodb:UpdateTimeToLive"}),
    "backups": (
        {
            "point_in_time_recovery_specification": dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            )
        },
        {"dynamodb:UpdateContinuousBackups"},
    ),
    "insights": (
        {"contributor_insights_specification": dynamodb.ContributorInsightsSpecification(enabled=True)},
        {"dynamodb:UpdateContributorInsights"},
    ),
    "policy": (
        {
            "resource_policy": iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        actions=["dynamodb:GetItem"], resources=["*"], principals=[iam.AccountRootPrincipal()]
                    )
                ]
            )
        },
        {"dynamodb:PutResourcePolicy"},
    ),
    "AWS's key": ({"encryption": dynamodb.TableEncryption.AWS_MANAGED}, {"kms:ListAliases"}),
    "a key of its own": (
        {"encryption": dynamodb.TableEncryption.CUSTOMER_MANAGED},
        {"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListAliases"},
    ),
}


@pytest.fixture
def data(tmp_path: Path) -> ImportData:
    """One item."""
    return ImportData.from_path(folder(tmp_path / "data", a__json=line("a")), input_format=JSON)


def as_list(value: Any) -> list[Any]:
    """A policy writes one of something without a list."""
    return value if isinstance(value, list) else [value]


def text(resource: Any) -> str:
    """A resource as text, in the partition aws."""
    parts = resource["Fn::Join"][1] if isinstance(resource, dict) else [resource]
    return "".join(part if isinstance(part, str) else "aws" for part in parts)


def statements(table: ImportedTable) -> dict[str, dict[str, Any]]:
    """The statements of a table's policy, by their ids; actions and resources as lists."""
    found = cdk.Stack.of(table).resolve(table.import_policy_document)["Statement"]
    return {
        one["Sid"]: one
        | {"Action": as_list(one["Action"]), "Resource": [text(each) for each in as_list(one["Resource"])]}
        for one in found
    }


def actions(table: ImportedTable) -> set[str]:
    """All actions that a table's policy allows."""
    return {action for one in statements(table).values() for action in one["Action"]}


def handler(name: str) -> set[str]:
    """What CloudFormation's schema of the table says that a handler calls; cfn-lint ships it."""
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    listed = json.loads((schemas / "providers" / "us-east-1.json").read_text("utf-8"))
    path = schemas / "resources" / f"{listed['AWS::DynamoDB::Table']}.json"
    return set(json.loads(path.read_text("utf-8"))["handlers"][name]["permissions"])


def test_every_documented_action_is_needed_on_what_the_guide_says() -> None:
    """Rule 7.1, whole: neither more kinds of resources, nor fewer."""
    for on, documented in DOCUMENTED.items():
        always = {need.action for need in NEEDS if need.on == on and not need.features}
        assert documented <= always, on
        if on in ("objects", "bucket", "logs"):
            assert always == documented


def test_every_action_of_cloudformations_handler_is_granted_or_refused_with_a_reason() -> None:
    """Nothing of the create handler is forgotten, and nothing is in both lists."""
    granted = {need.action for need in NEEDS}
    assert handler("create") - granted == set(NOT_NEEDED)
    assert not granted & set(NOT_NEEDED)
    assert all(NOT_NEEDED.values())


def test_nothing_is_granted_that_is_in_no_list() -> None:
    """Each action is the guide's, or one of the create, read or delete handler."""
    documented = {action for some in DOCUMENTED.values() for action in some}
    granted = {need.action for need in NEEDS}
    assert granted - documented - handler("create") - handler("read") == {"dynamodb:DeleteTable"}
    assert "dynamodb:DeleteTable" in handler("delete")
    assert all(need.why for need in NEEDS)


def test_a_plain_import_is_granted_this_and_no_more(data: ImportData) -> None:
    """The whole policy of the shortest app, with names that are known before the deploy."""
    table = imported(cdk.Stack(cdk.App(), "Shop", env=ENV), data)
    found = statements(table)
    assert {sid: one["Resource"] for sid, one in found.items()} == {
        "ImportTable": [f"{TABLE}Shop-TD925BC7E-*"],
        "ListWithoutResource": ["*"],
        "ListData": ["arn:aws:s3:::shop-tstagingbucketb920a7db-*"],
        "ReadData": ["arn:aws:s3:::shop-tstagingbucketb920a7db-*/data/*"],
        "LogFailedRecords": [LOGS],
    }
    assert {action for one in found.values() for action in one["Action"]} == {
        need.action for need in NEEDS if not need.features
    } | {"dynamodb:DeleteTable"}


@pytest.mark.parametrize("name", ADDED)
def test_an_option_adds_what_it_needs(name: str, data: ImportData) -> None:
    """And nothing else does: the difference to a plain import is exactly this."""
    options, added = ADDED[name]
    plain = imported(cdk.Stack(cdk.App(), "Shop"), data)
    table = imported(cdk.Stack(cdk.App(), "Shop"), data, **options)
    assert actions(table) - actions(plain) == added
    assert actions(plain) <= actions(table)


def test_a_retained_table_is_not_to_be_deleted(data: ImportData) -> None:
    """Only where a failed create is rolled back by removing the table."""
    table = imported(cdk.Stack(cdk.App(), "Shop"), data, removal_policy=cdk.RemovalPolicy.RETAIN)
    assert "dynamodb:DeleteTable" not in actions(table)


def test_buckets_and_keys_that_exist_are_named_exactly() -> None:
    """ListBucket on the bucket, GetObject below the prefix, Decrypt with the bucket's key."""
    stack = cdk.Stack(cdk.App(), "Shop", env=ENV)
    key = "arn:aws:kms:eu-west-1:123456789012:key/abc"
    bucket = s3.Bucket.from_bucket_attributes(
        stack, "B", bucket_arn="arn:aws:s3:::theirs", encryption_key=kms.Key.from_key_arn(stack, "K", key)
    )
    source = ImportData.from_bucket(bucket, key_prefix="seed/", input_format=JSON)
    found = statements(imported(stack, source, table_name="events"))
    assert found["ListData"]["Resource"] == ["arn:aws:s3:::theirs"]
    assert found["ReadData"]["Resource"] == ["arn:aws:s3:::theirs/seed/*"]
    assert (found["DecryptData"]["Action"], found["DecryptData"]["Resource"]) == (["kms:Decrypt"], [key])
    assert found["ImportTable"]["Resource"] == [f"{TABLE}events*"]


def test_a_kinesis_stream_needs_its_service_linked_role(data: ImportData) -> None:
    """Made once an account, and for this service only."""
    stack = cdk.Stack(cdk.App(), "Shop", env=ENV)
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/changes"
    stream = kinesis.Stream.from_stream_arn(stack, "S", arn)
    found = statements(imported(stack, data, kinesis_stream=stream))
    assert found["StreamChanges"]["Resource"] == [arn]
    condition = {"StringEquals": {"iam:AWSServiceName": "kinesisreplication.dynamodb.amazonaws.com"}}
    assert found["StreamChangesRole"]["Condition"] == condition


def test_names_that_cloudformation_makes_are_matched_however_long() -> None:
    """Its names are stack, logical id and a random end; buckets are in lower case and at most 63 long."""
    assert generated_table("Shop", "T1") == "Shop-T1-*"
    assert generated_bucket("Shop", "Staging1") == "shop-staging1-*"
    assert generated_bucket("Shop", "S" * 60) == "shop-*"
    assert generated_bucket("S" * 30, "B" * 30) == "s" * 24 + "*"


def test_a_role_of_an_earlier_stack_can_be_granted_the_import(data: ImportData) -> None:
    """The table's stack can depend on the role's: nothing of the policy refers to what is not made yet."""
    app = cdk.App()
    roles = cdk.Stack(app, "Roles", env=ENV)
    role = iam.Role(roles, "Deployer", assumed_by=iam.ServicePrincipal("cloudformation.amazonaws.com"))
    shop = cdk.Stack(app, "Shop", env=ENV)
    table = imported(shop, data, encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED)
    shop.add_dependency(roles)
    assert table.grant_import(role).success
    (policy,) = resources_of(roles, "AWS::IAM::Policy").values()
    granted = {
        action
        for one in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in as_list(one["Action"])
    }
    assert granted == actions(table)
    assert "Shop:" not in json.dumps(policy)


def test_a_role_of_the_same_stack_can_be_waited_for(data: ImportData) -> None:
    """`apply_before` puts the permissions first, without a circle."""
    stack = cdk.Stack(cdk.App(), "Shop", env=ENV)
    role = iam.Role.from_role_arn(stack, "Deployer", "arn:aws:iam::123456789012:role/deployer")
    table = imported(stack, data)
    table.grant_import(role).apply_before(table.table)
    policies = resources_of(stack, "AWS::IAM::Policy").items()
    (policy,) = (name for name, one in policies if one["Properties"].get("Roles") == ["deployer"])
    (resource,) = resources_of(stack, "AWS::DynamoDB::Table").values()
    assert policy in resource["DependsOn"]


def test_without_data_nothing_is_granted() -> None:
    """The environments that start empty need no permission of an import, and no other code."""
    stack = cdk.Stack(cdk.App(), "Shop")
    table = imported(stack, None)
    role = iam.Role(stack, "Deployer", assumed_by=iam.ServicePrincipal("cloudformation.amazonaws.com"))
    table.grant_import(role)
    assert table.import_policy_document.is_empty
    assert resources_of(stack, "AWS::IAM::Policy") == {}


def test_the_command_prints_what_the_construct_grants(
    data: ImportData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A policy for each stack, as JSON; the template says the same as the constructs."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    shop = cdk.Stack(app, "Shop", env=ENV)
    table = imported(
        shop,
        data,
        stream=dynamodb.StreamViewType.NEW_IMAGE,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
    )
    granted = statements(table)
    dynamodb.Table(cdk.Stack(app, "Other"), "T", partition_key=PK)
    assert main(["permissions", app.synth().directory]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["Shop"]
    for one in printed["Shop"]["Statement"]:
        same = granted[one["Sid"]]
        assert sorted(one["Action"]) == sorted(same["Action"])
        assert as_list(one["Resource"]) == same["Resource"], one["Sid"]
    assert {one["Sid"] for one in printed["Shop"]["Statement"]} == set(granted)
    assert main(["permissions", app.synth().directory, "--stack", "Shop"]) == 0
    assert json.loads(capsys.readouterr().out) == printed["Shop"]


def test_an_assembly_without_imports_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, so that a script does not install an empty policy."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    dynamodb.Table(cdk.Stack(app, "Other"), "T", partition_key=PK)
    assert main(["permissions", app.synth().directory]) == 1
    assert capsys.readouterr().err == "no table of this assembly is imported\n"
    assert main(["permissions", str(tmp_path / "nothing")]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_a_folder_that_is_no_assembly_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty policy would look like an answer."""
    assert main(["permissions", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{str(tmp_path)!r} is no cloud assembly: it has no manifest.json; give cdk.out" in err

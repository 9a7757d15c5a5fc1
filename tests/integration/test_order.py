"""The upload is finished before the import starts, wherever the two are.

The emulator makes resources one by one, as far as dependencies allow in the template's order. So the tables
are moved to the front of their templates: only a dependency can bring an upload before them.
"""

import json
from pathlib import Path

import pytest
from aws_cdk import App, NestedStack, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from cdk_imported_table import ImportData
from emulator.local_aws import LocalAws
from tests.integration.conftest import Synth
from tests.integration.stacks import JSON, deploy, imported, lines, outputs, pks, table_name, write

UPLOAD, TABLE, NESTED = "Custom::CDKBucketDeployment", "AWS::DynamoDB::Table", "AWS::CloudFormation::Stack"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two items."""
    return write(tmp_path / "data", {"a.json": lines("a"), "b.json": lines("b")})


def tables_first(assembly: Path, *, forget: bool = False) -> Path:
    """Move tables and nested stacks to the front of their templates; `forget` their dependencies too."""
    for file in assembly.glob("*.template.json"):
        template = json.loads(file.read_text("utf-8"))
        resources = template["Resources"]
        first = {key: made for key, made in resources.items() if made["Type"] in (TABLE, NESTED)}
        for made in first.values():
            if forget:
                del made["DependsOn"]
        template["Resources"] = {**first, **resources}
        file.write_text(json.dumps(template), "utf-8")
    return assembly


def upload(stack: Construct, data: Path, prefix: str = "seed/") -> s3_deployment.BucketDeployment:
    """Make a bucket and an upload with CDK's own constructs, as an app has them already."""
    bucket = s3.Bucket(stack, "Bucket", removal_policy=RemovalPolicy.DESTROY)
    return s3_deployment.BucketDeployment(
        stack,
        "Upload",
        destination_bucket=bucket,
        destination_key_prefix=prefix,
        sources=[s3_deployment.Source.asset(str(data))],
    )


def in_order(aws: LocalAws, stack: str, first: str, then: str) -> bool:
    """Whether every resource of the first type was complete before any of the other was begun."""
    moments = [
        (event["ResourceType"], event["ResourceStatus"])
        for event in aws.events(stack)
        if event["PhysicalResourceId"] != event["StackId"]  # not of the stack itself
    ]
    ends = [at for at, moment in enumerate(moments) if moment == (first, "CREATE_COMPLETE")]
    starts = [at for at, moment in enumerate(moments) if moment == (then, "CREATE_IN_PROGRESS")]
    assert ends
    assert starts
    return max(ends) < min(starts)


def test_without_the_dependency_the_table_is_empty(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """The control: the stack is just as green, and what the other tests look at shows the mistake."""
    assembly = tables_first(
        synth(lambda stack: imported(stack, ImportData.from_path(data, input_format=JSON))), forget=True
    )

    assert deploy(aws, assembly, name) == "CREATE_COMPLETE"
    assert not in_order(aws, name, UPLOAD, TABLE)
    assert pks(aws, table_name(aws, name)) == []


def test_our_own_bucket(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """The table waits for the upload, and so for its bucket."""
    assembly = tables_first(
        synth(lambda stack: imported(stack, ImportData.from_path(data, input_format=JSON)))
    )

    assert deploy(aws, assembly, name) == "CREATE_COMPLETE"
    assert in_order(aws, name, UPLOAD, TABLE)
    assert pks(aws, table_name(aws, name)) == ["a", "b"]


def test_the_callers_bucket_and_the_callers_upload(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """In one stack: our upload into their bucket, and two tables that wait for an upload of theirs."""

    def build(stack: Stack) -> None:
        theirs = upload(stack, data)
        bucket = stack.node.find_child("Bucket")
        assert isinstance(bucket, s3.Bucket)
        imported(stack, ImportData.from_items([{"pk": "ours"}], bucket=bucket), "Ours")
        for id in ("One", "Two"):
            source = ImportData.from_bucket(bucket, key_prefix="seed/", input_format=JSON, uploaded_by=theirs)
            imported(Construct(stack, f"Scope{id}"), source, id)

    assert deploy(aws, tables_first(synth(build)), name) == "CREATE_COMPLETE"
    rows = [pks(aws, made) for key, made in outputs(aws, name).items() if "Bucket" not in key]
    assert sorted(rows) == [["a", "b"], ["a", "b"], ["ours"]]


def test_a_nested_stack_with_the_upload_in_its_parent(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """The whole nested stack waits for the parent's upload."""

    def build(stack: Stack) -> None:
        theirs = upload(stack, data)
        source = ImportData.from_bucket(
            theirs.deployed_bucket, key_prefix="seed/", input_format=JSON, uploaded_by=theirs
        )
        nested = NestedStack(stack, "Nested")
        imported(nested, source)

    assert deploy(aws, tables_first(synth(build)), name) == "CREATE_COMPLETE"
    assert in_order(aws, name, UPLOAD, NESTED)
    (nested,) = [r["PhysicalResourceId"] for r in aws.resources(name) if r["ResourceType"] == NESTED]
    assert pks(aws, table_name(aws, nested)) == ["a", "b"]


def test_a_nested_stack_with_an_upload_of_its_own(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """Into the parent's bucket: the order is kept inside the nested stack."""

    def build(stack: Stack) -> None:
        bucket = s3.Bucket(stack, "Bucket")
        imported(NestedStack(stack, "Nested"), ImportData.from_path(data, input_format=JSON, bucket=bucket))

    assert deploy(aws, tables_first(synth(build)), name) == "CREATE_COMPLETE"
    (nested,) = [r["PhysicalResourceId"] for r in aws.resources(name) if r["ResourceType"] == NESTED]
    assert in_order(aws, nested, UPLOAD, TABLE)
    assert pks(aws, table_name(aws, nested)) == ["a", "b"]


def test_a_table_that_waits_for_an_upload_in_a_nested_stack(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """The table waits for the whole nested stack."""

    def build(stack: Stack) -> None:
        theirs = upload(NestedStack(stack, "Nested"), data)
        source = ImportData.from_bucket(
            theirs.deployed_bucket, key_prefix="seed/", input_format=JSON, uploaded_by=theirs
        )
        imported(stack, source)

    assert deploy(aws, tables_first(synth(build)), name) == "CREATE_COMPLETE"
    assert in_order(aws, name, NESTED, TABLE)
    assert pks(aws, table_name(aws, name)) == ["a", "b"]


def test_a_table_in_another_stack_than_its_upload(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """The CLI is asked for the table's stack only, and deploys the upload's stack first."""

    def build(stack: Stack) -> None:
        app = stack.node.root
        assert isinstance(app, App)
        theirs = upload(Stack(app, f"{name}-upload"), data)
        source = ImportData.from_bucket(
            theirs.deployed_bucket, key_prefix="seed/", input_format=JSON, uploaded_by=theirs
        )
        imported(stack, source)

    aws.deploy(synth(build), name)
    assert pks(aws, table_name(aws, name)) == ["a", "b"]

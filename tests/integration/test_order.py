"""The upload is finished before the import starts, wherever the two are.

The emulator makes resources one by one, by logical id as far as dependencies allow. So the tables get ids
that come first: only a dependency can bring an upload before them.
"""

import json
from pathlib import Path

from aws_cdk import App, NestedStack, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct, IDependable

from cdk_imported_table import ImportData, ImportedTable
from emulator.local_aws import LocalAws
from tests.integration.conftest import Put, Synth
from tests.integration.stacks import JSON, deploy, imported, outputs, pks, table_name

UPLOAD, TABLE, NESTED = "Custom::CDKBucketDeployment", "AWS::DynamoDB::Table", "AWS::CloudFormation::Stack"


def tables_first(assembly: Path, *, forget: bool = False) -> Path:
    """Make tables sort before all else, nested stacks next; `forget` what they depend on, too."""
    for file in assembly.glob("*.template.json"):
        text = file.read_text("utf-8")
        for logical_id, made in json.loads(text)["Resources"].items():
            if rank := {TABLE: "A0", NESTED: "A1"}.get(made["Type"]):
                text = text.replace(f'"{logical_id}"', f'"{rank}{logical_id}"')
        template = json.loads(text)
        for made in template["Resources"].values():
            if forget and made["Type"] == TABLE:
                made["DependsOn"] = []
        file.write_text(json.dumps(template), "utf-8")
    return assembly


def upload(scope: Construct, data: Path, bucket: str) -> s3_deployment.BucketDeployment:
    """Upload with CDK's own construct, as an app does already, into a bucket that exists.

    A reference to a bucket of the app would bring some order by itself; so there is only the dependency.
    """
    return s3_deployment.BucketDeployment(
        scope,
        "Upload",
        destination_bucket=s3.Bucket.from_bucket_name(scope, "Destination", bucket),
        destination_key_prefix="seed/",
        sources=[s3_deployment.Source.asset(str(data))],
    )


def waiting(scope: Construct, upload: IDependable, bucket: str, id: str = "Table") -> ImportedTable:
    """Make a table of what the upload puts into the bucket."""
    source = s3.Bucket.from_bucket_name(scope, f"{id}Source", bucket)
    data = ImportData.from_bucket(source, key_prefix="seed/", input_format=JSON, uploaded_by=upload)
    return imported(scope, data, id)


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
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """In one stack: our upload into their bucket, and two tables that wait for an upload of theirs."""
    bucket()

    def build(stack: Stack) -> None:
        imported(stack, ImportData.from_items([{"pk": "ours"}], bucket=s3.Bucket(stack, "Theirs")), "Ours")
        theirs = upload(stack, data, name)
        for id in ("One", "Two"):
            waiting(Construct(stack, f"Scope{id}"), theirs, name, id)

    assert deploy(aws, tables_first(synth(build)), name) == "CREATE_COMPLETE"
    rows = [pks(aws, made) for key, made in outputs(aws, name).items() if "Bucket" not in key]
    assert sorted(rows) == [["a", "b"], ["a", "b"], ["ours"]]


def test_a_nested_stack_with_the_upload_in_its_parent(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """The whole nested stack waits for the parent's upload."""
    bucket()

    def build(stack: Stack) -> None:
        waiting(NestedStack(stack, "Nested"), upload(stack, data, name), name)

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
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """The table waits for the whole nested stack."""
    bucket()

    def build(stack: Stack) -> None:
        waiting(stack, upload(NestedStack(stack, "Nested"), data, name), name)

    assert deploy(aws, tables_first(synth(build)), name) == "CREATE_COMPLETE"
    assert in_order(aws, name, NESTED, TABLE)
    assert pks(aws, table_name(aws, name)) == ["a", "b"]


def test_a_table_in_another_stack_than_its_upload(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """The CLI is asked for the table's stack only, and deploys the upload's stack first."""
    bucket()

    def build(stack: Stack) -> None:
        app = stack.node.root
        assert isinstance(app, App)
        waiting(stack, upload(Stack(app, f"{name}-upload"), data, name), name)

    aws.deploy(synth(build), name)
    assert pks(aws, table_name(aws, name)) == ["a", "b"]

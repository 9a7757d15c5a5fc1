"""What is left when a stack is destroyed: nothing of ours, everything of others'."""

from pathlib import Path

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, OnDataChange
from emulator.local_aws import LocalAws
from tests.integration.conftest import Put, Synth
from tests.integration.stacks import (
    JSON,
    buckets,
    deploy,
    destroy,
    imported,
    keys,
    lines,
    outputs,
    pks,
    put,
    tables,
    write,
)


def test_nothing_is_left(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """Neither our bucket nor one that the stack makes itself, no table, function or role."""

    def build(stack: Stack) -> None:
        imported(stack, ImportData.from_path(data, input_format=JSON), "Own")
        theirs = s3.Bucket(stack, "Theirs", removal_policy=RemovalPolicy.DESTROY)
        imported(stack, ImportData.from_items([{"pk": "x"}], bucket=theirs), "Other")

    def functions_and_roles() -> list[str]:
        functions = aws.client("lambda").list_functions()["Functions"]
        roles = aws.client("iam").list_roles()["Roles"]
        found = [made["FunctionName"] for made in functions] + [made["RoleName"] for made in roles]
        return [made for made in found if made.startswith(name)]

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    assert len(tables(aws, name)) == len(buckets(aws, name)) == 2
    assert functions_and_roles()
    put(aws, outputs(aws, name)["OwnName"], {"pk": {"S": "written by a user"}})

    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert tables(aws, name) == buckets(aws, name) == functions_and_roles() == []
    assert name not in aws.stacks()


def test_our_default_keeps_the_table_and_nothing_else(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """The rows are data of the users'; the staged copy is not."""
    assembly = synth(
        lambda stack: imported(stack, ImportData.from_path(data, input_format=JSON), removal_policy=None)
    )
    assert deploy(aws, assembly, name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})

    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert tables(aws, name) == [made["TableName"]]
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]
    assert buckets(aws, name) == []


def test_foreign_objects_survive_deploy_change_and_destroy(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """Whatever is not below our own prefix, also what only looks like it; under keep() and replace()."""
    foreign = ["keep", "keep-old/x", "keep.bak", "keep2/x", "other/keep/x", "swap", "swap-", "swap/x", "x"]
    bucket(**dict.fromkeys(foreign, b"not ours"))

    def version() -> Path:
        def build(stack: Stack) -> None:
            theirs = s3.Bucket.from_bucket_name(stack, "Theirs", name)
            for id, policy in (("Keep", OnDataChange.keep()), ("Swap", OnDataChange.replace())):
                source = ImportData.from_path(data, input_format=JSON, bucket=theirs, key_prefix=id.lower())
                prefixes[id] = imported(stack, source, id, on_data_change=policy).key_prefix

        return synth(build)

    def expected(*files: str) -> list[str]:
        return sorted([*foreign, *(f"{prefix}{file}" for prefix in prefixes.values() for file in files)])

    prefixes: dict[str, str | None] = {}
    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    assert keys(aws, name) == expected("a.json", "b.json")

    write(data, {"c.json": lines("c")})
    assert deploy(aws, version(), name) == "UPDATE_COMPLETE"
    assert keys(aws, name) == expected("c.json")
    assert pks(aws, outputs(aws, name)["SwapName"]) == ["c"]

    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert keys(aws, name) == foreign
    assert tables(aws, name) == []


def test_a_versioned_bucket_of_yours_keeps_old_versions_of_what_was_staged(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """No object is left to be read, but its versions are: the bucket's own lifecycle has to end them."""
    bucket()
    client = aws.client("s3")
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def build(stack: Stack) -> None:
        theirs = s3.Bucket.from_bucket_name(stack, "Theirs", name)
        imported(stack, ImportData.from_path(data, input_format=JSON, bucket=theirs, key_prefix="seed"))

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert keys(aws, name) == []
    found = client.list_object_versions(Bucket=name)
    assert [version["Key"] for version in found["Versions"]] == ["seed/a.json", "seed/b.json"]
    assert [marker["Key"] for marker in found["DeleteMarkers"]] == ["seed/a.json", "seed/b.json"]


def test_taking_the_table_out_of_a_stack_takes_its_objects_too(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """The rest of the stack stays; two tables in one bucket do not disturb each other."""

    def version(*ids: str) -> Path:
        def build(stack: Stack) -> None:
            theirs = s3.Bucket(stack, "Theirs")
            for id in ids:
                imported(stack, ImportData.from_path(data, input_format=JSON, bucket=theirs), id)

        return synth(build)

    assert deploy(aws, version("One", "Two"), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    assert len(keys(aws, made["OneBucketName"])) == 4

    assert deploy(aws, version("Two"), name) == "UPDATE_COMPLETE"
    assert tables(aws, name) == [made["TwoName"]]
    assert pks(aws, made["TwoName"]) == ["a", "b"]
    assert len(keys(aws, made["TwoBucketName"])) == 2
    assert all(key.startswith(f"{name}-Two-") for key in keys(aws, made["TwoBucketName"]))

"""Steps in the life of deployed tables that need no CLI: frozen data, policies, references, a cancel."""

import time
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm

from cdk_imported_table import ImportData, OnDataChange, Preflight
from emulator.local_aws import LocalAws
from tests.integration.conftest import Put, Synth
from tests.integration.stacks import (
    BAD,
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
    table_name,
    tables,
    write,
)

KEEP, REPLACE = OnDataChange.keep(), OnDataChange.replace()


@pytest.mark.parametrize("policy", [KEEP, REPLACE], ids=repr)
def test_frozen_data_leaves_the_repository(
    aws: LocalAws, synth: Synth, name: str, data: Path, policy: OnDataChange
) -> None:
    """The same table with its users' rows, the same objects; a new environment starts empty; all can go."""
    hashes: list[str | None] = []

    def version(*, frozen: bool) -> Path:
        def build(stack: Stack) -> None:
            app = stack.node.root
            assert isinstance(app, App)
            for environment in [stack, *([Stack(app, f"{name}-two")] if frozen else [])]:
                source = ImportData.from_path(data, input_format=JSON)
                if frozen:
                    source = source.frozen(content_hash=hashes[0])
                hashes.append(imported(environment, source, on_data_change=policy).content_hash)

        return synth(build)

    assert deploy(aws, version(frozen=False), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})
    staged = keys(aws, made["TableBucketName"])

    write(data, {})
    data.rmdir()
    frozen = version(frozen=True)
    assert deploy(aws, frozen, name) == "UPDATE_COMPLETE"
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]
    assert keys(aws, made["TableBucketName"]) == staged
    assert len(staged) == 2

    assert deploy(aws, frozen, f"{name}-two") == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, f"{name}-two")) == []
    for stack in (f"{name}-two", name):
        assert destroy(aws, stack) == "DELETE_COMPLETE"
        assert tables(aws, stack) == buckets(aws, stack) == []


def test_a_frozen_asset_is_the_same_table(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """Its object is in the bootstrap bucket still."""
    hashes: list[str | None] = []

    def version(*, frozen: bool) -> Path:
        def build(stack: Stack) -> None:
            source = ImportData.from_asset(data, input_format=JSON)
            if frozen:
                source = source.frozen(content_hash=hashes[0])
            hashes.append(imported(stack, source, on_data_change=REPLACE).content_hash)

        return synth(build)

    assert deploy(aws, version(frozen=False), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})
    write(data, {})
    deploy(aws, version(frozen=True), name)
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]


def test_frozen_and_thawed(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """The upload is an upload again: under keep() new files take the place of the old ones."""

    def version(*, frozen: bool) -> Path:
        source = ImportData.from_path(data, input_format=JSON)
        return synth(lambda stack: imported(stack, source.frozen() if frozen else source))

    deploy(aws, version(frozen=False), name)
    made = outputs(aws, name)
    deploy(aws, version(frozen=True), name)
    write(data, {"c.json": lines("c")})
    assert deploy(aws, version(frozen=False), name) == "UPDATE_COMPLETE"
    assert outputs(aws, name) == made
    assert keys(aws, made["TableBucketName"]) == ["data/c.json"]


@pytest.mark.parametrize("policy", [KEEP, REPLACE], ids=repr)
def test_from_no_data_to_files_and_back(
    aws: LocalAws, synth: Synth, name: str, data: Path, policy: OnDataChange
) -> None:
    """Each is another table; the bucket and its objects come before the import, and go after it."""

    def version(source: ImportData | None) -> Path:
        return synth(lambda stack: imported(stack, source, on_data_change=policy))

    seen = set()
    full = ImportData.from_path(data, input_format=JSON)
    for source, rows in ((None, []), (full, ["a", "b"]), (None, []), (full, ["a", "b"])):
        assert deploy(aws, version(source), name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        assert pks(aws, table_name(aws, name)) == rows
        assert tables(aws, name) == [table_name(aws, name)]
        assert len(buckets(aws, name)) == (1 if source else 0)
        seen.add(table_name(aws, name))
    assert len(seen) == 4


def test_bad_data_under_keep_is_found_by_new_environments(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """With the check off. The old table does not notice; the new stack fails, and leaves nothing."""

    def version() -> Path:
        def build(stack: Stack) -> None:
            app = stack.node.root
            assert isinstance(app, App)
            for environment in (stack, Stack(app, f"{name}-two")):
                source = ImportData.from_path(data, input_format=JSON)
                imported(environment, source, preflight=Preflight.OFF, removal_policy=None)

        return synth(build)

    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    write(data, {"a.json": BAD})
    bad = version()
    assert deploy(aws, bad, name) == "UPDATE_COMPLETE"
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b"]
    two = f"{name}-two"
    assert deploy(aws, bad, two) == "ROLLBACK_COMPLETE"
    assert tables(aws, two) == [] == buckets(aws, two)
    assert destroy(aws, two) == "DELETE_COMPLETE"
    write(data, {"a.json": lines("mended")})
    assert deploy(aws, version(), two) == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, two)) == ["mended"]


def test_a_deploy_that_is_cancelled_half_way(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """The new upload is there, the new table not yet: all goes back, and the repeated deploy succeeds."""

    def version() -> Path:
        source = ImportData.from_path(data, input_format=JSON)
        return synth(lambda stack: imported(stack, source, on_data_change=REPLACE))

    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})
    staged = keys(aws, made["TableBucketName"])

    write(data, {"a.json": lines("new")})
    changed = version()
    cancelled = _cancelling(aws, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.integration.stacks._end", cancelled)
        assert deploy(aws, changed, name) == "UPDATE_ROLLBACK_COMPLETE"
    done = [e["ResourceType"] for e in aws.events(name) if e["ResourceStatus"] == "UPDATE_COMPLETE"]
    assert "Custom::CDKBucketDeployment" in done
    assert "AWS::DynamoDB::Table" not in done
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]
    assert keys(aws, made["TableBucketName"]) == staged

    assert deploy(aws, changed, name) == "UPDATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["new"]
    assert len(keys(aws, made["TableBucketName"])) == 1


def _cancelling(aws: LocalAws, stack: str) -> Any:
    """Cancels the update when the new upload has begun; then waits for its end."""

    def end(_: LocalAws, __: str) -> str:
        deadline = time.monotonic() + 120
        cancelled = False
        while (status := aws.status(stack)).endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline
            last = aws.events(stack)[-1]
            uploading = last["ResourceType"] == "Custom::CDKBucketDeployment"
            if not cancelled and uploading and status == "UPDATE_IN_PROGRESS":
                aws.client("cloudformation").cancel_update_stack(StackName=stack)
                cancelled = True
            time.sleep(0.01)
        assert cancelled
        return status

    return end


def test_a_table_that_another_stack_names(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """Under keep() an export stays what it is; under replace() it would change, so it is a parameter."""

    def version() -> Path:
        def build(stack: Stack) -> None:
            app = stack.node.root
            assert isinstance(app, App)
            reader = Stack(app, f"{name}-reader")
            kept = imported(stack, ImportData.from_path(data, input_format=JSON), "Kept")
            swapped = imported(
                stack, ImportData.from_asset(data, input_format=JSON), "Swapped", on_data_change=REPLACE
            )
            ssm.StringParameter(
                stack,
                "Name",
                parameter_name=f"/{name}/swapped",
                string_value=swapped.table.table_name,
            )
            found = ssm.StringParameter.value_for_string_parameter(reader, f"/{name}/swapped")
            CfnOutput(reader, "KeptName", value=kept.table.table_name)
            CfnOutput(reader, "SwappedName", value=found)

        return synth(build)

    reader = f"{name}-reader"
    for rows in (["a", "b"], ["c"]):
        if rows == ["c"]:
            write(data, {"c.json": lines("c")})
        assembly = version()
        for stack in (name, reader):
            assert deploy(aws, assembly, stack).endswith(("_COMPLETE", "NO_CHANGES"))
        seen = outputs(aws, reader)
        assert pks(aws, seen["KeptName"]) == ["a", "b"]
        assert seen["KeptName"] == outputs(aws, name)["KeptName"]
    assert outputs(aws, name)["SwappedName"] != ""
    assert pks(aws, outputs(aws, name)["SwappedName"]) == ["c"]
    for stack in (reader, name):
        assert destroy(aws, stack) == "DELETE_COMPLETE"


def test_a_bucket_of_another_policy_keeps_its_objects(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """keep() to replace() to frozen, in somebody's bucket: foreign objects stay, ours follow the policy."""
    bucket(**{"theirs/x": b"foreign"})

    def version(policy: OnDataChange, frozen: str | None = None) -> tuple[Path, str | None]:
        found: list[str | None] = []

        def build(stack: Stack) -> None:
            theirs = s3.Bucket.from_bucket_name(stack, "Theirs", name)
            source = ImportData.from_path(data, input_format=JSON, bucket=theirs, key_prefix="seed")
            if frozen:
                source = source.frozen(content_hash=frozen)
            found.append(
                imported(
                    stack, source, on_data_change=policy, removal_policy=RemovalPolicy.DESTROY
                ).content_hash
            )

        return synth(build), found[0]

    deploy(aws, version(KEEP)[0], name)
    assembly, content_hash = version(REPLACE)
    deploy(aws, assembly, name)
    made = outputs(aws, name)
    assert content_hash
    write(data, {})
    deploy(aws, version(REPLACE, content_hash)[0], name)
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b"]
    prefix = f"seed-{content_hash}/"
    assert keys(aws, name) == [f"{prefix}a.json", f"{prefix}b.json", "theirs/x"]
    assert destroy(aws, name) == "DELETE_COMPLETE"
    assert keys(aws, name) == ["theirs/x"]

"""What is left when a deploy fails: nothing of a new stack; of an old one, everything it was.

The check at synth would stop the bad records here; it is off where local files hold them.
"""

from pathlib import Path

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, OnDataChange, Preflight
from emulator.local_aws import LocalAws, LocalAwsError
from tests.integration.conftest import Put, Synth
from tests.integration.stacks import (
    BAD,
    JSON,
    NO_CHANGES,
    buckets,
    deploy,
    destroy,
    imported,
    keys,
    lines,
    modified,
    outputs,
    pks,
    prefix_of,
    put,
    table_name,
    tables,
    write,
)


def reasons(aws: LocalAws, stack: str) -> str:
    """Return all that the stack's events say of failures."""
    return "\n".join(
        event.get("ResourceStatusReason", "")
        for event in aws.events(stack)
        if event["ResourceStatus"].endswith("_FAILED")
    )


def test_a_bad_record_leaves_nothing_behind(aws: LocalAws, synth: Synth, name: str, tmp_path: Path) -> None:
    """Under our own removal policy the half-filled table goes, the staged objects and their bucket too."""
    data = write(tmp_path / "data", {"a.json": lines("good"), "b.json": BAD})

    def version() -> Path:
        return synth(
            lambda stack: imported(
                stack,
                ImportData.from_path(data, input_format=JSON),
                removal_policy=None,
                preflight=Preflight.OFF,
            )
        )

    assert deploy(aws, version(), name) == "ROLLBACK_COMPLETE"
    assert "ItemValidationError" in reasons(aws, name)
    assert tables(aws, name) == []
    assert buckets(aws, name) == []

    assert destroy(aws, name) == "DELETE_COMPLETE"
    write(data, {"a.json": lines("good"), "b.json": lines("mended")})
    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["good", "mended"]


def test_retain_keeps_the_half_filled_table_and_blocks_the_next_try(
    aws: LocalAws, synth: Synth, name: str, bucket: Put
) -> None:
    """CDK's default, RETAIN, leaves what our default removes; a fixed name then blocks the retry."""
    bucket(bad=BAD, good=lines("a"))

    def version(key: str, removal_policy: RemovalPolicy | None) -> Path:
        def build(stack: Stack) -> None:
            source = s3.Bucket.from_bucket_name(stack, "Source", name)
            data = ImportData.from_bucket(source, input_format=JSON, key_prefix=key)
            imported(stack, data, removal_policy=removal_policy, table_name=f"{name}-fixed")

        return synth(build)

    for policy, left in ((None, []), (RemovalPolicy.RETAIN, [f"{name}-fixed"])):
        assert deploy(aws, version("bad", policy), name) == "ROLLBACK_COMPLETE"
        assert tables(aws, name) == left
        assert destroy(aws, name) == "DELETE_COMPLETE"
    assert pks(aws, f"{name}-fixed") == ["fine"]

    assert deploy(aws, version("good", None), name) == "ROLLBACK_COMPLETE"
    assert "already exists" in reasons(aws, name)


def test_a_failed_update_from_a_folder_changes_nothing(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path
) -> None:
    """Bad new data under replace(): the old table, all its rows and its objects stay; the new ones go."""
    data = write(tmp_path / "data", {"a.json": lines("a", "b")})

    def version() -> Path:
        return synth(
            lambda stack: imported(
                stack,
                ImportData.from_path(data, input_format=JSON),
                on_data_change=OnDataChange.replace(),
                preflight=Preflight.OFF,
            )
        )

    good = version()
    assert deploy(aws, good, name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})
    before, since = keys(aws, made["TableBucketName"]), modified(aws, made["TableBucketName"])

    write(data, {"a.json": lines("a", "b"), "b.json": BAD})
    bad = version()
    assert prefix_of(bad, name) != prefix_of(good, name)
    assert deploy(aws, bad, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert "ItemValidationError" in reasons(aws, name)
    assert tables(aws, name) == [made["TableName"]]
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]
    assert keys(aws, made["TableBucketName"]) == before == [prefix_of(good, name) + "a.json"]
    assert modified(aws, made["TableBucketName"]) == since  # they were never away

    write(data, {"a.json": lines("a", "b")})
    assert deploy(aws, version(), name) == NO_CHANGES


def test_a_failed_update_from_an_asset_changes_nothing(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path
) -> None:
    """Under our default removal policy too: no second table is left."""
    data = write(tmp_path / "data", {"a.json": lines("a")})

    def version() -> Path:
        return synth(
            lambda stack: imported(
                stack,
                ImportData.from_asset(data, input_format=JSON),
                on_data_change=OnDataChange.replace(),
                preflight=Preflight.OFF,
                removal_policy=None,
            )
        )

    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    old = table_name(aws, name)
    put(aws, old, {"pk": {"S": "written by a user"}})

    write(data, {"a.json": BAD})
    assert deploy(aws, version(), name) == "UPDATE_ROLLBACK_COMPLETE"
    assert tables(aws, name) == [old]
    assert pks(aws, old) == ["a", "written by a user"]


def test_an_update_that_fails_elsewhere_puts_the_upload_back(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path, bucket: Put
) -> None:
    """Under keep() the new objects came in place of the old ones; the rollback brings the old ones back."""
    data = write(tmp_path / "data", {"a.json": lines("a")})
    bucket(bad=BAD)

    def version(*, fails: bool) -> Path:
        def build(stack: Stack) -> None:
            made = imported(stack, ImportData.from_path(data, input_format=JSON))
            if fails:
                source = s3.Bucket.from_bucket_name(stack, "Source", name)
                other = imported(stack, ImportData.from_bucket(source, input_format=JSON), "Other")
                other.node.add_dependency(made)

        return synth(build)

    assert deploy(aws, version(fails=False), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    since = modified(aws, made["TableBucketName"])

    write(data, {"b.json": lines("b")})
    assert deploy(aws, version(fails=True), name) == "UPDATE_ROLLBACK_COMPLETE"
    assert modified(aws, made["TableBucketName"]) != since  # it was away
    assert keys(aws, made["TableBucketName"]) == ["data/a.json"]
    assert pks(aws, made["TableName"]) == ["a"]
    assert table_name(aws, name) == made["TableName"]


def test_a_prefix_that_matches_nothing_is_a_green_stack_with_an_empty_table(
    aws: LocalAws, synth: Synth, name: str, bucket: Put
) -> None:
    """DynamoDB says nothing (rule 1.4). So the construct warns where the stack makes the bucket itself."""
    bucket(**{"data/a.json": lines("a")})

    def build(stack: Stack) -> None:
        source = s3.Bucket.from_bucket_name(stack, "Source", name)
        imported(stack, ImportData.from_bucket(source, input_format=JSON, key_prefix="date/"))

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    assert aws.items(table_name(aws, name)) == []


def test_the_cli_says_which_import_failed(aws: LocalAws, synth: Synth, name: str, bucket: Put) -> None:
    """A person sees the table's logical id and DynamoDB's reason, and the command fails."""
    bucket(bad=BAD)

    def build(stack: Stack) -> None:
        source = s3.Bucket.from_bucket_name(stack, "Source", name)
        imported(stack, ImportData.from_bucket(source, input_format=JSON, key_prefix="bad"), "Events")

    with pytest.raises(LocalAwsError) as failed:
        aws.deploy(synth(build), name)
    assert "Events" in failed.value.output
    assert "ItemValidationError" in failed.value.output
    assert aws.status(name) == "ROLLBACK_COMPLETE"
    assert tables(aws, name) == []

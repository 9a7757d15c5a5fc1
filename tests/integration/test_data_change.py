"""What a deploy does with a table that exists when its data has changed, under each policy."""

import gzip
import os
from pathlib import Path

import pytest
from aws_cdk import App, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, OnDataChange
from emulator.local_aws import LocalAws
from tests.integration.conftest import Put, Synth
from tests.integration.stacks import (
    JSON,
    NO_CHANGES,
    deploy,
    imported,
    keys,
    lines,
    outputs,
    pks,
    prefix_of,
    put,
    table_name,
    tables,
    write,
)


def test_keep_leaves_the_table_and_its_rows(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """The new objects are in S3, the table is what it was; a second environment is born with the new data."""

    def version() -> Path:
        def build(stack: Stack) -> None:
            app = stack.node.root
            assert isinstance(app, App)
            for environment in (stack, Stack(app, f"{name}-two")):
                imported(environment, ImportData.from_path(data, input_format=JSON))

        return synth(build)

    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})

    write(data, {"b.json": lines("b2"), "c.json": lines("c")})
    changed = version()
    assert deploy(aws, changed, name) == "UPDATE_COMPLETE"
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]
    assert keys(aws, made["TableBucketName"]) == ["data/b.json", "data/c.json"]

    assert deploy(aws, changed, f"{name}-two") == "CREATE_COMPLETE"
    assert pks(aws, table_name(aws, f"{name}-two")) == ["b2", "c"]


def test_replace_makes_a_new_table_and_removes_the_old_one(
    aws: LocalAws, synth: Synth, name: str, data: Path
) -> None:
    """From A to B and back to A: the table and the prefix of the current data are there, no other."""

    def version() -> Path:
        return synth(
            lambda stack: imported(
                stack, ImportData.from_path(data, input_format=JSON), on_data_change=OnDataChange.replace()
            )
        )

    seen, prefixes = [], []
    for files, rows in (
        ({"a.json": lines("a"), "b.json": lines("b")}, ["a", "b"]),
        ({"a.json": lines("a"), "b.json": lines("c")}, ["a", "c"]),
        ({"a.json": lines("a"), "b.json": lines("b")}, ["a", "b"]),
    ):
        write(data, files)
        assembly = version()
        assert deploy(aws, assembly, name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        made = outputs(aws, name)
        seen.append(made["TableName"])
        prefixes.append(prefix_of(assembly, name))
        assert pks(aws, made["TableName"]) == rows
        assert tables(aws, name) == [made["TableName"]]
        assert keys(aws, made["TableBucketName"]) == [prefixes[-1] + file for file in files]
    assert len(set(seen)) == 3
    assert prefixes[0] == prefixes[2] != prefixes[1]

    # The new upload is another resource: the old one stays until CloudFormation cleans up.
    uploads = [
        event["LogicalResourceId"]
        for event in aws.events(name)
        if event["ResourceType"] == "Custom::CDKBucketDeployment"
        and event["ResourceStatus"].endswith("_COMPLETE")
    ]
    assert uploads[0] == uploads[2] != uploads[1]


def test_replace_looks_at_the_records_only(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """Other names, gzip, CRLF, another order of nothing, new times: the same table with its users' rows."""

    def version() -> Path:
        return synth(
            lambda stack: imported(
                stack, ImportData.from_path(data, input_format=JSON), on_data_change=OnDataChange.replace()
            )
        )

    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    made = outputs(aws, name)
    put(aws, made["TableName"], {"pk": {"S": "written by a user"}})

    for file in data.iterdir():
        os.utime(file, (0, 0))
    assert deploy(aws, version(), name) == NO_CHANGES

    write(
        data,
        {
            "1.json.gz": gzip.compress(lines("a")),
            "2.txt": lines("b").replace(b"\n", b"\r\n"),
            ".DS_Store": b"\x00",
        },
    )
    assembly = version()
    assert deploy(aws, assembly, name) == "UPDATE_COMPLETE"
    assert outputs(aws, name) == made
    assert pks(aws, made["TableName"]) == ["a", "b", "written by a user"]
    prefix = prefix_of(assembly, name)
    assert keys(aws, made["TableBucketName"]) == [f"{prefix}1.json", f"{prefix}2.txt"]


@pytest.mark.parametrize(("policy", "left"), [(RemovalPolicy.DESTROY, 1), (None, 2)])
def test_replace_of_an_asset(
    aws: LocalAws, synth: Synth, name: str, data: Path, policy: RemovalPolicy | None, left: int
) -> None:
    """The new table is full; the old one goes, or stays with its rows under our default removal policy."""

    def version() -> Path:
        return synth(
            lambda stack: imported(
                stack,
                ImportData.from_asset(data, input_format=JSON),
                on_data_change=OnDataChange.replace(),
                removal_policy=policy,
            )
        )

    assert deploy(aws, version(), name) == "CREATE_COMPLETE"
    old = table_name(aws, name)
    write(data, {"renamed.gz": gzip.compress(lines("a")), "z": lines("b")})
    assert deploy(aws, version(), name) == NO_CHANGES

    write(data, {"a.json": lines("new")})
    assert deploy(aws, version(), name) == "UPDATE_COMPLETE"
    assert pks(aws, table_name(aws, name)) == ["new"]
    assert len(tables(aws, name)) == left
    if left == 2:
        assert pks(aws, old) == ["a", "b"]


def test_from_one_policy_to_the_other_and_back(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """keep, replace, keep: each time a full table, and exactly its objects in S3."""
    bucket(**{"theirs/x": b"foreign"})

    def version(policy: OnDataChange) -> Path:
        def build(stack: Stack) -> None:
            theirs = s3.Bucket.from_bucket_name(stack, "Theirs", name)
            own = ImportData.from_path(data, input_format=JSON)
            other = ImportData.from_path(data, input_format=JSON, bucket=theirs, key_prefix="seed")
            prefixes["Own"] = imported(stack, own, "Own", on_data_change=policy).key_prefix
            prefixes["Other"] = imported(stack, other, "Other", on_data_change=policy).key_prefix

        return synth(build)

    prefixes: dict[str, str | None] = {}
    seen = set()
    for policy in (OnDataChange.keep(), OnDataChange.replace(), OnDataChange.keep()):
        assert deploy(aws, version(policy), name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        made = outputs(aws, name)
        for id, foreign in (("Own", []), ("Other", ["theirs/x"])):
            assert pks(aws, made[f"{id}Name"]) == ["a", "b"]
            staged = [f"{prefixes[id]}a.json", f"{prefixes[id]}b.json"]
            assert keys(aws, made[f"{id}BucketName"]) == staged + foreign
            seen.add(made[f"{id}Name"])
    assert len(seen) == 6


def test_changed_import_properties_make_a_full_table_under_keep_too(
    aws: LocalAws, synth: Synth, name: str, data: Path, bucket: Put
) -> None:
    """Another compression, then another prefix, even one below the old: the upload still comes first."""
    bucket()

    def version(prefix: str, compression: dynamodb.InputCompressionType) -> Path:
        def build(stack: Stack) -> None:
            theirs = s3.Bucket.from_bucket_name(stack, "Theirs", name)
            source = ImportData.from_path(
                data, input_format=JSON, bucket=theirs, key_prefix=prefix, compression_type=compression
            )
            imported(stack, source)

        return synth(build)

    seen = set()
    plain, gzipped = dynamodb.InputCompressionType.NONE, dynamodb.InputCompressionType.GZIP
    for prefix, compression, suffix in (
        ("seed/", plain, ""),
        ("seed/", gzipped, ".gz"),
        ("seed/two/", gzipped, ".gz"),
        ("seed/", gzipped, ".gz"),
    ):
        deploy(aws, version(prefix, compression), name)
        seen.add(table_name(aws, name))
        assert pks(aws, table_name(aws, name)) == ["a", "b"]
        assert keys(aws, name) == [f"{prefix}a.json{suffix}", f"{prefix}b.json{suffix}"]
    assert len(seen) == 4


def test_a_replaced_table_is_full_though_its_objects_were_gone(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path, bucket: Put
) -> None:
    """Another id of the construct, then another key: the first takes the objects, the second needs them.

    So would a lifecycle rule, or a person who tidies up. The import of nothing would succeed.
    """
    bucket()
    data = write(tmp_path / "data", {"a.json": lines("a", "b", code="x")})

    def version(id: str, key: str) -> Path:
        def build(stack: Stack) -> None:
            theirs = s3.Bucket.from_bucket_name(stack, "Theirs", name)
            source = ImportData.from_path(data, input_format=JSON, bucket=theirs, key_prefix="seed")
            attribute = dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING)
            imported(stack, source, id, partition_key=attribute)

        return synth(build)

    assert deploy(aws, version("One", "pk"), name) == "CREATE_COMPLETE"
    assert deploy(aws, version("Two", "pk"), name) == "UPDATE_COMPLETE"
    assert pks(aws, outputs(aws, name)["TwoName"]) == ["a", "b"]
    assert keys(aws, name) == []

    assert deploy(aws, version("Two", "code"), name) == "UPDATE_COMPLETE"
    assert keys(aws, name) == ["seed/a.json"]
    assert [item["code"]["S"] for item in aws.items(outputs(aws, name)["TwoName"])] == ["x"]


def test_a_table_with_a_fixed_name_is_never_replaced(
    aws: LocalAws, synth: Synth, name: str, bucket: Put
) -> None:
    """replace() is refused at synth; under keep() CloudFormation refuses, and the rows stay."""
    bucket(one=lines("1"), two=lines("2"))

    def version(key: str, policy: OnDataChange, data: ImportData | None = None) -> Path:
        def build(stack: Stack) -> None:
            source = s3.Bucket.from_bucket_name(stack, "Source", name)
            imported(
                stack,
                data or ImportData.from_bucket(source, input_format=JSON, key_prefix=key),
                table_name=f"{name}-fixed",
                on_data_change=policy,
            )

        return synth(build)

    with pytest.raises(ValueError, match="cannot be fixed"):
        version("one", OnDataChange.replace(), ImportData.from_items([{"pk": "1"}]))

    assert deploy(aws, version("one", OnDataChange.keep()), name) == "CREATE_COMPLETE"
    assert deploy(aws, version("two", OnDataChange.keep()), name) == "UPDATE_ROLLBACK_COMPLETE"
    assert pks(aws, f"{name}-fixed") == ["1"]


def test_from_no_data_to_data_and_back(aws: LocalAws, synth: Synth, name: str, data: Path) -> None:
    """Adding the data replaces the empty table by a full one; taking it away replaces it again (rule 6.8)."""

    def version(source: ImportData | None) -> Path:
        def build(stack: Stack) -> None:
            policy = OnDataChange.replace() if source else None
            imported(stack, source, on_data_change=policy)

        return synth(build)

    seen = set()
    full = ImportData.from_asset(data, input_format=JSON)
    for source, rows in ((None, []), (full, ["a", "b"]), (None, [])):
        deploy(aws, version(source), name)
        assert pks(aws, table_name(aws, name)) == rows
        assert tables(aws, name) == [table_name(aws, name)]
        seen.add(table_name(aws, name))
    assert len(seen) == 3

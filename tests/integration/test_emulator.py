"""The local AWS does what CloudFormation does with an imported table: all other tests stand on this."""

import gzip
from types import SimpleNamespace

import pytest
import zstandard

from emulator import patches
from emulator.local_aws import LocalAws
from tests.integration.conftest import Put
from tests.integration.templates import BAD, GOOD, delete, deploy, physical_id, table
from tests.ion import needs_ion

ION = b'$ion_1_0 {Item:{pk:"a",n:1.5,tags:$dynamodb_SS::["x","y"],raw:{{aGk=}},deep:{l:[true,null]}}}'


def tables_of(aws: LocalAws, stack: str) -> list[str]:
    """Return the tables whose generated names come from this stack, in the stack or not."""
    return [name for name in aws.tables() if name.startswith(stack)]


def test_without_the_launcher_the_table_stays_empty(aws: LocalAws, bucket: Put, name: str) -> None:
    """The canary: MiniStack alone is green and imports nothing. Tests over it would prove nothing."""
    full = deploy(aws, name, Table=table(bucket(data=GOOD), "data"))
    assert (full, len(aws.items(physical_id(aws, name, "Table")))) == ("CREATE_COMPLETE", 2)

    with LocalAws(patched=False) as plain:
        plain.client("s3").create_bucket(Bucket=name)
        plain.client("s3").put_object(Bucket=name, Key="data", Body=GOOD)
        empty = deploy(plain, name, Table=table(name, "data"))
        assert (empty, plain.items(physical_id(plain, name, "Table"))) == ("CREATE_COMPLETE", [])


def test_a_patch_that_hits_nothing_stops_the_emulator() -> None:
    """Another MiniStack may have moved what is patched; that must not look like success."""
    with pytest.raises(SystemExit, match=r"somewhere\.gone is gone"):
        patches.replace(SimpleNamespace(__name__="somewhere"), "gone", None)


def test_another_version_of_ministack_stops_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The patches are for one version."""
    monkeypatch.setattr(patches, "MINISTACK", "0.0.1")
    with pytest.raises(SystemExit, match=r"needs ministack 0\.0\.1, but"):
        patches.check_version()


@pytest.mark.parametrize(
    ("policy", "is_left"), [("Retain", True), ("RetainExceptOnCreate", False), ("Delete", False)]
)
def test_the_table_of_a_failed_create_is_left_to_its_deletion_policy(
    aws: LocalAws, bucket: Put, name: str, policy: str, is_left: bool
) -> None:
    """Only Retain (CDK's RETAIN) leaves the half-filled table behind."""
    status = deploy(aws, name, Table=table(bucket(data=BAD), "data", DeletionPolicy=policy))

    assert status == "ROLLBACK_COMPLETE"
    assert [len(aws.items(left)) for left in tables_of(aws, name)] == ([2] if is_left else [])
    own = [event for event in aws.events(name) if event["LogicalResourceId"] == "Table"]
    assert [event["ResourceStatus"] for event in own] == [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        *(["DELETE_SKIPPED"] if is_left else ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]),
    ]
    assert "ItemValidationError" in own[1]["ResourceStatusReason"]


def test_a_left_over_table_blocks_the_retry_only_under_a_fixed_name(
    aws: LocalAws, bucket: Put, name: str
) -> None:
    """A generated name is another one each time."""
    bad, good = bucket(bad=BAD, good=GOOD), name
    for fixed, expected in ((None, "CREATE_COMPLETE"), (f"{name}-fixed", "ROLLBACK_COMPLETE")):
        deploy(aws, name, Table=table(bad, "bad", fixed, DeletionPolicy="Retain"))
        delete(aws, name)
        assert deploy(aws, name, Table=table(good, "good", fixed)) == expected
        delete(aws, name)
    assert f"{name}-fixed" in aws.tables()


@pytest.mark.parametrize(
    ("policy", "is_left"), [("Retain", True), ("RetainExceptOnCreate", True), ("Delete", False)]
)
def test_a_changed_import_replaces_the_table(
    aws: LocalAws, bucket: Put, name: str, policy: str, is_left: bool
) -> None:
    """The new table is imported first; then the old one goes by its UpdateReplacePolicy."""
    source = bucket(one=GOOD, two=b'{"Item": {"pk": {"S": "new"}}}')
    deploy(aws, name, Table=table(source, "one", UpdateReplacePolicy=policy))
    old = physical_id(aws, name, "Table")

    assert deploy(aws, name, Table=table(source, "two", UpdateReplacePolicy=policy)) == "UPDATE_COMPLETE"
    new = physical_id(aws, name, "Table")
    assert sorted(tables_of(aws, name)) == sorted([new, *([old] if is_left else [])])
    assert aws.items(new) == [{"pk": {"S": "new"}}]


@pytest.mark.parametrize("policy", ["RetainExceptOnCreate", "Delete"])
def test_a_failed_update_keeps_the_old_table_and_its_items(
    aws: LocalAws, bucket: Put, name: str, policy: str
) -> None:
    """The half-filled new table is removed, the stack is what it was."""
    source = bucket(good=GOOD, bad=BAD)
    deploy(aws, name, Table=table(source, "good", DeletionPolicy=policy))
    old = physical_id(aws, name, "Table")

    assert deploy(aws, name, Table=table(source, "bad", DeletionPolicy=policy)) == "UPDATE_ROLLBACK_COMPLETE"
    assert (physical_id(aws, name, "Table"), tables_of(aws, name)) == (old, [old])
    assert len(aws.items(old)) == 2


def test_a_changed_key_replaces_the_table(aws: LocalAws, bucket: Put, name: str) -> None:
    """A new table under a new name, not the old one emptied."""
    source = bucket(data=b'{"Item": {"pk": {"S": "a"}, "other": {"S": "z"}}}')
    before = table(source, "data", UpdateReplacePolicy="Retain")
    deploy(aws, name, Table=before)
    old = physical_id(aws, name, "Table")

    after = table(source, "data", UpdateReplacePolicy="Retain")
    after["Properties"]["KeySchema"][0]["AttributeName"] = "other"
    after["Properties"]["AttributeDefinitions"][0]["AttributeName"] = "other"
    assert deploy(aws, name, Table=after) == "UPDATE_COMPLETE"
    assert [len(aws.items(each)) for each in (old, physical_id(aws, name, "Table"))] == [1, 1]
    assert old != physical_id(aws, name, "Table")


def test_a_table_with_a_fixed_name_cannot_be_replaced(aws: LocalAws, bucket: Put, name: str) -> None:
    """CloudFormation refuses, and the table is what it was."""
    source = bucket(one=GOOD, two=GOOD)
    deploy(aws, name, Table=table(source, "one", name))

    assert deploy(aws, name, Table=table(source, "two", name)) == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason", "") for event in aws.events(name)]
    assert any(
        "cannot update a stack when a custom-named resource requires replacing" in why for why in reasons
    )
    assert len(aws.items(name)) == 2


def test_a_table_is_updated_in_place(aws: LocalAws, bucket: Put, name: str) -> None:
    """An index that is added later leaves name and items alone."""
    source = bucket(data=GOOD)
    deploy(aws, name, Table=table(source, "data"))
    old = physical_id(aws, name, "Table")
    changed = table(source, "data")
    changed["Properties"]["AttributeDefinitions"].append({"AttributeName": "n", "AttributeType": "N"})
    changed["Properties"]["GlobalSecondaryIndexes"] = [
        {
            "IndexName": "by-n",
            "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]

    assert deploy(aws, name, Table=changed) == "UPDATE_COMPLETE"
    assert (physical_id(aws, name, "Table"), len(aws.items(old))) == (old, 2)


def test_a_protected_table_is_not_deleted(aws: LocalAws, bucket: Put, name: str) -> None:
    """The stack stays, in DELETE_FAILED."""
    protected = table(bucket(data=GOOD), "data")
    protected["Properties"]["DeletionProtectionEnabled"] = True
    deploy(aws, name, Table=protected)

    assert delete(aws, name) == "DELETE_FAILED"


def test_a_prefix_that_matches_nothing_gives_an_empty_table(aws: LocalAws, bucket: Put, name: str) -> None:
    """As in AWS, and this is why the order of upload and import matters."""
    assert deploy(aws, name, Table=table(bucket(other=GOOD), "data")) == "CREATE_COMPLETE"
    assert aws.items(physical_id(aws, name, "Table")) == []


def test_a_prefix_is_matched_as_a_string(aws: LocalAws, bucket: Put, name: str) -> None:
    """`data` takes `data2/` too; empty objects are nothing."""
    source = bucket(**{"data/": b"", "data/1": GOOD, "data2/1": b'{"Item": {"pk": {"S": "c"}}}'})
    deploy(aws, name, Table=table(source, "data"))
    assert len(aws.items(physical_id(aws, name, "Table"))) == 3


@pytest.mark.parametrize(
    ("compression", "stored"),
    [("NONE", GOOD), ("GZIP", gzip.compress(GOOD)), ("ZSTD", zstandard.compress(GOOD))],
    ids=["none", "gzip", "zstd"],
)
def test_every_compression_is_read(
    aws: LocalAws, bucket: Put, name: str, compression: str, stored: bytes
) -> None:
    """And what is stored in another one fails the import."""
    right, wrong = table(bucket(data=stored), "data"), table(bucket(wrong=b"\x00 neither"), "wrong")
    for made in (right, wrong):
        made["Properties"]["ImportSourceSpecification"]["InputCompressionType"] = compression

    assert deploy(aws, name, Table=right) == "CREATE_COMPLETE"
    assert len(aws.items(physical_id(aws, name, "Table"))) == 2
    assert deploy(aws, f"{name}-wrong", Table=wrong) == "ROLLBACK_COMPLETE"


@needs_ion
def test_ion_is_read_with_all_its_types(aws: LocalAws, bucket: Put, name: str) -> None:
    """Sets are annotated lists."""
    made = table(bucket(data=ION), "data")
    made["Properties"]["ImportSourceSpecification"]["InputFormat"] = "ION"
    deploy(aws, name, Table=made)

    (item,) = aws.items(physical_id(aws, name, "Table"))
    assert sorted(item.pop("tags")["SS"]) == ["x", "y"]
    assert item == {
        "pk": {"S": "a"},
        "n": {"N": "1.5"},
        "raw": {"B": b"hi"},
        "deep": {"M": {"l": {"L": [{"BOOL": True}, {"NULL": True}]}}},
    }


def test_a_line_that_cannot_be_parsed_ends_its_object(aws: LocalAws, bucket: Put, name: str) -> None:
    """The rest of the object is lost, the next object is not."""
    broken = b'{"Item": {"pk": {"S": "1"}}}\n{"Item": {"pk"\n{"Item": {"pk": {"S": "lost"}}}\n'
    source = bucket(**{"data/1": broken, "data/2": b'{"Item": {"pk": {"S": "2"}}}'})
    deploy(aws, name, Table=table(source, "data/", DeletionPolicy="Retain"))

    (left,) = tables_of(aws, name)
    assert sorted(item["pk"]["S"] for item in aws.items(left)) == ["1", "2"]


def test_a_bucket_that_is_not_empty_is_not_deleted(aws: LocalAws, name: str) -> None:
    """The stack stays, in DELETE_FAILED, until the bucket is empty."""
    deploy(
        aws, name, Bucket={"Type": "AWS::S3::Bucket", "Properties": {"Tags": [{"Key": "k", "Value": "v"}]}}
    )
    made, s3 = physical_id(aws, name, "Bucket"), aws.client("s3")
    assert s3.get_bucket_tagging(Bucket=made)["TagSet"] == [{"Key": "k", "Value": "v"}]

    s3.put_object(Bucket=made, Key="object", Body=b"x")
    assert delete(aws, name) == "DELETE_FAILED"
    s3.delete_object(Bucket=made, Key="object")
    assert delete(aws, name) == "DELETE_COMPLETE"

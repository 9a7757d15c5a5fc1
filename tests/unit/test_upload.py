"""`ImportData.from_path`: bucket, upload, order, prefix."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportedTable, OnDataChange
from cdk_imported_table.dataset import staging
from tests.unit.support import (
    JSON,
    PK,
    folder,
    imported,
    line,
    messages,
    new_stack,
    resources_of,
    source_of,
    staged_files,
    table_of,
    template_of,
)

UPLOAD = "Custom::CDKBucketDeployment"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with one record."""
    return folder(tmp_path / "data", a__json=line("a"))


def test_own_bucket_is_private_encrypted_tls_only_and_goes_with_the_stack(path: Path) -> None:
    """Nobody else needs it; it is emptied by the upload's own delete, without a second Lambda."""
    stack = new_stack()
    imported(stack, ImportData.from_path(path, input_format=JSON))
    (bucket,) = resources_of(stack, "AWS::S3::Bucket").values()
    (policy,) = resources_of(stack, "AWS::S3::BucketPolicy").values()
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["DeletionPolicy"] == "Delete"
    (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    assert len(resources_of(stack, "AWS::Lambda::Function")) == 1
    # With this tag the handler would leave the objects, and the bucket could not be deleted.
    assert "Tags" not in bucket["Properties"]
    (upload,) = resources_of(stack, UPLOAD).values()
    assert upload["Properties"]["RetainOnDelete"] is False
    # TLS-only from the first object on, and until the last is gone.
    assert set(resources_of(stack, "AWS::S3::BucketPolicy")) <= set(upload["DependsOn"])


def test_table_waits_for_the_upload(path: Path) -> None:
    """Rule 1.4: an import that comes first finds nothing, and succeeds."""
    stack = new_stack()
    imported(stack, ImportData.from_path(path, input_format=JSON))
    (upload,) = resources_of(stack, UPLOAD)
    assert upload in table_of(stack)["DependsOn"]


def test_table_in_a_nested_stack_waits_for_its_upload(path: Path) -> None:
    """Bucket outside, table and upload inside."""
    stack = new_stack()
    bucket = s3.Bucket(stack, "Bucket")
    nested = cdk.NestedStack(stack, "Nested")
    imported(nested, ImportData.from_path(path, input_format=JSON, bucket=bucket))
    (upload,) = resources_of(nested, UPLOAD)
    assert upload in table_of(nested)["DependsOn"]


def test_given_bucket_is_used_and_left_as_it_is(path: Path) -> None:
    """No tag, no policy, no objects but ours: the same bucket resource as without the table."""
    stack, plain = new_stack(), new_stack()
    bucket = s3.Bucket(stack, "Mine", encryption=s3.BucketEncryption.KMS)
    s3.Bucket(plain, "Mine", encryption=s3.BucketEncryption.KMS)
    table = imported(stack, ImportData.from_path(path, input_format=JSON, bucket=bucket))
    assert resources_of(stack, "AWS::S3::Bucket") == resources_of(plain, "AWS::S3::Bucket")
    assert table.bucket is bucket
    (upload,) = resources_of(stack, UPLOAD).values()
    assert upload["Properties"]["DestinationBucketName"] == stack.resolve(bucket.bucket_name)
    assert "needs kms:Decrypt on it" in messages(table, "aws:cdk:info")[0]


def test_handler_may_use_the_key_of_a_given_bucket(path: Path) -> None:
    """The upload writes with the bucket's key."""
    stack = new_stack()
    key = kms.Key(stack, "Key")
    bucket = s3.Bucket(stack, "Mine", encryption_key=key)
    imported(stack, ImportData.from_path(path, input_format=JSON, bucket=bucket))
    (policy,) = resources_of(stack, "AWS::IAM::Policy").values()
    granted = [
        s
        for s in policy["Properties"]["PolicyDocument"]["Statement"]
        if s["Resource"] == stack.resolve(key.key_arn)
    ]
    assert any("kms:GenerateDataKey*" in str(s["Action"]) for s in granted)


def test_bucket_of_another_account_takes_its_owner(path: Path) -> None:
    """Rule 7.4: DynamoDB assumes the caller's own account; CDK writes no policy there, which is said."""
    stack = new_stack()
    bucket = s3.Bucket.from_bucket_attributes(stack, "B", bucket_name="theirs", account="222222222222")
    table = imported(stack, ImportData.from_path(path, input_format=JSON, bucket=bucket))
    assert source_of(stack)["S3BucketSource"]["S3BucketOwner"] == "222222222222"
    (said,) = messages(table)
    assert "the bucket belongs to account 222222222222, where CDK changes no policy" in said
    assert said.endswith("[ack: cdk-imported-table:foreignUpload]")


def test_bucket_that_a_stack_of_another_account_makes_is_foreign_too(path: Path) -> None:
    """It gets no policy for the upload, so that is said."""
    app = cdk.App()
    theirs = cdk.Stack(app, "Theirs", env=cdk.Environment(account="222222222222", region="eu-west-1"))
    ours = cdk.Stack(app, "Ours", env=cdk.Environment(account="111111111111", region="eu-west-1"))
    bucket = s3.Bucket(theirs, "B", bucket_name="theirs")
    table = imported(ours, ImportData.from_path(path, input_format=JSON, bucket=bucket))
    assert list(resources_of(theirs, "AWS::S3::BucketPolicy")) == []
    assert source_of(ours)["S3BucketSource"]["S3BucketOwner"] == "222222222222"
    assert "the bucket belongs to account 222222222222" in messages(table)[0]


@pytest.mark.parametrize(("given", "used"), [("seed", "seed/"), ("seed/", "seed/"), ("a/b", "a/b/")])
def test_prefix_always_ends_in_a_slash(path: Path, given: str, used: str) -> None:
    """Rule 1.1: `seed` would also take `seed2/…`; upload and import agree."""
    stack = new_stack()
    table = imported(stack, ImportData.from_path(path, input_format=JSON, key_prefix=given))
    (upload,) = resources_of(stack, UPLOAD).values()
    assert upload["Properties"]["DestinationBucketKeyPrefix"] == used
    assert source_of(stack)["S3BucketSource"]["S3KeyPrefix"] == used == table.key_prefix


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        ("", "not empty"),
        ("/", "without a leading '/'"),
        ("/seed", "without a leading '/'"),
        ("a//b", "is not a folder in a bucket"),
        ("../x", "is not a folder in a bucket"),
        ("a/./b", "is not a folder in a bucket"),
        ("a\nb", "cannot be printed"),
        ("x" * 88, "is 89 bytes long; at most 85 are allowed"),
        (cdk.Fn.ref("Prefix"), "must be known at synth: if it turned out empty, the upload would remove"),
    ],
)
def test_prefixes_that_would_harm_are_refused_at_once(path: Path, prefix: str, text: str) -> None:
    """With an empty prefix the handler removes what it finds in the whole bucket."""
    with pytest.raises(ValueError, match=text):
        ImportData.from_path(path, input_format=JSON, key_prefix=prefix)


def test_longest_prefix_fits_with_its_hash(path: Path) -> None:
    """BucketDeployment takes 102 characters; 85 leave room for the hash of replace()."""
    stack = new_stack()
    data = ImportData.from_path(path, input_format=JSON, key_prefix="x" * 84)
    imported(stack, data, on_data_change=OnDataChange.replace())
    assert len(source_of(stack)["S3BucketSource"]["S3KeyPrefix"]) == 102


@pytest.mark.parametrize(("first", "second"), [("seed/", "seed/"), ("seed", "seed/more/"), ("a/b/c/", "a/")])
def test_equal_or_nested_prefixes_in_one_bucket_are_refused(path: Path, first: str, second: str) -> None:
    """Each upload would delete what the other brought; the message names both tables."""
    stack = new_stack()
    bucket = s3.Bucket(stack, "Bucket")
    ImportedTable(
        stack,
        "A",
        partition_key=PK,
        data=ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix=first),
    )
    with pytest.raises(ValueError, match=r"of 'Stack/B' and .* of 'Stack/A' overlap in one bucket"):
        ImportedTable(
            stack,
            "B",
            partition_key=PK,
            data=ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix=second),
        )


def test_overlap_is_seen_through_two_imports_of_one_bucket(path: Path) -> None:
    """The bucket's name counts, not the object that stands for it."""
    stack = new_stack()
    for name, fails in (("A", False), ("B", True)):
        bucket = s3.Bucket.from_bucket_name(stack, f"Bucket{name}", "some-bucket")
        data = ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix="seed/")
        if fails:
            with pytest.raises(ValueError, match="overlap in one bucket"):
                ImportedTable(stack, name, partition_key=PK, data=data)
        else:
            ImportedTable(stack, name, partition_key=PK, data=data)


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("shop-seed", lambda stack, _: s3.Bucket.from_bucket_name(stack, "Again", "shop-seed")),
        (None, lambda stack, own: s3.Bucket.from_bucket_arn(stack, "Again", own.bucket_arn)),
        (None, lambda stack, own: s3.Bucket.from_bucket_name(stack, "Again", own.bucket_name)),
        (cdk.PhysicalName.GENERATE_IF_NEEDED, lambda _, own: own),
    ],
    ids=["by its name", "by its ARN", "by reference", "as it is"],
)
@pytest.mark.parametrize("elsewhere", [False, True])
def test_overlap_is_seen_however_the_bucket_is_named(
    path: Path, name: str | None, again: Callable[[cdk.Stack, s3.Bucket], s3.IBucket], *, elsewhere: bool
) -> None:
    """A bucket of the app, named again in its own stack or in another; a third is not taken for it."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    other_stack = cdk.Stack(app, "Elsewhere") if elsewhere else stack
    own = s3.Bucket(stack, "Bucket", bucket_name=name)

    def upload(scope: cdk.Stack, construct_id: str, bucket: s3.IBucket) -> None:
        data = ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix="seed/")
        ImportedTable(scope, construct_id, partition_key=PK, data=data)

    upload(stack, "A", own)
    third = s3.Bucket(other_stack, "Third")
    upload(other_stack, "C", s3.Bucket.from_bucket_arn(other_stack, "ThirdAgain", third.bucket_arn))
    with pytest.raises(ValueError, match=r"of '\w+/B' and 'seed/' of 'Stack/A' overlap in one bucket"):
        upload(other_stack, "B", again(other_stack, own))


def test_stages_may_have_buckets_of_one_name(path: Path) -> None:
    """Each in an account or a partition of its own: two resources are two buckets."""
    app = cdk.App()
    for name in ("Global", "China"):
        stack = cdk.Stack(cdk.Stage(app, name), "Stack")
        bucket = s3.Bucket(stack, "Bucket", bucket_name="shop-seed")
        data = ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix="seed/")
        ImportedTable(stack, "Table", partition_key=PK, data=data)
        (upload,) = resources_of(stack, "Custom::CDKBucketDeployment").values()
        assert upload["Properties"]["DestinationBucketKeyPrefix"] == "seed/"


def test_overlap_is_seen_in_a_name_that_is_made_at_deploy_time(path: Path) -> None:
    """The account in a bucket's name makes a token of it, which is the same one in one stack."""
    stack = new_stack()
    name = f"seed-{cdk.Aws.ACCOUNT_ID}"
    own = s3.Bucket(stack, "Bucket", bucket_name=name)
    first, second = (
        ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix="seed/")
        for bucket in (own, s3.Bucket.from_bucket_name(stack, "Again", name))
    )
    ImportedTable(stack, "A", partition_key=PK, data=first)
    with pytest.raises(ValueError, match="overlap in one bucket"):
        ImportedTable(stack, "B", partition_key=PK, data=second)


def test_several_tables_share_one_bucket_and_one_handler(path: Path) -> None:
    """Prefixes made of the construct's path never meet; `seed/` and `seed2/` do not either."""
    stack = new_stack()
    bucket = s3.Bucket(stack, "Bucket")
    tables = [
        ImportedTable(
            stack,
            name,
            partition_key=PK,
            data=ImportData.from_path(path, input_format=JSON, bucket=bucket, key_prefix=prefix),
        )
        for name, prefix in (("A", None), ("B", None), ("C", "seed/"), ("D", "seed2/"))
    ]
    assert len({table.key_prefix for table in tables}) == 4
    assert str(tables[0].key_prefix).startswith("Stack-A-")
    assert len(resources_of(stack, "AWS::Lambda::Function")) == 1
    assert len(resources_of(stack, "AWS::S3::Bucket")) == 1


def test_default_prefix_in_a_given_bucket_fits_for_the_deepest_path(path: Path) -> None:
    """A long construct path is shortened and stays unique."""
    stack = new_stack()
    bucket = s3.Bucket(stack, "Bucket")
    deep = ImportedTable(
        stack,
        "T" * 200,
        partition_key=PK,
        data=ImportData.from_path(path, input_format=JSON, bucket=bucket),
        on_data_change=OnDataChange.replace(),
    )
    assert deep.key_prefix is not None
    assert len(deep.key_prefix) <= 102


def test_replace_puts_the_hash_of_the_data_beside_the_prefix(tmp_path: Path) -> None:
    """Changed records make another prefix and another upload; the old one is below neither."""
    seen = []
    for records in (line("a"), line("b")):
        folder(tmp_path / "data", a__json=records)
        stack = new_stack()
        data = ImportData.from_path(tmp_path / "data", input_format=JSON, key_prefix="seed/")
        table = imported(stack, data, on_data_change=OnDataChange.replace())
        seen.append((table.key_prefix, *resources_of(stack, UPLOAD)))
    (prefix, upload), (other_prefix, other_upload) = seen
    assert prefix != other_prefix
    assert upload != other_upload
    assert str(prefix).startswith("seed-")
    assert str(prefix).endswith("/")


def _staged_size(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let staged data look as large as that, without writing it."""

    def stage(*args: Any, **options: Any) -> staging.Staged:
        return dataclasses.replace(staging.stage(*args, **options), size=size)

    monkeypatch.setattr("cdk_imported_table.local_data.stage", stage)


def test_large_data_enlarges_the_one_handler_and_renames_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renamed upload would delete, as its old self, the files that it just brought."""
    small, large = new_stack(), new_stack()
    data = ImportData.from_path(path, input_format=JSON)
    imported(small, data)
    _staged_size(monkeypatch, 1 << 30)
    imported(large, data)
    before, after = template_of(small)["Resources"], template_of(large)["Resources"]
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == list(
        resources_of(large, "AWS::Lambda::Function")
    )
    (handler,) = resources_of(large, "AWS::Lambda::Function").values()
    assert handler["Properties"]["MemorySize"] == 2048
    assert handler["Properties"]["EphemeralStorage"] == {"Size": 4096}


def test_more_data_than_the_handler_can_carry_names_the_way_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its /tmp holds the archive and its content at once."""
    _staged_size(monkeypatch, 5 << 30)
    stack = new_stack()
    with pytest.raises(
        ValueError, match=r"5,120 MiB of data are more than BucketDeployment can carry.*from_asset"
    ):
        imported(stack, ImportData.from_path(path, input_format=JSON))


def test_more_files_than_an_import_takes_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 6.1."""
    monkeypatch.setattr("cdk_imported_table.local_data.MAX_OBJECTS", 2)
    folder(path, b__json=line("b"), c__json=line("c"))
    with pytest.raises(ValueError, match="has 3 files; an import takes at most 2 objects"):
        imported(new_stack(), ImportData.from_path(path, input_format=JSON))


def test_path_is_taken_against_the_current_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against Python's, not against the one that Node was started in; also when the folder changes later."""
    monkeypatch.chdir(path.parent)
    data = ImportData.from_path("data", input_format=JSON)
    monkeypatch.chdir("/")
    stack = new_stack()
    imported(stack, data)
    assert staged_files(stack) == {"a.json": line("a")}


def test_missing_path_is_refused_with_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolved path and the current folder."""
    monkeypatch.chdir(tmp_path)
    data = ImportData.from_path("nowhere", input_format=JSON)
    expected = f"there is no file or folder {str(tmp_path / 'nowhere')!r} (current folder: {str(tmp_path)!r})"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        imported(new_stack(), data)


def test_folders_left_out_are_named_in_a_warning(path: Path) -> None:
    """Nothing disappears in silence; an exclude of one's own lets them in."""
    folder(path / "2024", b__json=line("b"))
    stack = new_stack()
    table = imported(stack, ImportData.from_path(path, input_format=JSON))
    assert staged_files(stack) == {"a.json": line("a")}
    assert "the folders '2024/'" in messages(table)[0]
    stack = new_stack()
    imported(stack, ImportData.from_path(path, input_format=JSON, exclude=[".*"]))
    assert staged_files(stack) == {"a.json": line("a"), "2024/b.json": line("b")}


def test_nothing_is_read_when_the_stack_is_not_deployed(tmp_path: Path) -> None:
    """`cdk ls` and `cdk destroy` ask for no stack: even data that is not there is no matter."""
    for policy in (OnDataChange.keep(), OnDataChange.replace()):
        stack = new_stack(context={"aws:cdk:bundling-stacks": []})
        imported(stack, ImportData.from_path(tmp_path / "nowhere", input_format=JSON), on_data_change=policy)
        assert table_of(stack)["Properties"]["ImportSourceSpecification"]["InputFormat"] == "DYNAMODB_JSON"


def test_stages_pipelines_and_agnostic_stacks_synthesize(path: Path) -> None:
    """The same construct in two stages of one app."""
    app = cdk.App()
    for name in ("Dev", "Prod"):
        imported(cdk.Stack(cdk.Stage(app, name), "Stack"), ImportData.from_path(path, input_format=JSON))
    assembly = app.synth()
    for name in ("Dev", "Prod"):
        template = (
            assembly.get_nested_assembly(f"assembly-{name}").get_stack_by_name(f"{name}-Stack").template
        )
        assert "AWS::DynamoDB::Table" in str(template)

"""`ImportData.frozen`: the data leaves the repository, and the deployed table does not notice."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ColumnType, ImportData, ImportFormat, OnDataChange
from tests.unit.support import (
    GZIP,
    JSON,
    folder,
    imported,
    line,
    messages,
    new_stack,
    resources_of,
    template_of,
)

KEEP, REPLACE = OnDataChange.keep(), OnDataChange.replace()
CSV = ImportFormat.csv(delimiter=";")
TYPED = ImportFormat.csv(delimiter=";", types={"x": ColumnType.NUMBER})
HASH = "403e945b7b476af0"


def _compared(stack: cdk.Stack) -> dict[str, Any]:
    """All resources but the source of the upload, which is the one thing that changes."""
    resources: dict[str, Any] = template_of(stack)["Resources"]
    for resource in resources.values():
        if resource["Type"] == "Custom::CDKBucketDeployment":
            for name in ("SourceObjectKeys", "Prune", "Exclude"):
                resource["Properties"].pop(name, None)
    return resources


def _path(path: Path, **options: Any) -> ImportData:
    return ImportData.from_path(path, **{"input_format": JSON, **options})


def _asset(path: Path, **options: Any) -> ImportData:
    return ImportData.from_asset(path, **{"input_format": JSON, **options})


@pytest.mark.parametrize(
    ("source", "policy", "options"),
    [
        (_path, KEEP, {}),
        (_path, KEEP, {"compression_type": GZIP}),
        (_path, KEEP, {"key_prefix": "seed"}),
        (_path, REPLACE, {}),
        (_asset, REPLACE, {}),
        (_asset, REPLACE, {"compression_type": GZIP}),
        (_asset, REPLACE, {"input_format": CSV}),
        (_path, REPLACE, {"input_format": TYPED}),
        (_asset, REPLACE, {"input_format": TYPED, "compression_type": GZIP}),
    ],
)
def test_every_resource_stays_equal_without_the_files(
    tmp_path: Path, source: Any, policy: OnDataChange, options: dict[str, Any]
) -> None:
    """Also the bucket and every logical id; only the upload has nothing to bring any more."""
    content = b"pk;x\na;1\n" if "input_format" in options else line("a")
    path = folder(tmp_path / "data", a=content)
    stack = new_stack()
    table = imported(stack, source(path, **options), on_data_change=policy)
    (path / "a").unlink()
    path.rmdir()

    after = new_stack()
    data = source(path, **options).frozen(content_hash=table.content_hash)
    frozen = imported(after, data, on_data_change=policy)
    assert frozen.content_hash == table.content_hash
    assert frozen.key_prefix == table.key_prefix
    assert _compared(after) == _compared(stack)


def test_items_are_frozen_as_a_path() -> None:
    """So that they can leave the code."""
    stack, after = new_stack(), new_stack()
    imported(stack, ImportData.from_items([{"pk": "a"}]))
    imported(after, ImportData.from_path("gone", input_format=JSON).frozen())
    assert _compared(after) == _compared(stack)


def test_the_upload_stays_but_brings_and_removes_nothing(tmp_path: Path) -> None:
    """Taken out of the stack, its deletion would empty the bucket; at the stack's end it has to."""
    stack = new_stack()
    imported(stack, _path(tmp_path / "gone").frozen())
    (upload,) = resources_of(stack, "Custom::CDKBucketDeployment").values()
    assert upload["Properties"]["Prune"] is False
    assert upload["Properties"]["Exclude"] == ["*"]
    assert upload["Properties"]["RetainOnDelete"] is False


def test_a_frozen_bucket_reads_no_local_copy(tmp_path: Path) -> None:
    """What is in S3 is imported in a new environment too, so there is nothing to warn of."""
    stack, after = new_stack(), new_stack()
    path = folder(tmp_path / "data", a=line("a"))
    for one, freeze in ((stack, False), (after, True)):
        bucket = s3.Bucket.from_bucket_name(one, "B", "some-bucket")
        data = ImportData.from_bucket(bucket, input_format=JSON, key_prefix="seed/", local_copy=path)
        table = imported(one, data.frozen() if freeze else data)
        (path / "a").unlink(missing_ok=True)
    assert _compared(after) == _compared(stack)
    assert messages(table) == []
    assert "is frozen" in messages(table, "aws:cdk:info")[0]


def test_a_new_environment_starts_empty_is_a_warning_with_an_id(tmp_path: Path) -> None:
    """It says so at each synth, until somebody acknowledges it."""
    stack = new_stack()
    table = imported(stack, _path(tmp_path / "gone").frozen())
    (warning,) = messages(table)
    assert "the table starts EMPTY" in warning
    assert "[ack: cdk-imported-table:frozen]" in warning


@pytest.mark.parametrize(
    ("data", "policy", "said"),
    [
        (_path(Path("x")).frozen(), REPLACE, "the 16 hexadecimal digits at the end of S3KeyPrefix"),
        (_asset(Path("x")).frozen(), REPLACE, "the 64 hexadecimal digits before the suffix of S3KeyPrefix"),
        (_path(Path("x")).frozen(content_hash=HASH), KEEP, r"write frozen\(\)"),
        (_path(Path("x")).frozen(content_hash="data"), REPLACE, "'data' is not the hash of data"),
        (_asset(Path("x")).frozen(content_hash=HASH), REPLACE, "has 64 hexadecimal digits"),
        (_asset(Path("x")).frozen(), KEEP, "needs on_data_change"),
    ],
)
def test_a_missing_or_wrong_hash_is_refused(data: ImportData, policy: OnDataChange, said: str) -> None:
    """With where to find it: another hash would be another table."""
    with pytest.raises(ValueError, match=said):
        imported(new_stack(), data, on_data_change=policy)


def test_a_bucket_takes_no_hash() -> None:
    """Nothing of its import depends on data."""
    bucket = s3.Bucket.from_bucket_name(new_stack(), "B", "some-bucket")
    with pytest.raises(ValueError, match=r"write frozen\(\)"):
        ImportData.from_bucket(bucket, input_format=JSON).frozen(content_hash=HASH)


def test_replace_says_at_each_synth_what_a_deploy_may_do(tmp_path: Path) -> None:
    """With the data's hash and what becomes of the old table; keep() has nothing to say."""
    path = folder(tmp_path / "data", a=line("a"))
    for policy, after, said in (
        (REPLACE, cdk.RemovalPolicy.DESTROY, "the old one is deleted"),
        (REPLACE, None, "the old one stays, outside of the stack"),
    ):
        stack = new_stack()
        table = imported(stack, _path(path), on_data_change=policy, removal_policy=after)
        template_of(stack)
        (info,) = messages(table, "aws:cdk:info")
        assert said in info
        assert f"made of the data {table.content_hash}." in info
        assert "[ack: cdk-imported-table:replaces]" in info
    stack = new_stack()
    table = imported(stack, _path(path))
    template_of(stack)
    assert messages(table, "aws:cdk:info") == []

"""Arguments of another class than they have to be are refused in one sentence, which says what to write."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportFormat, OnDataChange
from tests.unit.support import JSON, PK, SK, folder, imported, line, new_stack, resources_of, staged_files


@pytest.mark.parametrize("wrong", ["off", "FAIL", "bogus", "", False, 0])
@pytest.mark.parametrize("full", [True, False])
def test_preflight_that_is_no_mode_is_refused(tmp_path: Path, wrong: Any, full: bool) -> None:
    """It would be taken for FAIL, silently; with and without data."""
    data = ImportData.from_path(folder(tmp_path, a__json=line("a")), input_format=JSON) if full else None
    with pytest.raises(TypeError) as raised:
        imported(new_stack(), data, preflight=wrong)
    assert str(raised.value) == (
        f"preflight cannot be {wrong!r}: write Preflight.FAIL, Preflight.WARN or Preflight.OFF"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"on_data_change": "keep"},
            "on_data_change cannot be 'keep': write OnDataChange.keep() or OnDataChange.replace()",
        ),
        (
            {"on_data_change": ""},
            "on_data_change cannot be '': write OnDataChange.keep() or OnDataChange.replace()",
        ),
        (
            {"on_data_change": OnDataChange.keep},
            "on_data_change is the method OnDataChange.keep itself; call it: OnDataChange.keep()",
        ),
        (
            {"data": "x.json"},
            "data cannot be 'x.json': write ImportData.from_path(…) or another of ImportData's factories",
        ),
    ],
)
def test_argument_of_another_class_is_refused_with_what_to_write(options: Any, said: str) -> None:
    """Without data too, where nothing would ask for the policy."""
    with pytest.raises(TypeError) as raised:
        imported(new_stack(), **{"data": None, **options})
    assert str(raised.value) == said


def _from_path(input_format: Any) -> ImportData:
    return ImportData.from_path("data/", input_format=input_format)


def _from_asset(input_format: Any) -> ImportData:
    return ImportData.from_asset("data/", input_format=input_format)


def _from_bucket(input_format: Any) -> ImportData:
    return ImportData.from_bucket(
        s3.Bucket.from_bucket_name(new_stack(), "B", "some-bucket"), input_format=input_format
    )


def _from_export(input_format: Any) -> ImportData:
    bucket = s3.Bucket.from_bucket_name(new_stack(), "B", "some-bucket")
    return ImportData.from_export(bucket, "01693685827463-2d8752fd", input_format=input_format)


@pytest.mark.parametrize("factory", [_from_path, _from_asset, _from_bucket, _from_export])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("json", "input_format cannot be 'json': write ImportFormat.dynamodb_json() or another of"),
        ("", "input_format cannot be '': write ImportFormat.dynamodb_json() or another of"),
        (ImportFormat.csv, "input_format is the method ImportFormat.csv itself; call it: ImportFormat.csv()"),
        (dynamodb.InputFormat.ion(), "input_format cannot be <aws_cdk.aws_dynamodb.InputFormat object"),
    ],
)
def test_format_of_another_class_is_refused_at_once(
    factory: Callable[[Any], ImportData], wrong: Any, said: str
) -> None:
    """Where the data is named, not later when a table is made of it; CDK's own class is another one too."""
    with pytest.raises(TypeError, match=re.escape(said)):
        factory(wrong)


def _bucket() -> s3.IBucket:
    return s3.Bucket.from_bucket_name(new_stack(), "B", "some-bucket")


def _local(**options: Any) -> ImportData:
    return ImportData.from_path("data/", **{"input_format": JSON, **options})


def _items(**options: Any) -> ImportData:
    return ImportData.from_items([{"pk": "a"}], **options)


def _asset(**options: Any) -> ImportData:
    return ImportData.from_asset("data/", input_format=JSON, **options)


def _in_bucket(**options: Any) -> ImportData:
    return ImportData.from_bucket(options.pop("bucket", None) or _bucket(), input_format=JSON, **options)


def _export(**options: Any) -> ImportData:
    given = {"bucket": _bucket(), "export_id": "01693685827463-2d8752fd", **options}
    return ImportData.from_export(given.pop("bucket"), given.pop("export_id"), **given)


def _csv(**options: Any) -> ImportFormat:
    return ImportFormat.csv(**options)


def _table(**options: Any) -> Any:
    return imported(new_stack(), None, **options)


COMPRESSION = "dynamodb.InputCompressionType.GZIP, ZSTD or NONE"
BUCKET = "s3.Bucket(…) or s3.Bucket.from_bucket_name(scope, id, 'name')"
PATTERNS = "a list of patterns, ['*.md'], or [] for none"
UPLOADS = "the construct that uploads, or a list of constructs"
PREFIX = "a string like 'seed/'"
ACCOUNT = "the account as a string, '123456789012'"
KEY = "dynamodb.Attribute(name='…', type=dynamodb.AttributeType.STRING)"
OVERRIDES = "a dict of paths and values, {'TableClass': 'STANDARD'}"
NAMES = "a list of names, ['pk', 'name']"


@pytest.mark.parametrize(
    ("take", "name", "wrong", "write"),
    [
        (_local, "compression_type", "GZIP", COMPRESSION),
        (_items, "compression_type", "GZIP", COMPRESSION),
        (_asset, "compression_type", "GZIP", COMPRESSION),
        (_in_bucket, "compression_type", "GZIP", COMPRESSION),
        (_local, "bucket", "name", BUCKET),
        (_items, "bucket", "name", BUCKET),
        (_in_bucket, "bucket", "name", BUCKET),
        (_export, "bucket", "name", BUCKET),
        (_local, "exclude", "*.md", PATTERNS),
        (_asset, "exclude", None, PATTERNS),
        (_local, "exclude", [1], PATTERNS),
        (_local, "exclude", {"*.md"}, PATTERNS),
        (_in_bucket, "uploaded_by", "x", UPLOADS),
        (_in_bucket, "uploaded_by", [None], UPLOADS),
        (_in_bucket, "uploaded_by", set(), UPLOADS),
        (_local, "key_prefix", 5, PREFIX),
        (_in_bucket, "key_prefix", 5, PREFIX),
        (_in_bucket, "key_prefix", Path("seed"), PREFIX),
        (_export, "key_prefix", 5, PREFIX),
        (_in_bucket, "bucket_owner", 123456789012, ACCOUNT),
        (_export, "bucket_owner", 123456789012, ACCOUNT),
        (_export, "export_id", 5, "a string like '01693685827463-2d8752fd'"),
        (_csv, "header_list", "pk,sk", NAMES),
        (_csv, "header_list", {"pk": 1}, NAMES),
        (_csv, "header_list", [1], NAMES),
        (_csv, "delimiter", [","], "a string of one character, ';'"),
        (_table, "partition_key", "pk", KEY),
        (_table, "sort_key", {"name": "sk"}, KEY),
        (_table, "sort_key", {"name": "sk", "type": "S"}, KEY),
        (_table, "replication_regions", "eu-west-1", "['eu-west-1']"),
        (_table, "property_overrides", {1: 2}, OVERRIDES),
        (_table, "property_overrides", ["TableClass"], OVERRIDES),
        (_local().frozen, "content_hash", 5, "ImportedTable.content_hash, a string"),
    ],
)
def test_argument_of_another_class_is_refused_at_once_in_one_sentence(
    take: Callable[..., Any], name: str, wrong: Any, write: str
) -> None:
    """The value, and what to write; a string where a list is wanted is no list of its characters."""
    with pytest.raises(TypeError) as raised:
        take(**{name: wrong})
    assert str(raised.value) == f"{name} cannot be {wrong!r}: write {write}"


def test_bucket_of_the_lowest_layer_is_refused() -> None:
    """It grants nothing; CDK says so with a JavaScript function's name."""
    with pytest.raises(TypeError, match=re.escape(f"write {BUCKET}")):
        _local(bucket=s3.CfnBucket(new_stack(), "B"))


def test_keys_may_be_dicts(tmp_path: Path) -> None:
    """As everywhere in CDK."""
    path = folder(tmp_path, a__json=b'{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}\n')
    tables = []
    for keys in (
        {"partition_key": PK, "sort_key": SK},
        {
            "partition_key": {"name": "pk", "type": dynamodb.AttributeType.STRING},
            "sort_key": {"name": "sk", "type": dynamodb.AttributeType.NUMBER},
        },
    ):
        stack = new_stack()
        imported(stack, ImportData.from_path(path, input_format=JSON), **keys)
        tables.append(resources_of(stack, "AWS::DynamoDB::Table"))
    assert tables[0] == tables[1]


def test_a_list_that_is_changed_later_changes_nothing(tmp_path: Path) -> None:
    """What was given is what was meant."""
    exclude = ["*.md"]
    path = folder(tmp_path, a__json=line("a"), b__md=b"#")
    data = ImportData.from_path(path, input_format=JSON, exclude=exclude)
    exclude.clear()
    stack = new_stack()
    imported(stack, data)
    assert list(staged_files(stack)) == ["a.json"]

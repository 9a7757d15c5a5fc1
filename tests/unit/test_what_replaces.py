"""The page "What replaces my table", row by row.

What CloudFormation replaces is in the resource's own schema: its create-only properties.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from cdk_imported_table import (
    ColumnType,
    EmptyValue,
    ImportData,
    ImportedTable,
    ImportFormat,
    OnDataChange,
    Preflight,
)
from tests.unit.support import GZIP, JSON, PK, SK, folder, gzipped, line, resources_of

PAGE = Path(__file__).parents[2] / "docs" / "what-replaces-my-table.md"
KEEP, REPLACE = OnDataChange.keep(), OnDataChange.replace()
RECORDS = line("a") + line("b")
OFF = {"preflight": Preflight.OFF}

Change = Callable[[Path, OnDataChange], dict[str, Any]]
"""What is given to ImportedTable; `path` is a folder of one's own."""


def _identity(stack: cdk.Stack) -> dict[str, Any]:
    """What makes it this table and no other: CloudFormation replaces it when any of it changes."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::DynamoDB::Table").schema
    paths = [*schema["createOnlyProperties"], *schema["conditionalCreateOnlyProperties"]]
    ((logical_id, table),) = resources_of(stack, "AWS::DynamoDB::Table").items()
    properties = table["Properties"]
    keys = {key["AttributeName"] for key in properties["KeySchema"]}
    types = [one for one in properties["AttributeDefinitions"] if one["AttributeName"] in keys]
    return {
        "id": logical_id,
        "types": types,
        **{path: properties.get(path.rsplit("/", 1)[-1]) for path in paths},
    }


def _local(path: Path, content: bytes = RECORDS, name: str = "a.json", **options: Any) -> ImportData:
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(content)
    return ImportData.from_path(path, **{"input_format": JSON, **options})


def _given(data: ImportData | None, policy: OnDataChange, **options: Any) -> dict[str, Any]:
    return {"id": "T", "data": data, "on_data_change": policy, "partition_key": PK, **OFF, **options}


def _base(path: Path, policy: OnDataChange) -> dict[str, Any]:
    return _given(_local(path), policy)


def _named(path: Path, policy: OnDataChange) -> dict[str, Any]:
    return _given(_local(path), policy, table_name="fixed")


def _asset(path: Path, policy: OnDataChange) -> dict[str, Any]:
    _local(path)
    return _given(ImportData.from_asset(path, input_format=JSON), policy)


def _other_folder(path: Path, policy: OnDataChange) -> dict[str, Any]:
    _local(path / "elsewhere")
    folder(path / "elsewhere", skip__md=b"#")
    return _given(ImportData.from_path(path / "elsewhere", input_format=JSON, exclude=["*.md"]), policy)


def _split_and_gzipped(path: Path, policy: OnDataChange) -> dict[str, Any]:
    _local(path, gzipped(line("a").replace(b"\n", b"\r\n")), "1.gz")
    return _given(_local(path, line("b"), "2.json"), policy)


def _csv(path: Path, policy: OnDataChange) -> dict[str, Any]:
    return _given(_local(path, b"pk;x\na;1\n", input_format=ImportFormat.csv(delimiter=";")), policy)


def _typed(
    path: Path, policy: OnDataChange, content: bytes = b"pk;x\na;1\n", **options: Any
) -> dict[str, Any]:
    form = ImportFormat.csv(**{"delimiter": ";", "types": {"x": ColumnType.NUMBER}, **options})
    return _given(_local(path, content, input_format=form), policy)


def _other_options(path: Path, policy: OnDataChange) -> dict[str, Any]:
    return _given(
        _local(path),
        policy,
        billing_mode=dynamodb.BillingMode.PROVISIONED,
        read_capacity=3,
        stream=dynamodb.StreamViewType.KEYS_ONLY,
        table_class=dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS,
        time_to_live_attribute="ttl",
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def _frozen(path: Path, policy: OnDataChange) -> dict[str, Any]:
    data = _local(path)
    made = ImportedTable(
        cdk.Stack(cdk.App(), "Stack"), "T", data=data, on_data_change=policy, partition_key=PK
    )
    return _given(data.frozen(content_hash=made.content_hash), policy)


def _from_bucket(**options: Any) -> ImportData:
    scope = cdk.Stack(cdk.App(), "Elsewhere")
    bucket = s3.Bucket.from_bucket_name(scope, "B", options.pop("bucket", "some-bucket"))
    return ImportData.from_bucket(bucket, **{"input_format": JSON, "key_prefix": "seed/", **options})


ROWS: dict[str, list[Change]] = {
    "a record of the data": [_base, lambda path, policy: _given(_local(path, line("other")), policy)],
    "names, number or compression of the files, line ends": [_base, _split_and_gzipped],
    "`exclude`, the path, where the repository lies": [_base, _other_folder],
    "`data=None` to data, or back": [lambda _, policy: _given(None, policy), _base],
    "`input_format`, `delimiter`, `header_list`": [
        _csv,
        lambda path, policy: _given(
            _local(path, b"pk;x\na;1\n", input_format=ImportFormat.csv(delimiter=":")), policy
        ),
        lambda path, policy: _given(
            _local(
                path, b"pk;x\na;1\n", input_format=ImportFormat.csv(delimiter=";", header_list=["pk", "x"])
            ),
            policy,
        ),
        _base,
    ],
    "`types` of CSV: from none to some, or back ³": [_csv, _typed],
    "one *converted* format to another, its `types` and other options": [
        _typed,
        lambda path, policy: _typed(path, policy, b"pk:x\na: 1.0\n", delimiter=":", trim=True),
        lambda path, policy: _typed(path, policy, b"1;a\n", header_list=["x", "pk"]),
        lambda path, policy: _given(
            _local(path, b'{"x":1,"pk":"a"}', input_format=ImportFormat.json_lines()), policy
        ),
        lambda path, policy: _given(
            _local(
                path,
                b'[{"pk":"a","x":1.0,"y":null}]',
                input_format=ImportFormat.json(null=EmptyValue.ABSENT, types={"x": ColumnType.NUMBER}),
            ),
            policy,
        ),
    ],
    "`compression_type`": [_base, lambda path, policy: _given(_local(path, compression_type=GZIP), policy)],
    "`partition_key`, `sort_key`, their names or types": [
        _base,
        lambda path, policy: _given(_local(path), policy, sort_key=SK),
        lambda path, policy: {
            **_given(_local(path), policy),
            "partition_key": dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.BINARY),
        },
        lambda path, policy: {**_given(_local(path), policy), "partition_key": SK},
    ],
    "`table_name`": [_base, _named],
    "the construct's id, or its place in the tree": [
        _base,
        lambda path, policy: {**_base(path, policy), "id": "Other"},
    ],
    "`….frozen()`, or back": [_base, _frozen],
    "`preflight`": [
        _base,
        lambda path, policy: {**_base(path, policy), "preflight": Preflight.WARN},
    ],
    "any other option: billing, capacity, encryption, stream, indexes, tags …": [_base, _other_options],
}
"""Each row's variants: any two of them differ in what the row names."""

OTHERWISE = {
    "one factory of `ImportData` to another": "test_another_factory_replaces",
    "`bucket`, `bucket_owner`, `key_prefix`": "test_another_place_in_s3_replaces",
    "the stack's `env`, where it names the account of a bucket with `account=` ⁴": (
        "test_stating_the_account_replaces_unless_the_owner_is_stated"
    ),
    "`uploaded_by`": "test_uploaded_by_does_not_replace",
    "`on_data_change`": "test_another_policy_replaces",
    "the bootstrap qualifier, with `from_asset`": "test_another_bootstrap_qualifier_replaces",
    "an upgrade of this library within a major version": "the golden templates of test_golden.py",
}
"""Rows that the two policies do not share, and what proves them."""


def _rows() -> dict[str, tuple[str, str]]:
    section = PAGE.read_text("utf-8").split("## The table", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    return {what: (keep, replace) for what, keep, replace in cells if what != "what changes"}


def _synthesized(given: dict[str, Any], context: dict[str, Any] | None = None) -> dict[str, Any]:
    stack = cdk.Stack(cdk.App(context=context), "Stack")
    table = ImportedTable(stack, given.pop("id"), **given)
    if "billing_mode" in given:
        table.table.add_global_secondary_index(index_name="i", partition_key=SK)
        cdk.Tags.of(table).add("team", "x")
    return _identity(stack)


def test_the_page_names_each_row_that_is_tested_here() -> None:
    """A row without a test, or a test without its row, is a mistake."""
    assert set(_rows()) == {*ROWS, *OTHERWISE}


@pytest.mark.parametrize("policy", [KEEP, REPLACE], ids=repr)
@pytest.mark.parametrize("row", ROWS)
def test_row(tmp_path: Path, row: str, policy: OnDataChange) -> None:
    """Each variant against the first: replaced or not, as the page says; or refused."""
    said = _rows()[row][0 if policy is KEEP else 1]
    identities = []
    for number, variant in enumerate(ROWS[row]):
        given = variant(tmp_path / str(number), policy)
        if said == "refused" and number:
            with pytest.raises(ValueError, match="cannot be fixed"):
                _synthesized(given)
        else:
            identities.append(_synthesized(given))
    for other in identities[1:]:
        assert (other != identities[0]) is (said == "**replaces**"), json.dumps(
            [identities[0], other], indent=1
        )


def test_another_factory_replaces(tmp_path: Path) -> None:
    """The import property names another bucket, or another key."""
    given = [
        _base(tmp_path, REPLACE),
        _asset(tmp_path, REPLACE),
        _given(_from_bucket(), KEEP),
        _base(tmp_path, KEEP),
        _given(ImportData.from_items([{"pk": "a"}], key_prefix="items/"), KEEP),
    ]
    identities = [json.dumps(_synthesized(one), sort_keys=True) for one in given]
    assert len(set(identities)) == len(identities)


def test_another_place_in_s3_replaces() -> None:
    """Bucket, owner, prefix."""
    variants = [{}, {"bucket": "other-bucket"}, {"bucket_owner": "222222222222"}, {"key_prefix": "other/"}]
    identities = [
        json.dumps(_synthesized(_given(_from_bucket(**one), KEEP)), sort_keys=True) for one in variants
    ]
    assert len(set(identities)) == len(variants)


def _of_account(env: cdk.Environment | None, path: Path | None = None, owner: str | None = None) -> Any:
    """A table with a bucket whose account is known."""
    stack = cdk.Stack(cdk.App(), "Stack", env=env)
    bucket = s3.Bucket.from_bucket_attributes(stack, "B", bucket_name="some", account="111111111111")
    if path:
        data = _local(path, bucket=bucket)
    else:
        data = ImportData.from_bucket(bucket, input_format=JSON, key_prefix="seed/", bucket_owner=owner)
    given = _given(data, REPLACE if path else KEEP)
    ImportedTable(stack, given.pop("id"), **given)
    return _identity(stack)


def test_stating_the_account_replaces_unless_the_owner_is_stated(tmp_path: Path) -> None:
    """Without it the bucket may be a foreign one, which needs its owner (rule 7.4)."""
    env = cdk.Environment(account="111111111111", region="us-east-1")
    assert _of_account(None) != _of_account(env)
    assert _of_account(None, tmp_path) != _of_account(env, tmp_path)
    assert _of_account(None, owner="111111111111") == _of_account(env, owner="111111111111")


def test_uploaded_by_does_not_replace() -> None:
    """It is about order only."""
    stacks = []
    for waits in (False, True):
        stack = cdk.Stack(cdk.App(), "Stack")
        bucket = s3.Bucket.from_bucket_name(stack, "B", "some-bucket")
        upload = cdk.CfnWaitConditionHandle(stack, "Upload") if waits else None
        data = ImportData.from_bucket(bucket, input_format=JSON, uploaded_by=upload)
        ImportedTable(stack, "T", data=data, partition_key=PK)
        stacks.append(_identity(stack))
    assert stacks[0] == stacks[1]


def test_another_policy_replaces(tmp_path: Path) -> None:
    """The hash comes into the prefix, or goes."""
    assert _synthesized(_base(tmp_path, KEEP)) != _synthesized(_base(tmp_path, REPLACE))


def test_another_bootstrap_qualifier_replaces(tmp_path: Path) -> None:
    """The bootstrap bucket's name is in the import property."""
    context = {"@aws-cdk/core:bootstrapQualifier": "mine"}
    assert _synthesized(_asset(tmp_path, REPLACE)) != _synthesized(_asset(tmp_path, REPLACE), context)

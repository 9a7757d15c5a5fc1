"""`cdk-imported-table check cdk.out`: the data of every imported table, whoever wrote the app."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets

from cdk_imported_table.cli import main
from tests.unit.support import PK, SK, folder, line
from tests.unit.test_app_tables import plain_table, upload

BAD = line("a") + b'{"Item":{"other":{"S":"b"}}}\n'

Checked = Callable[..., tuple[int, str]]


@pytest.fixture
def checked(capsys: pytest.CaptureFixture[str]) -> Checked:
    """Checks an app, or an assembly that is there; returns the exit code and what is printed."""

    def check(what: cdk.App | Path, *options: str) -> tuple[int, str]:
        path = what if isinstance(what, Path) else Path(what.synth().directory)
        capsys.readouterr()  # what CDK says of the app itself
        code = main(["check", str(path), *options])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return check


def _plain(data: Path) -> tuple[cdk.App, dynamodb.Table]:
    """CDK's own bucket, upload and table."""
    app = cdk.App()
    stack = cdk.Stack(app, "Shop")
    bucket = s3.Bucket(stack, "Bucket")
    upload(stack, bucket, data)
    return app, plain_table(stack, bucket)


def test_broken_record_of_a_plain_table_is_1_with_table_file_and_line(
    tmp_path: Path, checked: Checked
) -> None:
    """Nothing of this library is in the app."""
    app, _ = _plain(folder(tmp_path / "data", good__json=line("x"), bad__json=BAD))
    code, said = checked(app)
    assert code == 1
    assert "Shop: Plain" in said
    assert "bad.json:2: error: attribute 'pk': " in said
    assert "processed 3, imported 2, errors 1" in said


def test_good_data_of_a_plain_table_is_0(tmp_path: Path, checked: Checked) -> None:
    """With the counters of the import."""
    app, _ = _plain(folder(tmp_path / "data", good__json=line("x")))
    code, said = checked(app, "--json")
    (table,) = json.loads(said)["tables"]
    assert code == 0
    assert (table["checked"], table["imported"], table["error_count"]) == (True, 1, 0)


def test_index_and_overrides_of_the_template_are_judged(tmp_path: Path, checked: Checked) -> None:
    """What no construct knows is in the template: a raw override of the compression."""
    data = folder(tmp_path / "data", a__json=b'{"Item":{"pk":{"S":"a"},"sk":{"S":"no number"}}}\n')
    app, table = _plain(data)
    table.add_global_secondary_index(index_name="by-sk", partition_key=SK)
    assert "IndexName: by-sk" in checked(app)[1]

    app, table = _plain(folder(tmp_path / "other", a__json=line("a")))
    default = table.node.default_child
    assert isinstance(default, dynamodb.CfnTable)
    default.add_property_override("ImportSourceSpecification.InputCompressionType", "GZIP")
    code, said = checked(app)
    assert code == 1
    assert "it is NONE, not GZIP" in said


def test_stray_object_below_the_prefix_is_data(tmp_path: Path, checked: Checked) -> None:
    """Rules 1.1 and 1.2: nothing is left out by its name, and a README fails the import."""
    data = folder(tmp_path / "data", a__json=line("a"), README__md=b"# Data\n")
    code, said = checked(_plain(data)[0])
    assert code == 1
    assert "README.md:1: error:" in said


def test_file_asset_of_a_plain_table_is_checked(tmp_path: Path, checked: Checked) -> None:
    """The data lies in CDK's bootstrap bucket."""
    path = folder(tmp_path / "data", a__json__gz=gzip.compress(BAD)) / "a.json.gz"
    app = cdk.App()
    stack = cdk.Stack(app, "Shop")
    asset = s3_assets.Asset(stack, "Data", path=str(path))
    dynamodb.Table(
        stack,
        "Plain",
        partition_key=PK,
        import_source=dynamodb.ImportSourceSpecification(
            bucket=asset.bucket,
            key_prefix=asset.s3_object_key,
            compression_type=dynamodb.InputCompressionType.GZIP,
            input_format=dynamodb.InputFormat.dynamo_db_json(),
        ),
    )
    code, said = checked(app)
    assert code == 1
    assert "Missing the key pk" in said


def test_data_that_is_not_in_the_assembly_is_said_to_be_unchecked(checked: Checked) -> None:
    """It is no error, and no silence either."""
    app = cdk.App()
    stack = cdk.Stack(app, "Shop")
    plain_table(stack, s3.Bucket.from_bucket_name(stack, "Bucket", "somewhere"))
    code, said = checked(app)
    assert code == 0
    assert "not checked, its data is not in this assembly" in said


def test_app_without_imports_says_so(checked: Checked) -> None:
    """Exit code 0: nothing would fail."""
    app = cdk.App()
    cdk.Stack(app, "Shop")
    assert checked(app) == (0, "no table of this assembly is imported\n")


def test_assembly_of_another_language_is_checked(tmp_path: Path, checked: Checked) -> None:
    """Only its files are read: no metadata of Python, numbers and options as others write them."""
    csv: dict[str, Any] = {"Delimiter": ";", "HeaderList": ["pk", "sk", "name"]}
    properties = {
        "AttributeDefinitions": [
            {"AttributeType": "S", "AttributeName": "pk"},
            {"AttributeType": "N", "AttributeName": "sk"},
        ],
        "KeySchema": [
            {"KeyType": "RANGE", "AttributeName": "sk"},
            {"KeyType": "HASH", "AttributeName": "pk"},
        ],
        "ImportSourceSpecification": {
            "InputFormat": "CSV",
            "InputFormatOptions": {"Csv": csv},
            "S3BucketSource": {
                "S3Bucket": {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"},
                "S3KeyPrefix": "abc.csv",
            },
        },
    }
    template = {"Resources": {"EventsTable4711": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}
    assets = {
        "version": "36.0.0",
        "files": {
            "abc": {
                "source": {"path": "asset.abc.csv", "packaging": "file"},
                "destinations": {"current_account-current_region": {"objectKey": "abc.csv"}},
            }
        },
    }
    files = {
        "manifest.json": json.dumps({"version": "36.0.0", "artifacts": {}}).encode(),
        "ShopStack.template.json": json.dumps(template).encode(),
        "ShopStack.assets.json": json.dumps(assets).encode(),
        "asset.abc.csv": b"a;1;x\na;many;x\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    code, said = checked(tmp_path)
    assert code == 1
    assert "ShopStack: EventsTable4711" in said
    assert "asset.abc.csv:2: error: attribute 'sk': The parameter cannot be converted" in said


def test_what_an_assembly_says_itself_is_not_to_be_given(tmp_path: Path, checked: Checked) -> None:
    """Keys and formats are those of the templates: others would be ignored."""
    app, _ = _plain(folder(tmp_path / "data", a__json=line("x")))
    code, said = checked(app, "--partition-key", "other:S", "--delimiter", "tab")
    assert code == 2
    assert "--partition-key, --delimiter: not with a cloud assembly" in said

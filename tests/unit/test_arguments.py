"""Arguments of another class than they have to be are refused in one sentence, which says what to write."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportFormat, OnDataChange
from tests.unit.support import JSON, folder, imported, line, new_stack


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

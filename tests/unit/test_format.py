"""`ImportFormat`: what reaches the template, and what DynamoDB would not take."""

from typing import Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportFormat
from tests.unit.support import imported, new_stack, source_of


@pytest.mark.parametrize(
    ("input_format", "rendered"),
    [
        (ImportFormat.dynamodb_json(), {"InputFormat": "DYNAMODB_JSON"}),
        (ImportFormat.ion(), {"InputFormat": "ION"}),
        (ImportFormat.csv(), {"InputFormat": "CSV"}),
        (
            ImportFormat.csv(delimiter=";", header_list=["pk", "a b"]),
            {
                "InputFormat": "CSV",
                "InputFormatOptions": {"Csv": {"Delimiter": ";", "HeaderList": ["pk", "a b"]}},
            },
        ),
    ],
)
def test_format_reaches_the_template(input_format: ImportFormat, rendered: dict[str, object]) -> None:
    """In CloudFormation's own words, and nothing that was not said."""
    stack = new_stack()
    bucket = s3.Bucket.from_bucket_name(stack, "B", "some-bucket")
    imported(stack, ImportData.from_bucket(bucket, input_format=input_format))
    source = {name: value for name, value in source_of(stack).items() if name != "S3BucketSource"}
    source.get("InputFormatOptions", {}).get("Csv", {}) or source.pop("InputFormatOptions", None)
    assert source == rendered


@pytest.mark.parametrize("delimiter", [",", ";", ":", "|", "\t", " "])
def test_every_delimiter_of_dynamodb_is_taken(delimiter: str) -> None:
    """Rule 3.1."""
    assert ImportFormat.csv(delimiter=delimiter).delimiter == delimiter


@pytest.mark.parametrize("delimiter", ["", "\\t", ";;", "#"])
def test_other_delimiters_are_refused_with_the_allowed_ones(delimiter: str) -> None:
    """Rule 3.1: AWS would say so when the table is created."""
    with pytest.raises(ValueError, match=r"is not one that DynamoDB takes: ',' \(comma\), ';' \(semicolon\)"):
        ImportFormat.csv(delimiter=delimiter)


@pytest.mark.parametrize(
    ("header_list", "text"),
    [
        ([], "header_list has 0 names; 1 to 255 are allowed"),
        ([f"n{i}" for i in range(256)], "header_list has 256 names"),
        (["a", "b", "a"], "has the name 'a' twice"),
        ([""], "has the name ''"),
        (["a,b"], "has the name 'a,b'; a name is 1 to 65536 printable ASCII"),
        (['say "x"'], "printable ASCII"),
        (["žluť"], "printable ASCII"),
        (["x" * 65537], "1 to 65536"),
    ],
)
def test_header_lists_that_dynamodb_refuses_are_refused(header_list: list[str], text: str) -> None:
    """Rule 3.3."""
    with pytest.raises(ValueError, match=text):
        ImportFormat.csv(header_list=header_list)


def test_a_string_is_no_header_list() -> None:
    """Its characters would become the names."""
    with pytest.raises(TypeError, match="header_list cannot be 'pk,sk': write a list of names"):
        ImportFormat.csv(header_list="pk,sk")


def test_names_known_at_deploy_time_only_are_let_through() -> None:
    """A token is not judged by its looks."""
    assert ImportFormat.csv(header_list=[cdk.Fn.ref("H"), "pk"]).input_format == "CSV"


def test_a_delimiter_must_be_known_at_synth() -> None:
    """CDK's own `InputFormat.csv` takes no token there."""
    with pytest.raises(ValueError, match="delimiter is a token"):
        ImportFormat.csv(delimiter=cdk.Fn.ref("D"))


def test_timestamps_are_one_of_three() -> None:
    """A word of them is none: it would be taken for the default, silently."""
    with pytest.raises(ValueError, match="timestamps cannot be 'EPOCH_SECONDS': allowed are Timestamps"):
        ImportFormat.parquet(timestamps=cast(Any, "EPOCH_SECONDS"))

"""A table that is replaced is imported from a fresh upload: the objects of the last one may be gone."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_dynamodb as dynamodb

from cdk_imported_table import ImportData, ImportFormat, Preflight
from tests.unit.support import PK, SK, folder, imported, new_stack, resources_of

OTHER = dynamodb.Attribute(name="other", type=dynamodb.AttributeType.STRING)
CSV = ImportFormat.csv()


def upload_of(path: Path, input_format: ImportFormat = CSV, **options: Any) -> dict[str, Any]:
    """The custom resource that uploads a CSV file."""
    stack = new_stack()
    data = ImportData.from_path(path, input_format=input_format)
    imported(stack, data, preflight=Preflight.OFF, **options)
    (upload,) = resources_of(stack, "Custom::CDKBucketDeployment").values()
    return upload


@pytest.mark.parametrize(
    "options",
    [
        {"partition_key": OTHER},
        {"sort_key": SK},
        {"table_name": "fixed"},
        {"input_format": ImportFormat.csv(delimiter=";")},
        {"input_format": ImportFormat.csv(header_list=["pk"])},
    ],
)
def test_what_replaces_the_table_repeats_the_upload(tmp_path: Path, options: dict[str, Any]) -> None:
    """Its resource changes, though the files do not."""
    data = folder(tmp_path / "data", a__csv=b"pk,sk\n1,2\n")
    assert upload_of(data, **options) != upload_of(data)


def test_what_does_not_replace_the_table_does_not(tmp_path: Path) -> None:
    """The same files, another throughput or stream: nothing is uploaded."""
    data = folder(tmp_path / "data", a__csv=b"pk,sk\n1,2\n")
    changed = upload_of(data, partition_key=PK, read_capacity=1, stream=dynamodb.StreamViewType.KEYS_ONLY)
    assert changed == upload_of(data)

"""Under `keep()` the table's resource never depends on the bytes of the data."""

import shutil
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportFormat, OnDataChange
from tests.unit.support import (
    GZIP,
    JSON,
    folder,
    gzipped,
    imported,
    line,
    new_stack,
    resources_of,
    staged_files,
)

RECORDS = line("a", x="1") + line("b", x="2")


def _edit(path: Path, change: str) -> None:
    """One thing that people do to their data."""
    first = path / "a.json"
    if change == "rename":
        first.rename(path / "z.json")
    elif change == "add":
        (path / "b.json").write_bytes(line("c"))
    elif change == "gzip":
        (path / "a.json.gz").write_bytes(gzipped(first.read_bytes()))
        first.unlink()
    elif change == "crlf":
        first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))
    elif change == "edit":
        first.write_bytes(line("other"))
    elif change == "subfolder":
        folder(path / "more", b__json=line("c"))


def _table(
    path: Path, policy: OnDataChange, compression: Any = None
) -> tuple[dict[str, Any], dict[str, bytes]]:
    stack = new_stack()
    data = ImportData.from_path(path, input_format=JSON, compression_type=compression)
    imported(stack, data, on_data_change=policy)
    return resources_of(stack, "AWS::DynamoDB::Table"), staged_files(stack)


@pytest.mark.parametrize("compression", [None, GZIP])
@pytest.mark.parametrize("change", ["rename", "add", "gzip", "crlf", "edit", "subfolder"])
def test_table_is_the_same_after(
    tmp_path: Path, change: str, compression: dynamodb.InputCompressionType | None
) -> None:
    """Whatever is done to the files, the table's resource is equal to the letter."""
    path = folder(tmp_path / "data", a__json=RECORDS)
    before, _ = _table(path, OnDataChange.keep(), compression)
    _edit(path, change)
    after, _ = _table(path, OnDataChange.keep(), compression)
    assert before == after


def test_upload_is_another_when_the_data_changed(tmp_path: Path) -> None:
    """A new environment gets the new data."""
    path = folder(tmp_path / "data", a__json=RECORDS)
    _, before = _table(path, OnDataChange.keep())
    _edit(path, "edit")
    _, after = _table(path, OnDataChange.keep())
    assert (before, after) == ({"a.json": RECORDS}, {"a.json": line("other")})


@pytest.mark.parametrize(
    ("change", "same"),
    [("gzip", True), ("crlf", True), ("rename", True), ("subfolder", True), ("add", False), ("edit", False)],
)
def test_replace_looks_at_the_records_only(tmp_path: Path, change: str, same: bool) -> None:
    """Compression, line ends and names are no change of the data; records are."""
    path = folder(tmp_path / "data", a__json=RECORDS)
    before, _ = _table(path, OnDataChange.replace())
    _edit(path, change)
    after, _ = _table(path, OnDataChange.replace())
    assert (before == after) is same


def test_replace_does_not_look_at_where_the_data_lies(tmp_path: Path) -> None:
    """Another checkout, another machine: the same table."""
    path = folder(tmp_path / "here", a__json=RECORDS)
    shutil.copytree(path, tmp_path / "there")
    assert _table(path, OnDataChange.replace()) == _table(tmp_path / "there", OnDataChange.replace())


def test_replace_sees_a_changed_import_property(tmp_path: Path) -> None:
    """The hash is over the rendered import properties too."""
    path = folder(tmp_path / "data", a__json=RECORDS)
    assert _table(path, OnDataChange.replace())[0] != _table(path, OnDataChange.replace(), GZIP)[0]


@pytest.mark.parametrize("policy", [OnDataChange.keep(), OnDataChange.replace()], ids=repr)
@pytest.mark.parametrize("whole", [True, False])
def test_names_known_at_deploy_time_only_hash_alike_whatever_else_the_app_makes(
    tmp_path: Path, policy: OnDataChange, whole: bool
) -> None:
    """A token is written with a number, which each resource made before it pushes on."""
    path = folder(tmp_path / "data", a__csv=b"a,1\n")
    seen = []
    for others in (0, 3):
        stack = new_stack()
        for number in range(others):
            _ = s3.Bucket(stack, f"Other{number}").bucket_arn
        names = cdk.CfnParameter(stack, "Names", type="CommaDelimitedList").value_as_list
        form = ImportFormat.csv(header_list=names if whole else ["pk", cdk.Fn.select(1, names)])
        imported(stack, ImportData.from_path(path, input_format=form), on_data_change=policy)
        uploads = resources_of(stack, "Custom::CDKBucketDeployment")
        keys = [upload["Properties"]["SourceObjectKeys"] for upload in uploads.values()]
        seen.append((resources_of(stack, "AWS::DynamoDB::Table"), list(uploads), keys))
    assert seen[0] == seen[1]


def test_names_that_are_made_later_are_not_asked_for_when_the_table_is_made(tmp_path: Path) -> None:
    """CDK keeps what a `Lazy` says when it is first asked, and the app is not complete yet."""
    asked: list[str] = []

    @jsii.implements(cdk.IStableListProducer)
    class Names:
        def produce(self) -> list[str]:
            asked.append("names")
            return ["pk"]

    form = ImportFormat.csv(header_list=cdk.Lazy.list(Names()))
    data = ImportData.from_path(folder(tmp_path / "data", a__csv=b"a,1\n"), input_format=form)
    table = imported(new_stack(), data, on_data_change=OnDataChange.replace())
    assert table.content_hash
    assert asked == []


def test_hash_of_known_records_never_changes(tmp_path: Path) -> None:
    """A golden value: another one would replace every table that is deployed with `replace()`."""
    stack = new_stack()
    path = folder(tmp_path / "data", a__json=RECORDS)
    table = imported(
        stack, ImportData.from_path(path, input_format=JSON), on_data_change=OnDataChange.replace()
    )
    assert table.key_prefix == "data-403e945b7b476af0/"

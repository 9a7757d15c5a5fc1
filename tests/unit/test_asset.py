"""`ImportData.from_asset`: one resource, one object."""

import gzip
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb

from cdk_imported_table import ImportData, ImportFormat, OnDataChange
from cdk_imported_table.dataset.compression import Compression, open_decoded, sniff
from tests.unit.support import (
    GZIP,
    JSON,
    ZSTD,
    folder,
    gzipped,
    imported,
    line,
    messages,
    new_stack,
    source_of,
    staged_files,
    template_of,
)


def _asset(
    path: Path, input_format: ImportFormat = JSON, compression: dynamodb.InputCompressionType | None = None
) -> tuple[cdk.Stack, bytes]:
    stack = new_stack()
    data = ImportData.from_asset(path, input_format=input_format, compression_type=compression)
    imported(stack, data, on_data_change=OnDataChange.replace(), removal_policy=cdk.RemovalPolicy.DESTROY)
    (content,) = staged_files(stack).values()
    return stack, content


def test_stack_has_exactly_one_resource(tmp_path: Path) -> None:
    """No bucket, no Lambda: the table."""
    stack, _ = _asset(folder(tmp_path, a__json=line("a")))
    assert [one["Type"] for one in template_of(stack)["Resources"].values()] == ["AWS::DynamoDB::Table"]


def test_import_reads_the_asset_by_its_whole_key(tmp_path: Path) -> None:
    """In the bootstrap bucket, where other apps' assets lie too."""
    stack, _ = _asset(folder(tmp_path, a__json=line("a")))
    source = source_of(stack)["S3BucketSource"]
    assert source["S3Bucket"] == {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}
    assert len(source["S3KeyPrefix"]) == 64 + len(".json")


def test_keep_is_refused_and_the_error_says_why(tmp_path: Path) -> None:
    """The default policy cannot be kept with a key that is the content's hash."""
    data = ImportData.from_asset(tmp_path, input_format=JSON)
    with pytest.raises(
        ValueError, match=r"from_asset needs on_data_change=OnDataChange.replace\(\): the key"
    ):
        imported(new_stack(), data)


def test_json_files_become_one_object_in_the_order_of_their_names(tmp_path: Path) -> None:
    """With a line end between them, whether the first had one or not; byte order marks go."""
    path = folder(
        tmp_path, b__json=line("b"), a__json=line("a").rstrip(), c__json=b"\xef\xbb\xbf" + line("c")
    )
    assert _asset(path)[1] == line("a") + line("b") + line("c")


def test_csv_files_become_one_object_with_one_header(tmp_path: Path) -> None:
    """Rule 3.2: a second header would be imported as an item."""
    path = folder(tmp_path, a__csv=b"pk,x\na,1\n", b__csv=b"pk,x\r\nb,2\r\n", c__csv=b"pk,x")
    assert _asset(path, ImportFormat.csv())[1] == b"pk,x\na,1\nb,2\r\n"


def test_csv_files_without_header_are_put_together_whole(tmp_path: Path) -> None:
    """With a header list, line 1 is data."""
    path = folder(tmp_path, a__csv=b"a,1", b__csv=b"b,2")
    assert _asset(path, ImportFormat.csv(header_list=["pk", "x"]))[1] == b"a,1\nb,2\n"


def test_csv_files_with_different_headers_are_refused(tmp_path: Path) -> None:
    """Their cells would land in the wrong attributes."""
    path = folder(tmp_path, a__csv=b"pk,x\na,1\n", b__csv=b"x,pk\n1,b\n")
    with pytest.raises(ValueError, match=r"the header of 'b.csv' is not that of 'a.csv'"):
        _asset(path, ImportFormat.csv())


def test_ion_files_become_one_object(tmp_path: Path) -> None:
    """Ion text can be put together; binary Ion is not imported."""
    first, second = b'$ion_1_0 {Item:{pk:"a"}}\n', b'$ion_1_0 {Item:{pk:"b"}}'
    assert (
        _asset(folder(tmp_path / "text", a=first, b=second), ImportFormat.ion())[1] == first + second + b"\n"
    )
    binary = folder(tmp_path / "binary", a=first, b=b"\xe0\x01\x00\xea\x0f")
    with pytest.raises(ValueError, match="is binary Ion; DynamoDB imports Ion text"):
        _asset(binary, ImportFormat.ion())


@pytest.mark.parametrize(
    ("compression", "expected"),
    [(None, Compression.NONE), (GZIP, Compression.GZIP), (ZSTD, Compression.ZSTD)],
)
def test_object_is_stored_as_compression_type_says(
    tmp_path: Path, compression: dynamodb.InputCompressionType | None, expected: Compression
) -> None:
    """Whatever the files are, plain or gzip: one member or frame."""
    path = folder(tmp_path / "data", a__json=line("a"), b__json__gz=gzipped(line("b")))
    stack, content = _asset(path, JSON, compression)
    (tmp_path / "object").write_bytes(content)
    assert sniff(tmp_path / "object") is expected
    with open_decoded(tmp_path / "object") as file:
        assert file.read() == line("a") + line("b")
    assert source_of(stack).get("InputCompressionType", "NONE") == expected.value


def test_gzip_is_written_reproducibly(tmp_path: Path) -> None:
    """No time and no name in the header, so the object can be made again."""
    path = folder(tmp_path, a__json=line("a"))
    content = _asset(path, JSON, GZIP)[1]
    assert content[4:8] == b"\0\0\0\0"
    assert content[3] == 0
    assert gzip.decompress(content) == line("a")
    assert content == _asset(path, JSON, GZIP)[1]


def test_one_file_that_is_right_already_is_taken_as_it_is(tmp_path: Path) -> None:
    """No transcoding, no warning."""
    content = gzip.compress(line("a"), 1, mtime=7)
    stack = new_stack()
    data = ImportData.from_asset(
        folder(tmp_path, a__json__gz=content) / "a.json.gz", input_format=JSON, compression_type=GZIP
    )
    table = imported(
        stack, data, on_data_change=OnDataChange.replace(), removal_policy=cdk.RemovalPolicy.DESTROY
    )
    assert list(staged_files(stack).values()) == [content]
    assert messages(table) == []


def test_key_follows_the_records_not_the_compression_of_the_files(tmp_path: Path) -> None:
    """Gzipping a file in the repository is no new table; another record is."""
    plain = folder(tmp_path / "plain", a__json=line("a"))
    packed = folder(tmp_path / "packed", z__gz=gzipped(line("a")))
    other = folder(tmp_path / "other", a__json=line("b"))
    keys = [source_of(_asset(path)[0])["S3BucketSource"]["S3KeyPrefix"] for path in (plain, packed, other)]
    assert keys[0] == keys[1] != keys[2]

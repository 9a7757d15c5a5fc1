"""Whatever the format, the compression and the staging: the same items end up in the table."""

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import zstandard
from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ColumnType, EmptyValue, ImportData, ImportFormat, OnDataChange
from emulator.local_aws import Item, LocalAws
from tests.integration.conftest import Put, Synth
from tests.integration.stacks import JSON, deploy, imported, keys, lines, outputs, pks, write
from tests.ion import ION_IS_HERE

Compression = dynamodb.InputCompressionType

COMPRESS: dict[Compression, Callable[[bytes], bytes]] = {
    Compression.NONE: bytes,
    Compression.GZIP: gzip.compress,
    Compression.ZSTD: zstandard.ZstdCompressor().compress,
}
MAGIC = {Compression.GZIP: b"\x1f\x8b", Compression.ZSTD: b"\x28\xb5\x2f\xfd"}

ALL_TYPES: Item = {
    "pk": {"S": 'é "quoted" \\ 😀'},
    "n": {"N": "-12.5"},
    "b": {"B": b"\x00\xff"},
    "bool": {"BOOL": True},
    "null": {"NULL": True},
    "l": {"L": [{"S": ""}, {"N": "2"}]},
    "m": {"M": {"k": {"M": {"deep": {"S": "v"}}}}},
    "ss": {"SS": ["p", "q"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"\x01", b"\x02"]},
}
JSON_ALL_TYPES = (
    r'{"Item": {"pk": {"S": "é \"quoted\" \\ 😀"}, "n": {"N": "-12.5"}, "b": {"B": "AP8="},'
    r' "bool": {"BOOL": true}, "null": {"NULL": true}, "l": {"L": [{"S": ""}, {"N": "2"}]},'
    r' "m": {"M": {"k": {"M": {"deep": {"S": "v"}}}}}, "ss": {"SS": ["p", "q"]}, "ns": {"NS": ["1", "2.5"]},'
    r' "bs": {"BS": ["AQ==", "Ag=="]}}}'
).encode()  # without a line end, as many editors leave a file
ION_ALL_TYPES = (
    r"""$ion_1_0 {Item:{pk:"é \"quoted\" \\ 😀",n:-12.5,b:{{AP8=}},'bool':true,'null':null,l:["",2.],"""
    r"""m:{k:{deep:"v"}},ss:$dynamodb_SS::["p","q"],ns:$dynamodb_NS::[1.,2.5],"""
    r"""bs:$dynamodb_BS::[{{AQ==}},{{Ag==}}]}}"""
).encode()

# Per format: three files, to be stored in three compressions, and the items they hold.
FILES: dict[str, list[bytes]] = {
    "json": [lines("1", "2"), JSON_ALL_TYPES, lines("3")],
    "ion": [
        b'$ion_1_0 {Item:{pk:"1"}}\n$ion_1_0 {Item:{pk:"2"}}\n',
        ION_ALL_TYPES,
        b'$ion_1_0 {Item:{pk:"3"}}\n',
    ],
    "header": [b"pk,price\n1,9.90\n", b'pk,price\r\n"2",\r\n', b'pk,price\n3,"1,000 ""net"""'],
    "list": [b"7;1;red, green\n", b"7;02;\n", b'8;-3;"a;b"'],
}
FORMATS = {
    "json": JSON,
    "ion": ImportFormat.ion(),
    "header": ImportFormat.csv(),
    "list": ImportFormat.csv(delimiter=";", header_list=["pk", "sk", "colour"]),
}
PLAIN_ALL_TYPES = (
    r'{"pk": "é \"quoted\" \\ 😀", "n": -12.50, "b": "AP8=", "bool": true, "null": null, "l": ["", 2.0],'
    r' "m": {"k": {"deep": "v"}}, "ss": ["q", "p"], "ns": [1, 2.50], "bs": ["AQ==", "Ag=="]}'
).encode()
PLAIN_TYPES = {
    "b": ColumnType.BINARY,
    "ss": ColumnType.STRING_SET,
    "ns": ColumnType.NUMBER_SET,
    "bs": ColumnType.BINARY_SET,
}
TYPED_ALL_TYPES = (
    'pk;n;b;bool;null;l;m;ss;ns;bs\n"é ""quoted"" \\ 😀";-12,50;AP8=;TRUE;;'
    '"["""", 2]";"{""k"": {""deep"": ""v""}}";q|p;[1, 2.50];01 02\n'
).encode()
TYPED = {
    "n": ColumnType.number(decimal_mark=","),
    "b": ColumnType.BINARY,
    "bool": ColumnType.BOOL,
    "null": ColumnType.NULL,
    "l": ColumnType.LIST,
    "m": ColumnType.MAP,
    "ss": ColumnType.string_set(separator="|"),
    "ns": ColumnType.NUMBER_SET,
    "bs": ColumnType.binary_set(separator=" ", encoding="hex"),
}
CONVERTED: dict[str, tuple[list[bytes], ImportFormat]] = {
    "typed": (
        [TYPED_ALL_TYPES, TYPED_ALL_TYPES.split(b"\n")[0] + b'\r\n"two\r\nlines";1e2;;;;;;;;\r\n'],
        ImportFormat.csv(delimiter=";", types=TYPED),
    ),
    "lines": (
        [PLAIN_ALL_TYPES + b"\n", b'{"pk": "two\\nlines", "n": 1e2, "null": null}'],
        ImportFormat.json_lines(types=PLAIN_TYPES),
    ),
    "array": (
        [b"[\n" + PLAIN_ALL_TYPES + b"\n,\n" + b'{"pk": "two\\nlines", "n": 100.0, "null": null}]', b"[]"],
        ImportFormat.json(types=PLAIN_TYPES),
    ),
}
if not ION_IS_HERE:
    del FILES["ion"]
KEYS: dict[str, dict[str, dynamodb.Attribute]] = {
    "list": {"sort_key": dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.NUMBER)}
}
ITEMS: dict[str, list[Item]] = {
    "json": [{"pk": {"S": "1"}}, {"pk": {"S": "2"}}, {"pk": {"S": "3"}}, ALL_TYPES],
    "ion": [{"pk": {"S": "1"}}, {"pk": {"S": "2"}}, {"pk": {"S": "3"}}, ALL_TYPES],
    "header": [
        {"pk": {"S": "1"}, "price": {"S": "9.90"}},  # not a number: rule 3.5
        {"pk": {"S": "2"}},  # no empty string: rule 3.6
        {"pk": {"S": "3"}, "price": {"S": '1,000 "net"'}},
    ],
    "list": [
        {"pk": {"S": "7"}, "sk": {"N": "1"}, "colour": {"S": "red, green"}},
        {"pk": {"S": "7"}, "sk": {"N": "2"}},
        {"pk": {"S": "8"}, "sk": {"N": "-3"}, "colour": {"S": "a;b"}},
    ],
}


def same(items: list[Item]) -> list[Item]:
    """Return the items in one order, their sets too."""
    for item in items:
        for value in item.values():
            for members in (value[tag] for tag in ("SS", "NS", "BS") if tag in value):
                members.sort()
    return sorted(items, key=lambda item: (item["pk"]["S"], str(item.get("sk"))))


def mixed(folder: Path, kind: str) -> Path:
    """Write the three files of a format, each in another compression, under names that say nothing of it."""
    contents = zip(FILES[kind], COMPRESS.values(), strict=True)
    return write(
        folder / kind, {f"{number}.data": compress(file) for number, (file, compress) in enumerate(contents)}
    )


def mixed_files(folder: Path, files: list[bytes]) -> Path:
    """Write files, each in another compression."""
    contents = zip(files, COMPRESS.values(), strict=False)
    return write(
        folder, {f"{number}.data": compress(file) for number, (file, compress) in enumerate(contents)}
    )


IN_PARQUET = {
    "l": ColumnType.LIST,  # of two types, which Parquet has not: it is JSON there
    "ss": ColumnType.STRING_SET,
    "ns": ColumnType.NUMBER_SET,
    "bs": ColumnType.BINARY_SET,
}


def parquet(folder: Path) -> Path:
    """Write the item of all types as Parquet."""
    row = {
        "pk": 'é "quoted" \\ 😀',
        "n": Decimal("-12.50"),
        "b": b"\x00\xff",
        "bool": True,
        "null": None,
        "l": '["", 2]',
        "m": {"k": {"deep": "v"}},
        "ss": ["q", "p"],
        "ns": [Decimal("1.0"), Decimal("2.5")],
        "bs": [b"\x01", b"\x02"],
    }
    folder.mkdir()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row]), folder / "0.parquet")
    return folder


def magic_of(content: bytes) -> bytes | None:
    """Return the first bytes, if they are those of an archive."""
    return next((magic for magic in MAGIC.values() if content.startswith(magic)), None)


def stored(aws: LocalAws, bucket: str, prefix: str) -> list[bytes]:
    """Return the objects below a prefix."""
    client = aws.client("s3")
    return [client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys(aws, bucket, prefix)]


def test_files_of_a_folder(aws: LocalAws, synth: Synth, name: str, tmp_path: Path) -> None:
    """Every format from files in all compressions: exactly the items, and in S3 the compression asked for.

    Each compression once; the merged assets below have every format in every compression.
    """
    wanted = {
        "json": Compression.NONE,
        "ion": Compression.GZIP,
        "header": Compression.ZSTD,
        "list": Compression.GZIP,
    }
    wanted = {kind: compression for kind, compression in wanted.items() if kind in FILES}
    prefixes = {}

    def build(stack: Stack) -> None:
        bucket = s3.Bucket(stack, "Bucket")
        for kind, compression in wanted.items():
            data = ImportData.from_path(
                mixed(tmp_path, kind), input_format=FORMATS[kind], compression_type=compression, bucket=bucket
            )
            prefixes[kind] = imported(stack, data, kind.title(), **KEYS.get(kind, {})).key_prefix

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    found = outputs(aws, name)
    for kind, prefix in prefixes.items():
        assert same(aws.items(found[f"{kind.title()}Name"])) == same(ITEMS[kind])
        objects = stored(aws, found[f"{kind.title()}BucketName"], str(prefix))
        assert [magic_of(content) for content in objects] == [MAGIC.get(wanted[kind])] * 3


@pytest.mark.parametrize("compression", COMPRESS)
def test_files_merged_into_one_asset(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path, compression: Compression
) -> None:
    """Every format, several files in different compressions: one object, one resource, exactly the items."""

    def build(stack: Stack) -> None:
        for kind in FILES:
            data = ImportData.from_asset(
                mixed(tmp_path, kind), input_format=FORMATS[kind], compression_type=compression
            )
            imported(stack, data, kind.title(), on_data_change=OnDataChange.replace(), **KEYS.get(kind, {}))

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    for kind in FILES:
        assert same(aws.items(outputs(aws, name)[f"{kind.title()}Name"])) == same(ITEMS[kind])
    assert {resource["ResourceType"] for resource in aws.resources(name)} <= {
        "AWS::DynamoDB::Table",
        "AWS::CDK::Metadata",
    }


def test_formats_that_dynamodb_does_not_import(
    aws: LocalAws, synth: Synth, name: str, tmp_path: Path
) -> None:
    """Typed CSV, plain JSON in lines and in an array, Parquet: all types arrive, however compressed."""
    sources = {
        **{kind: (mixed_files(tmp_path / kind, files), form) for kind, (files, form) in CONVERTED.items()},
        "parquet": (
            parquet(tmp_path / "parquet"),
            ImportFormat.parquet(null=EmptyValue.NULL, types=IN_PARQUET),
        ),
    }

    def build(stack: Stack) -> None:
        bucket = s3.Bucket(stack, "Bucket")
        for kind, (path, form) in sources.items():
            compression = Compression.GZIP if kind == "array" else None
            data = ImportData.from_path(path, input_format=form, compression_type=compression, bucket=bucket)
            imported(stack, data, kind.title())

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    two_lines = {"pk": {"S": "two\nlines"}, "n": {"N": "100"}, "null": {"NULL": True}}
    for kind in sources:
        wanted = [ALL_TYPES] if kind == "parquet" else [ALL_TYPES, two_lines]
        assert same(aws.items(outputs(aws, name)[f"{kind.title()}Name"])) == same(wanted)


def test_items_written_in_python(aws: LocalAws, synth: Synth, name: str) -> None:
    """All ten DynamoDB types arrive as they were written."""
    item: dict[str, Any] = {
        "pk": 'é "quoted" \\ 😀',
        "n": Decimal("-12.5"),
        "b": b"\x00\xff",
        "bool": True,
        "null": None,
        "l": ["", 2],
        "m": {"k": {"deep": "v"}},
        "ss": {"p", "q"},
        "ns": {1, Decimal("2.5")},
        "bs": {b"\x01", b"\x02"},
    }
    assert (
        deploy(aws, synth(lambda stack: imported(stack, ImportData.from_items([item]))), name)
        == "CREATE_COMPLETE"
    )
    assert same(aws.items(outputs(aws, name)["TableName"])) == same([ALL_TYPES])


def test_a_bucket_that_was_filled_by_hand(aws: LocalAws, synth: Synth, name: str, bucket: Put) -> None:
    """A folder, one whole key, the whole bucket, and an export's folder with its manifests beside it."""
    export = "01693685827463-2d8752fd"
    bucket(
        **{
            "seed/a.json": lines("a"),
            "seed/b.json": lines("b"),
            "seed2/c.json": lines("c"),
            f"backup/AWSDynamoDB/{export}/manifest-files.json": b'{"itemCount": 1}',
            f"backup/AWSDynamoDB/{export}/_started": b"",
            f"backup/AWSDynamoDB/{export}/data/part.json.gz": gzip.compress(lines("exported")),
        }
    )
    whole = f"{name}-whole"
    aws.client("s3").create_bucket(Bucket=whole)
    aws.client("s3").put_object(Bucket=whole, Key="x", Body=lines("x"))
    aws.client("s3").put_object(Bucket=whole, Key="y/z", Body=lines("z"))

    def build(stack: Stack) -> None:
        source = s3.Bucket.from_bucket_name(stack, "Source", name)
        everything = s3.Bucket.from_bucket_name(stack, "Everything", whole)
        imported(stack, ImportData.from_bucket(source, input_format=JSON, key_prefix="seed/"), "Folder")
        imported(stack, ImportData.from_bucket(source, input_format=JSON, key_prefix="seed/b.json"), "Key")
        imported(stack, ImportData.from_bucket(everything, input_format=JSON), "Bucket")
        imported(stack, ImportData.from_export(source, export, key_prefix="backup/"), "Export")

    assert deploy(aws, synth(build), name) == "CREATE_COMPLETE"
    found = outputs(aws, name)
    assert {kind: pks(aws, found[f"{kind}Name"]) for kind in ("Folder", "Key", "Bucket", "Export")} == {
        "Folder": ["a", "b"],
        "Key": ["b"],
        "Bucket": ["x", "z"],
        "Export": ["exported"],
    }

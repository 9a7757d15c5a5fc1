"""What the check says of data is what an import does with it: clean data arrives completely, bad data fails.

The import is the local emulator's, which is not AWS. Where it is known to differ, that is listed with the
reason; a difference that is listed and not there any more fails too.
"""

from __future__ import annotations

import argparse
import base64
import csv
import gzip
import io
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_imported_table import cli_check
from cdk_imported_table.dataset.checker import check
from cdk_imported_table.dataset.compression import Compression
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.report import Report
from cdk_imported_table.dataset.rules import RULES, Example, Severity
from cdk_imported_table.dataset.schema import Index, Key, TableSchema
from emulator.local_aws import Item, LocalAws
from tests.ion import ION_IS_HERE, needs_ion

FORMATS = {"dynamodb-json": "DYNAMODB_JSON", "csv": "CSV", "ion": "ION"}
COMPRESS: dict[Compression, Callable[[bytes], bytes]] = {
    Compression.NONE: bytes,
    Compression.GZIP: gzip.compress,
    Compression.ZSTD: zstandard.ZstdCompressor().compress,
}
SCHEMA = TableSchema(Key("pk", "S"), Key("sk", "N"), (Index("by-g", (Key("g", "S"),)),))

# Errors of the check with which the emulator's import does not fail, and warnings with which it does.
DIFFERS: dict[str, str] = {
    "base64": "decodes base64 leniently",
    "byte-order-mark": "its JSON reader stops at the mark; what AWS does is not known",
    "csv-quote": "takes stray quotation marks; the documentation says that they fail the import",
    "index-key-length": "does not look at the length of index keys",
    "json-array": "a list is no `Item`; what AWS does is not known",
    "lone-surrogate": "cannot store half a surrogate pair; what AWS does is not known",
    "name-empty": "takes empty names; AWS was measured to refuse them",
    "name-length": "does not look at the length of names",
    "null-false": "refuses false, as PutItem did before 2026; what AWS's import does is not known",
}

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Imported:
    """How an import ended."""

    status: str
    processed: int
    imported: int
    errors: int
    bytes: int
    items: list[Item]


@pytest.fixture(scope="module")
def objects(aws: LocalAws) -> str:
    """A bucket for the objects of all imports here."""
    aws.client("s3").create_bucket(Bucket="round-trip")
    return "round-trip"


def run_import(
    aws: LocalAws,
    bucket: str,
    stored: list[bytes],
    data_format: DataFormat,
    schema: TableSchema,
    compression: Compression,
    *,
    read: bool = False,
) -> Imported:
    """Import objects into a new table, as CloudFormation would ask for it; read what it holds if it is to."""
    name = f"round-trip-{next(_numbers)}"
    for number, body in enumerate(stored):
        aws.client("s3").put_object(Bucket=bucket, Key=f"{name}/{number}", Body=body)
    types = {key.name: key.type for key in schema.all_keys}
    kinds = ("HASH", "RANGE")
    csv_options: dict[str, Any] = {"Delimiter": data_format.delimiter}
    if data_format.header_list is not None:
        csv_options["HeaderList"] = list(data_format.header_list)
    dynamodb = aws.client("dynamodb")
    arn = dynamodb.import_table(
        S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": f"{name}/"},
        InputFormat=data_format.input_format,
        InputCompressionType=compression.value,
        **({"InputFormatOptions": {"Csv": csv_options}} if data_format.input_format == "CSV" else {}),
        TableCreationParameters={
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in types.items()],
            "KeySchema": [
                {"AttributeName": key.name, "KeyType": kind}
                for key, kind in zip(schema.keys, kinds, strict=False)
            ],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": index.name,
                    "KeySchema": [{"AttributeName": index.partition_keys[0].name, "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index in schema.indexes
            ],
        },
    )["ImportTableDescription"]["ImportArn"]
    deadline = time.monotonic() + 60
    while (done := dynamodb.describe_import(ImportArn=arn)["ImportTableDescription"])[
        "ImportStatus"
    ] == "IN_PROGRESS":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    items = aws.items(name) if done["ImportStatus"] == "COMPLETED" and read else []
    dynamodb.delete_table(TableName=name)
    return Imported(
        done["ImportStatus"],
        done["ProcessedItemCount"],
        done["ImportedItemCount"],
        done["ErrorCount"],
        done["ProcessedSizeBytes"],
        items,
    )


def checked(
    folder: Path, stored: list[bytes], data_format: DataFormat, schema: TableSchema, compression: Compression
) -> Report:
    """Check the same objects as files."""
    folder.mkdir()
    for number, body in enumerate(stored):
        (folder / str(number)).write_bytes(body)
    return check(collect(folder).files, data_format, schema, compression=compression)


def same(item: Item) -> dict[str, Any]:
    """Return an item so that equal ones are equal: numbers by value, sets in no order."""
    return {name: _same(value) for name, value in item.items()}


def _same(value: dict[str, Any]) -> Any:
    ((tag, inner),) = value.items()
    one: dict[str, Callable[[Any], Any]] = {
        "N": Decimal,
        "B": lambda data: data if isinstance(data, bytes) else base64.b64decode(data),
        "L": lambda members: [_same(member) for member in members],
        "M": same,
    }
    if tag in ("SS", "NS", "BS"):
        return tag, frozenset(one.get(tag[0], str)(member) for member in inner)
    return tag, one.get(tag, lambda plain: plain)(inner)


# Data of every kind

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
NUMBER = st.builds(
    lambda digits, power: str(Decimal(digits).scaleb(power)),
    st.integers(-(10**12), 10**12),
    st.integers(-12, 12),
)
BINARY = st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode())
SCALAR = st.one_of(
    TEXT.map(lambda text: {"S": text}),
    NUMBER.map(lambda number: {"N": number}),
    BINARY.map(lambda text: {"B": text}),
    st.booleans().map(lambda value: {"BOOL": value}),
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        SCALAR,
        st.sets(TEXT, min_size=1, max_size=3).map(lambda members: {"SS": sorted(members)}),
        st.sets(st.integers(-99, 99), min_size=1, max_size=3).map(
            lambda members: {"NS": [str(member) for member in sorted(members)]}
        ),
        st.sets(st.binary(max_size=4), min_size=1, max_size=3).map(
            lambda members: {"BS": [base64.b64encode(member).decode() for member in sorted(members)]}
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(TEXT.filter(bool), inner, max_size=3).map(lambda fields: {"M": fields}),
    ),
    max_leaves=5,
)
BROKEN = st.sampled_from(
    [
        ("key-type", {"pk": {"N": "1"}}),
        ("key-empty", {"pk": {"S": ""}}),
        ("key-length", {"pk": {"S": "x" * 2049}}),
        ("index-key-type", {"g": {"N": "1"}}),
        ("number-syntax", {"n": {"N": "many"}}),
        ("number-digits", {"n": {"N": "1" * 39}}),
        ("number-overflow", {"n": {"N": "1e126"}}),
        ("set-empty", {"n": {"SS": []}}),
        ("set-duplicate", {"n": {"NS": ["1", "1.0"]}}),
        ("type-tag", {"n": {"X": "1"}}),
        ("item-size", {"n": {"S": "x" * 409_600}}),
    ]
)
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    """Return good items with different keys."""
    names = TEXT.filter(lambda name: name not in ("", "pk", "sk", "g"))
    others = draw(st.lists(st.dictionaries(names, VALUE, max_size=4), min_size=1, max_size=12))
    return [
        {
            "pk": {"S": draw(TEXT.filter(bool))},
            "sk": {"N": str(number)},
            **({"g": {"S": "group"}} if draw(st.booleans()) else {}),
            **other,
        }
        for number, other in enumerate(others)
    ]


@st.composite
def rows(draw: st.DrawFn) -> list[Item]:
    """Return items that a CSV can hold."""
    cells = draw(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12))
    return [
        {
            "pk": {"S": f"p{number % 3}"},
            "sk": {"N": str(number)},
            **({"a": {"S": first}} if first else {}),
            **({"g": {"S": second}} if second else {}),
        }
        for number, (first, second) in enumerate(cells)
    ]


def as_json(items: list[Item]) -> bytes:
    """Return DynamoDB JSON."""
    return "".join(json.dumps({"Item": item}, ensure_ascii=False) + "\n" for item in items).encode()


def as_csv(items: list[Item]) -> bytes:
    """Return CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["pk", "sk", "a", "g"])
    for item in items:
        writer.writerow([next(iter(item.get(name, {"S": ""}).values())) for name in ("pk", "sk", "a", "g")])
    return out.getvalue().encode()


def as_ion(items: list[Item]) -> bytes:
    """Return Ion text."""
    return "".join(f"$ion_1_0 {{Item:{_ion({'M': item})}}}\n" for item in items).encode()


def _ion(value: dict[str, Any]) -> str:
    ((tag, inner),) = value.items()
    if tag == "S":
        return json.dumps(inner)
    if tag == "N":
        number = inner.replace("E", "d").replace("e", "d")
        return number if "." in number or "d" in number else f"{number}."
    if tag == "B":
        return f"{{{{{inner}}}}}"
    if tag == "M":
        return "{" + ",".join(f"{json.dumps(name)}:{_ion(member)}" for name, member in inner.items()) + "}"
    if tag == "L":
        return "[" + ",".join(map(_ion, inner)) + "]"
    if tag == "BOOL":
        return str(inner).lower()
    return f"$dynamodb_{tag}::[" + ",".join(_ion({tag[0]: member}) for member in inner) + "]"


WRITTEN: dict[str, tuple[st.SearchStrategy[list[Item]], Callable[[list[Item]], bytes]]] = {
    "DYNAMODB_JSON": (items(), as_json),
    "CSV": (rows(), as_csv),
    "ION": (items(), as_ion),
}
SLOW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize("input_format", ["DYNAMODB_JSON", "CSV", pytest.param("ION", marks=needs_ion)])
def test_clean_data_is_imported_completely(
    aws: LocalAws,
    objects: str,
    tmp_path_factory: pytest.TempPathFactory,
    input_format: str,
    compression: Compression,
) -> None:
    """Every item is in the table as it was written, and the counters are those that the check foretold."""
    strategy, write = WRITTEN[input_format]

    @SLOW
    @given(st.lists(strategy, min_size=1, max_size=2))
    def round_trip(files: list[list[Item]]) -> None:
        unique = {(item["pk"]["S"], item["sk"]["N"]): item for file in files for item in file}
        stored = [COMPRESS[compression](write(file)) for file in files]
        data_format = DataFormat(input_format)
        report = checked(tmp_path_factory.mktemp("x") / "x", stored, data_format, SCHEMA, compression)
        done = run_import(aws, objects, stored, data_format, SCHEMA, compression, read=True)
        assert report.error_count == 0
        assert set(report.counts) <= {"duplicate-key", "csv-spaces"}
        assert done.status == "COMPLETED"
        assert (done.processed, done.imported, done.errors, done.bytes) == (
            report.processed,
            report.imported,
            report.errors,
            report.bytes,
        )
        assert len(done.items) == report.distinct_keys == len(unique)
        if "duplicate-key" not in report.counts:  # else one of two is there, and the other was overwritten
            wanted = sorted(map(same, unique.values()), key=repr)
            assert sorted(map(same, done.items), key=repr) == wanted

    round_trip()


@pytest.mark.parametrize("compression", COMPRESS)
def test_bad_data_fails_with_the_counters_that_were_foretold(
    aws: LocalAws, objects: str, tmp_path_factory: pytest.TempPathFactory, compression: Compression
) -> None:
    """Bad items are errors one by one, what cannot be parsed ends its object; the rest is imported."""

    @SLOW
    @given(
        items(), st.lists(BROKEN, min_size=1, max_size=3), st.booleans(), st.randoms(use_true_random=False)
    )
    def round_trip(good: list[Item], broken: list[tuple[str, Item]], cut: bool, chance: Any) -> None:
        lines = [json.dumps({"Item": item}) for item in good]
        for number, (_, bad) in enumerate(broken):
            item = {"pk": {"S": "bad"}, "sk": {"N": str(number)}, **bad}
            lines.insert(chance.randrange(len(lines) + 1), json.dumps({"Item": item}))
        if cut:
            place = chance.randrange(len(lines))
            lines[place] = lines[place][:-1]
        stored = [COMPRESS[compression]("\n".join(lines).encode()), COMPRESS[compression](as_json(good))]
        data_format = DataFormat("DYNAMODB_JSON")
        report = checked(tmp_path_factory.mktemp("x") / "x", stored, data_format, SCHEMA, compression)
        done = run_import(aws, objects, stored, data_format, SCHEMA, compression)
        if not cut:
            assert {rule for rule, _ in broken} <= set(report.counts)
        assert done.status == "FAILED"
        assert (done.processed, done.imported, done.errors) == (
            report.processed,
            report.imported,
            report.errors,
        )

    round_trip()


def _of(example: Example) -> tuple[DataFormat, TableSchema, Compression]:
    parser = argparse.ArgumentParser()
    cli_check.add_to(parser.add_subparsers())
    arguments = ["check", "FILE", "--partition-key", "pk:S", "--format", example.format, *example.options]
    options = parser.parse_args(arguments)
    headers = options.header_list.split(",") if options.header_list else None
    return (
        DataFormat(FORMATS[example.format], options.delimiter or ",", headers),
        TableSchema(options.partition_key, options.sort_key, tuple(options.index), options.ttl),
        Compression(options.compression or "NONE"),
    )


# The rules of the conversion are about what is never imported.
IMPORTED = {id for id, rule in RULES.items() if rule.section != "conversion"} - {"too-many-files"}
if not ION_IS_HERE:
    IMPORTED -= {id for id, rule in RULES.items() if rule.good.format == "ion"}


@pytest.mark.parametrize("rule", sorted(IMPORTED))
def test_every_rule(aws: LocalAws, objects: str, rule: str) -> None:
    """The import of what keeps a rule completes; what breaks it fails, unless it is a warning."""
    described = RULES[rule]
    for example, fails in ((described.good, False), (described.bad, described.severity is Severity.ERROR)):
        data_format, schema, compression = _of(example)
        done = run_import(aws, objects, [example.data], data_format, schema, compression)
        differs = rule in DIFFERS and example is described.bad
        assert done.status == ("FAILED" if fails != differs else "COMPLETED"), DIFFERS.get(rule, "")

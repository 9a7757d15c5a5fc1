"""Every example, deployed as a user does it, read back item by item, and destroyed.

What has to arrive is read from the examples' data here, by other means than the library's.
"""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
import runpy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from emulator.environment import ROOT
from emulator.local_aws import Item, LocalAws, Resource
from tests.ion import needs_ion

EXAMPLES = ROOT / "examples"
TABLE = "AWS::DynamoDB::Table"
ALL_TAGS = {"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"}
UPLOAD = "Custom::CDKBucketDeployment"


def canonical(value: Mapping[str, Any]) -> tuple[str, object]:
    """A value in DynamoDB JSON as its type and what it means: 1.50 is 1.5, a set has no order."""
    ((tag, content),) = value.items()
    match tag:
        case "N":
            return tag, Decimal(content)
        case "NS":
            return tag, frozenset(map(Decimal, content))
        case "SS" | "BS":
            return tag, frozenset(content)
        case "L":
            return tag, [canonical(member) for member in content]
        case "M":
            return tag, {name: canonical(member) for name, member in content.items()}
    return tag, content


def same_items(arrived: list[Item], expected: list[Item]) -> bool:
    """Whether these are the same items, each once, in whatever order."""
    rest = [{name: canonical(value) for name, value in item.items()} for item in arrived]
    for item in expected:
        wanted = {name: canonical(value) for name, value in item.items()}
        if wanted not in rest:
            pytest.fail(f"has not arrived as it is: {wanted}")
        rest.remove(wanted)
    if rest:
        pytest.fail(f"has arrived, nobody knows from where: {rest}")
    return True


def json_items(*paths: Path) -> list[Item]:
    """The items in files of DynamoDB JSON."""
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["Item"] for line in lines]


def csv_items(*paths: Path, numbers: set[str], delimiter: str, columns: list[str] | None) -> list[Item]:
    """The items in CSV files: columns in `numbers` are numbers, an empty cell is nothing."""
    items = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, fieldnames=columns, delimiter=delimiter))
        items += [{k: {"N" if k in numbers else "S": v} for k, v in row.items() if v} for row in rows]
    return items


def typed_csv_items(*paths: Path) -> list[Item]:
    """The items in files like those of `products_csv_typed`."""
    serialize = TypeSerializer().serialize
    types: dict[str, Callable[[str], Any]] = {
        "price": Decimal,
        "list_price": lambda cell: Decimal(cell.replace(".", "").replace(",", ".")),
        "in_stock": lambda cell: {"true": True, "false": False}[cell.lower()],
        "hazardous": lambda cell: {"yes": True, "no": False}[cell.lower()],
        "size_si": Decimal,
        "tags": lambda cell: set(cell.split("|")),
        "joints": lambda cell: set(map(Decimal, cell.split("|"))),
        "epc": bytes.fromhex,
        "old_epcs": lambda cell: set(map(bytes.fromhex, cell.split("|"))),
        "spec": exact_json,
    }
    items = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                item = {name: types.get(name, str)(cell) for name, cell in row.items() if cell}
                item = {"replaced_by": None, "note": "", **item}
                items.append({name: serialize(value) for name, value in item.items()})
    return items


def movie_items(*paths: Path) -> list[Item]:
    """The items in files like those of `movies_json`."""
    serialize = TypeSerializer().serialize
    items = []
    for path in paths:
        for item in exact_json(path.read_text("utf-8")):
            item["reels"] = set(item["reels"])
            item["info"]["genres"] = set(item["info"]["genres"])
            item["poster_sha256"] = base64.b64decode(item["poster_sha256"])
            if "scans" in item:
                item["scans"] = set(map(base64.b64decode, item["scans"]))
            items.append({name: serialize(value) for name, value in item.items()})
    return items


def exact_json(text: str) -> Any:
    """JSON as boto3 takes it: its numbers are no floats."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def tags_in(items: list[Item]) -> set[str]:
    """The types of all attributes, nested ones too."""
    tags: set[str] = set()
    rest = [value for item in items for value in item.values()]
    while rest:
        ((tag, content),) = rest.pop().items()
        tags.add(tag)
        rest += content if tag == "L" else content.values() if tag == "M" else []
    return tags


def ion_items(path: Path) -> list[Item]:
    """The items in a file of Amazon Ion."""
    from amazon.ion import simpleion  # noqa: PLC0415 - not there where it has no wheel

    records = simpleion.loads(path.read_text("utf-8"), single_value=False)
    return [{str(k): ion_value(v) for k, v in record["Item"].items()} for record in records]


def ion_value(value: Any) -> Item:
    """An Ion value, as DynamoDB JSON."""
    from amazon.ion.simple_types import IonPyNull  # noqa: PLC0415 - as above

    sets = {"$dynamodb_SS": ("SS", str), "$dynamodb_NS": ("NS", str), "$dynamodb_BS": ("BS", bytes)}
    if isinstance(value, IonPyNull):
        return {"NULL": True}
    match value.ion_type.name:
        case "LIST" if value.ion_annotations:
            tag, member_type = sets[value.ion_annotations[0].text]
            return {tag: [member_type(member) for member in value]}
        case "LIST":
            return {"L": [ion_value(member) for member in value]}
        case "STRUCT":
            return {"M": {str(k): ion_value(v) for k, v in value.items()}}
        case "DECIMAL":
            return {"N": str(value)}
        case "BOOL":
            return {"BOOL": bool(value)}
        case "BLOB":
            return {"B": bytes(value)}
        case "STRING":
            return {"S": str(value)}
    raise AssertionError(f"no example has the Ion type {value.ion_type.name}")


class Deployed:
    """The stacks of an example, while they exist."""

    def __init__(self, aws: LocalAws, stacks: tuple[str, ...]) -> None:
        self.aws = aws
        self._resources = {stack: aws.resources(stack) for stack in stacks}
        events = [event for stack in stacks for event in aws.events(stack)]
        self.events = sorted(
            events, key=lambda event: event["Timestamp"]
        )  # stable: each stack's order is kept

    @property
    def resources(self) -> list[Resource]:
        """All resources but CDK's own metadata."""
        every = [resource for resources in self._resources.values() for resource in resources]
        return [resource for resource in every if resource["ResourceType"] != "AWS::CDK::Metadata"]

    def names(self, resource_type: str) -> list[str]:
        """The physical names of all resources of a type."""
        return [
            str(found["PhysicalResourceId"])
            for found in self.resources
            if found["ResourceType"] == resource_type
        ]

    def table(self, stack: str, construct: str) -> str:
        """The name of a construct's table."""
        return self._physical_name(stack, f"{construct}[0-9A-F]{{8}}")

    def _physical_name(self, stack: str, logical_id: str) -> str:
        (name,) = [
            str(found["PhysicalResourceId"])
            for found in self._resources[stack]
            if re.fullmatch(logical_id, found["LogicalResourceId"])
        ]
        return name

    def items(self, stack: str, construct: str) -> list[Item]:
        """What is in a construct's table."""
        return self.aws.items(self.table(stack, construct))

    def uploads_come_first(self, number: int) -> bool:
        """Whether there are so many uploads, all complete before any table that is not empty begins."""
        uploaded = [
            index
            for index, event in enumerate(self.events)
            if (event["ResourceType"], event["ResourceStatus"]) == (UPLOAD, "CREATE_COMPLETE")
        ]
        begun = [
            index
            for index, event in enumerate(self.events)
            if (event["ResourceType"], event["ResourceStatus"]) == (TABLE, "CREATE_IN_PROGRESS")
            and self.aws.items(self._physical_name(event["StackName"], event["LogicalResourceId"]))
        ]
        return len(uploaded) == number and bool(begun) and max(uploaded, default=-1) < min(begun)


@contextmanager
def deployed(aws: LocalAws, name: str, *stacks: str, uploads: int = 1) -> Iterator[Deployed]:
    """Deploys an example, with all that is true of every one of them: upload first, and nothing is left."""
    app, env = EXAMPLES / name, {"PYTHONPATH": str(ROOT / "src")}
    before = aws.stacks(), sorted(aws.tables()), bucket_names(aws)
    aws.deploy(app, env=env)
    try:
        example = Deployed(aws, stacks)
        assert example.uploads_come_first(uploads)
        yield example
    finally:
        aws.destroy(app, env=env)
    assert (aws.stacks(), sorted(aws.tables()), bucket_names(aws)) == before
    assert not (app / "cdk.out").exists()


def bucket_names(aws: LocalAws) -> list[str]:
    """All buckets."""
    return sorted(bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"])


def test_customer_events(aws: LocalAws) -> None:
    """Five files are one table of 60 items; bucket and upload come with it."""
    expected = json_items(*(EXAMPLES / "customer_events" / "data").iterdir())
    with deployed(aws, "customer_events", "CustomerEvents") as example:
        assert same_items(example.items("CustomerEvents", "CustomerEvents"), expected)
        assert len(expected) == 60


def test_csv_with_header(aws: LocalAws) -> None:
    """Keys of table and index have types, other columns are strings; the index holds who has its key."""
    folder = EXAMPLES / "csv_with_header"
    columns = ["range", "hut", "name", "elevation", "beds", "note"]
    expected = csv_items(
        *(folder / "data").iterdir(), numbers={"hut", "elevation"}, delimiter=";", columns=columns
    )
    with deployed(aws, "csv_with_header", "MountainHuts") as example:
        assert same_items(example.items("MountainHuts", "Huts"), expected)

        answer = aws.client("dynamodb").query(
            TableName=example.table("MountainHuts", "Huts"),
            IndexName="by-elevation",
            KeyConditionExpression="#range = :range AND elevation > :elevation",
            ExpressionAttributeNames={"#range": "range"},
            ExpressionAttributeValues={":range": {"S": "Alps"}, ":elevation": {"N": "2000"}},
        )
        assert [item["hut"]["N"] for item in answer["Items"]] == ["1", "2", "4"]
        scanned = aws.client("dynamodb").scan(
            TableName=example.table("MountainHuts", "Huts"), IndexName="by-elevation"
        )
        assert len(scanned["Items"]) == len(expected) - 1


def test_products_csv_typed(aws: LocalAws) -> None:
    """Every declared type arrives, all ten of DynamoDB's among them, with all digits; the index is sorted."""
    expected = typed_csv_items(*(EXAMPLES / "products_csv_typed" / "data").iterdir())
    assert tags_in(expected) == ALL_TAGS
    assert len(expected) == 237
    with deployed(aws, "products_csv_typed", "LabSupplies") as example:
        assert same_items(example.items("LabSupplies", "Products"), expected)

        answer = aws.client("dynamodb").query(
            TableName=example.table("LabSupplies", "Products"),
            IndexName="by-price",
            KeyConditionExpression="category = :pumps AND price < :price",
            ExpressionAttributeValues={":pumps": {"S": "pumps"}, ":price": {"N": "1999.9"}},
        )
        assert [item["price"]["N"] for item in answer["Items"]] == ["1249.3", "1561.9", "1873.6"]
        assert {"N": "3.1415926535897932384626433832795028841"} in [item.get("size_si") for item in expected]


def test_movies_json(aws: LocalAws) -> None:
    """JSON's types arrive as they are, with all digits; the sets and bytes are where they were declared."""
    expected = movie_items(*(EXAMPLES / "movies_json" / "data").iterdir())
    assert tags_in(expected) == ALL_TAGS
    assert len(expected) == 240
    with deployed(aws, "movies_json", "FilmArchive") as example:
        assert same_items(example.items("FilmArchive", "Movies"), expected)
        pengo = [item["info"]["M"]["gross"] for item in expected if item["year"] == {"N": "1946"}]
        assert {"M": {"HUP": {"N": "12345678901234567890123456789012345678"}}} in pengo


def test_gzip_asset(aws: LocalAws) -> None:
    """The stack is one resource, the table, and it is full."""
    packed = (EXAMPLES / "gzip_asset" / "data" / "alphabet.json.gz").read_bytes()
    expected = [json.loads(line)["Item"] for line in gzip.decompress(packed).splitlines()]
    with deployed(aws, "gzip_asset", "SpellingAlphabet", uploads=0) as example:
        assert [resource["ResourceType"] for resource in example.resources] == [TABLE]
        assert same_items(example.items("SpellingAlphabet", "Alphabet"), expected)


@needs_ion
def test_ion(aws: LocalAws) -> None:
    """All types arrive that are documented for Ion: of its null it is not known what becomes (rule 8.3)."""
    expected = ion_items(EXAMPLES / "ion" / "data" / "books.ion")
    assert tags_in(expected) == ALL_TAGS - {"NULL"}
    with deployed(aws, "ion", "Library") as example:
        assert same_items(example.items("Library", "Books"), expected)


def test_existing_bucket(aws: LocalAws) -> None:
    """Of all that another stack uploads, what is below the prefix, and no more."""
    folder = EXAMPLES / "existing_bucket" / "data" / "tides" / "2024"
    expected = csv_items(*folder.iterdir(), numbers=set(), delimiter=",", columns=None)
    with deployed(aws, "existing_bucket", "TideArchive", "Tides") as example:
        assert same_items(example.items("Tides", "Tides"), expected)


def test_one_upload_three_tables(aws: LocalAws) -> None:
    """One bucket, one upload, three tables; a function sees the upload and the tables."""
    data = EXAMPLES / "one_upload_three_tables" / "data"
    with deployed(aws, "one_upload_three_tables", "Catalogue") as example:
        assert len(example.names("AWS::S3::Bucket")) == 1
        for name in ("Plans", "Regions", "Features"):
            expected = json_items(*(data / name.lower()).iterdir())
            assert same_items(example.items("Catalogue", name), expected)

        (reader,) = [name for name in example.names("AWS::Lambda::Function") if "Reader" in name]
        answer = aws.client("lambda").invoke(FunctionName=reader)
        counts = json.loads(answer["Payload"].read())
        assert counts == {"plans": [4, 4], "regions": [5, 5], "features": [4, 4]}


def test_inline_items(aws: LocalAws) -> None:
    """Python's types arrive as boto3 would have written them."""
    written = runpy.run_path(str(EXAMPLES / "inline_items" / "app.py"))["ITEMS"]
    serialize = TypeSerializer().serialize
    expected = [{name: serialize(value) for name, value in item.items()} for item in written]
    with deployed(aws, "inline_items", "FeatureFlags") as example:
        assert same_items(example.items("FeatureFlags", "Flags"), expected)


def test_dev_seed_prod_empty(aws: LocalAws) -> None:
    """Development is full, production is empty, and both tables have one logical id."""
    expected = json_items(EXAMPLES / "dev_seed_prod_empty" / "data" / "orders.json")
    with deployed(aws, "dev_seed_prod_empty", "ShopDev", "ShopProd") as example:
        assert same_items(example.items("ShopDev", "Orders"), expected)
        assert example.items("ShopProd", "Orders") == []
        tables = [found for found in example.resources if found["ResourceType"] == TABLE]
        assert len({table["LogicalResourceId"] for table in tables}) == 1


def test_every_example_is_deployed() -> None:
    """No example is without a test above."""
    folders = {app.parent.name for app in EXAMPLES.glob("*/app.py")}
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert folders - tested == set()

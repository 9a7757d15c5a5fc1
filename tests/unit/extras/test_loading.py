"""The tables of an app in moto: made as the app says, and filled with its very items."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from moto import mock_aws

from cdk_imported_table import ImportData, ImportFormat
from cdk_imported_table.aws import AwsError
from cdk_imported_table.batches import SIZE, BatchWriter
from cdk_imported_table.dataset.app import app_tables
from cdk_imported_table.dataset.assembly import Assembly
from cdk_imported_table.dataset.errors import DataError
from cdk_imported_table.dataset.schema import Key, TableSchema
from cdk_imported_table.loading import BadDataError, Where, load
from cdk_imported_table.table_creation import creation
from tests.unit.support import JSON, SK, folder, imported, line

SCHEMA = TableSchema(Key("pk", "S"))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """DynamoDB in moto."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield boto3.client("dynamodb")


def assembly_of(stack: cdk.Stack) -> Assembly:
    """The synthesized app of a stack."""
    return Assembly(Path(cdk.App.of(stack).synth().directory))  # type: ignore[union-attr]


def scan(client: Any, table: str) -> list[dict[str, Any]]:
    """All items of a table, by their partition key."""
    items: list[dict[str, Any]] = client.scan(TableName=table)["Items"]
    return sorted(items, key=lambda item: str(item["pk"]))


def test_items_are_the_very_same(client: Any, tmp_path: Path) -> None:
    """Every type arrives, binary values as bytes, escapes and empties as they are."""
    text = (
        '{"Item":{"pk":{"S":"a"},"q":{"S":"q\\"u\\\\é😀"},"b":{"B":"AAE="},"bs":{"BS":["AA==","AQ=="]},'
        '"m":{"M":{"l":{"L":[{"B":"Ag=="},{"NULL":true},{"N":"1"}]}}},"e":{"S":""}}}\n'
    )
    stack = cdk.Stack(cdk.App(), "Shop")
    path = folder(tmp_path / "data", a__json=text.encode())
    imported(stack, ImportData.from_path(path, input_format=JSON), table_name="events")
    assembly = assembly_of(stack)
    assert load(client, assembly, app_tables(assembly)) == {"events": 1}
    (item,) = scan(client, "events")
    item["bs"]["BS"].sort()
    assert item == {
        "pk": {"S": "a"},
        "q": {"S": 'q"u\\é😀'},
        "b": {"B": b"\x00\x01"},
        "bs": {"BS": [b"\x00", b"\x01"]},
        "m": {"M": {"l": {"L": [{"B": b"\x02"}, {"NULL": True}, {"N": "1"}]}}},
        "e": {"S": ""},
    }


def test_the_table_is_made_as_the_app_says(client: Any) -> None:
    """Keys, indexes, capacity, stream, class and time to live."""
    stack = cdk.Stack(cdk.App(), "Shop")
    table = imported(
        stack,
        ImportData.from_items([{"pk": "a", "sk": 1, "g": "x"}]),
        sort_key=SK,
        table_name="events",
        read_capacity=3,
        write_capacity=4,
        stream=dynamodb.StreamViewType.NEW_IMAGE,
        table_class=dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS,
        time_to_live_attribute="ends",
        deletion_protection=True,
    ).table
    key = dynamodb.Attribute(name="g", type=dynamodb.AttributeType.STRING)
    table.add_global_secondary_index(index_name="by-g", partition_key=key, read_capacity=2)
    assembly = assembly_of(stack)
    load(client, assembly, app_tables(assembly))
    made = client.describe_table(TableName="events")["Table"]
    assert [(key["AttributeName"], key["KeyType"]) for key in made["KeySchema"]] == [
        ("pk", "HASH"),
        ("sk", "RANGE"),
    ]
    throughput = made["ProvisionedThroughput"]
    assert (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]) == (3, 4)
    (index,) = made["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("by-g", 2)
    assert made["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    (found,) = app_tables(assembly)
    assert creation(found)["TableClass"] == "STANDARD_INFREQUENT_ACCESS"  # which moto forgets
    ttl = client.describe_time_to_live(TableName="events")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}
    assert made.get("DeletionProtectionEnabled", False) is False


def test_ordinary_tables_are_made_empty(client: Any) -> None:
    """An app needs all its tables, those without data too."""
    stack = cdk.Stack(cdk.App(), "Shop")
    imported(stack, None, table_name="events")
    assembly = assembly_of(stack)
    assert load(client, assembly, app_tables(assembly)) == {"events": 0}
    assert scan(client, "events") == []


def test_of_equal_keys_the_last_wins(client: Any, tmp_path: Path) -> None:
    """A batch with one key twice would be refused; DynamoDB's import lets a random one win (rule 4.8)."""
    stack = cdk.Stack(cdk.App(), "Shop")
    lines = b"".join(line("same", v=str(number)) for number in range(60))
    path = folder(tmp_path / "data", a__json=lines)
    imported(stack, ImportData.from_path(path, input_format=JSON), table_name="events")
    assembly = assembly_of(stack)
    assert load(client, assembly, app_tables(assembly)) == {"events": 60}
    assert scan(client, "events") == [{"pk": {"S": "same"}, "v": {"S": "59"}}]


def test_interrupted_and_repeated_it_ends_the_same(client: Any) -> None:
    """A second run takes the table as it is, and puts what is missing."""
    stack = cdk.Stack(cdk.App(), "Shop")
    items = [{"pk": f"k{number:03}"} for number in range(100)]
    imported(stack, ImportData.from_items(items), table_name="events", time_to_live_attribute="ends")
    assembly = assembly_of(stack)
    calls, real = [], client.batch_write_item

    def interrupted(**request: Any) -> Any:
        calls.append(request)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(**request)

    client.batch_write_item = interrupted
    with pytest.raises(KeyboardInterrupt):
        load(client, assembly, app_tables(assembly))
    assert len(scan(client, "events")) == 2 * SIZE
    for _ in range(2):
        load(client, assembly, app_tables(assembly))
        assert [item["pk"]["S"] for item in scan(client, "events")] == [item["pk"] for item in items]


def test_a_table_with_other_keys_is_not_written_to(client: Any) -> None:
    """It is somebody else's, or an old one: that is said, and `recreate` makes it new."""
    client.create_table(
        TableName="events",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    stack = cdk.Stack(cdk.App(), "Shop")
    imported(stack, ImportData.from_items([{"pk": "a"}]), table_name="events")
    assembly = assembly_of(stack)
    with pytest.raises(DataError, match="there is a table 'events' already, with other keys; delete it"):
        load(client, assembly, app_tables(assembly))
    load(client, assembly, app_tables(assembly), recreate=True)
    assert scan(client, "events") == [{"pk": {"S": "a"}}]


def test_data_that_would_fail_the_import_makes_no_table(client: Any, tmp_path: Path) -> None:
    """What is green here must be green on AWS: the same rules hold, and nothing is made before."""
    stack = cdk.Stack(cdk.App(context={"cdk-imported-table:preflight": "off"}), "Shop")
    path = folder(tmp_path / "data", a__json=line("a"), b__json=b'{"Item":{"id":{"S":"x"}}}\n')
    imported(stack, ImportData.from_path(path, input_format=JSON))
    assembly = assembly_of(stack)
    with pytest.raises(BadDataError, match=r"import of table 'Shop/T' would fail:\s+b.json:1: .*the key pk"):
        load(client, assembly, app_tables(assembly))
    assert client.list_tables()["TableNames"] == []


def test_data_that_is_elsewhere_has_to_be_named(client: Any, tmp_path: Path) -> None:
    """A table of data in S3 is never left empty in silence: a copy is named, or emptiness is asked for."""
    stack = cdk.Stack(cdk.App(), "Shop")
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "Theirs", "theirs")
    source = ImportData.from_bucket(bucket, key_prefix="seed/", input_format=ImportFormat.csv())
    imported(stack, source, table_name="events")
    assembly = assembly_of(stack)
    tables = app_tables(assembly)
    with pytest.raises(
        DataError, match=r"data of table 'Shop/T' is not in .*--data TABLE=PATH.*--empty TABLE"
    ):
        load(client, assembly, tables)
    with pytest.raises(DataError, match="there is no table 'X'"):
        load(client, assembly, tables, Where(empty=["X"]))
    assert load(client, assembly, tables, Where(empty=["T"])) == {"events": 0}
    copy = folder(tmp_path / "copy", a__csv=b"pk,v\na,1\n")
    assert load(client, assembly, tables, Where({"T": copy})) == {"events": 1}
    assert scan(client, "events") == [{"pk": {"S": "a"}, "v": {"S": "1"}}]


def test_the_local_copy_of_data_in_s3_is_loaded(client: Any, tmp_path: Path) -> None:
    """What the app names as the same data need not be named again."""
    copy = folder(tmp_path / "copy", a__csv=b"pk,v\na,1\n")
    stack = cdk.Stack(cdk.App(), "Shop")
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "Theirs", "theirs")
    source = ImportData.from_bucket(bucket, input_format=ImportFormat.csv(), local_copy=copy)
    imported(stack, source, table_name="events")
    assembly = assembly_of(stack)
    assert load(client, assembly, app_tables(assembly)) == {"events": 1}
    assert scan(client, "events") == [{"pk": {"S": "a"}, "v": {"S": "1"}}]


def test_frozen_data_is_not_taken_for_no_data(client: Any, tmp_path: Path) -> None:
    """The objects are in S3 only: that is said, and no empty table is made."""
    path = folder(tmp_path / "data", a__json=line("a"))
    stack = cdk.Stack(cdk.App(), "Shop")
    imported(stack, ImportData.from_path(path, input_format=JSON).frozen(), table_name="events")
    assembly = assembly_of(stack)
    with pytest.raises(DataError, match="data of table 'Shop/T' is not in"):
        load(client, assembly, app_tables(assembly))
    assert client.list_tables()["TableNames"] == []


class Throttled:
    """A client whose table takes only some items of a batch."""

    def __init__(self, takes: int) -> None:
        self.takes, self.taken = takes, list[str]()

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Take some, return the rest."""
        ((table, requests),) = RequestItems.items()
        self.taken += [request["PutRequest"]["Item"]["pk"]["S"] for request in requests[: self.takes]]
        left = requests[self.takes :]
        return {"UnprocessedItems": {table: left} if left else {}}


def test_items_that_were_not_processed_are_sent_again() -> None:
    """Until all are in, with pauses that grow."""
    client, pauses = Throttled(takes=10), list[float]()
    with BatchWriter(client, "events", SCHEMA, pauses.append) as writer:
        for number in range(30):
            writer.put({"pk": {"S": str(number)}})
    assert client.taken == [str(number) for number in range(30)]
    assert len(pauses) == 2
    assert 0 < pauses[0] <= 0.05


def test_a_table_that_takes_nothing_is_given_up() -> None:
    """Not for ever: one sentence says so."""
    writer = BatchWriter(Throttled(takes=0), "events", SCHEMA, lambda _: None)
    writer.put({"pk": {"S": "a"}})
    with pytest.raises(AwsError, match=r"table 'events' takes no more items .* run this again"):
        writer.flush()

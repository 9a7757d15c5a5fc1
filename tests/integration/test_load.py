"""`load` into what people have: dynalite, moto as a server, MiniStack as it is; items compared."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from boto3.dynamodb.types import TypeDeserializer

from cdk_imported_table import ImportData
from cdk_imported_table.cli import main
from emulator import processes
from emulator.environment import NODE_MODULES, ROOT, clean, node
from emulator.local_aws import LocalAws
from tests.integration.conftest import Synth
from tests.integration.stacks import JSON, imported, lines, write
from tests.ion import needs_ion

EXAMPLES = ROOT / "examples"
# Every type, and what is easily lost: escapes, empties, bytes, nesting, and a key that comes twice.
RICH = (
    '{"Item":{"pk":{"S":"first"},"n":{"N":"1"}}}\n'
    '{"Item":{"pk":{"S":"q\\"u\\\\ é😀"},"g":{"S":"x"},"n":{"N":"-1.5"},"b":{"B":"AAE="},"e":{"S":""},'
    '"t":{"BOOL":true},"z":{"NULL":true},"m":{"M":{"l":{"L":[{"S":"1"},{"N":"2"},{"M":{}}]}}},'
    '"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","AQ=="]}}}\n'
    '{"Item":{"pk":{"S":"first"},"n":{"N":"2"}}}\n'
).encode()


@contextmanager
def dynalite(folder: Path) -> Iterator[str]:
    """DynamoDB's rules once more, written for Node."""
    command = [node(), NODE_MODULES / "dynalite" / "cli.js", "--host", "127.0.0.1", "--createTableMs", "10"]
    with server([*command, "--port"], folder) as url:
        yield url


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """A server of moto's."""
    with server([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p"], folder) as url:
        yield url


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """MiniStack as it is: its tables come from `load`, not from an import."""
    with LocalAws(folder / "aws", patched=False) as aws:
        yield aws.url


@contextmanager
def server(command: list[Any], folder: Path) -> Iterator[str]:
    """Run a server, whose last argument is its port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        process = processes.start([*command, str(port)], cwd=folder, env=clean(url, folder), output=log)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "server.log").read_text("utf-8")
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.1)
        yield url
    finally:
        processes.end(process)


@pytest.fixture(scope="module", params=[dynalite, moto, ministack], ids=lambda made: made.__name__)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One emulator after the other."""
    with request.param(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the caller's is used."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


def client(url: str) -> Any:
    """As `load` makes its own: DynamoDB Local keeps apart what comes with other credentials or regions."""
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def items(url: str, table: str) -> list[Mapping[str, Any]]:
    """All items as Python values, by their text."""
    pages = client(url).get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    read = TypeDeserializer().deserialize
    found = [{name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]]
    return sorted(found, key=repr)


def test_every_type_arrives(
    url: str, synth: Synth, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """What is read back is what was written, the last of equal keys, in a table with its index and stream."""
    data = write(tmp_path / "data", {"rich.json": RICH})

    def build(stack: Stack) -> None:
        made = imported(
            stack,
            ImportData.from_path(data, input_format=JSON),
            table_name=name,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="ends",
        )
        key = dynamodb.Attribute(name="g", type=dynamodb.AttributeType.STRING)
        made.table.add_global_secondary_index(index_name="by-g", partition_key=key)

    assert main(["load", str(synth(build)), "--endpoint-url", url]) == 0, capsys.readouterr().err
    first, rich = items(url, name)
    assert first == {"pk": "first", "n": 2}
    assert {name: getattr(value, "value", value) for name, value in rich.items() if name != "bs"} == {
        "pk": 'q"u\\ é😀',
        "g": "x",
        "n": -1.5,
        "b": b"\x00\x01",
        "e": "",
        "t": True,
        "z": None,
        "m": {"l": ["1", 2, {}]},
        "ss": {"a", "b"},
        "ns": {1, 2},
    }
    assert {member.value for member in rich["bs"]} == {b"\x00", b"\x01"}
    index = {"TableName": name, "IndexName": "by-g", "KeyConditionExpression": "g = :g"}
    assert client(url).query(**index, ExpressionAttributeValues={":g": {"S": "x"}})["Count"] == 1


@pytest.mark.parametrize(
    ("example", "count"),
    [
        ("customer_events", {"CustomerEvents": 60}),
        ("csv_with_header", {"Huts": 20}),
        ("gzip_asset", {"Alphabet": 36}),
        pytest.param("ion", {"Books": 12}, marks=needs_ion),
        ("existing_bucket", {"Tides": 12}),
        ("one_upload_three_tables", {"Plans": 4, "Regions": 5, "Features": 4}),
    ],
)
def test_the_examples_are_loaded(
    url: str, example: str, count: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every format and staging, also where the upload is another stack's; a second run ends the same."""
    env = {**clean("http://127.0.0.1:1", tmp_path), "CDK_OUTDIR": str(tmp_path / "cdk.out")}
    env["PYTHONPATH"] = f"{ROOT / 'src'}"
    subprocess.run([sys.executable, "app.py"], cwd=EXAMPLES / example, env=env, check=True)
    load = ["load", str(tmp_path / "cdk.out"), "--endpoint-url", url, "--json"]
    found = []
    for _ in range(2):
        assert main(load) == 0, capsys.readouterr().err
        tables = json.loads(capsys.readouterr().out)["tables"]
        assert {table["path"].rpartition("/")[2]: table["items"] for table in tables} == count
        found.append({table["table"]: items(url, table["table"]) for table in tables})
        assert sum(map(len, found[-1].values())) == sum(count.values())
    assert found[0] == found[1]


# dynalite ends when a client is gone in the middle of a request.
@pytest.mark.parametrize("url", [moto, ministack], indirect=True, ids=lambda made: made.__name__)
def test_killed_in_the_middle_and_repeated_it_ends_the_same(
    url: str, synth: Synth, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A process that is killed leaves a part; the next run completes it."""
    keys = [f"k{number:05}" for number in range(20_000)]
    data = write(tmp_path / "data", {"a.json": lines(*keys)})
    assembly = synth(
        lambda stack: imported(stack, ImportData.from_path(data, input_format=JSON), table_name=name)
    )
    load = ["load", str(assembly), "--endpoint-url", url]
    with subprocess.Popen([sys.executable, "-m", "cdk_imported_table.cli", *load]) as process:
        end = time.monotonic() + 60
        while not _some(url, name):
            assert time.monotonic() < end
            assert process.poll() is None
        process.kill()
    assert len(items(url, name)) < len(keys)
    assert main(load) == 0, capsys.readouterr().err
    assert [item["pk"] for item in items(url, name)] == keys


def _some(url: str, table: str) -> bool:
    try:
        return bool(client(url).scan(TableName=table, Limit=1)["Count"])
    except client(url).exceptions.ResourceNotFoundException:
        return False

"""Two programs that answer `PutItem` on this machine: dynalite (Node), MiniStack (Python). Neither is AWS."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.environment import NODE_MODULES, node

HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": (
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=0"
    ),
    "X-Amz-Date": "20260101T000000Z",
}
TABLE = {
    "TableName": "oracle",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "g", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


class Oracle:
    """A server that says whether it would store an item."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def call(self, operation: str, body: dict[str, Any]) -> tuple[int, str]:
        """Call an operation of DynamoDB."""
        for attempt in (1, 2):
            self._connection = self._connection or http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=20
            )
            try:
                self._connection.request(
                    "POST",
                    "/",
                    json.dumps(body).encode(),
                    {**HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"},
                )
                answer = self._connection.getresponse()
                return answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def refusal(self, item: dict[str, Any]) -> str | None:
        """Return why the item is refused; `None` if it is not."""
        status, text = self.call("PutItem", {"TableName": "oracle", "Item": item})
        return None if status == 200 else text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Oracle]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    oracle = Oracle(port)
    try:
        for _ in range(200):
            try:
                status, text = oracle.call("CreateTable", TABLE)
                break
            except OSError:
                if process.poll() is not None:
                    pytest.skip(f"{command[0]} does not start")
                time.sleep(0.1)
        else:
            pytest.skip("the oracle does not answer")
        assert status == 200, text
        time.sleep(0.5)
        yield oracle
    finally:
        oracle.close()
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def dynalite() -> Iterator[Oracle]:
    """dynalite, from npm."""
    home = NODE_MODULES / "dynalite"
    if not (home / "cli.js").is_file():
        pytest.skip("no dynalite: `./dev setup` installs it")
    port = _free_port()
    yield from _started(
        [
            str(node()),
            str(home / "cli.js"),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--createTableMs",
            "0",
        ],
        port,
        {},
    )


@pytest.fixture(scope="session")
def ministack() -> Iterator[Oracle]:
    """MiniStack's DynamoDB."""
    pytest.importorskip("ministack")
    port = _free_port()
    yield from _started(
        [sys.executable, "-m", "ministack"], port, {"GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
    )

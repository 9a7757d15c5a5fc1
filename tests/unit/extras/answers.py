"""A server that gives recorded answers, in the shapes that AWS documents (rules 5.1 to 5.9)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

ACCOUNT = "arn:aws:dynamodb:eu-west-1:123456789012"
LOG_GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws-dynamodb/imports:*"

Answer = Mapping[str, Any] | str | Callable[[dict[str, Any]], Mapping[str, Any] | str]
"""JSON, XML, or what makes them of a request. `{"__type": code}` is an error."""


def description(table: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """What `DescribeImport` says of a failed import of CSV or JSON."""
    return {
        "ImportArn": f"{ACCOUNT}:table/{table}/import/0169500000000{number}-abcd1234",
        "ImportStatus": "FAILED",
        "TableArn": f"{ACCOUNT}:table/{table}",
        "S3BucketSource": {"S3Bucket": "staging", "S3KeyPrefix": "data/"},
        "CloudWatchLogGroupArn": LOG_GROUP,
        "InputFormat": "DYNAMODB_JSON",
        "InputCompressionType": "NONE",
        "TableCreationParameters": {
            "TableName": table,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
        "StartTime": 1_700_000_000 + number,
        "EndTime": 1_700_000_150 + number,
        "ErrorCount": 1,
        "ProcessedItemCount": 10,
        "ImportedItemCount": 9,
        "ProcessedSizeBytes": 1234,
        "FailureCode": "ItemValidationError",
        "FailureMessage": "Some of the items failed validation checks and were not imported. Please check"
        " CloudWatch error logs for more details.",
        **changes,
    }


def summaries(*described: Mapping[str, Any]) -> dict[str, Any]:
    """What `ListImports` says of imports."""
    kept = ("ImportArn", "ImportStatus", "TableArn", "S3BucketSource", "InputFormat", "StartTime", "EndTime")
    return {"ImportSummaryList": [{name: one[name] for name in kept if name in one} for one in described]}


def log(one: Mapping[str, Any], *records: tuple[str, int, str]) -> Answer:
    """The stream of an import's failed records: key, place in its object, message."""
    events = [
        {
            "timestamp": 1_700_000_100_000,
            "ingestionTime": 1_700_000_100_000,
            "message": json.dumps(
                {
                    "itemS3Pointer": {"bucket": "staging", "key": key, "itemIndex": index},
                    "importArn": one["ImportArn"],
                    "errorMessages": [message],
                }
            ),
        }
        for key, index, message in records
    ]

    def page(request: dict[str, Any]) -> Mapping[str, Any]:
        first = request.get("nextToken") is None
        return {"events": events if first else [], "nextForwardToken": "f/1", "nextBackwardToken": "b/1"}

    return page


def stack_events(*events: Mapping[str, str]) -> str:
    """What `DescribeStackEvents` says, the newest first."""
    members = "".join(
        "<member>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in event.items()) + "</member>"
        for event in events
    )
    return (
        "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>"
        f"{members}</StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>"
    )


NO_STACK = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>"
    "<Message>Stack [X] does not exist</Message></Error></ErrorResponse>"
)


@contextmanager
def answering(answers: Mapping[str, Answer]) -> Iterator[str]:
    """Serve answers by the name of the operation; gives the endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target")
            if target is None:
                request = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                operation = request["Action"]
            else:
                operation, request = target.rpartition(".")[2], json.loads(body or b"{}")
            answer = answers[operation]
            if callable(answer):
                answer = answer(request)
            failed = "<ErrorResponse" in answer if isinstance(answer, str) else "__type" in answer
            sent = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            page = isinstance(answer, str) and answer.startswith("<!DOCTYPE html>")
            self.send_response(500 if page else 400 if failed else 200)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

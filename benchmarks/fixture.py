"""What the pytest fixture `imported_tables` costs: a test that uses it, and a session that does not.

- A table of twenty items, read from a cloud assembly, checked, made and filled in moto: beside the same
  table made and filled by hand, with boto3. Warm: boto3 and moto are imported, and have read their models.
  The bound, judged here (exit code 1), is half a second.
- The entry point, which every session of pytest imports where this package is installed. The bound is ten
  milliseconds.

Medians of turns, by the clock.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import aws_cdk as cdk
import boto3
from aws_cdk import aws_dynamodb as dynamodb

from benchmarks import _report
from benchmarks.stacks import data
from cdk_imported_table import ImportData, ImportedTable, ImportFormat
from cdk_imported_table.moto_tables import ImportedTables, in_moto

LOADED_BOUND: Final = 0.5
IMPORTED_BOUND: Final = 0.010
TURNS: Final = 15
_PLUGIN: Final = (
    "import time, pytest; begin = time.perf_counter(); import cdk_imported_table.pytest_plugin;"
    "print(time.perf_counter() - begin)"
)


def main() -> int:
    """Measure, print, judge; the exit code."""
    arguments = _report.parser(__file__, __doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        assembly = synthesized(Path(folder))
        by_hand, fixture = in_turns(making_by_hand, lambda tables: tables(assembly))
    plugin = statistics.median(imported() for _ in range(TURNS))
    rows = [
        ["a table of 20 items by hand, with boto3", f"{by_hand * 1e3:.0f} ms"],
        ["the same table by `imported_tables`, its data checked", f"{fixture * 1e3:.0f} ms"],
        ["a test session that does not use the fixture", f"{plugin * 1e3:.1f} ms"],
    ]
    text = (
        f"Python {sys.version.split()[0]}, moto {version('moto')}, boto3 {version('boto3')};"
        f" {_report.machine()}. Medians of {TURNS}.\n\n{_report.table(['what', 'time'], rows)}"
    )
    _report.publish(__file__, text, write=arguments.write)
    broken = []
    if fixture > LOADED_BOUND:
        broken.append(f"the fixture takes {fixture:.2f} s, at most {LOADED_BOUND} s")
    if plugin > IMPORTED_BOUND:
        broken.append(f"the entry point takes {plugin * 1e3:.1f} ms, at most {IMPORTED_BOUND * 1e3:.0f} ms")
    return _report.judge(broken)


def synthesized(folder: Path) -> str:
    """An app with the one table, as a cloud assembly."""
    app = cdk.App(outdir=str(folder / "cdk.out"))
    ImportedTable(
        cdk.Stack(app, "Shop"),
        "Events",
        data=ImportData.from_path(data.write(folder).folder, input_format=ImportFormat.dynamodb_json()),
        partition_key=dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="SK", type=dynamodb.AttributeType.STRING),
    )
    return str(app.synth().directory)


def making_by_hand(_: ImportedTables) -> object:
    """What a test does that has the items in Python."""
    table = boto3.resource("dynamodb").create_table(
        TableName="Events",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
        BillingMode="PAY_PER_REQUEST",
    )
    with table.batch_writer() as batch:
        for item in data.ITEMS:
            batch.put_item(Item=item)
    return table


def in_turns(*ways: Callable[[ImportedTables], object]) -> list[float]:
    """Seconds of each way, each turn in a moto of its own."""
    seconds: list[list[float]] = [[] for _ in ways]
    for turn in range(TURNS + 1):
        for way, found in zip(ways, seconds, strict=True):
            begin = time.perf_counter()
            with in_moto(os.environ.__setitem__, lambda name, _: os.environ.pop(name, None)) as tables:
                way(tables)
            if turn:  # the first one reads the models
                found.append(time.perf_counter() - begin)
    return [statistics.median(found) for found in seconds]


def imported() -> float:
    """Seconds for the entry point, in a process of its own that has pytest already."""
    done = subprocess.run([sys.executable, "-c", _PLUGIN], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())

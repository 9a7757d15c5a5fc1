"""Memory does not grow with the data: real large files, a whole synth each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="Windows has no getrusage")

ROOT = Path(__file__).parents[2]
APP = """
import json, resource, sys
import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange

path, out, staging = sys.argv[1:]
factory, policy, options = {
    "path": (ImportData.from_path, OnDataChange.replace(), {}),
    "gzip": (
        ImportData.from_path, OnDataChange.keep(), {"compression_type": dynamodb.InputCompressionType.ZSTD}
    ),
    "asset": (ImportData.from_asset, OnDataChange.replace(), {}),
}[staging]
app = cdk.App(outdir=out)
ImportedTable(
    cdk.Stack(app, "Stack"), "T", data=factory(path, input_format=ImportFormat.dynamodb_json(), **options),
    on_data_change=policy,
    partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
)
app.synth()
scale = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale)
"""
MB = 1_000_000
BYTES_AN_ITEM = 16
"""What finding equal keys may take; beside it are 40 MB for the allocator's moods."""


def _peak(folder: Path, megabytes: int, staging: str) -> int:
    """The most memory that a synth of so much data takes; two files, 500 bytes an item."""
    data = folder / f"{megabytes}"
    data.mkdir()
    note = "x" * 440
    for number in range(2):
        with (data / f"{number}.json").open("w", encoding="ascii") as out:
            for start in range(0, megabytes * 1000, 1000):
                out.write(
                    "".join(
                        f'{{"Item":{{"pk":{{"S":"{number}-{start + n:09}"}},"note":{{"S":"{note}"}}}}}}\n'
                        for n in range(1000)
                    )
                )
    done = subprocess.run(
        [sys.executable, "-c", APP, str(data), str(folder / f"out-{megabytes}"), staging],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "CDK_VALIDATION": "false",
            "CDK_IMPORTED_TABLE_CACHE": str(folder / "cache"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return int(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("staging", ["path", "gzip", "asset"])
def test_ten_times_the_data_takes_no_more_memory(tmp_path: Path, staging: str) -> None:
    """Checked, hashed, transcoded and merged in one pass, block by block."""
    small, large = _peak(tmp_path, 10, staging), _peak(tmp_path, 100, staging)
    items = 2 * (100 - 10) * 1000
    assert large - small < 40 * MB + BYTES_AN_ITEM * items

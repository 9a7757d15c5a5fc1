"""Conversion of plain JSON, typed CSV and Parquet, beside the script that people write with boto3.

The script reads a record, has `TypeSerializer` serialize it, and writes a line of DynamoDB JSON: it checks
nothing. Here the items are checked by DynamoDB's rules, too. Bounds (exit code 1):

- JSON lines: at least twice as fast as `json.loads` and `TypeSerializer` for each line;
- every format: ten times the data takes at most 1.3 times the memory.

Each run is a process of its own; its processor time, and the most memory it ever had; medians. Linux only.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

from benchmarks import _report

FASTER: Final = 2.0
FLAT: Final = 1.3
FORMATS: Final = ("json_lines", "json", "csv", "parquet")
WAYS: Final = ("script", "convert")
TYPES: Final = {
    "n": "N",
    "on": "BOOL",
    "tags": {"type": "SS", "separator": "|"},
    "address": "JSON",
    "lines": "JSON",
}
_NOTE: Final = "some text that is as long as such texts are, and one word: žluť; " * 3


@dataclass(frozen=True)
class Run:
    """One process."""

    seconds: float
    """Of processor time."""
    memory: int
    """The most that it had, in bytes."""


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = _report.parser(__file__, __doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each (default: 3)")
    parser.add_argument("--megabytes", type=int, default=200, help="of data (default: 200)")
    parser.add_argument("--run", nargs=4, metavar=("WAY", "FORMAT", "IN", "OUT"), help="one run, for itself")
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(_here(*arguments.run)))
        return 0
    runs: dict[tuple[str, str, int], list[Run]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for megabytes in (arguments.megabytes // 10, arguments.megabytes):
            for form in FORMATS:
                data = Path(temporary) / f"data.{form}"
                _write(data, form, megabytes * 1_000_000)
                for _ in range(arguments.rounds):
                    for way in WAYS:
                        runs.setdefault((form, way, megabytes), []).append(_run(way, form, data))
                data.unlink()
    found = {key: _median(some) for key, some in runs.items()}
    _report.publish(__file__, _text(found, arguments.megabytes), write=arguments.write)
    return _report.judge(_broken(found, arguments.megabytes))


def _items() -> Iterator[dict[str, Any]]:
    for n in count():
        yield {
            "PK": f"customer#{n:09}",
            "SK": f"event#{n:09}",
            "n": Decimal(n) + Decimal("0.25"),
            "on": n % 2 == 0,
            "tags": [f"a{n}", f"b{n}"],
            "address": {"street": f"{n} Main Street", "zip": str(n)},
            "lines": [f"first of {n}", 2],
            "note": _NOTE,
        }


def _number(value: Decimal) -> float:
    return float(value)  # exact: a quarter


def _write(path: Path, form: str, size: int) -> None:
    if form == "parquet":
        _write_parquet(path, size)
        return
    with path.open("w", encoding="utf-8", newline="") as out:
        if form == "csv":
            writer = csv.writer(out)
            writer.writerow(next(_items()))
            for item in _items():
                cells = {
                    **item,
                    "on": "true" if item["on"] else "false",
                    "tags": "|".join(item["tags"]),
                    "address": json.dumps(item["address"]),
                    "lines": json.dumps(item["lines"]),
                }
                writer.writerow(cells.values())
                if out.tell() >= size:
                    return
        before = "[\n" if form == "json" else ""
        between = ",\n" if form == "json" else "\n"
        done = 0
        for item in _items():
            done += out.write(before + json.dumps(item, default=_number, ensure_ascii=False))
            before = between
            if done >= size:
                break
        out.write("\n]\n" if form == "json" else "\n")


def _write_parquet(path: Path, size: int) -> None:
    """As many items as JSON lines of that size have; Parquet itself is far smaller."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    items = _items()
    writer = None
    done = 0
    while done < size:
        group = list(islice(items, 20_000))
        done += sum(len(json.dumps(item, default=_number, ensure_ascii=False)) + 1 for item in group)
        table = pa.Table.from_pylist([{**item, "lines": list(map(str, item["lines"]))} for item in group])
        place = table.schema.get_field_index("n")
        schema = table.schema.set(place, pa.field("n", pa.decimal128(18, 2)))
        writer = writer or parquet.ParquetWriter(path, schema)
        writer.write_table(table.cast(schema))
    assert writer is not None
    writer.close()


def _run(way: str, form: str, data: Path) -> Run:
    with tempfile.TemporaryDirectory(dir=data.parent) as out:
        command = [sys.executable, "-m", "benchmarks.convert_speed", "--run", way, form, str(data), out]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Run(**json.loads(done.stdout))


def _here(way: str, form: str, data: str, out: str) -> dict[str, float]:
    before = time.process_time()
    (_script if way == "script" else _convert)(form, Path(data), Path(out))
    return {"seconds": time.process_time() - before, "memory": _most_memory()}


def _most_memory() -> int:
    """Of this process; what `getrusage` says includes the process that started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _convert(form: str, data: Path, out: Path) -> None:
    from cdk_imported_table.cli import main as cli  # noqa: PLC0415

    types = ["--types", json.dumps(TYPES if form == "csv" else {"tags": "SS"})]
    keys = ["--partition-key", "PK:S", "--sort-key", "SK:S"]
    arguments = [str(data), "--format", form.replace("_", "-"), *types, *keys, "--json", "-o", str(out)]
    with contextlib.redirect_stdout(io.StringIO()):
        code = cli(["convert", *arguments])
    if code:
        raise SystemExit(f"the benchmark's data is bad: exit code {code}")


def _script(form: str, data: Path, out: Path) -> None:
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415

    serialize = TypeSerializer().serialize
    with (out / "data.json").open("w", encoding="utf-8") as lines:
        for item in _read(form, data):
            item["tags"] = set(item["tags"])
            typed = {name: serialize(value) for name, value in item.items() if value != ""}
            lines.write(json.dumps({"Item": typed}, default=list, ensure_ascii=False) + "\n")


def _read(form: str, data: Path) -> Iterator[dict[str, Any]]:
    """What such a script does for each format; a JSON array is loaded as a whole."""
    if form == "parquet":
        from pyarrow import parquet  # noqa: PLC0415

        for batch in parquet.ParquetFile(data).iter_batches():
            yield from batch.to_pylist()
        return
    with data.open(encoding="utf-8", newline="") as text:
        if form == "json":
            yield from json.load(text, parse_float=Decimal)
        elif form == "json_lines":
            for line in text:
                yield json.loads(line, parse_float=Decimal)
        else:
            for row in csv.DictReader(text):
                yield {
                    **row,
                    "n": Decimal(row["n"]),
                    "on": row["on"] == "true",
                    "tags": row["tags"].split("|"),
                    "address": json.loads(row["address"], parse_float=Decimal),
                    "lines": json.loads(row["lines"], parse_float=Decimal),
                }


def _median(runs: list[Run]) -> Run:
    return Run(
        statistics.median(one.seconds for one in runs), int(statistics.median(one.memory for one in runs))
    )


def _text(found: dict[tuple[str, str, int], Run], megabytes: int) -> str:
    rows = []
    for form in FORMATS:
        script, convert = (found[form, way, megabytes] for way in WAYS)
        small = found[form, "convert", megabytes // 10]
        rows.append(
            [
                f"`{form}`",
                f"{script.seconds:.1f} s",
                f"{convert.seconds:.1f} s",
                f"{script.seconds / convert.seconds:.1f}",
                f"{script.memory / 1e6:.0f} MB",
                f"{convert.memory / 1e6:.0f} MB",
                f"{small.memory / 1e6:.0f} MB",
            ]
        )
    head = ["format", "script", "`convert`", "times as fast", "its memory", "memory", "with a tenth"]
    return f"""\
{megabytes} MB of JSON lines, as many of an array and of CSV, and the items of the former in Parquet;
{_report.versions()}; {_report.machine()}. Processor time on one core, and the most memory, with a
tenth of the data too. The script is boto3's `TypeSerializer` for each record, and checks nothing.

{_report.table(head, rows)}"""


def _broken(found: dict[tuple[str, str, int], Run], megabytes: int) -> list[str]:
    times = (
        found["json_lines", "script", megabytes].seconds / found["json_lines", "convert", megabytes].seconds
    )
    sentences = [
        f"{form}: ten times the data takes {ratio:.2f} times the memory, and at most {FLAT} is allowed"
        for form in FORMATS
        if (
            ratio := found[form, "convert", megabytes].memory / found[form, "convert", megabytes // 10].memory
        )
        > FLAT
    ]
    if times < FASTER:
        sentences.append(f"json_lines: {times:.2f} times as fast, and at least {FASTER} is asked for")
    return sentences


if __name__ == "__main__":
    sys.exit(main())

"""How fast data is checked, beside what people write themselves, and in how much memory.

On generated DynamoDB JSON (items of 300 to 800 bytes, all ten types), in turns, each in a process of its own
on one core:

- this checker;
- `json.loads` and boto3's `TypeDeserializer` on each line, which finds a part of what the checker finds;
- SHA-256, the least that anything can do which reads every byte.

Bounds (exit code 1): the checker does at least twice the bytes per second of the second; four times the data
takes at most 1.3 times as long for each byte; it needs at most 100 MB and 16 bytes an item; and the command
line starts within 0.3 seconds.

Beside them, without a bound: the same records compressed, in no order of attributes (which the fast path
cannot learn), all broken, and as CSV and Ion. Processor time without start-up; medians.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks import _report
from cdk_imported_table.dataset.checker import check
from cdk_imported_table.dataset.compression import Compression, open_encoded
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.schema import Index, Key, TableSchema

FASTER_BOUND: Final = 2.0
LINEAR_BOUND: Final = 1.3
MEMORY_BOUND: Final = 100_000_000
MEMORY_PER_ITEM_BOUND: Final = 16
START_BOUND: Final = 0.3
SCHEMA: Final = TableSchema(
    Key("pk", "S"),
    Key("sk", "S"),
    (Index("by-status", (Key("status", "S"),), (Key("count", "N"),)),),
    "expires",
)
_WORDS: Final = (
    *("harbour", "tide", "Straße", "parcel", "naïve", "日本", "window", "copper", "“quoted”", "lantern"),
    *("3/4", "orchard", "river", "salt", "needle", '"said"', "C:\\data", "Ångström", "basket", "thread"),
)
_STATUS: Final = ("open", "paid", "sent", "returned")

Item = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """One run over one file."""

    seconds: float
    peak: int | None
    """Bytes of memory of the whole process; unknown where the system does not say."""
    items: int


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = _report.parser(__file__, __doc__)
    parser.add_argument("--megabytes", type=int, default=200, help="of DynamoDB JSON (default: 200)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (default: 3)")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FORMAT", "FILE"), help="for this script's own use")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(_one(*arguments.one).__dict__))
        return 0
    if arguments.megabytes < 8 or arguments.rounds < 1:
        parser.error("--megabytes must be at least 8, and --rounds at least 1")
    with tempfile.TemporaryDirectory() as temporary:
        files = _files(Path(temporary), arguments.megabytes * 1_000_000)
        found = {name: _measured(file, arguments.rounds) for name, file in files.items()}
    found |= {"start": [Measured(_start(), None, 0) for _ in range(5 * arguments.rounds)]}
    sizes = {name: file.size for name, file in files.items()}
    _report.publish(__file__, _text(found, sizes, arguments.rounds), write=arguments.write)
    return _report.judge(_broken(found, sizes))


@dataclass(frozen=True)
class File:
    """Something to measure with: a file, and who reads it."""

    path: Path
    size: int
    """Bytes, decompressed."""
    way: str = "check"
    input_format: str = "DYNAMODB_JSON"


def _files(folder: Path, size: int) -> dict[str, File]:
    whole = _written(folder / "whole.json", _json_lines(), size)
    part = _written(folder / "part.json", _json_lines(), size // 4)
    smaller = size // 5
    files = {
        "check": File(whole, size),
        "boto3": File(whole, size, "boto3"),
        "sha256": File(whole, size, "sha256"),
        "quarter": File(part, size // 4),
        "gzip": File(_compressed(part, Compression.GZIP), size // 4),
        "zstd": File(_compressed(part, Compression.ZSTD), size // 4),
        "shuffled": File(_written(folder / "shuffled.json", _json_lines(shuffled=True), smaller), smaller),
        "broken": File(_written(folder / "broken.json", _json_lines(broken=True), smaller), smaller),
        "csv": File(_written(folder / "items.csv", _csv_lines(), smaller), smaller, input_format="CSV"),
        "ion": File(
            _written(folder / "items.ion", _ion_lines(), smaller // 4), smaller // 4, input_format="ION"
        ),
    }
    return {
        name: File(file.path, _decoded_size(file), file.way, file.input_format)
        for name, file in files.items()
    }


def _decoded_size(file: File) -> int:
    if file.path.suffix in (".gz", ".zst"):
        return file.path.with_suffix("").stat().st_size
    return file.path.stat().st_size


def _written(path: Path, lines: Iterator[str], size: int) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        done = 0
        while done < size:
            done += out.write("".join(line for line, _ in zip(lines, range(1000), strict=False)))
    return path


def _compressed(path: Path, compression: Compression) -> Path:
    to = path.with_name(path.name + compression.suffix)
    with path.open("rb") as source, open_encoded(to, compression) as out:
        while block := source.read(1 << 20):
            out.write(block)
    return to


def _items() -> Iterator[Item]:
    """Yield items as a shop has them: most attributes are always there, some are not."""
    chance = random.Random(7)  # the same data on every machine
    number = 0
    while True:
        number += 1
        item: Item = {
            "pk": {"S": f"customer#{number % 9973:06}"},
            "sk": {"S": f"order#{number:010}"},
            "total": {"N": f"{chance.random() * 1000:.2f}"},
            "count": {"N": str(chance.randint(-5, 10**6))},
            "paid": {"BOOL": chance.random() < 0.5},
            "note": {"S": _sentence(chance, 18)} if chance.random() < 0.8 else {"NULL": True},
            "tags": {"SS": sorted({chance.choice(_WORDS) for _ in range(3)})},
            "ratings": {"NS": sorted({str(chance.randint(0, 50) / 10) for _ in range(3)})},
            "thumbnail": {"B": _base64(chance, chance.randint(0, 60))},
            "digests": {"BS": [_base64(chance, 8), _base64(chance, 9)]},
            "address": {
                "M": {
                    "street": {"S": _sentence(chance, 3)},
                    "zip": {"N": str(chance.randint(10_000, 99_999))},
                    "geo": {
                        "L": [{"N": f"{chance.random() * 90:.6f}"}, {"N": f"-{chance.random() * 90:.6f}"}]
                    },
                }
            },
            "lines": {
                "L": [
                    {
                        "M": {
                            "sku": {"S": f"{chance.choice(_WORDS)}-{chance.randint(1, 999)}"},
                            "n": {"N": "2"},
                        }
                    }
                    for _ in range(chance.randint(0, 3))
                ]
            },
        }
        if chance.random() < 0.4:
            item["status"] = {"S": chance.choice(_STATUS)}
        if chance.random() < 0.2:
            item["expires"] = {"N": str(4_000_000_000 + chance.randint(0, 10**8))}
        yield item


def _sentence(chance: random.Random, most: int) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(1, most)))


def _base64(chance: random.Random, length: int) -> str:
    return base64.b64encode(chance.randbytes(length)).decode()


def _json_lines(*, shuffled: bool = False, broken: bool = False) -> Iterator[str]:
    chance = random.Random(8)
    for item in _items():
        members = list(item.items())
        if shuffled:
            chance.shuffle(members)
        made = dict(members)
        if broken:
            made["count"] = {"N": "many"}
        line = json.dumps({"Item": made}, separators=(",", ":"), ensure_ascii=False)
        if 300 <= len(line.encode()) <= 800:
            yield line + "\n"


def _csv_lines() -> Iterator[str]:
    """Yield what of the items a CSV can hold."""
    yield "pk,sk,total,count,status,note\n"
    for item in _items():
        note = item["note"].get("S", "").replace('"', '""')
        cells = [item[name].get("N", item[name].get("S")) for name in ("pk", "sk", "total", "count")]
        status = item.get("status", {}).get("S", "")
        quoted = f'"{note}"' if '"' in note else note
        yield f"{','.join(map(str, cells))},{status},{quoted}\n"


def _ion_lines() -> Iterator[str]:
    for item in _items():
        fields = ",".join(f"{name}:{_ion(value)}" for name, value in item.items())
        yield f"$ion_1_0 {{Item:{{{fields}}}}}\n"


def _ion(value: dict[str, Any]) -> str:
    ((tag, inner),) = value.items()
    simple: dict[str, Callable[[], str]] = {
        "S": lambda: json.dumps(inner, ensure_ascii=False),
        "N": lambda: inner if "." in inner else inner + ".",
        "B": lambda: f"{{{{{inner}}}}}",
        "BOOL": lambda: str(inner).lower(),
        "NULL": lambda: '"none"',
        "L": lambda: f"[{','.join(map(_ion, inner))}]",
        "M": lambda: f"{{{','.join(f'{name}:{_ion(member)}' for name, member in inner.items())}}}",
    }
    if tag in simple:
        return simple[tag]()
    return f"$dynamodb_{tag}::[{','.join(_ion({tag[0]: member}) for member in inner)}]"


def _measured(file: File, rounds: int) -> list[Measured]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.check_speed",
        "--one",
        file.way,
        file.input_format,
        str(file.path),
    ]
    runs = [
        subprocess.run(command, cwd=_report.ROOT, env=_report.environment(), check=True, capture_output=True)
        for _ in range(rounds)
    ]
    return [Measured(**json.loads(run.stdout)) for run in runs]


def _one(way: str, input_format: str, name: str) -> Measured:
    """Read one file in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    run = {"check": _check, "boto3": _boto3, "sha256": _sha256}[way](Path(name), input_format)
    before = time.process_time()
    items = run()
    return Measured(time.process_time() - before, _peak(), items)


def _check(path: Path, input_format: str) -> Callable[[], int]:
    files, data_format = collect(path).files, DataFormat(input_format)

    def run() -> int:
        report = check(files, data_format, SCHEMA)
        expected = report.records if path.name == "broken.json" else 0
        if report.error_count != expected or report.distinct_keys != report.records:
            raise SystemExit(f"the benchmark's data is not as it should be: {report.counts}")
        return report.records

    return run


def _boto3(path: Path, _: str) -> Callable[[], int]:
    from boto3.dynamodb import types  # noqa: PLC0415 - no part of the checker's own processes

    class Deserializer(types.TypeDeserializer):  # type: ignore[misc] # boto3 has no types
        """boto3's takes bytes, and a JSON file has them in base64."""

        def _deserialize_b(self, value: str) -> object:
            return types.Binary(base64.b64decode(value))

    deserialize = Deserializer().deserialize

    def run() -> int:
        items = 0
        with path.open("rb") as lines:
            for line in lines:
                for value in json.loads(line)["Item"].values():
                    deserialize(value)
                items += 1
        return items

    return run


def _sha256(path: Path, _: str) -> Callable[[], int]:
    def run() -> int:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
        return 0

    return run


def _peak() -> int | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - there is none on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _start() -> float:
    """Start the command line without data; the time on the wall."""
    environment = _report.environment()
    before = time.monotonic()
    command = [sys.executable, "-m", "cdk_imported_table.cli", "check", "--help"]
    subprocess.run(command, cwd=_report.ROOT, env=environment, check=True, capture_output=True)
    return time.monotonic() - before


Runs = dict[str, list[Measured]]


def seconds(runs: list[Measured]) -> float:
    """The median."""
    return statistics.median(run.seconds for run in runs)


def speed(found: Runs, sizes: dict[str, int], name: str) -> float:
    """Bytes a second."""
    return sizes[name] / seconds(found[name])


def _text(found: Runs, sizes: dict[str, int], rounds: int) -> str:
    def row(what: str, name: str) -> list[object]:
        ratio = speed(found, sizes, name) / speed(found, sizes, "boto3")
        peaks = [run.peak for run in found[name] if run.peak is not None]
        return [
            what,
            f"{sizes[name] / 1e6:,.0f} MB",
            f"{found[name][0].items or '-':,}" if found[name][0].items else "-",
            f"{speed(found, sizes, name) / 1e6:,.0f} MB/s",
            f"{ratio:.2f}" if name not in ("csv", "ion") else "-",
            f"{max(peaks) / 1e6:,.0f} MB" if peaks else "-",
        ]

    rows = [
        row("this checker", "check"),
        row("`json.loads` + boto3's `TypeDeserializer`", "boto3"),
        row("SHA-256 alone", "sha256"),
    ]
    others = [
        row("a quarter of the data", "quarter"),
        row("that in gzip", "gzip"),
        row("that in zstd", "zstd"),
        row("attributes in no order", "shuffled"),
        row("every item broken", "broken"),
        row("CSV", "csv"),
        row("Ion", "ion"),
    ]
    head = ["", "bytes", "items", "one core", "of boto3's", "memory"]
    return f"""\
Items of 300 to 800 bytes, all ten types, keys, one index and a time to live; Python \
{platform.python_version()}, boto3 {version("boto3")}; {_report.machine()}.
Processor time on one core, medians of {rounds}; bytes are decompressed ones. The first may be no slower than
{FASTER_BOUND:.0f} times the second:

{_report.table(head, rows)}
The same checker on other data:

{_report.table(head, others)}
The command line starts in {seconds(found["start"]):.2f} s (at most {START_BOUND} s)."""


def _broken(found: Runs, sizes: dict[str, int]) -> list[str]:
    broken = []
    ratio = speed(found, sizes, "check") / speed(found, sizes, "boto3")
    if ratio < FASTER_BOUND:
        broken.append(
            f"{ratio:.2f} times the speed of json.loads and boto3, and at least {FASTER_BOUND} is asked"
        )
    growth = speed(found, sizes, "quarter") / speed(found, sizes, "check")
    if growth > LINEAR_BOUND:
        broken.append(
            f"four times the data takes {growth:.2f} times as long a byte, at most {LINEAR_BOUND} is allowed"
        )
    for name, runs in found.items():
        allowed = MEMORY_BOUND + MEMORY_PER_ITEM_BOUND * runs[0].items
        broken += [
            f"{name}: {run.peak / 1e6:.0f} MB of memory, and at most {allowed / 1e6:.0f} MB is allowed"
            for run in runs[:1]
            if run.peak is not None and run.peak > allowed
        ]
    if seconds(found["start"]) > START_BOUND:
        broken.append(
            f"the command line starts in {seconds(found['start']):.2f} s, at most {START_BOUND} s is allowed"
        )
    return broken


if __name__ == "__main__":
    sys.exit(main())

"""What a synth costs over large data: `ImportedTable` with its full check, beside the same stack by hand.

The hand-written stack checks nothing: CDK reads the file to hash it, copies it, done. So the time of the
check itself is measured apart, and taken off where the data has changed; its own bound is elsewhere.

Two questions, each with a bound (exit code 1):

- changed data: a whole synth with `ImportedTable`, without its check's own time, takes at most 1.3 times as
  long as by hand. With CDK's validator, as the CDK CLI starts it;
- unchanged data, the second synth into the same `cdk.out`: what the *data* adds to the synth of twenty
  records is at most 0.6 times what it adds by hand. Without the validator, whose noise is larger than that.
  CDK has lately begun to keep hashes of files by their times in the home folder, and then the data adds
  nothing by hand either; judged is against a CDK that has to hash, as older ones and fresh machines have.
  The whole synths, both with all that they have kept, are printed beside.

Processor time (Python and Node together) of whole processes, in pairs, in turns; medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import _report
from benchmarks.stacks import data
from cdk_imported_table.dataset.checker import check
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.schema import Key, TableSchema

CHANGED_BOUND: Final = 1.3
UNCHANGED_BOUND: Final = 0.6
WAYS: Final = ("handwritten", "imported")
STAGINGS: Final = ("from_path", "from_path_replace", "from_asset")
_ITEM: Final = (
    '{{"Item":{{"PK":{{"S":"customer#{n:09}"}},"SK":{{"S":"event#{n:09}"}},"n":{{"N":"{n}.25"}},"on":{{"BOOL":true}},'
    '"tags":{{"SS":["a{n}","b{n}"]}},"blob":{{"B":"AAECAwQFBgc="}},"none":{{"NULL":true}},'
    '"address":{{"M":{{"street":{{"S":"{n} Main Street"}},"zip":{{"N":"{n}"}}}}}},'
    '"lines":{{"L":[{{"S":"first of {n}"}},{{"N":"2"}}]}},"note":{{"S":"{note}"}}}}}}\n'
)


@dataclass(frozen=True)
class Round:
    """One pair of each: changed data; the same once more; twenty records. Seconds by way."""

    changed: dict[str, float]
    unchanged: dict[str, float]
    hashed_anew: float
    """Unchanged data by hand, without what CDK keeps in the home folder."""
    small: dict[str, float]
    check: float
    """Of the data alone, in this process."""


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = _report.parser(__file__, __doc__)
    parser.add_argument("--pairs", type=int, default=5, help="of each kind of staging (default: 5)")
    parser.add_argument("--megabytes", type=int, default=200, help="of data (default: 200)")
    parser.add_argument("--staging", choices=STAGINGS, action="append", help="default: all")
    arguments = parser.parse_args()
    if min(arguments.pairs, arguments.megabytes) < 1:
        parser.error("--pairs and --megabytes must be at least 1")
    rounds: dict[str, list[Round]] = {staging: [] for staging in arguments.staging or STAGINGS}
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(arguments.pairs):
            for staging, found in rounds.items():
                found.append(_round(Path(temporary), staging, arguments.megabytes, number))
    _report.publish(__file__, _text(rounds, arguments.megabytes), write=arguments.write)
    return _report.judge(_broken(rounds))


def _round(root: Path, staging: str, megabytes: int, number: int) -> Round:
    with tempfile.TemporaryDirectory(dir=root) as temporary:
        large, small = Path(temporary) / "large", Path(temporary) / "small"
        large.mkdir()
        small.mkdir()
        data.write(small)
        file = _write(large, megabytes, number)
        order = WAYS if number % 2 else WAYS[::-1]
        changed = {way: _synth(large, way, staging, validated=True) for way in order}
        unchanged, of_small = {}, {}
        for way in order:
            unchanged[way] = _synth(large, way, staging, validated=False)
            _synth(small, way, staging, validated=False)
            of_small[way] = _synth(small, way, staging, validated=False)
        home = {"HOME": str(root / "home"), "USERPROFILE": str(root / "home")}  # knows no file of this round
        _synth(small, WAYS[0], staging, validated=False, environment=home)
        anew = _synth(large, WAYS[0], staging, validated=False, environment=home)
        return Round(changed, unchanged, anew, of_small, _check(file))


def _write(folder: Path, megabytes: int, number: int) -> Path:
    """Items of some 580 bytes, of all types, in one file; other ones in each round."""
    at = data.at(folder)
    at.folder.mkdir()
    note = f"round {number}, and " + "some text that is as long as such texts are " * 4
    size, count = 0, number * 10_000_000
    with (at.folder / "data.json").open("w", encoding="ascii", newline="\n") as out:
        while size < megabytes * 1_000_000:
            size += out.write("".join(_ITEM.format(n=count + n, note=note) for n in range(1000)))
            count += 1000
    at.file.hardlink_to(at.folder / "data.json")
    time.sleep(2.1)  # nobody synthesizes sooner; a younger file is hashed once more
    return at.file


def _synth(
    root: Path, way: str, staging: str, *, validated: bool, environment: Mapping[str, str] | None = None
) -> float:
    """One whole process, into the `cdk.out` of this way; its processor time."""
    env = {
        **_report.environment(),
        "CDK_IMPORTED_TABLE_CACHE": str(root / "cache"),
        **({} if validated else {"CDK_VALIDATION": "false"}),
        **(environment or {}),
    }
    before = os.times()
    command = [
        sys.executable,
        "-m",
        "benchmarks.stacks.app",
        way,
        staging,
        str(root),
        str(root / f"out-{way}"),
    ]
    subprocess.run(command, cwd=root, env=env, check=True)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])  # of children: user, system


def _check(file: Path) -> float:
    schema = TableSchema(Key("PK", "S"), Key("SK", "S"))
    before = time.process_time()
    report = check(collect(file).files, DataFormat("DYNAMODB_JSON"), schema)
    taken = time.process_time() - before
    if report.error_count:
        raise SystemExit(f"the benchmark's data is bad: {report.findings[0]}")
    return taken


def changed_ratio(rounds: list[Round]) -> float:
    """A synth over changed data, without the check's own time, in hand-written ones."""
    return float(
        statistics.median(
            (one.changed["imported"] - one.check) / one.changed["handwritten"] for one in rounds
        )
    )


def added(rounds: list[Round], way: str) -> float:
    """What unchanged data adds to a synth of twenty records."""
    return float(statistics.median(one.unchanged[way] - one.small[way] for one in rounds))


def added_anew(rounds: list[Round]) -> float:
    """The same by hand, with a CDK that has to hash."""
    return float(statistics.median(one.hashed_anew - one.small["handwritten"] for one in rounds))


def unchanged_ratio(rounds: list[Round]) -> float:
    """What it adds here, in what it adds there."""
    return added(rounds, "imported") / max(added_anew(rounds), 0.001)


def _text(rounds: dict[str, list[Round]], megabytes: int) -> str:
    changed, unchanged = [], []
    for staging, found in rounds.items():
        hand, ours = (statistics.median(one.changed[way] for one in found) for way in WAYS)
        own = statistics.median(one.check for one in found)
        changed.append(
            [f"`{staging}`", f"{hand:.2f} s", f"{ours:.2f} s", f"{own:.2f} s", f"{changed_ratio(found):.2f}"]
        )
        whole = statistics.median(one.unchanged["imported"] / one.unchanged["handwritten"] for one in found)
        adds = [f"{one:.2f} s" for one in (added_anew(found), *(added(found, way) for way in WAYS))]
        unchanged.append([f"`{staging}`", *adds, f"{unchanged_ratio(found):.2f}", f"{whole:.2f}"])
    pairs = len(next(iter(rounds.values())))
    return f"""\
{megabytes} MB of DynamoDB JSON in one file; {_report.versions()}; {_report.machine()}.
Processor time, medians of {pairs} pairs.

Changed data, a whole synth with CDK's validator; the ratio is without the time of the check, and may be at
most {CHANGED_BOUND}:

{_report.table(["staging", "by hand", "`ImportedTable`", "its check alone", "ratio"], changed)}
Unchanged data, what it adds to a synth of 20 records without the validator; the ratio may be at most
{UNCHANGED_BOUND}. Beside it the ratio of the whole synths:

{_report.table(["staging", "by hand", "its hash kept", "`ImportedTable`", "ratio", "whole"], unchanged)}"""


def _broken(rounds: dict[str, list[Round]]) -> list[str]:
    return [
        f"{staging}, {kind} data: {ratio:.2f} times by hand, and at most {bound} is allowed"
        for staging, found in rounds.items()
        for kind, ratio, bound in (
            ("changed", changed_ratio(found), CHANGED_BOUND),
            ("unchanged", unchanged_ratio(found), UNCHANGED_BOUND),
        )
        if ratio > bound
    ]


if __name__ == "__main__":
    sys.exit(main())

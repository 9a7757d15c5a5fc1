"""What `ImportedTable` adds to the time of a synth, beside the same stack written by hand.

Bound, judged here (exit code 1): a whole synth takes at most 1.05 times as long, for each staging. A whole
synth is `python app.py` with CDK's validator on, as the CDK CLI starts it: what somebody waits for.

Both ways of a pair run at the same time, started in turns (A B, B A, …): a machine that is busy slows down
both alike. What is judged is the median of the pairs' ratios; where noise hides the answer, more pairs are
run, as long as there is time. Processor time stands beside it.

A second table has the same without start-up and validator, many times in one warm process: small enough to
see single milliseconds. There is no bound on its ratio, because nobody runs a synth like that.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import _report
from benchmarks.stacks import STAGINGS, data

BOUND: Final = 1.05
WAYS: Final = ("handwritten", "imported")


@dataclass(frozen=True)
class Cost:
    """One synth, in seconds."""

    clock: float
    processor: float = 0
    """Of Python and Node together; 0 where the system does not tell it of one process (Windows)."""


@dataclass(frozen=True)
class Pair:
    """The same synth both ways."""

    handwritten: Cost
    imported: Cost

    @property
    def ratio(self) -> float:
        """How much longer `ImportedTable` takes."""
        return self.imported.clock / self.handwritten.clock

    @property
    def processor_ratio(self) -> float:
        """The same in processor time."""
        return self.imported.processor / self.handwritten.processor if self.handwritten.processor else 0


Pairs = dict[str, list[Pair]]


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = _report.parser(__file__, __doc__)
    parser.add_argument(
        "--pairs", type=int, default=5, help="whole synths, at least so many pairs (default: 5)"
    )
    parser.add_argument(
        "--seconds", type=int, default=120, help="more of them until it is clear (default: 120)"
    )
    parser.add_argument("--warm", type=int, default=20, help="pairs in one warm process (default: 20)")
    arguments = parser.parse_args()
    if min(arguments.pairs, arguments.warm) < 2:
        parser.error("--pairs and --warm must be at least 2: one figure says nothing about its noise")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        data.write(root)
        whole = collect(WholeProcess(root), arguments.pairs, arguments.seconds)
        warm = collect(OneProcess(root), arguments.warm)
    _report.publish(__file__, report(whole, warm), write=arguments.write)
    return _report.judge(list(broken(whole)))


def collect(runner: WholeProcess | OneProcess, pairs: int, seconds: float = 0) -> Pairs:
    """Pairs of every staging, in turns, so that a slow minute hits all of them.

    Until `seconds` are over, those that are still undecided get more.
    """
    found: Pairs = {staging: [] for staging in STAGINGS}
    end = time.monotonic() + seconds
    for staging in STAGINGS:  # warm caches: compiled Python, jsii's unpacked packages, the disk
        runner.pair(staging, WAYS)
    open_ones = list(STAGINGS)
    while open_ones:
        for staging in open_ones:
            order = WAYS if len(found[staging]) % 2 else WAYS[::-1]
            found[staging].append(runner.pair(staging, order))
        late = time.monotonic() > end
        open_ones = [
            staging
            for staging, taken in found.items()
            if len(taken) < pairs or (not late and undecided(taken))
        ]
    return found


class WholeProcess:
    """`python app.py`: start, imports, Node, construct, synth, CDK's validator, end."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._env = _report.environment()

    def pair(self, staging: str, order: Sequence[str]) -> Pair:
        """Both ways at once, in processes of their own."""
        with ThreadPoolExecutor(len(order)) as threads:
            running = {way: threads.submit(self._run, way, staging) for way in order}
        return Pair(**{way: one.result() for way, one in running.items()})

    def _run(self, way: str, staging: str) -> Cost:
        with tempfile.TemporaryDirectory(dir=self._root) as out:
            command = [sys.executable, "-m", "benchmarks.stacks.app", way, staging, str(self._root), out]
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=self._root, env=self._env)
            processor = 0.0
            if hasattr(os, "wait4"):  # tells what this one process and its Node used
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                processor = usage.ru_utime + usage.ru_stime
            process.wait()
            clock = time.perf_counter() - start
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return Cost(clock, processor)


class OneProcess:
    """Construct and synth alone, again and again in this process, without the validator."""

    def __init__(self, root: Path) -> None:
        self._root = root
        os.environ["CDK_VALIDATION"] = "false"  # before jsii starts Node, which inherits it

    def pair(self, staging: str, order: Sequence[str]) -> Pair:
        """Both ways, one after the other: there is one Node."""
        return Pair(**{way: self._run(way, staging) for way in order})

    def _run(self, way: str, staging: str) -> Cost:
        from benchmarks.stacks import app  # noqa: PLC0415 - see above

        with tempfile.TemporaryDirectory(dir=self._root) as out:
            start = time.perf_counter()
            app.synth(way, staging, self._root, Path(out))
            return Cost(time.perf_counter() - start)


def report(whole: Pairs, warm: Pairs) -> str:
    """Both tables, in Markdown."""
    head = ["staging", "by hand", "`ImportedTable`", "ratio", "noise", "processor time"]
    rows = [
        [
            f"`{staging}`",
            f"{statistics.median(pair.handwritten.clock for pair in pairs):.2f} s",
            f"{statistics.median(pair.imported.clock for pair in pairs):.2f} s",
            f"{ratio(pairs):.3f}",
            f"± {noise([pair.ratio for pair in pairs]):.3f}",
            f"{statistics.median(pair.processor_ratio for pair in pairs):.3f}",
        ]
        for staging, pairs in whole.items()
    ]
    warm_head = ["staging", "by hand", "`ImportedTable`", "more", "noise"]
    warm_rows = [
        [
            f"`{staging}`",
            f"{statistics.median(pair.handwritten.clock for pair in pairs) * 1e3:.1f} ms",
            f"{statistics.median(pair.imported.clock for pair in pairs) * 1e3:.1f} ms",
            f"{statistics.median(more(pairs)):.1f} ms",
            f"± {noise(more(pairs)):.1f} ms",
        ]
        for staging, pairs in warm.items()
    ]
    counts = {len(pairs) for pairs in whole.values()}
    pairs_taken = f"{min(counts)} to {max(counts)}" if len(counts) > 1 else f"{max(counts)}"
    return f"""\
{len(data.ITEMS)} records; {_report.versions()}; {_report.machine()}.

A whole synth with CDK's validator, medians of {pairs_taken} pairs that ran at the same time; the ratio may be
at most {BOUND}:

{_report.table(head, rows)}
Construct and synth alone, in one warm process and without the validator, medians of {len(warm[STAGINGS[0]])}
pairs:

{_report.table(warm_head, warm_rows)}"""


def ratio(pairs: list[Pair]) -> float:
    """The figure that is judged."""
    return statistics.median(pair.ratio for pair in pairs)


def more(pairs: list[Pair]) -> list[float]:
    """Milliseconds that `ImportedTable` takes longer, pair by pair."""
    return [(pair.imported.clock - pair.handwritten.clock) * 1e3 for pair in pairs]


def noise(values: list[float]) -> float:
    """How far the median may be off: the notch of a box plot, which two medians must not share to differ."""
    quarters = statistics.quantiles(values, n=4, method="inclusive")
    return float(1.57 * (quarters[2] - quarters[0]) / len(values) ** 0.5)


def undecided(pairs: list[Pair]) -> bool:
    """Whether the noise is larger than the distance to the bound."""
    return abs(ratio(pairs) - BOUND) <= noise([pair.ratio for pair in pairs])


def broken(whole: Pairs) -> Iterator[str]:
    """One sentence for each staging that is over the bound."""
    for staging, pairs in whole.items():
        if (found := ratio(pairs)) > BOUND:
            off = noise([pair.ratio for pair in pairs])
            yield (
                f"{staging}: a synth costs {found:.3f} times the hand-written one (± {off:.3f}, from"
                f" {len(pairs)} pairs), and at most {BOUND} is allowed"
            )


if __name__ == "__main__":
    sys.exit(main())

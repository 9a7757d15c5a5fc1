"""`./dev demo`: what a newcomer sees first."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

import demo
from emulator.environment import ROOT

DATA = """\
{"Item": {"PK": {"S": "b"}, "SK": {"S": "1"}, "price": {"N": "36000.5"}, "note": {"S": ""}}}
{"Item": {"PK": {"S": "a"}, "SK": {"S": "2"}, "tags": {"SS": ["y", "x"]}, "deep": {"M": {"l": {"L": [{"BOOL": true}]}}}}}
{"Item": {"PK": {"S": "a"}, "SK": {"S": "1"}, "name": {"S": "Müller [bold]"}, "none": {"NULL": true}}}
"""  # noqa: E501


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run the demo, as `./dev demo` does."""
    with subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "demo.py", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_other_data_can_be_put_under_the_first_example(tmp_path: Path) -> None:
    """Every record of it is shown, exactly; then everything is removed."""
    (tmp_path / "mine.json").write_text(DATA, "utf-8")
    with running("--data", tmp_path) as process:
        output = process.communicate(timeout=120)[0]

    assert process.returncode == 0, output
    assert ": 3 items" in output
    rows = [line.split("│")[1:4] for line in output.splitlines() if line.startswith('│ "')]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ['"a"', '"1"', 'name: "Müller [bold]", none: null'],
        ['"a"', '"2"', 'tags: set("x", "y"), deep: {l: [true]}'],
        ['"b"', '"1"', 'price: 36000.5, note: ""'],
    ]
    assert "AWS::DynamoDB::Table" in output
    assert "Everything is removed, the local AWS is stopped" in output


@pytest.mark.skipif(os.name != "posix", reason="sends Ctrl-C as a signal")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_cleans_up(how: signal.Signals) -> None:
    """One sentence, no traceback, a non-zero exit."""
    with running("gzip_asset") as process:
        assert process.stdout
        for line in process.stdout:
            if "cdk deploy" in line:
                break
        process.send_signal(how)
        rest = process.stdout.read()
    assert process.wait() == 1
    assert rest.splitlines()[-1].startswith("demo: interrupted; the local AWS is stopped")
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "demo: there is no example 'nope': choose from csv_with_header, "),
        (["--data", "/no/such"], "demo: the data '/no/such' does not exist (looked in "),
        (["ion", "--data", "."], "demo: --data is for customer_events only, not for ion"),
    ],
)
def test_a_wrong_call_is_answered_in_one_sentence(arguments: list[str], said: str) -> None:
    """And nothing is started."""
    with pytest.raises(SystemExit) as end:
        demo.parse(arguments)
    assert str(end.value).startswith(said)


@pytest.mark.parametrize(("number", "rows", "more"), [(1, 1, ""), (25, 25, ""), (26, 10, "... and 16 more")])
def test_a_small_table_is_shown_whole(
    monkeypatch: pytest.MonkeyPatch, number: int, rows: int, more: str
) -> None:
    """Of a larger one the first rows, in the order of their keys, and how many there are."""
    console = Console(file=io.StringIO(), width=100)
    monkeypatch.setattr(demo, "console", console)
    demo.show_items("Numbers", ["n"], [{"n": {"N": str(n)}} for n in reversed(range(number))])

    assert isinstance(console.file, io.StringIO)
    output = console.file.getvalue()
    shown = [line.split()[1] for line in output.splitlines() if line.startswith("│")]
    assert shown == [str(n) for n in range(rows)]
    assert f"Numbers: {number} item" in output
    assert output.strip().endswith(more)

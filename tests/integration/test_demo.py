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
from rich.cells import cell_len
from rich.console import Console

import demo
from emulator.environment import ROOT
from emulator.local_aws import Item

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
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_demo_cleans_up(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, no traceback, exit 130, no folder left, even if the signal comes twice."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running("gzip_asset") as process:
        assert process.stdout
        for line in process.stdout:
            if "cdk deploy" in line:
                break
        assert [path.name[:10] for path in tmp_path.iterdir()] == ["local-aws-"]
        process.send_signal(getattr(signal, how))
        process.send_signal(getattr(signal, how))
        rest = process.stdout.read()
    assert process.wait() == 130
    assert list(tmp_path.iterdir()) == []
    assert rest.splitlines()[-1].startswith("demo: interrupted; the local AWS is stopped")
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "demo: there is no example 'nope': choose from csv_with_header, "),
        (["--data", "/no/such"], "demo: the data '/no/such' does not exist (looked in "),
        (["ion", "--data", "."], "demo: --data is for customer_events only, not for ion"),
        (["--data", ""], "demo: --data is empty: name a file or a folder; the current folder is '.'"),
    ],
)
def test_a_wrong_call_is_answered_in_one_sentence(arguments: list[str], said: str) -> None:
    """And nothing is started."""
    with pytest.raises(SystemExit) as end:
        demo.parse(arguments)
    assert str(end.value).startswith(said)


def test_an_example_whose_library_is_not_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.14 has no wheel for Ion: that is said before anything is started."""
    monkeypatch.setattr(demo, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="which reads Ion, has no wheel for Python 3"):
        demo.parse(["ion"])


def test_the_slash_of_the_shells_completion_is_no_part_of_the_name() -> None:
    """In the folder of examples, Tab writes it."""
    assert demo.parse(["customer_events/"]).name == "customer_events"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("", b"", "has no data to import"),
        ("deeper/a.json", DATA.encode(), "has no data to import; left out: deeper/"),
        ("a.json", b'{"Item": {"pk": {"S": "a"}}}', "a.json:1: error: attribute 'PK':"),
        ("a.csv", b"PK,SK\na,b\n", "a.csv:1: error: Unexpected token"),
        ("a.bin", b"\x00\xff" * 99, "a.bin:1: error: Unexpected token"),
    ],
)
def test_data_that_cannot_be_imported_is_said_before_anything_starts(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """What is wrong, once, and what is taken; no stack of frames."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    if name:
        (tmp_path / name).write_bytes(content)
    with running("--data", tmp_path) as process:
        output = process.communicate(timeout=120)[0]

    assert process.returncode == 1
    assert output.count(said) == 1
    assert output.strip().endswith(
        "; nothing was started: --data takes what customer_events does, DynamoDB JSON with the keys PK and SK"
    )
    assert "Traceback" not in output
    assert "Starting an AWS" not in output


def shown_by(monkeypatch: pytest.MonkeyPatch, items: list[Item], *, whole: bool = False) -> str:
    """What is printed of the items of a table with the key `n`."""
    console = Console(file=io.StringIO(), width=100)
    monkeypatch.setattr(demo, "console", console)
    demo.show_items("Numbers", ["n"], items, whole=whole)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("number", "rows", "end"),
    [
        (1, [0], ""),
        (25, list(range(25)), ""),
        (
            26,
            [0, 2, 5, 8, 11, 13, 16, 19, 22, 25],
            "10 of the 26 items, from the first to the last; --all shows all",
        ),
    ],
)
def test_a_small_table_is_shown_whole(
    monkeypatch: pytest.MonkeyPatch, number: int, rows: list[int], end: str
) -> None:
    """Of a larger one some rows, in the order of their keys, and how many there are."""
    output = shown_by(monkeypatch, [{"n": {"N": str(n)}} for n in reversed(range(number))])

    shown = [int(line.split()[1]) for line in output.splitlines() if line.startswith("│")]
    assert shown == rows
    assert f"Numbers: {number} item" in output
    assert output.strip().endswith(end)


def test_all_items_are_shown_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--all`, long ones too."""
    items: list[Item] = [{"n": {"N": str(n)}, "text": {"S": "a train " * 40}} for n in range(60)]
    output = shown_by(monkeypatch, items, whole=demo.parse(["--all"]).all)

    numbers = [line.split()[1] for line in output.splitlines() if line.startswith("│") and line[2].isdigit()]
    assert numbers == [str(n) for n in range(60)]
    assert "--all" not in output


def test_long_items_have_an_attribute_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nested values, wide characters and line ends stay within the frame, and fewer items are shown."""
    plot = 'One "night",\n' + "a train " * 20
    film = {
        "title": {"S": "雨の停車場"},
        "plot": {"S": plot},
        "empty": {"M": {}},
        "reels": {"NS": ["10", "9"]},
    }
    output = shown_by(monkeypatch, [{"n": {"N": str(n)}, **film} for n in range(30)])

    rows = [line for line in output.splitlines() if line.startswith(("│", "├", "└"))]
    assert {cell_len(row) for row in rows} == {100}
    cells = [row.split("│")[2].strip() for row in rows if row.startswith("│")]
    assert cells[0] == 'title: "雨の停車場"'
    assert cells[1].startswith(r'plot: "One \"night\",\na train a train')
    assert [cells.count(cell) for cell in ("empty: {}", "reels: set(9, 10)")] == [5, 5]
    assert "5 of the 30 items" in output

"""`cdk-imported-table convert`, and `check` of the same data: exit codes, and what is written or never is."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_imported_table.cli import main

ROWS = "pk,price,in_stock,tags\na,1.50,TRUE,y|x\nb,,,\n"
TYPES = '{"price": "N", "in_stock": "BOOL", "tags": {"type": "SS", "separator": "|"}}'
LINES = (
    '{"Item":{"in_stock":{"BOOL":true},"pk":{"S":"a"},"price":{"N":"1.5"},"tags":{"SS":["x","y"]}}}\n'
    '{"Item":{"pk":{"S":"b"}}}\n'
)
CSV = ("--format", "csv", "--partition-key", "pk:S", "--types", "types.json")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder with `in.csv` and `types.json`."""
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(ROWS)
    Path("types.json").write_text(TYPES)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return command


def left() -> list[str]:
    """What lies in the folder, hidden files too."""
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def test_a_folder_is_written(run: Run) -> None:
    """Exit code 0, the summary of the check, and where it is."""
    code, out, _ = run("convert", "in.csv", *CSV, "-o", "out/here")
    assert (code, left()) == (0, ["in.csv", "out/here/items-00001.json", "types.json"])
    assert Path("out/here/items-00001.json").read_text() == LINES
    assert "2 records" in out
    assert out.endswith(f"written to {Path('out/here')}: 1 file, {len(LINES)} bytes\n")


def test_what_is_written_passes_the_check(run: Run) -> None:
    """It is what an import takes."""
    assert run("convert", "in.csv", *CSV, "-o", "out")[0] == 0
    assert run("check", "out", "--partition-key", "pk:S")[0] == 0


@pytest.mark.parametrize("name", ["out.json", "out.json.gz", "out.json.zst"])
def test_one_file_is_written_if_out_is_called_so(run: Run, name: str) -> None:
    """Compressed as its name says."""
    assert run("convert", "in.csv", *CSV, "-o", name)[0] == 0
    assert left() == ["in.csv", name, "types.json"]
    if name.endswith(".gz"):
        assert gzip.decompress(Path(name).read_bytes()).decode() == LINES
    assert run("check", name, "--partition-key", "pk:S")[0] == 0


def test_other_formats_and_the_machine_s_report(run: Run) -> None:
    """Several inputs, types as text, and JSON on stdout only."""
    Path("a").mkdir()
    Path("a/1.json").write_text('[{"pk": "a", "x": null}]')
    Path("b.json").write_text('[{"pk": "b", "t": ["z"]}]')
    code, out, err = run(
        *("convert", "a", "b.json", "--format", "json", "--partition-key", "pk:S", "-o", "out"),
        *("--types", '{"t": "SS"}', "--null", "absent", "--compression", "GZIP", "--json"),
    )
    report = json.loads(out)
    assert (code, err, report["records"]) == (0, "", 2)
    assert report["written"] == [str(Path("out/items-00001.json.gz"))]
    assert gzip.decompress(Path("out/items-00001.json.gz").read_bytes()).decode() == (
        '{"Item":{"pk":{"S":"a"}}}\n{"Item":{"pk":{"S":"b"},"t":{"SS":["z"]}}}\n'
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("c,x,,", "in.csv:4:3: error: attribute 'price': the value does not fit its type"),
        ("c,1,,y|y", "in.csv:4: error: attribute 'tags'"),
    ],
)
def test_nothing_is_written_where_something_is_wrong(run: Run, row: str, said: str) -> None:
    """Exit code 1, with file, line and column; the same as `check` says of the same data."""
    Path("in.csv").write_text(f"{ROWS}{row}\n")
    code, out, _ = run("convert", "in.csv", *CSV, "-o", "out/here")
    assert (code, left()) == (1, ["in.csv", "types.json"])
    assert not Path("out").exists()
    assert said in out
    assert out.endswith("nothing is written\n")
    checked, found, _ = run("check", "in.csv", *CSV)
    assert checked == 1
    assert said in found


def test_a_broken_archive_is_found_and_nothing_is_written(run: Run) -> None:
    """As `check` does."""
    Path("in.csv").write_bytes(gzip.compress(ROWS.encode() * 1000)[:-9])
    code, out, _ = run("convert", "in.csv", *CSV, "-o", "out")
    assert (code, left()) == (1, ["in.csv", "types.json"])
    assert out.endswith("nothing is written\n")
    assert run("check", "in.csv", *CSV)[0] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in.csv", "--format", "csv", "-o", "out"], "--partition-key NAME:TYPE is needed to convert data"),
        (["in.csv", *CSV, "-o", "types.json"], "'types.json' exists; nothing is overwritten"),
        (["in.csv", *CSV, "-o", "."], "is a folder that is not empty; nothing is overwritten"),
        (["in.csv", *CSV, "-o", "o.json", "--compression", "GZIP"], "say two things"),
        (
            ["in.csv", *CSV, "-o", "o.jsonl"],
            "'o.jsonl' would be a folder; one file is called NAME.json",
        ),
        (["nowhere", *CSV, "-o", "out"], "there is no file or folder"),
        (["in.csv", *CSV[:4], "--types", "no.json", "-o", "out"], "cannot read the types file 'no.json'"),
        (["in.csv", *CSV[:4], "--types", "{x}", "-o", "out"], "--types '{x}' is no JSON"),
        (["in.csv", *CSV[:4], "--types", '{"price": "X"}', "-o", "out"], "column 'price' has the type 'X'"),
        (["in.csv", "--format", "ion", "-o", "out"], "invalid choice: 'ion'"),
        (["in.csv", *CSV], "the following arguments are required: -o"),
    ],
)
def test_wrong_use(run: Run, arguments: list[str], said: str) -> None:
    """Exit code 2, one sentence, and nothing is written."""
    code, _, err = run("convert", *arguments)
    assert (code, left()) == (2, ["in.csv", "types.json"])
    assert said in err


def test_check_takes_options_of_conversion_only_where_they_mean_something(run: Run) -> None:
    """Types in a format that has its own, and sorting records that cannot be imported as they are."""
    code, _, err = run("check", "in.csv", "--partition-key", "pk:S", "--types", "types.json")
    assert (code, "in dynamodb-json every value has its type" in err) == (2, True)
    code, _, err = run("check", "in.csv", *CSV, "--clean", "clean")
    assert (code, "--clean sorts records that DynamoDB imports as they are" in err) == (2, True)
    assert left() == ["in.csv", "types.json"]


def test_csv_without_types_is_checked_as_dynamodb_takes_it(run: Run) -> None:
    """And converted all the same when that is asked for: every column a string."""
    assert run("check", "in.csv", *CSV[:4])[0] == 0
    assert run("convert", "in.csv", *CSV[:4], "-o", "out.json")[0] == 0
    assert json.loads(Path("out.json").read_text().splitlines()[0])["Item"]["price"] == {"S": "1.50"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("convert", "in.csv", *CSV, "--null", "null"),
            "--null goes with --format json, json-lines",
        ),
        (
            ("convert", "in.csv", *CSV, "--timestamps", "epoch-seconds"),
            "--timestamps goes with --format p",
        ),
        (
            ("check", "in.csv", "--format", "json", "--delimiter", ";"),
            "--delimiter goes with --format csv",
        ),
        (("check", "in.csv", "--header-list", "a,b"), "--header-list goes with --format csv, not with dynam"),
        (("check", "in.csv", "--format", "csv", "--trim"), "--trim goes with --types: without types Dynamo"),
    ],
)
def test_an_option_without_effect_is_wrong_use(run: Run, arguments: tuple[str, ...], text: str) -> None:
    """Whoever gives it expects something of it."""
    output = ("-o", "out") if arguments[0] == "convert" else ("--partition-key", "pk:S")
    code, _, err = run(*arguments, *output)
    assert (code, left()) == (2, ["in.csv", "types.json"])
    assert text in err


@pytest.mark.parametrize(
    ("types", "text"),
    [
        ('{"price": "N", "price": "S"}', "the name 'price' stands twice"),
        ('["price"]', "a types file holds one JSON object"),
        ('{"tags": {"type": "SS", "separator": 5}}', "separator is 5, but must be one or more characters"),
        (
            '{"tags": {"type": "M", "members": ["a"]}}',
            "column 'tags' has the members ['a']; members are",
        ),
        (
            '{"price": {"type": "N", "empty": "no"}}',
            "column 'price' has empty 'no'; allowed are ABSENT",
        ),
    ],
)
def test_types_that_say_something_else_are_wrong_use(run: Run, types: str, text: str) -> None:
    """With the column and what is allowed."""
    code, _, err = run("convert", "in.csv", *CSV[:-1], types, "-o", "out")
    assert (code, left()) == (2, ["in.csv", "types.json"])
    assert text in err


def test_a_types_file_may_begin_with_a_byte_order_mark(run: Run) -> None:
    """Windows programs write one."""
    Path("types.json").write_bytes(b"\xef\xbb\xbf" + TYPES.encode())
    assert run("convert", "in.csv", *CSV, "-o", "out.json")[0] == 0
    assert Path("out.json").read_text() == LINES


@pytest.mark.skipif(os.name == "nt", reason="the longest name is another there")
def test_a_failure_leaves_no_folders(run: Run) -> None:
    """The folders of OUT are made at the end, and taken away if OUT cannot be made in them."""
    name = "x" * 300
    code, _, err = run("convert", "in.csv", *CSV, "-o", f"new/deep/{name}")
    assert (code, Path("new").exists()) == (2, False)
    assert err == f"cdk-imported-table convert: cannot write 'new/deep/{name}': file name too long\n"

"""`cdk-imported-table check`: what it prints, its exit codes, and that nothing makes it fall over."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_imported_table.cli import main
from cdk_imported_table.dataset.rules import RULES, Severity

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SOURCE = Path(__file__).parents[2] / "src"
GOOD = b'{"Item":{"pk":{"S":"a"},"n":{"N":"1"}}}\n{"Item":{"pk":{"S":"b"}}}\n'
BAD = b'{"Item":{"pk":{"S":"a"}}}\n{"Item":{"kp":{"S":"Jane Secret"},"n":{"N":"4711x"}}}\n'

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `check`; returns its exit code and what it printed."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["check", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes a file of data."""

    def file(content: bytes, name: str = "data.json") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return file


@pytest.mark.parametrize(("way", "compress"), [("GZIP", gzip.compress), ("ZSTD", zstd.compress)])
def test_archive_of_several_pieces_is_a_warning_where_it_is_imported_as_it_is(
    run: Run, file: Callable[..., Path], way: str, compress: Callable[[bytes], bytes]
) -> None:
    """Rule 1.7. Without --compression files are taken for those that the library transcodes."""
    one, several = (
        file(compress(GOOD), "one"),
        file(b"".join(map(compress, GOOD.splitlines(True))), "several"),
    )
    assert run(one, *PK, "--compression", way, "--json")[0] == 0
    code, out, _ = run(one, several, *PK, "--compression", way, "--json")
    report = json.loads(out)
    assert (code, report["errors"], report["imported"]) == (0, 0, 4)
    assert report["counts"] == {"several-members": 1, "duplicate-key": 2}
    (finding,) = [one for one in report["findings"] if one["rule"] == "several-members"]
    assert (finding["file"], finding["severity"]) == (str(several), "warning")
    assert "several-members" not in run(several, *PK, "--json")[1]


def command(*arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start the command line as a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        [sys.executable, "-m", "cdk_imported_table.cli", "check", *map(str, arguments)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


PK = ("--partition-key", "pk:S")


def test_clean_data_is_0_with_a_summary(run: Run, file: Callable[..., Path]) -> None:
    """Items, bytes, distinct keys, the largest, and the types of each attribute."""
    code, out, err = run(file(GOOD), *PK)
    assert (code, err) == (0, "")
    assert "1 file, 2 records, 66 bytes uncompressed, 2 distinct keys" in out
    assert "longest record 39 bytes" in out
    assert "    n: N 1\n" in out
    assert "    pk: S 2\n" in out
    assert "the import would not fail: 2 imported" in out


def test_errors_are_1_with_file_line_rule_and_what_to_do(run: Run, file: Callable[..., Path]) -> None:
    """And the counters that `DescribeImport` would show."""
    path = file(BAD)
    code, out, _ = run(path, *PK)
    assert code == 1
    assert (
        f"{path}:2: error: attribute 'pk': One or more parameter values were invalid: Missing the key pk"
        in out
    )
    assert "attribute 'n': The parameter cannot be converted to a numeric value [number-syntax]" in out
    assert "    give the item its key" in out
    assert "the import would FAIL: processed 2, imported 1, errors 1" in out


def test_warnings_alone_are_0(run: Run, file: Callable[..., Path]) -> None:
    """The import does not fail with them."""
    code, out, _ = run(file(GOOD + GOOD[:40]), *PK)
    assert code == 0
    assert "[duplicate-key]" in out
    assert out.endswith("; 1 warning\n")


def test_json_is_the_whole_report(run: Run, file: Callable[..., Path]) -> None:
    """For machines: counters, counts by rule, findings with the number of the rule."""
    code, out, _ = run(file(BAD), *PK, "--json")
    report = json.loads(out)
    assert code == 1
    assert (report["processed"], report["imported"], report["errors"], report["bytes"]) == (2, 1, 1, len(BAD))
    assert report["counts"] == {"key-missing": 1, "number-syntax": 1}
    assert {finding["section"] for finding in report["findings"]} == {"4.1", "2.11"}
    assert report["findings"][0].keys() >= {
        "rule",
        "severity",
        "file",
        "line",
        "record",
        "path",
        "message",
        "advice",
    }


def test_values_are_shown_only_when_they_are_asked_for(run: Run, file: Callable[..., Path]) -> None:
    """In neither form of the report."""
    for options in ((), ("--json",)):
        _, out, _ = run(file(BAD), *PK, *options)
        assert "Secret" not in out
        assert "4711" not in out
    assert "4711x" in run(file(BAD), *PK, "--show-values")[1]


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"too-many-files"}))
def test_no_finding_shows_a_value(rule: str, run: Run, file: Callable[..., Path]) -> None:
    """Whatever the rule, and whatever is behind it: broken lines, keys, sets, Ion."""
    example = RULES[rule].bad
    if example.format == "ion":
        pytest.importorskip("amazon.ion")
    secret = b"JaneSecret"
    data = example.data.replace(b'"S":"a"', b'"S":"' + secret + b'"').replace(
        b'pk:"a"', b'pk:"' + secret + b'"'
    )
    data = data.replace(b"\na,", b"\n" + secret + b",").replace(b'"g":{"S":"x', b'"g":{"S":"' + secret)
    path = file(data)
    for options in ((), ("--json",)):
        _, out, _ = run(path, *PK, "--format", example.format, *example.options, *options)
        assert secret.decode() not in out


def test_findings_beyond_the_first_are_counted(run: Run, file: Callable[..., Path]) -> None:
    """A million bad records are not a million lines."""
    _, out, _ = run(file(b'{"Item":{}}\n' * 500), *PK)
    assert out.count("Missing the key pk") == 100
    assert "… and 400 more findings" in out
    assert run(file(b'{"Item":{}}\n' * 500), *PK, "--max-findings", "2")[1].count("Missing the key pk") == 2


def test_broken_archives_and_undecodable_bytes_are_findings(run: Run, file: Callable[..., Path]) -> None:
    """They would fail the import: exit code 1, not 2."""
    for content, rule in (
        (gzip.compress(GOOD)[:-9], "broken-archive"),
        (b'{"Item":{"pk":{"S":"\xff"}}}\n', "invalid-utf8"),
        (b"\x00\x01\x02", "bad-json"),
    ):
        code, out, err = run(file(content), *PK)
        assert (code, err) == (1, "")
        assert f"[{rule}]" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["FILE"], "--partition-key NAME:TYPE is needed"),
        (["FILE", "--partition-key", "pk"], "'pk' is not NAME:TYPE"),
        (["FILE", "--partition-key", "pk:X"], "a key is one of S, N, B"),
        (["FILE", "--partition-key", "pk:"], "a key is one of S, N, B"),
        (["FILE", "--partition-key", ":S"], "1 to 255"),
        (["FILE", *PK, "--sort-key", "pk:N"], "an attribute has one type"),
        (["FILE", *PK, "--index", "by-g"], "is not INDEX:NAME:TYPE"),
        (["FILE", *PK, "--index", "by-g:g"], "is not NAME:TYPE"),
        (["FILE", *PK, "--index", "by-g:g:S,h"], "is not NAME:TYPE"),
        (["FILE", *PK, "--format", "xml"], "invalid choice: 'xml'"),
        (["FILE", *PK, "--format", "csv", "--delimiter", "#"], "delimiter '#' is not one of"),
        (["FILE", *PK, "--compression", "LZMA"], "invalid choice: 'LZMA'"),
        (["FILE", *PK, "--max-findings", "-1"], "'-1' is not a number from 0 on"),
        (["FILE", *PK, "--max-findings", "many"], "'many' is not a number from 0 on"),
        (["FILE", *PK, "--unknown"], "unrecognized arguments"),
        (["MISSING", *PK], "there is no file or folder"),
        (["EMPTY", *PK], "has no data to import"),
        (["NOTHING", *PK], "empty files only"),
        (["FILE", *PK, "--clean", "FULL"], "exists and is not an empty folder"),
        (["FILE", *PK, "--clean", "FILE"], "exists and is not an empty folder"),
        (["FILE", "BROKEN_APP", *PK], "either cloud assemblies or data"),
        (["BROKEN_APP"], "cannot read"),
        ([], "PATH"),
    ],
)
def test_wrong_use_is_2_with_one_sentence(
    arguments: list[str], said: str, run: Run, file: Callable[..., Path], tmp_path: Path
) -> None:
    """It says what is wrong and what is allowed, never a traceback."""
    file(b"", "empty-files/a.json")
    (tmp_path / "empty").mkdir()
    file(b"{}", "app/manifest.json")
    file(b"{", "app/Stack.template.json")
    file(b"{", "app/Stack.assets.json")
    places: dict[str, Path] = {
        "FILE": file(GOOD),
        "MISSING": tmp_path / "no-such-file",
        "EMPTY": tmp_path / "empty",
        "NOTHING": tmp_path / "empty-files",
        "FULL": file(GOOD, "full/data.json").parent,
        "BROKEN_APP": tmp_path / "app",
    }
    code, out, err = run(*(places.get(argument, argument) for argument in arguments))
    assert code == 2
    assert said in err
    assert "Traceback" not in out + err


def test_unreadable_file_is_2(run: Run, file: Callable[..., Path]) -> None:
    """It is named, with the system's reason."""
    path = file(GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("whoever runs this may read everything")
    code, _, err = run(path, *PK)
    assert code == 2
    assert str(path) in err


def test_file_that_is_no_file_is_2(run: Run, tmp_path: Path) -> None:
    """A link to nothing inside a folder."""
    (tmp_path / "data").mkdir()
    try:
        (tmp_path / "data" / "link").symlink_to(tmp_path / "nothing")
    except OSError:
        pytest.skip("no links on this system")
    code, _, err = run(tmp_path / "data", *PK)
    assert code == 2
    assert "a link to nothing" in err


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    *("FILE", "--partition-key", "--sort-key", "--index", "pk:S", "sk:N", "--format", "csv"),
                    *("ion", "--json", "--delimiter", "tab", "--header-list", "a,b", "--ttl", "--clean"),
                    *("--exclude", "--explain", "4.1", "--compression", "GZIP", "--max-findings", "0", "--"),
                    *("-", "", "--show-values"),
                ]
            ),
            st.text(st.characters(exclude_characters="\x00"), max_size=6),
        ),
        max_size=8,
    )
)
def test_no_arguments_make_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, arguments: list[str]
) -> None:
    """Any arguments in any order end in 0, 1 or 2."""
    folder = tmp_path_factory.mktemp("x")
    path = folder / "data.json"
    path.write_bytes(GOOD)
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["check", *(str(path) if one == "FILE" else one for one in arguments)]) in (0, 1, 2)
    finally:
        os.chdir(here)


def test_reader_that_goes_away_makes_no_traceback(file: Callable[..., Path]) -> None:
    """`check … | head -1`: the rest is not printed, and nothing complains."""
    path = file(b'{"Item":{}}\n' * 20_000)
    process = command(path, *PK, "--max-findings", "20000")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) != 0
    assert "Traceback" not in said
    assert "Exception" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
def test_interrupt_makes_no_traceback(file: Callable[..., Path], tmp_path: Path) -> None:
    """Ctrl-C ends it with one word."""
    path = file(b'{"Item":{"pk":{"S":"x"},"n":{"N":"many"}}}\n' * 1_000_000)
    process = command(path, *PK, "--clean", tmp_path / "sorted")
    while not (tmp_path / "sorted" / "bad").exists():  # it is at work
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.decode().strip() == "interrupted"
    assert out == b""


def test_start_up_loads_neither_cdk_nor_node(file: Callable[..., Path]) -> None:
    """Not even for a whole check: it starts fast, and works where CDK is not."""
    code = (
        "import sys\n"
        "from cdk_imported_table.cli import main\n"
        "assert main(['check', sys.argv[1], '--partition-key', 'pk:S']) == 0\n"
        "heavy = {'aws_cdk', 'jsii', 'constructs', 'boto3', 'amazon.ion', 'subprocess'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file(GOOD))],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


# Sorting good records from bad


@pytest.mark.parametrize(
    ("name", "content", "options", "bad"),
    [
        ("a.json", GOOD + BAD + b"\n" + GOOD[:20] + b"\n" + GOOD, [], 2),
        ("a.json", b'[{"Item":{"pk":{"S":"a"}}},\n{"Item":{"pk":{"N":"1"}}}]', [], 1),
        ("a.json", GOOD.replace(b"\n", b"\r\n") + b"no json", [], 1),
        ("a.csv", b'pk,n\na,1\n,2\nb,"x ""y"""\nc,d,e\n', ["--format", "csv"], 2),
        ("a.csv", b"a;1\n;2\n", ["--format", "csv", "--delimiter", ";", "--header-list", "pk,n"], 1),
        ("a.ion", b'$ion_1_0 {Item:{pk:"a"}}\n{Item:{pk:1.}}\n{Item:{pk:"b"}}\n', ["--format", "ion"], 1),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_clean_loses_nothing_and_what_it_writes_is_clean(
    name: str,
    content: bytes,
    options: list[str],
    bad: int,
    compressed: bool,
    run: Run,
    file: Callable[..., Path],
) -> None:
    """Every record of the file is in `good` or in `bad`, and each bad one has its reasons."""
    if name.endswith(".ion"):
        pytest.importorskip("amazon.ion")
    data = file(
        gzip.compress(content) if compressed else content, f"in/{name}{'.gz' if compressed else ''}"
    ).parent
    folder = data.parent / "sorted"
    code, out, _ = run(data, *PK, *options, "--clean", folder, "--json")
    assert code == 1
    report = json.loads(out)
    good_file, bad_file = (next((folder / kind).rglob(f"*{name}")) for kind in ("good", "bad"))
    reasons = next((folder / "bad").rglob("*.why.jsonl")).read_text("utf-8").splitlines()
    assert len(reasons) == bad
    assert all(json.loads(reason)[0]["severity"] == "error" for reason in reasons)
    code, out, _ = run(folder / "good", *PK, *options, "--json")
    after = json.loads(out)
    assert code == 0
    assert after["error_count"] == 0
    assert after["records"] == report["records"] - bad
    for record in content.replace(b"\r", b"").split(b"\n"):
        assert record.strip(b"[], ") in good_file.read_bytes() + bad_file.read_bytes()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    b'{"Item":{"pk":{"S":"a"}}}',
                    b'{"Item":{"pk":{"N":"1"}}}',
                    b"",
                    b"{",
                    b"[1]",
                    b"\xff",
                    b"null",
                ]
            ),
            st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_clean_loses_nothing_of_any_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    """Lines of any bytes: each is written to one side, and the good side passes."""
    folder = tmp_path_factory.mktemp("x")
    (folder / "a.json").write_bytes(b"\n".join([b'{"Item":{"pk":{"S":"first"}}}', *lines]))
    main(["check", str(folder / "a.json"), *PK, "--clean", str(folder / "sorted")])
    written = b"".join(path.read_bytes() for path in (folder / "sorted").rglob("*.json"))
    # A line may hold several records, which are written apart.
    assert Counter(b"".join(written.split())) == Counter(b"".join((folder / "a.json").read_bytes().split()))
    good = list((folder / "sorted" / "good").rglob("*.json"))
    assert [main(["check", str(path), *PK]) for path in good] == [0]


def test_severities_are_what_exit_codes_go_by() -> None:
    """There are rules of both kinds: neither half of this file tests nothing."""
    assert {rule.severity for rule in RULES.values()} == set(Severity)


def test_findings_say_what_is_wrong_and_not_what_should_be(run: Run, file: Callable[..., Path]) -> None:
    """The rule's title is what must hold; after "warning:" stands what is the case."""
    path = file(GOOD + GOOD[:40])
    _, out, _ = run(path, *PK)
    assert (
        f"{path}:3: warning: two items have the same key (the same key as in line 1) [duplicate-key]" in out
    )
    assert all(rule.words or rule.fault for rule in RULES.values())


def test_one_of_a_thing_is_no_plural(run: Run, file: Callable[..., Path]) -> None:
    """In the summary, in the verdict and in what is left out."""
    _, out, _ = run(file(b'{"Item":{"kp":{"S":"a"}}}\n'), *PK, "--max-findings", "0")
    assert "… and 1 more finding\n" in out
    assert "1 file, 1 record, 26 bytes uncompressed, 0 distinct keys" in out


def test_what_to_do_is_said_once_for_each_rule(run: Run, file: Callable[..., Path]) -> None:
    """A thousand findings of one rule need one piece of advice."""
    _, out, _ = run(file(b'{"Item":{"kp":{"S":"a"}}}\n' * 3), *PK)
    assert out.count("[key-missing]") == 3
    assert out.count(RULES["key-missing"].mend) == 1


def test_advice_on_quotation_marks_is_about_any_cell(run: Run, file: Callable[..., Path]) -> None:
    """It tells how to write a cell before it gives an example."""
    _, out, _ = run(file(b'pk,size\na,5" wide\n'), *PK, "--format", "csv")
    assert "    put the cell in quotation marks, and double those within it: " in out


def test_records_that_share_a_line_are_told_apart(run: Run, file: Callable[..., Path]) -> None:
    """An array on one line: its line alone would say nothing."""
    path = file(b'[{"pk":"a"},{"pk":1},{"pk":"a"}]')
    _, out, _ = run(path, *PK, "--format", "json")
    assert f"{path}:1: record 2: error: attribute 'pk'" in out
    assert "the same key as another item of this line" in out
    path = file(b'[\n {"pk":"a"},\n {"pk":1}\n]')
    _, out, _ = run(path, *PK, "--format", "json")
    assert f"{path}:3: error: attribute 'pk'" in out


def test_counters_do_not_contradict_the_verdict(run: Run, file: Callable[..., Path]) -> None:
    """What cannot be converted is never seen by DynamoDB, which then counts nothing."""
    code, out, _ = run(file(b"pk\na\n"), *PK, "--format", "csv", "--types", '{"price": "N"}')
    assert code == 1
    assert "the import would FAIL: 1 error, nothing would be imported\n" in out


def test_an_empty_array_is_a_warning(run: Run, file: Callable[..., Path]) -> None:
    """The import would succeed, and leave an empty table."""
    code, out, _ = run(file(b"[]"), *PK, "--format", "json")
    assert code == 0
    assert "warning: there is no item [no-items]" in out
    assert "the import would not fail: 0 imported; 1 warning" in out


def test_wrong_use_is_one_sentence_and_where_help_is(run: Run) -> None:
    """The usage of all options would hide it."""
    said = (
        "cdk-imported-table check: argument --partition-key: 'PK' is not NAME:TYPE: write PK:S (or N, B)\n"
        "see cdk-imported-table check --help\n"
    )
    assert run("data.json", "--partition-key", "PK") == (2, "", said)


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_a_reader_that_has_seen_enough_is_no_mistake(file: Callable[..., Path]) -> None:
    """As in `check data.json | head -1`."""
    path = file(b'{"Item":{"kp":{"S":"a"}}}\n' * 3000)
    process = command(path, *PK, "--max-findings", "3000")
    assert process.stdout is not None
    assert process.stderr is not None
    assert b"[key-missing]" in process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 2
    process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_an_interruption_while_commands_are_loaded_is_no_traceback() -> None:
    """Their modules take a tenth of a second."""
    interrupted = (
        "import builtins, sys; from cdk_imported_table.cli import main; real = builtins.__import__\n"
        "def stop(name, *rest):\n"
        "    if len(rest) > 2 and 'cli_check' in (rest[2] or ()): raise KeyboardInterrupt\n"
        "    return real(name, *rest)\n"
        "builtins.__import__ = stop; sys.exit(main(['--help']))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", interrupted], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "interrupted\n")

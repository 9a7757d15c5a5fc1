"""`cdk-imported-table explain`, against recorded answers: what AWS documents, word for word."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_imported_table import ImportData, OnDataChange, cli_explain
from cdk_imported_table.cli import main
from cdk_imported_table.dataset.locating import rule_of
from tests.unit.extras.answers import NO_STACK, Answer, answering, description, log, stack_events, summaries
from tests.unit.support import JSON, folder, imported, line, python

MISSING = "One or more parameter values were invalid: Missing the key pk in the item"
BAD = b'{"Item":{"id":{"S":"x"}}}\n'


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the caller's leads to AWS, or to an assembly of theirs."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)


def answers_for(one: Mapping[str, Any], *records: tuple[str, int, str]) -> dict[str, Answer]:
    """One import of a table that is in no stack."""
    return {
        "ListImports": summaries(one),
        "DescribeImport": {"ImportTableDescription": one},
        "GetLogEvents": log(one, *records),
        "DescribeStackEvents": NO_STACK,
    }


def explain(
    answers: Mapping[str, Answer], *arguments: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run the command; its exit code, and what it printed."""
    with answering(answers) as url:
        code = main(["explain", *arguments, "--endpoint-url", url])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_failed_record_is_the_users_file_line_and_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key's end is the file, the index counts records, not lines; the message names the rule."""
    folder(tmp_path / "seed", a__json=line("a"), b__json=line("b") + b"\n\n" + line("c") + BAD)
    answers = answers_for(description("Events"), ("data/b.json", 2, MISSING))
    code, out, _ = explain(answers, "Events", "--data", "seed", capsys=capsys)
    assert code == 1
    assert out.splitlines() == [
        "Events: FAILED, after 2 min 30 s",
        "    arn:aws:dynamodb:eu-west-1:123456789012:table/Events/import/01695000000001-abcd1234",
        "    from s3://staging/data/ (DYNAMODB_JSON, NONE)",
        "    processed 10, imported 9, errors 1; 1,234 bytes read",
        f"    ItemValidationError: {description('Events')['FailureMessage']}",
        "",
        f"{Path('seed', 'b.json')}:5: {MISSING} [key-missing, rule 4.1]",
        "    give the item its key, or correct the key's name (names are case-sensitive)",
    ]


def test_what_was_transcoded_or_compressed_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain object may come from a gzipped file here, and lines are those of its text."""
    folder(tmp_path / "seed", **{"2024__json__gz": gzip.compress(line("a") * 50 + BAD)})
    answers = answers_for(description("Events"), ("data/2024.json", 50, MISSING))
    _, out, _ = explain(answers, "Events", "--data", "seed", capsys=capsys)
    assert f"\n{Path('seed', '2024.json.gz')}:51: {MISSING}" in out


def test_records_of_a_merged_object_are_found_in_their_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`from_asset` puts all files into one object: its records are counted through them, in their order."""
    folder(tmp_path / "seed", a__json=line("a") * 3, b__json=line("b") + BAD, c__json=line("c"))
    answers = answers_for(description("Events"), ("0123abcd.json", 4, MISSING))
    _, out, _ = explain(answers, "Events", "--data", "seed", capsys=capsys)
    assert f"\n{Path('seed', 'b.json')}:2: {MISSING}" in out


def test_rows_of_csv_count_from_behind_the_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`itemIndex` 0 is the first row of data (rule 3.7), whichever line it is on."""
    folder(tmp_path / "seed", a__csv=b'pk,v\n"a","two\nlines"\n,x\n')
    answers = answers_for(description("Events", InputFormat="CSV"), ("data/a.csv", 1, MISSING))
    _, out, _ = explain(answers, "Events", "--data", "seed", capsys=capsys)
    assert f"a.csv:4: {MISSING}" in out


def failed(stack: str, logical_id: str) -> dict[str, str]:
    """The event of a table that could not be made."""
    return {
        "StackName": stack,
        "StackId": f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{stack}/1",
        "EventId": "1",
        "Timestamp": "2026-01-01T00:00:00Z",
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::DynamoDB::Table",
        "PhysicalResourceId": f"{stack}-{logical_id}-1ABC",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "Import failed: ItemValidationError",
    }


@pytest.mark.parametrize("staging", ["path", "asset"])
def test_a_deployed_assembly_is_enough(
    staging: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its stack, after the roll-back: CloudFormation's words, and the record in the user's own file."""
    data = folder(tmp_path / "seed", a__json=line("a"), b__json=line("b") + BAD)
    app = cdk.App(context={"cdk-imported-table:preflight": "off"}, outdir=str(tmp_path / "cdk.out"))
    stack = cdk.Stack(app, "Shop")
    if staging == "path":
        table = imported(stack, ImportData.from_path(data, input_format=JSON))
        key, index = f"{table.key_prefix}b.json", 1
    else:
        source = ImportData.from_asset(data, input_format=JSON)
        table = imported(stack, source, on_data_change=OnDataChange.replace())
        key, index = "abc.json", 2
    app.synth()
    logical_id = stack.get_logical_id(table.table.node.default_child)  # type: ignore[arg-type]
    one = description(f"Shop-{logical_id}-1ABC")
    event = failed("Shop", logical_id)
    answers = answers_for(one, (key, index, MISSING)) | {
        "ListImports": summaries(one, description("Other", 2)),
        "DescribeStackEvents": stack_events(event),
    }
    code, out, _ = explain(answers, "Shop", capsys=capsys)
    assert code == 1
    assert out.startswith(f"CloudFormation: {logical_id}: Import failed: ItemValidationError\n")
    assert f"\n{Path('seed', 'b.json')}:2: {MISSING} [key-missing, rule 4.1]" in out
    assert "your files differ" not in out

    folder(data, b__json=line("b") * 2)
    _, out, _ = explain(answers, "Shop", capsys=capsys)
    assert "    your files differ from what was imported: they have changed since" in out
    name, number = ("b.json", 2) if staging == "path" else (".json", 3)  # the files are merged there
    assert re.search(rf"^cdk\.out.*{re.escape(name)}:{number}: {MISSING}", out, re.MULTILINE)


def test_the_table_of_a_nested_stack_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own events name it; the parent, asked for by its ARN, has a table of the same logical id."""
    app = cdk.App(context={"cdk-imported-table:preflight": "off"}, outdir=str(tmp_path / "cdk.out"))
    shop = cdk.Stack(app, "Shop")
    data = folder(tmp_path / "seed", b__json=line("b") + BAD)
    inner = cdk.NestedStack(shop, "Inner")
    for stack, seed in ((shop, folder(tmp_path / "other", b__json=line("x"))), (inner, data)):
        imported(stack, ImportData.from_path(seed, input_format=JSON), table_name=None)
    app.synth()
    made = inner.nested_stack_resource
    assert made is not None
    name = f"Shop-{shop.get_logical_id(made)}-1XYZ"
    event = failed(name, "TD925BC7E")
    one = description(event["PhysicalResourceId"])
    outer = failed("Shop", "Inner") | {
        "ResourceType": "AWS::CloudFormation::Stack",
        "PhysicalResourceId": event["StackId"],
        "ResourceStatus": "CREATE_IN_PROGRESS",
    }

    def events(request: dict[str, Any]) -> str:
        return stack_events(event if request["StackName"] == event["StackId"] else outer)

    answers = answers_for(one, ("data/b.json", 1, MISSING)) | {"DescribeStackEvents": events}
    code, out, err = explain(answers, failed("Shop", "")["StackId"], capsys=capsys)
    assert code == 1, err
    assert f"\n{Path('seed', 'b.json')}:2: {MISSING} [key-missing, rule 4.1]" in out


def test_without_the_data_the_object_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """And what to give for files and lines."""
    answers = answers_for(description("Events"), ("data/b.json", 2, MISSING), ("data/b.json", 7, "Odd words"))
    code, out, _ = explain(answers, "Events", capsys=capsys)
    assert code == 1
    assert "    for your files and lines: --app cdk.out, or --data PATH\n" in out
    assert f"s3://staging/data/b.json record 3: {MISSING} [key-missing, rule 4.1]\n" in out
    assert "s3://staging/data/b.json record 8: Odd words\n" in out


def test_a_message_that_is_in_no_list_gets_the_rule_that_the_check_finds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not all texts of the service are known: the local check of the same record says more."""
    folder(tmp_path / "seed", b__json=line("b") + BAD)
    answers = answers_for(description("Events"), ("data/b.json", 1, "Odd words"))
    _, out, _ = explain(answers, "Events", "--data", "seed", capsys=capsys)
    assert "b.json:2: Odd words [key-missing, rule 4.1]" in out


def test_while_it_runs_there_is_time_and_status_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Counters stay 0 until it ends (rule 5.4); exit code 0."""
    one = description("Events", ImportStatus="IN_PROGRESS", ProcessedItemCount=0)
    for name in ("EndTime", "FailureCode", "FailureMessage"):
        del one[name]
    code, out, _ = explain(answers_for(one), one["ImportArn"], capsys=capsys)
    assert code == 0
    assert out.startswith("Events: IN_PROGRESS, for ")
    assert "counters stay 0 until it ends" in out
    assert "processed" not in out


def test_waiting_ends_with_the_import(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plain lines where nobody looks: one now and then, not one each time."""
    monkeypatch.setattr(cli_explain, "_EVERY", 0.0)
    done = description("Events", ImportStatus="COMPLETED", ErrorCount=0)
    running = [description("Events", ImportStatus="IN_PROGRESS") for _ in range(3)]

    def described(_: dict[str, Any]) -> Mapping[str, Any]:
        return {"ImportTableDescription": running.pop() if running else done}

    answers = answers_for(done) | {"DescribeImport": described}
    code, out, err = explain(answers, "Events", "--wait", capsys=capsys)
    assert code == 0
    assert out.startswith("Events: COMPLETED, after 2 min 30 s")
    assert err.count("Events: IN_PROGRESS") == 1
    assert "\r" not in err


def test_an_empty_import_that_succeeded_is_not_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    """COMPLETED with nothing is what a wrong prefix looks like (rule 1.4)."""
    one = description("Events", ImportStatus="COMPLETED", ProcessedItemCount=0, ErrorCount=0)
    code, out, _ = explain(answers_for(one), "Events", capsys=capsys)
    assert code == 0
    assert "no object matched the prefix, or all were empty" in out


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("S3NoSuchBucket", "the bucket does not exist (rule 5.7)"),
        ("ObjectModifiedInS3DuringImport", "an object changed while it was read"),
        ("SomethingNew", "this code is in no published list (rule 5.7)"),
    ],
)
def test_an_import_that_failed_as_a_whole_has_no_records(
    code: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is known of its code is said, and what is not known too."""
    one = description("Events", FailureCode=code, ErrorCount=0)
    answers = answers_for(one) | {"GetLogEvents": {"__type": "ResourceNotFoundException", "message": "none"}}
    exit_code, out, _ = explain(answers, "Events", capsys=capsys)
    assert exit_code == 1
    assert says in out


def test_a_log_that_may_not_be_read_is_said_and_the_rest_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The permission is named, and the counters are printed all the same."""
    denied = {"__type": "AccessDeniedException", "message": "User is not authorized"}
    answers = answers_for(description("Events")) | {"GetLogEvents": denied}
    code, out, _ = explain(answers, "Events", capsys=capsys)
    assert code == 1
    assert "imported 9, errors 1" in out
    assert "log group /aws-dynamodb/imports, stream 01695000000001-abcd1234/error may not be read" in out


def test_the_newest_import_of_a_table_is_shown_and_pages_are_turned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`ListImports` gives 25 at a time, in no order that is documented."""
    old, new = description("Events", 1), description("Events", 2)

    def page(request: dict[str, Any]) -> Mapping[str, Any]:
        return summaries(old) if request.get("NextToken") else {**summaries(new), "NextToken": "2"}

    def described(request: dict[str, Any]) -> Mapping[str, Any]:
        return {"ImportTableDescription": new if request["ImportArn"] == new["ImportArn"] else old}

    answers = answers_for(new) | {"ListImports": page, "DescribeImport": described}
    _, out, _ = explain(answers, "Events", capsys=capsys)
    assert new["ImportArn"] in out
    assert old["ImportArn"] not in out


def test_for_machines_it_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the same facts: file, line, message, rule."""
    folder(tmp_path / "seed", b__json=line("b") + BAD)
    answers = answers_for(description("Events"), ("data/b.json", 1, MISSING))
    code, out, _ = explain(answers, "Events", "--data", "seed", "--json", capsys=capsys)
    assert code == 1
    (one,) = json.loads(out)["imports"]
    assert (one["status"], one["failure_code"], one["elapsed_seconds"]) == (
        "FAILED",
        "ItemValidationError",
        150,
    )
    (record,) = one["records"]
    assert (Path(record["file"]).name, record["line"], record["item_index"]) == ("b.json", 2, 1)
    assert record["messages"] == [MISSING]
    assert record["rules"][0]["rule"] == "key-missing"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["Nothing"],
            "there is no stack 'Nothing', and no table of that name was imported in the last 90 days",
        ),
        (["arn:aws:s3:::bucket"], "is the ARN of neither an import, nor a table, nor a stack"),
        (["Events", "--data", "nowhere"], "there is no file or folder"),
        (["Events", "--app", "nowhere"], "there is no folder 'nowhere'"),
        (["Events", "--max-records", "-1"], "--max-records takes a number that is not negative"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, with exit code 2."""
    answers = answers_for(description("Events"), ("data/b.json", 1, MISSING))
    code, out, err = explain(answers, *arguments, capsys=capsys)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"__type": "ImportNotFoundException", "message": "x"}, "there is no import 'arn:aws:dynamodb:"),
        (
            {"__type": "AccessDeniedException", "message": "No."},
            "DescribeImport was refused: No (AccessDenied",
        ),
    ],
)
def test_a_refusal_is_one_sentence(
    answer: Mapping[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With AWS's own words and code."""
    one = description("Events")
    code, _, err = explain(answers_for(one) | {"DescribeImport": answer}, one["ImportArn"], capsys=capsys)
    assert code == 2
    assert says in err


def test_missing_credentials_region_and_services_are_sentences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each says what to do."""
    assert main(["explain", "Events"]) == 2
    assert "there is no AWS region; set AWS_REGION, or give --region NAME" in capsys.readouterr().err
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert main(["explain", "Events"]) == 2
    assert "there are no AWS credentials; log in" in capsys.readouterr().err
    assert main(["explain", "Events", "--endpoint-url", "http://127.0.0.1:1"]) == 2
    assert "http://127.0.0.1:1/ does not answer" in capsys.readouterr().err
    assert main(["explain", "Events", "--profile", "nobody"]) == 2
    assert "the config profile (nobody) could not be found" in capsys.readouterr().err


def test_without_boto3_the_extra_is_named() -> None:
    """One sentence in the place of an ImportError."""
    code = (
        "import sys; sys.modules['boto3'] = None; from cdk_imported_table.cli import main;"
        "sys.exit(main(['explain', 'Events']))"
    )
    done = python("-c", code, cwd=Path.cwd())
    assert done.returncode == 2
    assert done.stderr.endswith("this needs boto3: pip install 'cdk-imported-table[aws]'\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (MISSING, "key-missing"),
        (
            "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N",
            "key-type",
        ),
        ("Expected 'Item' top level container", "no-item"),
        ("Unexpected token (START_OBJECT)", "bad-json"),
        ("Item size has exceeded the maximum allowed size", "item-size"),
        ("Attempting to store more than 38 significant digits in a Number", "number-digits"),
        ("Something else", None),
    ],
)
def test_the_words_of_dynamodb_name_the_rule(message: str, rule: str | None) -> None:
    """Placeholders match anything; the longest words win."""
    found = rule_of(message)
    assert (found.id if found else None) == rule


def test_a_web_page_in_the_place_of_an_answer_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy, or another service on that port."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    page = "<!DOCTYPE html><html><body><h1>Internal Server Error</h1></body></html>"
    target = "arn:aws:dynamodb:eu-west-1:111122223333:table/T/import/01"
    answers: dict[str, Answer] = dict.fromkeys(("DescribeImport", "ListImports", "DescribeStackEvents"), page)
    for asked in (target, "T"):
        code, out, err = explain(answers, asked, capsys=capsys)
        assert (code, out) == (2, "")
        assert "<" not in err
        assert err.endswith("a page that is not AWS's; is the address that of the service?\n")

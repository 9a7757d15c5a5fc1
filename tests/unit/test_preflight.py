"""Preflight in an app: what would fail the import stops synth, with file and line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import ImportData, ImportFormat, OnDataChange, Preflight
from cdk_imported_table.dataset import checker
from cdk_imported_table.dataset.cache import FOLDER_VARIABLE
from tests.unit.support import (
    GZIP,
    JSON,
    SK,
    folder,
    gzipped,
    imported,
    line,
    messages,
    new_stack,
    resources_of,
    table_of,
    template_of,
)

BAD = line("a") + b'{"Item":{"other":{"S":"b"}}}\n' + line("c")
MISSING = "Missing the key pk in the item"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of one's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def _data(path: Path, content: bytes = BAD) -> ImportData:
    return ImportData.from_path(folder(path / "data", seed__json=content), input_format=JSON)


def _said(stack: cdk.Stack) -> str:
    with pytest.raises(RuntimeError) as raised:
        template_of(stack)
    return str(raised.value)


def test_error_stops_synth_and_names_construct_file_line_and_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Template.from_stack` in a user's own test fails too; the path is the one to click on."""
    monkeypatch.chdir(tmp_path)
    stack = new_stack()
    imported(stack, _data(tmp_path))
    said = _said(stack)
    assert "[Stack/T] the import would fail: 1 error in 3 records of 1 file:" in said
    assert f"{os.path.join('data', 'seed.json')}:2: attribute 'pk': " in said  # noqa: PTH118 - as it is printed
    assert MISSING in said
    assert "[key-missing]" in said
    assert "what to do about key-missing: give the item its key" in said


def test_python_app_stops_with_the_finding_and_no_template(tmp_path: Path) -> None:
    """The way a user runs it, with CDK's validator on."""
    _data(tmp_path)
    (tmp_path / "app.py").write_text(
        "import aws_cdk as cdk\n"
        "from aws_cdk import aws_dynamodb as dynamodb\n"
        "from cdk_imported_table import ImportData, ImportedTable, ImportFormat\n"
        "app = cdk.App(outdir='out')\n"
        "ImportedTable(cdk.Stack(app, 'Stack'), 'T',\n"
        "    data=ImportData.from_path('data', input_format=ImportFormat.dynamodb_json()),\n"
        "    partition_key=dynamodb.Attribute(name='pk', type=dynamodb.AttributeType.STRING))\n"
        "app.synth()\n"
    )
    paths = os.pathsep.join([str(Path(__file__).parents[2] / "src"), os.environ.get("PYTHONPATH", "")])
    env = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"{os.path.join('data', 'seed.json')}:2:" in done.stderr  # noqa: PTH118 - as it is printed
    assert not (tmp_path / "out" / "Stack.template.json").exists()


def test_first_findings_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    """A thousand bad records are not a thousand lines."""
    stack = new_stack()
    imported(stack, _data(tmp_path, b'{"Item":{}}\n' * 1000))
    said = _said(stack)
    assert "1,000 errors in 1,000 records" in said
    assert said.count(MISSING) == 5
    assert "and 995 more" in said


def test_values_are_never_shown(tmp_path: Path) -> None:
    """Seed data gets personal, and logs of CI are read by many."""
    stack = new_stack()
    imported(stack, _data(tmp_path, b'{"Item":{"pk":{"N":"4711123"},"name":{"S":"Jane Secret"}}}\n'))
    said = _said(stack)
    assert "Type mismatch for key pk" in said
    assert "4711123" not in said
    assert "Secret" not in said


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"Item":{"pk":{"S":"a"}}\n', "json"),
        (b'{"pk":{"S":"a"}}\n', "Expected 'Item' top level container"),
        (b'{"Item":{"pk":{"S":""}}}\n', "cannot contain an empty string value"),
        (b'{"Item":{"pk":{"S":"a"},"n":{"N":"1,5"}}}\n', "cannot be converted to a numeric value"),
        (b'{"Item":{"pk":{"S":"a"},"s":{"SS":["x","x"]}}}\n', "contains duplicates"),
    ],
)
def test_rules_of_dynamodb_json_are_checked(tmp_path: Path, data: bytes, text: str) -> None:
    """In DynamoDB's own words, where they are known."""
    stack = new_stack()
    imported(stack, _data(tmp_path, data))
    assert text in _said(stack)


def test_items_from_python_are_checked_too() -> None:
    """Each item is a line."""
    stack = new_stack()
    imported(stack, ImportData.from_items([{"pk": "a"}, {"pk": 1}]))
    said = _said(stack)
    assert "items.json:2: attribute 'pk':" in said
    assert "Type mismatch for key pk expected: S actual: N" in said


def test_csv_is_checked_with_its_columns(tmp_path: Path) -> None:
    """Delimiter and header list are those of the import."""
    path = folder(tmp_path / "data", a__csv=b"a;1\nb;x\n")
    csv = ImportFormat.csv(delimiter=";", header_list=["pk", "sk"])
    stack = new_stack()
    imported(stack, ImportData.from_path(path, input_format=csv), sort_key=SK)
    assert "a.csv:2: attribute 'sk':" in _said(stack)


def test_compressed_and_merged_data_is_checked_as_it_lies_in_its_files(tmp_path: Path) -> None:
    """The line is that of the decompressed file, the file that of the repository."""
    path = folder(tmp_path / "data", a__json__gz=gzipped(line("x")), b__json__gz=gzipped(BAD))
    stack = new_stack()
    data = ImportData.from_asset(path, input_format=JSON, compression_type=GZIP)
    imported(stack, data, on_data_change=OnDataChange.replace(), removal_policy=cdk.RemovalPolicy.DESTROY)
    assert f"{path / 'b.json.gz'}:2:" in _said(stack)


def test_indexes_that_are_added_later_are_judged_at_synth(tmp_path: Path) -> None:
    """The verdict waits for them; the line is found in a second look."""
    records = line("a") + b'{"Item":{"pk":{"S":"b"},"sk":{"S":"no number"}}}\n'
    stack = new_stack()
    table = imported(stack, _data(tmp_path, records)).table
    table.add_global_secondary_index(index_name="by-sk", partition_key=SK)
    said = _said(stack)
    assert "seed.json:2: attribute 'sk':" in said
    assert "Type mismatch for Index Key sk Expected: N Actual: S IndexName: by-sk" in said


def test_index_that_the_data_fits_asks_for_no_second_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen in the first pass is enough."""
    stack = new_stack()
    records = b'{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}\n'
    table = imported(stack, _data(tmp_path, records)).table
    table.add_global_secondary_index(index_name="by-sk", partition_key=SK)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the data was read again")

    monkeypatch.setattr("cdk_imported_table.preflight.check", refuse)
    assert len(table_of(stack)["Properties"]["GlobalSecondaryIndexes"]) == 1


def _acknowledgements_are_remembered() -> bool:
    """Older versions of CDK only take away the warnings that are there already."""
    output = cdk.CfnOutput(new_stack(), "Output", value="x")
    cdk.Annotations.of(output).acknowledge_warning("a:b", "fine")
    cdk.Annotations.of(output).add_warning_v2("a:b", "a warning")
    return messages(output) == []


def test_duplicates_are_a_warning_with_the_rule_as_its_id(tmp_path: Path) -> None:
    """Rule 4.8: no error for DynamoDB, but one of the two silently wins; it can be acknowledged."""
    stack = new_stack()
    table = imported(stack, _data(tmp_path, line("a") + line("b") + line("a")))
    template_of(stack)
    (said,) = messages(table)
    assert "seed.json:3:" in said
    assert said.endswith("[ack: cdk-imported-table:duplicate-key]")

    stack = new_stack()
    table = imported(stack, _data(tmp_path, line("a") + line("b") + line("a")))
    cdk.Annotations.of(table).acknowledge_warning("cdk-imported-table:duplicate-key", "one wins, fine")
    template_of(stack)
    assert (messages(table) == []) is _acknowledgements_are_remembered()


def test_warn_turns_errors_into_warnings_and_off_checks_nothing(tmp_path: Path) -> None:
    """Each says so."""
    for mode, said in (
        (Preflight.WARN, "[ack: cdk-imported-table:key-missing]"),
        (Preflight.OFF, ""),
    ):
        stack = new_stack()
        table = imported(stack, _data(tmp_path), preflight=mode)
        template_of(stack)
        assert [said in message for message in messages(table)] == ([True] if said else [])
    assert "the data is not checked before the import: preflight is OFF" in messages(table, "aws:cdk:info")[0]


@pytest.mark.parametrize("said", ["warn", "WARN", "Warn"])
def test_context_says_it_for_a_whole_app(tmp_path: Path, said: str) -> None:
    """And the construct's own word goes before it."""
    context = {"cdk-imported-table:preflight": said}
    stack = new_stack(context=context)
    table = imported(stack, _data(tmp_path))
    template_of(stack)
    assert len(messages(table)) == 1
    stack = new_stack(context=context)
    imported(stack, _data(tmp_path), preflight=Preflight.FAIL)
    assert MISSING in _said(stack)


def test_unknown_word_in_the_context_is_refused(tmp_path: Path) -> None:
    """A typing mistake must not turn the check off, or on."""
    stack = new_stack(context={"cdk-imported-table:preflight": "no"})
    with pytest.raises(
        ValueError, match="context 'cdk-imported-table:preflight' is 'no'; allowed are FAIL, WARN, OFF"
    ):
        imported(stack, _data(tmp_path))


def test_data_in_s3_says_that_nothing_was_checked_unless_there_is_a_copy(tmp_path: Path) -> None:
    """`local_copy` is checked as it is stored: plain files under GZIP would fail (rule 1.6)."""
    stack = new_stack()
    bucket = s3.Bucket.from_bucket_name(stack, "B", "some-bucket")
    table = imported(stack, ImportData.from_bucket(bucket, input_format=JSON))
    assert "it is in S3 already; name the same data here as local_copy" in messages(table, "aws:cdk:info")[0]

    path = folder(tmp_path / "copy" / "2024", a__json=BAD).parent
    for compression, text in ((None, MISSING), (GZIP, "wrong-compression")):
        stack = new_stack()
        bucket = s3.Bucket.from_bucket_name(stack, "B", "some-bucket")
        data = ImportData.from_bucket(
            bucket, input_format=JSON, compression_type=compression, local_copy=path
        )
        table = imported(stack, data)
        assert text in _said(stack)
        assert messages(table, "aws:cdk:info") == []


def test_keys_known_at_deploy_time_only_are_not_guessed(tmp_path: Path) -> None:
    """It is said that nothing was checked."""
    stack = new_stack()
    key = dynamodb.Attribute(name=cdk.Fn.ref("Name"), type=dynamodb.AttributeType.STRING)
    table = imported(stack, _data(tmp_path), partition_key=key)
    assert "a name that is only known at deploy time" in messages(table, "aws:cdk:info")[0]


@pytest.mark.parametrize(
    "overrides",
    [
        {
            "KeySchema": [{"AttributeName": "x", "KeyType": "HASH"}],
            "AttributeDefinitions.0.AttributeName": "x",
        },
        {
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "N"},
            ],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-sk",
                    "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        },
        {"GlobalSecondaryIndexes.0.KeySchema.0.AttributeName": "pk"},
    ],
)
def test_keys_that_are_overridden_are_not_guessed(tmp_path: Path, overrides: dict[str, Any]) -> None:
    """No construct shows what an override makes of them, so it is said that nothing was checked."""
    stack = new_stack()
    csv = ImportFormat.csv(header_list=["x", "sk"])
    data = ImportData.from_path(folder(tmp_path / "data", a__csv=b"a,no number\n"), input_format=csv)
    table = imported(stack, data, property_overrides=overrides)
    template_of(stack)
    (said,) = messages(table, "aws:cdk:info")
    assert f"property_overrides has {next(iter(overrides))!r}, which changes the keys" in said
    (upload,) = resources_of(stack, "Custom::CDKBucketDeployment").values()
    assert upload["Properties"]["RepeatFor"]["KeyOverrides"] == overrides


def test_other_overrides_of_an_index_turn_no_check_off(tmp_path: Path) -> None:
    """They change nothing that the data is checked by."""
    stack = new_stack()
    records = b'{"Item":{"pk":{"S":"b"},"sk":{"S":"no number"}}}\n'
    overrides = {"GlobalSecondaryIndexes.0.ContributorInsightsSpecification.Enabled": True}
    table = imported(stack, _data(tmp_path, records), property_overrides=overrides).table
    table.add_global_secondary_index(index_name="by-sk", partition_key=SK)
    assert "Type mismatch for Index Key sk" in _said(stack)


@pytest.mark.parametrize("whole", [True, False])
def test_columns_known_at_deploy_time_only_are_not_guessed(tmp_path: Path, whole: bool) -> None:
    """A header list that is a token as a whole looks like a list of one name, which is none of the keys."""
    stack = new_stack()
    names = cdk.CfnParameter(stack, "Names", type="CommaDelimitedList").value_as_list
    csv = ImportFormat.csv(header_list=names if whole else ["pk", cdk.Fn.select(1, names)])
    data = ImportData.from_path(folder(tmp_path / "data", a__csv=b"a,1\n"), input_format=csv)
    table = imported(stack, data)
    options = table_of(stack)["Properties"]["ImportSourceSpecification"]["InputFormatOptions"]["Csv"]
    expected: Any = {"Ref": "Names"}
    assert options["HeaderList"] == (expected if whole else ["pk", {"Fn::Select": [1, expected]}])
    assert "a name that is only known at deploy time" in messages(table, "aws:cdk:info")[0]


def test_nothing_is_checked_when_the_stack_is_not_deployed(tmp_path: Path) -> None:
    """`cdk ls` and `cdk destroy` work with data that would fail."""
    stack = new_stack(context={"aws:cdk:bundling-stacks": []})
    table = imported(stack, _data(tmp_path))
    template_of(stack)
    assert messages(table) == []


def _parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collects the names of files that are really parsed."""
    parsed: list[str] = []
    real = checker.check_stream

    def check_stream(stream: Any, data_format: Any, checking: Any, *more: Any) -> None:
        parsed.append(checking.file)
        real(stream, data_format, checking, *more)

    monkeypatch.setattr("cdk_imported_table.dataset.inspection.check_stream", check_stream)
    return parsed


def test_unchanged_data_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By content, not by time: and the second verdict is the first, word by word."""
    parsed = _parsed(monkeypatch)
    said = []
    for _ in range(2):
        stack = new_stack()
        imported(stack, _data(tmp_path))
        said.append(_said(stack).split("\n    at")[0])
    assert parsed == ["seed.json"]
    assert said[0] == said[1]


def test_changed_byte_is_seen_even_when_size_and_time_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout may restore both."""
    parsed = _parsed(monkeypatch)
    for content, fails in ((line("a", x="y"), False), (line("a", y="y").replace(b'"pk"', b'"kp"'), True)):
        data = _data(tmp_path, content)
        os.utime(tmp_path / "data" / "seed.json", (1, 1))
        stack = new_stack()
        imported(stack, data)
        if fails:
            assert MISSING in _said(stack)
        else:
            template_of(stack)
    assert len(parsed) == 2


def _reports(cache: Path) -> list[Path]:
    """The entries that are reports of checks."""
    return [entry for entry in cache.glob("*.json") if b'"findings"' in entry.read_bytes()]


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "replaced", "other entry", "a folder"])
def test_damaged_cache_never_changes_the_verdict(tmp_path: Path, cache: Path, damage: str) -> None:
    """It costs a new check."""
    stack = new_stack()
    imported(stack, _data(tmp_path))
    _said(stack)
    (entry,) = _reports(cache)
    content = entry.read_bytes()
    if damage == "a folder":
        entry.unlink()
        entry.mkdir()
    elif damage == "other entry":
        good = new_stack()
        imported(good, ImportData.from_items([{"pk": "a"}]))
        template_of(good)
        (other,) = [one for one in _reports(cache) if one != entry]
        entry.write_bytes(other.read_bytes())
    else:
        entry.write_bytes(
            {
                "cut": content[:-5],
                "flipped": content.replace(b'"error_count":1', b'"error_count":0').replace(b":1}", b":0}"),
                "emptied": b"",
                "replaced": json.dumps({"counts": {}}).encode(),
            }[damage]
        )
    stack = new_stack()
    imported(stack, _data(tmp_path))
    assert MISSING in _said(stack)


def test_cache_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path, cache: Path) -> None:
    """A file where its folder should be."""
    cache.write_bytes(b"")
    stack = new_stack()
    imported(stack, _data(tmp_path, line("a")))
    template_of(stack)
    assert cache.read_bytes() == b""


def test_cache_holds_no_values(tmp_path: Path, cache: Path) -> None:
    """Names of attributes, counts, findings: nothing of what people store."""
    stack = new_stack()
    imported(stack, _data(tmp_path, BAD + line("Jane Secret", mail="secret@example.com")))
    _said(stack)
    kept = b"".join(entry.read_bytes() for entry in cache.glob("*"))
    assert b"mail" in kept
    assert b"ecret" not in kept

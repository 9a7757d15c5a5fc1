"""Data that DynamoDB does not import as it is: what is staged, what that depends on, and what is said."""

import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from cdk_imported_table import (
    ColumnType,
    EmptyValue,
    ImportData,
    ImportFormat,
    OnDataChange,
    Preflight,
    Timestamps,
)
from cdk_imported_table.cli import main
from cdk_imported_table.dataset.conversion import staging
from tests.unit.support import (
    GZIP,
    folder,
    gzipped,
    imported,
    messages,
    new_stack,
    source_of,
    staged_files,
    template_of,
)

REPLACE = OnDataChange.replace()
TYPES = {"n": ColumnType.NUMBER, "tags": ColumnType.string_set(separator="|")}
CSV = ImportFormat.csv(types=TYPES)
CSV_AS_IT_IS = ImportFormat.csv()
ROWS = b"pk,n,tags,note\na,1.50,y|x,\nb,,,two words\n"
STAGED = (
    b'{"Item":{"n":{"N":"1.5"},"pk":{"S":"a"},"tags":{"SS":["x","y"]}}}\n'
    b'{"Item":{"note":{"S":"two words"},"pk":{"S":"b"}}}\n'
)
OBJECTS = b'{"pk":"a","tags":["y","x"],"n":1.5}\n{"pk":"b","note":"two words"}\n'
ARRAY = b'[{"n":1.50,"pk":"a","tags":["x","y"]},\n{"note":"two words","pk":"b","n":null}]'
ANOTHER: dict[str, tuple[bytes, ImportFormat]] = {
    "typed CSV": (ROWS, CSV),
    "JSON lines": (OBJECTS, ImportFormat.json_lines(types={"tags": ColumnType.STRING_SET})),
    "an array": (ARRAY, ImportFormat.json(types={"tags": ColumnType.STRING_SET}, null=EmptyValue.ABSENT)),
}


def _data(path: Path, content: bytes = ROWS, form: ImportFormat = CSV, **options: Any) -> ImportData:
    return ImportData.from_path(folder(path, data=content), input_format=form, **options)


def _digest(path: Path, content: bytes, form: ImportFormat, **options: Any) -> str | None:
    data = _data(path, content, form, **options)
    return imported(new_stack(), data, on_data_change=REPLACE).content_hash


def _content(path: Path, content: bytes, form: ImportFormat, **options: Any) -> str:
    """The hash by which the upload's asset is named, under `keep()`."""
    stack = new_stack()
    imported(stack, _data(path, content, form), **options)
    assembly = cdk.App.of(stack).synth()  # type: ignore[union-attr]
    manifest = json.loads((Path(assembly.directory) / f"{stack.artifact_id}.assets.json").read_text())
    (found,) = [
        key
        for key, file in manifest["files"].items()
        if file["source"]["packaging"] == "zip"
        and not (Path(assembly.directory) / file["source"]["path"] / "index.py").exists()
    ]
    return str(found)


@pytest.mark.parametrize("kind", ANOTHER)
def test_what_is_staged_is_dynamodb_json(tmp_path: Path, kind: str) -> None:
    """Whatever it was written in or compressed by; attributes stand in the order of their names."""
    content, form = ANOTHER[kind]
    stack = new_stack()
    imported(stack, _data(tmp_path, gzipped(content), form))
    assert staged_files(stack) == {"items-00001.json": STAGED}
    assert {name: value for name, value in source_of(stack).items() if name != "S3BucketSource"} == {
        "InputFormat": "DYNAMODB_JSON"
    }


def test_parquet_is_staged_as_dynamodb_json(tmp_path: Path) -> None:
    """By the extra."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"pk": ["a", "b"], "n": [1.5, None], "tags": [["y", "x"], None], "note": [None, "two words"]}
    pq.write_table(pa.table(columns), tmp_path / "data")
    stack = new_stack()
    form = ImportFormat.parquet(types={"tags": ColumnType.STRING_SET})
    imported(stack, ImportData.from_path(tmp_path / "data", input_format=form))
    assert staged_files(stack) == {"items-00001.json": STAGED}


def test_files_become_objects_of_one_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB reads objects side by side: many small files become few, a large one several."""
    monkeypatch.setattr(staging, "OBJECT_SIZE", 100_000)
    path = tmp_path / "data"
    files = {f"{n}__csv": "".join(["pk\n", *(f"{n}-{i}\n" for i in range(4000))]).encode() for n in (1, 2)}
    stack = new_stack()
    data = ImportData.from_path(
        folder(path, **files), input_format=ImportFormat.csv(types={}), compression_type=GZIP
    )
    imported(stack, data)
    staged = staged_files(stack)
    sizes = [len(gzip.decompress(content)) for content in staged.values()]
    assert sorted(staged) == [f"items-{n:05}.json.gz" for n in range(1, len(sizes) + 1)]
    assert len(sizes) > 1
    assert max(sizes) < 250_000
    items = b"".join(gzip.decompress(staged[name]) for name in sorted(staged)).splitlines()
    assert [json.loads(one)["Item"]["pk"]["S"] for one in items] == [
        f"{n}-{i}" for n in (1, 2) for i in range(4000)
    ]


def test_an_asset_is_one_object(tmp_path: Path) -> None:
    """Compressed as it was asked for."""
    stack = new_stack()
    data = ImportData.from_asset(folder(tmp_path, a=ROWS, b=b"pk,n,tags\nc,3,\n"), input_format=CSV)
    imported(stack, data, on_data_change=REPLACE)
    (content,) = staged_files(stack).values()
    assert content == STAGED + b'{"Item":{"n":{"N":"3"},"pk":{"S":"c"}}}\n'


def test_the_same_items_are_the_same_table_under_replace(tmp_path: Path) -> None:
    """Whatever they are written in: the hash is over the items, not over the files that they come from."""
    digests = {_digest(tmp_path / kind, *ANOTHER[kind]) for kind in ANOTHER}
    crlf = ROWS.replace(b"\n", b"\r\n")
    columns = b"note;tags;n;pk\n;x|y;1,5;a\n\ntwo words;;;b\n"
    german = ImportFormat.csv(delimiter=";", types={**TYPES, "n": ColumnType.number(decimal_mark=",")})
    digests |= {_digest(tmp_path / "crlf", crlf, CSV), _digest(tmp_path / "german", columns, german)}
    assert len(digests) == 1
    assert _digest(tmp_path / "gzip", ROWS, CSV, compression_type=GZIP) not in digests
    assert _digest(tmp_path / "other", ROWS.replace(b"1.50", b"1.51"), CSV) not in digests


PLAIN = b"pk,n,note\nAAAA,7,x\nAAAB,8,y\n"
N = {"n": ColumnType.NUMBER}
KEYS = {"partition_key": dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.BINARY)}
SORT = {"sort_key": dynamodb.Attribute(name="n", type=dynamodb.AttributeType.NUMBER)}
CONVERSIONS: dict[bytes, list[tuple[ImportFormat, dict[str, Any]]]] = {
    PLAIN: [
        (ImportFormat.csv(types={}), {}),
        (ImportFormat.csv(types=N), {}),
        (ImportFormat.csv(types={"n": ColumnType.number(decimal_mark=",")}), {}),
        (ImportFormat.csv(types={**N, "note": ColumnType.string(empty=EmptyValue.NULL)}), {}),
        (ImportFormat.csv(types={}, trim=True), {}),
        (ImportFormat.csv(types={}, header_list=["pk", "n", "note"]), {}),
        (ImportFormat.csv(types={}, delimiter="|", header_list=["pk"]), {}),
        (ImportFormat.csv(types={}), KEYS),
        (ImportFormat.csv(types={}), SORT),
        (CSV_AS_IT_IS, {}),
    ],
    b'{"pk":"a","n":null}\n': [
        (ImportFormat.json_lines(), {}),
        (ImportFormat.json_lines(null=EmptyValue.ABSENT), {}),
        (ImportFormat.json_lines(types=N), {}),
    ],
}


@pytest.mark.parametrize("content", CONVERSIONS)
def test_what_is_uploaded_depends_on_all_that_is_declared(tmp_path: Path, content: bytes) -> None:
    """Under `keep()` a hash of the source names the asset: all that changes the staged bytes is in it."""
    names = [_content(tmp_path, content, form, **options) for form, options in CONVERSIONS[content]]
    assert len(set(names)) == len(names)


def test_what_is_uploaded_does_not_depend_on_the_order_of_types(tmp_path: Path) -> None:
    """Nor on where the repository lies."""
    names = {
        _content(tmp_path / str(number), ROWS, ImportFormat.csv(types=dict(types)))
        for number, types in enumerate((list(TYPES.items()), list(TYPES.items())[::-1]))
    }
    assert len(names) == 1


def test_keys_change_what_is_staged(tmp_path: Path) -> None:
    """A typed CSV's keys have the types of the table's keys."""
    stack = new_stack()
    imported(stack, _data(tmp_path, PLAIN, ImportFormat.csv(types={})), **SORT)
    (content,) = staged_files(stack).values()
    assert json.loads(content.splitlines()[0])["Item"] == {
        "n": {"N": "7"},
        "note": {"S": "x"},
        "pk": {"S": "AAAA"},
    }


BAD = b'pk,n,tags\na,1,\n"b\nc","1,5",\n'


def test_a_cell_that_does_not_fit_stops_synth(tmp_path: Path) -> None:
    """With construct, file, line, column and attribute; and again when the report is known already."""
    for _ in range(2):
        stack = new_stack()
        imported(stack, _data(tmp_path, BAD))
        with pytest.raises(RuntimeError) as raised:
            template_of(stack)
        assert "[Stack/T] the import would fail: 1 error in 2 records of 1 file" in str(raised.value)
        assert "data:4:4: attribute 'n': the value does not fit its type" in str(raised.value)
        assert "Preflight.WARN" not in str(raised.value)


@pytest.mark.parametrize("mode", [Preflight.WARN, Preflight.OFF])
def test_no_preflight_lets_a_record_vanish(tmp_path: Path, mode: Preflight) -> None:
    """What cannot be converted would be missing from the table, silently."""
    for _ in range(2):
        with pytest.raises(ValueError, match="the data cannot be converted, 1 error") as raised:
            imported(new_stack(), _data(tmp_path, BAD), preflight=mode)
        assert "data:4:4: attribute 'n'" in str(raised.value)


def test_rules_of_dynamodb_can_be_waived_as_ever(tmp_path: Path) -> None:
    """What can be converted is staged, whether or not the import would fail."""
    content = b"pk,n,tags\na," + b"1" * 39 + b",\n"
    stack = new_stack()
    imported(stack, _data(tmp_path, content), preflight=Preflight.OFF)
    assert json.loads(staged_files(stack)["items-00001.json"])["Item"]["n"] == {"N": "1" * 39}
    stack = new_stack()
    imported(stack, _data(tmp_path, content))
    with pytest.raises(RuntimeError, match="number-digits"):
        template_of(stack)


def test_a_second_synth_stages_the_same(tmp_path: Path) -> None:
    """The check is known then, and only the conversion is done again."""
    staged = []
    for _ in range(2):
        stack = new_stack()
        imported(stack, _data(tmp_path))
        staged.append(staged_files(stack))
    assert staged[0] == staged[1] == {"items-00001.json": STAGED}


def test_indexes_are_checked_in_the_original_files(tmp_path: Path) -> None:
    """An index that is added later may ask for a type that was not declared: which line is said then."""
    stack = new_stack()
    table = imported(stack, _data(tmp_path, b"pk,g\na,\nb,2\n", ImportFormat.csv(types={})))
    table.table.add_global_secondary_index(
        index_name="by-g", partition_key=dynamodb.Attribute(name="g", type=dynamodb.AttributeType.NUMBER)
    )
    with pytest.raises(RuntimeError, match=r"data:3: attribute 'g'.*index-key-type"):
        template_of(stack)


def test_each_synth_of_typed_csv_says_what_types_change(tmp_path: Path) -> None:
    """Turning them on or off replaces a deployed table."""
    stack = new_stack()
    table = imported(stack, _data(tmp_path))
    (said,) = [text for text in messages(table, "aws:cdk:info") if "cdk-imported-table:types" in text]
    assert "changes the InputFormat of a deployed table, which replaces it (rule 6.8)" in said


def test_replaces_shows_that_types_replace_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the deploy, by the templates."""
    for name, form in (("old", ImportFormat.csv()), ("new", CSV)):
        app = cdk.App(outdir=str(tmp_path / name))
        imported(cdk.Stack(app, "Shop"), _data(tmp_path / "data", form=form))
        app.synth()
    assert main(["replaces", str(tmp_path / "old"), str(tmp_path / "new"), "--json"]) == 1
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    changes = [(one["path"].rsplit(".", 1)[-1], one["old"], one["new"]) for one in table["changes"]]
    assert ("InputFormat", "CSV", "DYNAMODB_JSON") in changes


def test_a_declared_attribute_that_no_item_has_is_a_warning(tmp_path: Path) -> None:
    """Names are case-sensitive; an object may lack an attribute, but not all of them."""
    stack = new_stack()
    form = ImportFormat.json_lines(types={"Tags": ColumnType.STRING_SET})
    table = imported(stack, _data(tmp_path, OBJECTS, form))
    template_of(stack)
    (said,) = [text for text in messages(table) if "convert-unseen" in text]
    assert "no item has 'Tags'" in said


def test_check_asks_the_same_of_an_assembly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check cdk.out` sees what was staged."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    imported(cdk.Stack(app, "Shop"), _data(tmp_path / "data"))
    app.synth()
    assert main(["check", str(tmp_path / "cdk.out"), "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert (table["records"], table["attributes"]["n"]) == (2, {"N": 1})


def _bucket_data(form: ImportFormat) -> ImportData:
    bucket = s3.Bucket.from_bucket_name(new_stack(), "B", "some-bucket")
    return ImportData.from_bucket(bucket, input_format=form)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: _bucket_data(CSV), "is converted at synth, which does not look into S3"),
        (lambda: _bucket_data(ImportFormat.json()), r"ImportFormat.json\(.*is converted at synth"),
        (lambda: ImportFormat.csv(trim=True), "trim goes with types only"),
        (
            lambda: ImportFormat.csv(types={"x": ColumnType.BOOL}, header_list=["X"]),
            "types has the column 'x'",
        ),
        (lambda: ImportFormat.csv(types={}, header_list=[cdk.Fn.ref("H")]), "header_list holds a token"),
        (lambda: ImportFormat.json(null=EmptyValue.EMPTY_STRING), "null cannot be"),
    ],
)
def test_what_cannot_be_is_refused_at_once(make: Callable[[], Any], text: str) -> None:
    """With the way out."""
    with pytest.raises(ValueError, match=text):
        make()


def test_keys_that_are_known_at_deploy_time_only_are_refused(tmp_path: Path) -> None:
    """Their types are needed; where nothing is converted, only the check is left out."""
    key = dynamodb.Attribute(name=cdk.Fn.ref("Key"), type=dynamodb.AttributeType.STRING)
    with pytest.raises(ValueError, match="a key of the table has a name that is only known at deploy time"):
        imported(new_stack(), _data(tmp_path), partition_key=key)


def test_parquet_without_its_library_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The core does not bring it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pip install 'cdk-imported-table\[parquet\]'"):
        imported(new_stack(), _data(tmp_path, b"PAR1", ImportFormat.parquet()))


def test_data_without_an_item_is_said(tmp_path: Path) -> None:
    """A header alone makes an empty table."""
    stack = new_stack()
    table = imported(stack, _data(tmp_path, b"pk,n,tags\n"))
    assert staged_files(stack) == {"items-00001.json": b""}
    assert any("no-items" in text for text in messages(table))


def test_options_have_their_own_names_in_messages() -> None:
    """As people write them."""
    form = ImportFormat.csv(delimiter=";", types={"n": ColumnType.NUMBER})
    assert repr(form) == "ImportFormat.csv(delimiter=';', types=['n'])"
    assert ImportFormat.parquet(timestamps=Timestamps.EPOCH_SECONDS).input_format == "DYNAMODB_JSON"
    assert (form.converted, ImportFormat.csv().converted) == (True, False)

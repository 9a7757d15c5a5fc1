"""The page "Data as you have it": each of its rows, cells and snippets is run."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aws_cdk import Annotations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

import cdk_imported_table
from cdk_imported_table import ColumnType, ImportData, ImportedTable, ImportFormat
from cdk_imported_table.cli import main
from cdk_imported_table.dataset.conversion.staging import OBJECT_SIZE
from tests.unit.dataset.support import converted
from tests.unit.support import messages, new_stack, source_of, staged_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")

ID = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
TYPED = {"id": {"S": "a-1"}, "total": {"N": "9.9"}, "paid": {"BOOL": True}, "tags": {"SS": ["gift", "new"]}}
PLAIN = {**TYPED, "tags": {"L": [{"S": "new"}, {"S": "gift"}]}}
OBJECT = '{"id":"a-1","total":9.90,"paid":true,"tags":["new","gift"]}'
NATIVE = (json.dumps({"Item": TYPED}) + "\n").encode()
ION = b'$ion_1_0 {Item:{id:"a-1",total:9.90,paid:true,tags:$dynamodb_SS::["new","gift"]}}\n'
CSV = b"id,total,paid,tags\na-1,9.90,TRUE,new;gift\n"
FILES = {
    "orders.json": NATIVE,
    "export/data/a.json.gz": gzip.compress(NATIVE, mtime=0),
    "orders.ion": ION,
    "orders.csv": CSV,
    "orders.tsv": b"a-1\t9.90\ttrue\tnew;gift\n",
    "orders.jsonl": f"{OBJECT}\n".encode(),
    "orders.jsonl.gz": gzip.compress(OBJECT.encode(), mtime=0),
    "orders-array.json": f"[\n  {OBJECT}\n]\n".encode(),
}
# What is staged for each row that begins so: bytes as they are, or an item.
STAGED: dict[str, bytes | dict[str, Any]] = {
    "DynamoDB JSON": NATIVE,
    "the files of an export": NATIVE,
    "Amazon Ion": ION,
    "CSV, and strings": CSV,
    "CSV with numbers": TYPED,
    "CSV without a header": TYPED,
    "JSON lines": PLAIN,
    "JSON: one array": PLAIN,
    "Parquet": PLAIN,
    "items in Python": TYPED,
    "an iterator": TYPED,
    "any of these files compressed": PLAIN,
}
# What the table's import says for each row whose data is in S3.
IMPORTED = {
    "an export of a table": ("DYNAMODB_JSON", "AWSDynamoDB/01693685827463-2d8752fd/data/"),
    "objects in a bucket, in one of": ("CSV", "orders/"),
}
IN_WORDS = ["objects in a bucket, in another format", "a spreadsheet", "XML, YAML"]


def table_below(heading: str, text: str = PAGE) -> list[list[str]]:
    """The cells of the first table below a heading, or another line."""
    rows = text.split(f"\n{heading}\n", 1)[1].split("\n|---", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def code_in(cell: str, start: str) -> list[str]:
    """What stands in a cell as code, and begins so."""
    return [code for code in re.findall("`(.+?)`", cell) if code.startswith(start)]


def blocks(language: str) -> list[str]:
    """The blocks of code in a language."""
    return re.findall(f"```{language}\n(.*?)```", PAGE, re.DOTALL)


def names() -> dict[str, Any]:
    """What the page's code may use: the library, its own TYPES, and a few things of Python."""
    known = {
        **{name: getattr(cdk_imported_table, name) for name in cdk_imported_table.__all__},
        "Any": Any,
        "Decimal": Decimal,
        "Iterator": Iterator,
        "closing": closing,
        "sqlite3": sqlite3,
        "bucket": s3.Bucket.from_bucket_name(new_stack(), "Bucket", "theirs"),
        "read_orders": lambda: iter(
            [{"id": "a-1", "total": Decimal("9.90"), "paid": True, "tags": {"new", "gift"}}]
        ),
    }
    (types,) = [block for block in blocks("python") if block.startswith("TYPES")]
    exec(types, known)
    return known


def snippet(part: str) -> dict[str, Any]:
    """What one of the page's snippets has made."""
    (block,) = [block for block in blocks("python") if part in block]
    known = names()
    exec(block, known)
    return known


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of each format, in which the page's code is run."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    rows = {"id": ["a-1"], "total": pa.array([Decimal("9.90")]), "paid": [True], "tags": [["new", "gift"]]}
    pq.write_table(pa.table(rows), tmp_path / "orders.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def staged(data: ImportData) -> bytes:
    """The one file that is uploaded."""
    stack = new_stack()
    ImportedTable(stack, "Orders", data=data, partition_key=ID)
    (content,) = staged_files(stack).values()
    return content


def canonical(item: dict[str, Any]) -> dict[str, Any]:
    """An item whose numbers are compared by their value."""
    return {name: {"N": Decimal(v["N"])} if "N" in v else v for name, v in item.items()}


@pytest.mark.parametrize(("have", "write"), [row[:2] for row in table_below("## You have …")])
def test_what_you_have_becomes_what_the_row_says(have: str, write: str) -> None:
    """The code of each row is run over such data: what is uploaded is it, as it is or with its types."""
    if any(have.startswith(words) for words in IN_WORDS):
        assert not code_in(write, "ImportData")
        return
    (code,) = code_in(write, "ImportData")
    given = eval(code, names())
    imported = [said for start, said in IMPORTED.items() if have.startswith(start)]
    if imported:
        stack = new_stack()
        ImportedTable(stack, "Orders", data=given, partition_key=ID)
        source = source_of(stack)
        assert [(source["InputFormat"], source["S3BucketSource"]["S3KeyPrefix"])] == imported
        return
    (wanted,) = [wanted for start, wanted in STAGED.items() if have.startswith(start)]
    found = staged(given)
    if isinstance(wanted, bytes):
        assert found == wanted
    else:
        assert canonical(json.loads(found)["Item"]) == canonical(wanted)


def test_every_row_is_there() -> None:
    """No expectation above has lost its row."""
    starts = [*STAGED, *IMPORTED, *IN_WORDS]
    rows = [row[0] for row in table_below("## You have …")]
    assert [sum(row.startswith(start) for row in rows) for start in starts] == [1] * len(rows)


def test_a_spreadsheet_as_csv_utf_8_is_typed_csv() -> None:
    """Spreadsheets begin the file with a byte order mark and end its lines with CRLF."""
    Path("sheet.csv").write_bytes(b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n"))
    found = staged(ImportData.from_path("sheet.csv", input_format=ImportFormat.csv(types=names()["TYPES"])))
    assert json.loads(found) == {"Item": TYPED}


@pytest.mark.parametrize(("kind", "cell", "arrives"), table_below("What becomes of a cell:"))
def test_a_cell_becomes_what_the_row_says(kind: str, cell: str, arrives: str) -> None:
    """Each row of the table of cells, converted."""
    out = io.StringIO()
    csv.writer(out).writerows([["pk", "x"], ["a", cell[1:-1]]])
    items, report = converted(out.getvalue(), "CSV", {"x": eval(kind.strip("`"), names())})
    if arrives == "a finding":
        assert report.error_count == 1
        assert report.findings[0].line == 2
        return
    assert report.clean
    wanted = {} if arrives == "no attribute" else {"x": json.loads(arrives.strip("`"))}
    assert items == [{"pk": {"S": "a"}, **wanted}]


@pytest.mark.parametrize(
    "code", [code for row in table_below("## Typed CSV: each choice, its default, and why") for code in
             code_in(row[3], "ColumnType.") + code_in(row[3], "ImportFormat.")]
)  # fmt: skip
def test_each_other_choice_can_be_made(code: str) -> None:
    """What the page says to write otherwise is something that there is."""
    assert isinstance(eval(code, names()), ColumnType | ImportFormat)


def test_the_snippet_of_plain_json() -> None:
    """The declared types reach into nested objects; a null is no attribute, because it says so."""
    line = {"id": "a-1", "total": "9.90", "tags": ["b", "a"], "signature": "AQID", "note": None}
    Path("o.jsonl").write_text(json.dumps({**line, "address": {"floors": [1, 2]}}), "utf-8")
    given = ImportData.from_path("o.jsonl", input_format=snippet("ImportFormat.json_lines")["orders"])
    assert json.loads(staged(given))["Item"] == {
        "id": {"S": "a-1"},
        "total": {"N": "9.9"},
        "tags": {"SS": ["a", "b"]},
        "signature": {"B": "AQID"},
        "address": {"M": {"floors": {"NS": ["1", "2"]}}},
    }


def test_the_snippet_of_parquet() -> None:
    """Times become epoch numbers, and nulls NULL."""
    column = pa.array([1_700_000_000], pa.timestamp("s", "UTC"))
    pq.write_table(
        pa.table({"id": ["a-1"], "at": column, "note": pa.array([None], pa.string())}), "o.parquet"
    )
    given = ImportData.from_path("o.parquet", input_format=snippet("ImportFormat.parquet")["orders"])
    wanted = {"id": {"S": "a-1"}, "at": {"N": "1700000000"}, "note": {"NULL": True}}
    assert json.loads(staged(given))["Item"] == wanted


def test_the_snippet_of_a_generator() -> None:
    """The rows of a database are the items."""
    with closing(sqlite3.connect("shop.db")) as shop:
        shop.execute("CREATE TABLE orders (id TEXT, cents INTEGER, paid INTEGER)")
        shop.execute("INSERT INTO orders VALUES ('a-1', 990, 1), ('a-2', 1250, 0)")
        shop.commit()
    items = [json.loads(line)["Item"] for line in staged(snippet("sqlite3")["data"]).splitlines()]
    assert [canonical(item) for item in items] == [
        {"id": {"S": "a-1"}, "total": {"N": Decimal("9.9")}, "paid": {"BOOL": True}},
        {"id": {"S": "a-2"}, "total": {"N": Decimal("12.5")}, "paid": {"BOOL": False}},
    ]


def test_the_command_converts_as_synth_does() -> None:
    """The page's command line, with the page's types file, writes what a synth stages."""
    (types,) = blocks("json")
    Path("types.json").write_text(types, "utf-8")
    (command,) = re.findall(r"\$ cdk-imported-table (convert .*)", PAGE)
    assert main(shlex.split(command)) == 0
    (written,) = Path("orders").iterdir()
    given = ImportData.from_path("orders.csv", input_format=ImportFormat.csv(types=names()["TYPES"]))
    assert gzip.decompress(written.read_bytes()) == staged(given)


def test_types_change_the_input_format_and_say_so() -> None:
    """Turning them on is another InputFormat, which replaces a table; the reminder can be acknowledged."""
    formats = {}
    for name, input_format in {"off": ImportFormat.csv(), "on": ImportFormat.csv(types={})}.items():
        stack = new_stack()
        table = ImportedTable(
            stack,
            "Orders",
            data=ImportData.from_path("orders.csv", input_format=input_format),
            partition_key=ID,
        )
        said = [text for text in messages(table, "aws:cdk:info") if "cdk-imported-table:types" in text]
        formats[name] = source_of(stack)["InputFormat"], len(said)
        Annotations.of(stack).acknowledge_info("cdk-imported-table:types")
        assert not messages(table, "aws:cdk:info")
    assert formats == {"off": ("CSV", 0), "on": ("DYNAMODB_JSON", 1)}


def test_the_size_of_objects_is_the_one_that_is_staged() -> None:
    """The one number of the page is the library's."""
    assert f"objects of {OBJECT_SIZE >> 20} MiB" in PAGE


def test_the_shortest_version_in_the_readme_is_right() -> None:
    """Each format that the README names is one, and it links to the page."""
    rows = table_below("In what form it is:", README)
    codes = [code for row in rows for code in code_in(row[1], "ImportFormat.")]
    forms = {eval(code, names()).to_data_format().input_format for code in codes}
    assert forms == {"DYNAMODB_JSON", "ION", "CSV", "JSON_LINES", "JSON", "PARQUET"}
    assert "(docs/formats.md)" in README

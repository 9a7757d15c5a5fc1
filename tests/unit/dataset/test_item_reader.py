"""Every format and every compression give the same items, in the order of the files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from cdk_imported_table.dataset.compression import Compression, open_encoded
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat
from cdk_imported_table.dataset.item_reader import Item, read_items
from cdk_imported_table.dataset.schema import Index, Key, TableSchema

SCHEMA = TableSchema(Key("pk", "S"), Key("n", "N"), (Index("by", (Key("b", "B"),)),), "ends")
RICH = (
    '{"Item":{"pk":{"S":"q\\"u\\\\ é😀"},"n":{"N":"1.50"},"b":{"B":"AAE="},"empty":{"S":""},'
    '"m":{"M":{"x":{"L":[{"NULL":true},{"BOOL":false}]}}},"ss":{"SS":["a",""]},"ns":{"NS":["1","2.0"]},'
    '"bs":{"BS":["AA==","AQ=="]},"ends":{"N":"1"}}}\n'
)
RICH_ITEM = {
    "pk": {"S": 'q"u\\ é😀'},
    "n": {"N": "1.50"},
    "b": {"B": "AAE="},
    "empty": {"S": ""},
    "m": {"M": {"x": {"L": [{"NULL": True}, {"BOOL": False}]}}},
    "ss": {"SS": ["a", ""]},
    "ns": {"NS": ["1", "2.0"]},
    "bs": {"BS": ["AA==", "AQ=="]},
    "ends": {"N": "1"},
}


def read(path: Path, data_format: str = "DYNAMODB_JSON", **options: Any) -> list[Item]:
    """All items of a file or a folder."""
    found: list[Item] = []
    read_items(collect(path).files, DataFormat(data_format, **options), SCHEMA, found.append)
    return found


def test_every_type_of_dynamodb_json_is_read_exactly(tmp_path: Path) -> None:
    """Nothing is lost on the way: empties, sets, nesting, escapes, the way a number is written."""
    (tmp_path / "a.json").write_text(RICH, "utf-8")
    assert read(tmp_path) == [RICH_ITEM]


@pytest.mark.parametrize("count", [3, 500])
def test_many_alike_lines_are_read_as_few_are(tmp_path: Path, count: int) -> None:
    """Lines that the check proves good in bulk, without parsing them, are items all the same."""
    lines = [f'{{"Item":{{"pk":{{"S":"k{i}"}},"n":{{"N":"{i}"}}}}}}' for i in range(count)]
    (tmp_path / "a.json").write_text("\n".join(lines), "utf-8")
    assert read(tmp_path) == [{"pk": {"S": f"k{i}"}, "n": {"N": str(i)}} for i in range(count)]


def test_compression_changes_nothing(tmp_path: Path) -> None:
    """Plain, gzip and zstd files of one folder give the same items."""
    (tmp_path / "a.json").write_text(RICH, "utf-8")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(RICH.encode()))
    with open_encoded(tmp_path / "c.json.zst", Compression.ZSTD) as file:
        file.write(RICH.encode())
    (tmp_path / "d.json").touch()
    assert read(tmp_path) == [RICH_ITEM] * 3


def test_cells_of_csv_have_the_types_that_the_import_gives_them(tmp_path: Path) -> None:
    """Keys are typed, everything else is a string, and an empty cell is no attribute (rules 3.5, 3.6)."""
    (tmp_path / "a.csv").write_text('pk;n;b;price;note\n"a ""x""";1;AAE=;2;\n', "utf-8")
    assert read(tmp_path, "CSV", delimiter=";") == [
        {"pk": {"S": 'a "x"'}, "n": {"N": "1"}, "b": {"B": "AAE="}, "price": {"S": "2"}}
    ]


def test_with_a_header_list_the_first_line_is_data(tmp_path: Path) -> None:
    """The names come from the table's definition then (rule 3.2)."""
    (tmp_path / "a.csv").write_text("a,1\nb,2\n", "utf-8")
    assert read(tmp_path, "CSV", header_list=["pk", "n"]) == [
        {"pk": {"S": "a"}, "n": {"N": "1"}},
        {"pk": {"S": "b"}, "n": {"N": "2"}},
    ]


def test_ion_gives_the_same_items(tmp_path: Path) -> None:
    """Decimals are numbers, blobs binary, annotated lists sets (rule 8.2)."""
    pytest.importorskip("amazon.ion")
    text = '$ion_1_0 {Item:{pk:"a",n:1.50,b:{{AAE=}},ss:$dynamodb_SS::["x"],m:{l:[true,null]}}}\n'
    (tmp_path / "a.ion").write_text(text, "utf-8")
    assert read(tmp_path, "ION") == [
        {
            "pk": {"S": "a"},
            "n": {"N": "1.50"},
            "b": {"B": "AAE="},
            "ss": {"SS": ["x"]},
            "m": {"M": {"l": {"L": [{"BOOL": True}, {"NULL": True}]}}},
        }
    ]


def test_of_equal_keys_the_last_comes_last(tmp_path: Path) -> None:
    """Files are read in the order of their names, so what a writer keeps is the same on every machine."""
    for name, value in (("b", "2"), ("a", "1")):
        line = f'{{"Item":{{"pk":{{"S":"k"}},"n":{{"N":"0"}},"v":{{"S":"{value}"}}}}}}\n'
        (tmp_path / f"{name}.json").write_text(line, "utf-8")
    assert [item["v"]["S"] for item in read(tmp_path)] == ["1", "2"]

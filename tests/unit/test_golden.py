"""Golden templates and hashes. **A change here replaces tables**: see the top of CHANGELOG.md.

What is compared is what CloudFormation identifies a deployed table by: its logical id, its create-only
properties, its keys. `python -m tests.unit.test_golden` writes the folder `golden/` anew.
"""

import gzip
import json
import os
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb

from cdk_imported_table import (
    ColumnType,
    EmptyValue,
    ImportData,
    ImportedTable,
    ImportFormat,
    OnDataChange,
    Preflight,
)
from cdk_imported_table.dataset import files
from cdk_imported_table.dataset.records import STAGING_VERSION
from tests.unit.support import GZIP, JSON, PK, SK, ZSTD, folder, line, resources_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GOLDEN = Path(__file__).parent / "golden"
KEEP, REPLACE = OnDataChange.keep(), OnDataChange.replace()
JSON_FILES = {"a.json": line("a", x="ä") + line("b"), "b.json": line("c")}
CSV_FILES = {"a.csv": b"pk;sk;x\na;1;\nb;2;y\n", "b.csv": b"pk;sk;x\nc;3;z\n"}
ION_FILES = {"a.ion": b'$ion_1_0 {Item:{pk:"a",n:1.50}}\n$ion_1_0 {Item:{pk:"b"}}\n'}
CSV = ImportFormat.csv(delimiter=";")
HEADERS = ImportFormat.csv(delimiter=";", header_list=["pk", "sk", "x"])
TYPED = ImportFormat.csv(delimiter=";", types={"x": ColumnType.string(empty=EmptyValue.NULL)})
PLAIN_FILES = {"a.json": '[{"x": 1.50, "pk": "ä"},\n {"pk": "b", "l": [null, {"m": true}]}]'.encode()}

Files = dict[str, bytes]
Source = Callable[[Path], ImportData]


def _path(**options: Any) -> Source:
    return lambda path: ImportData.from_path(path, **{"input_format": JSON, **options})


def _asset(**options: Any) -> Source:
    return lambda path: ImportData.from_asset(path, **{"input_format": JSON, **options})


def _items(**options: Any) -> Source:
    return lambda _: ImportData.from_items([{"pk": "a", "n": 1}, {"pk": "b"}], **options)


CASES: dict[str, tuple[Files, Source, OnDataChange]] = {
    "path-keep": (JSON_FILES, _path(), KEEP),
    "path-keep-gzip": (JSON_FILES, _path(compression_type=GZIP), KEEP),
    "path-replace": (JSON_FILES, _path(), REPLACE),
    "path-replace-prefix": (JSON_FILES, _path(key_prefix="seed"), REPLACE),
    "path-replace-gzip": (JSON_FILES, _path(compression_type=GZIP), REPLACE),
    "path-replace-zstd": (JSON_FILES, _path(compression_type=ZSTD), REPLACE),
    "path-replace-csv": (CSV_FILES, _path(input_format=CSV), REPLACE),
    "path-replace-csv-headers": (CSV_FILES, _path(input_format=HEADERS), REPLACE),
    "path-replace-ion": (ION_FILES, _path(input_format=ImportFormat.ion()), REPLACE),
    "path-replace-typed-csv": (CSV_FILES, _path(input_format=TYPED), REPLACE),
    "path-replace-plain-json": (PLAIN_FILES, _path(input_format=ImportFormat.json()), REPLACE),
    "asset": (JSON_FILES, _asset(), REPLACE),
    "asset-gzip": (JSON_FILES, _asset(compression_type=GZIP), REPLACE),
    "asset-zstd": (JSON_FILES, _asset(compression_type=ZSTD), REPLACE),
    "asset-csv": (CSV_FILES, _asset(input_format=CSV), REPLACE),
    "asset-typed-csv": (CSV_FILES, _asset(input_format=TYPED), REPLACE),
    "items-keep": ({}, _items(), KEEP),
    "items-replace": ({}, _items(), REPLACE),
}


def _table(path: Path, source: Source, policy: OnDataChange, sort_key: dynamodb.Attribute | None) -> Any:
    """What CloudFormation identifies the table by."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    ImportedTable(
        stack,
        "Events",
        data=source(path),
        on_data_change=policy,
        partition_key=PK,
        sort_key=sort_key,
        preflight=Preflight.OFF,
    )
    resources = resources_of(stack, "AWS::DynamoDB::Table")
    names = ("AttributeDefinitions", "ImportSourceSpecification", "KeySchema", "TableName")
    return {
        logical_id: {name: table["Properties"][name] for name in names if name in table["Properties"]}
        for logical_id, table in resources.items()
    }


def _made(name: str, path: Path, files: Files | None = None) -> Any:
    of_case, source, policy = CASES[name]
    folder(path)
    for file, content in (of_case if files is None else files).items():
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).write_bytes(content)
    return _table(path, source, policy, SK if "csv" in name else None)


def _golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_a_deployed_table_stays_the_one_it_is(tmp_path: Path, name: str) -> None:
    """Whoever upgrades this library within a major version finds nothing in `cdk diff`."""
    assert _made(name, tmp_path / "data") == _golden(name)


def test_every_golden_file_has_its_case() -> None:
    """None is left over, and the version that all hashes hold is the first."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)
    assert STAGING_VERSION == 1


def _gzip(level: int, *, members: int = 1) -> Callable[[bytes], bytes]:
    def compressed(content: bytes) -> bytes:
        parts = [content[: len(content) // 2], content[len(content) // 2 :]] if members == 2 else [content]
        return b"".join(gzip.compress(part, level, mtime=number) for number, part in enumerate(parts))

    return compressed


def _raw_deflate(content: bytes) -> bytes:
    """A stream that no gzip tool writes: stored blocks, and another memory level."""
    compressor = zlib.compressobj(0, zlib.DEFLATED, 31, 1, zlib.Z_HUFFMAN_ONLY)
    return compressor.compress(content) + compressor.flush()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "no line end at the end": lambda content: content.removesuffix(b"\n"),
    "gzip of two members": _gzip(6, members=2),
    "gzip, stored": _raw_deflate,
    "gzip of CRLF": lambda content: gzip.compress(content.replace(b"\n", b"\r\n")),
    **{f"gzip -{level}": _gzip(level) for level in range(10)},
    **{f"zstd -{level}": partial(zstd.compress, level=level) for level in (1, 19)},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "name", ["path-replace", "path-replace-gzip", "asset", "path-replace-csv", "path-replace-typed-csv"]
)
def test_no_form_of_the_same_records_is_another_table(tmp_path: Path, name: str, form: str) -> None:
    """Line ends, compression, its level and its library are no change of the data."""
    files = {file: FORMS[form](content) for file, content in CASES[name][0].items()}
    assert _made(name, tmp_path / "data", files) == _golden(name)


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    """In DynamoDB JSON; in CSV nobody knows, so there they count."""
    spaced = {file: b"\n" + content.replace(b"\n", b"\n\n") for file, content in JSON_FILES.items()}
    assert _made("path-replace", tmp_path / "json", spaced) == _golden("path-replace")
    spaced = {file: content.replace(b"\n", b"\n\n") for file, content in CSV_FILES.items()}
    assert _made("path-replace-csv", tmp_path / "csv", spaced) != _golden("path-replace-csv")


def test_windows_finds_the_same_files_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of names are joined by `/` before they are sorted: by a backslash, `a/z` would come last."""
    files_there = {"a/z.json": line("1"), "a0.json": line("2"), "B.json": line("3")}
    for name, content in files_there.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    scandir = os.scandir

    class Entries:
        """What Windows hands out: backslashes in paths, and its own order."""

        def __init__(self, path: Any) -> None:
            self._entries = sorted(scandir(path), key=lambda entry: entry.name.lower(), reverse=True)

        def __enter__(self) -> Any:
            return iter(self._entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Entries)
    found = files.collect(tmp_path, exclude=[])
    assert [file.name for file in found.files] == ["B.json", "a/z.json", "a0.json"]
    assert all("\\" not in PureWindowsPath(file.name).as_posix() for file in found.files)


if __name__ == "__main__":
    import tempfile

    GOLDEN.mkdir(exist_ok=True)
    for case in CASES:
        with tempfile.TemporaryDirectory() as temporary:
            text = json.dumps(_made(case, Path(temporary) / "data"), indent=2, sort_keys=True)
        (GOLDEN / f"{case}.json").write_text(text + "\n", "utf-8", newline="\n")
    sys.exit()

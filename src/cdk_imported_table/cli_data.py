"""The options by which commands are told of data: what it is, and for which table."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from .dataset.column_type import EmptyValue, frozen_types, types_from_json
from .dataset.errors import DataError
from .dataset.files import DEFAULT_EXCLUDE, SourceFile, collect
from .dataset.formats import Conversion, DataFormat, Timestamps
from .dataset.report import MAX_FINDINGS
from .dataset.schema import Index, Key, TableSchema

NATIVE: Final = {"dynamodb-json": "DYNAMODB_JSON", "csv": "CSV", "ion": "ION"}
CONVERTED: Final = {"csv": "CSV", "json-lines": "JSON_LINES", "json": "JSON", "parquet": "PARQUET"}
_DELIMITERS: Final = {"tab": "\t", "space": " ", "\\t": "\t"}
_OF_DATA: Final = (
    "partition_key",
    "sort_key",
    "index",
    "ttl",
    "delimiter",
    "header_list",
    "types",
    "trim",
    "null",
    "timestamps",
    "exclude",
)
_NULLS: Final = {"absent": EmptyValue.ABSENT, "null": EmptyValue.NULL}


def add_data_options(parser: argparse.ArgumentParser, *, only_converted: bool = False) -> None:
    """Add the options.

    Args:
        parser: The command.
        only_converted: Whether it takes only what DynamoDB does not import as it is.
    """
    formats = sorted(CONVERTED if only_converted else {**NATIVE, **CONVERTED})
    default = None if only_converted else "dynamodb-json"
    parser.add_argument(
        "--format",
        choices=formats,
        default=default,
        required=only_converted,
        help=None if default is None else f"default: {default}",
    )
    parser.add_argument("--partition-key", metavar="NAME:TYPE", type=_key, help="TYPE is S, N or B")
    parser.add_argument("--sort-key", metavar="NAME:TYPE", type=_key)
    parser.add_argument(
        "--index",
        metavar="INDEX:NAME:TYPE[,NAME:TYPE]",
        type=_index,
        action="append",
        default=[],
        help="an index with its partition key and its sort key; several attributes of one key: a:S+b:N",
    )
    parser.add_argument("--ttl", metavar="NAME", help="the time-to-live attribute")
    parser.add_argument("--delimiter", help="CSV: one of , ; : | tab space; default: ,")
    parser.add_argument("--header-list", metavar="A,B", help="CSV: the columns, if files have no header line")
    parser.add_argument(
        "--types",
        metavar="FILE.json",
        help="what is converted: the DynamoDB types of columns, in a file or as JSON text: "
        """{"price": "N", "tags": {"type": "SS", "separator": "|"}}""",
    )
    parser.add_argument("--trim", action="store_true", help="CSV with types: remove white space around cells")
    parser.add_argument(
        "--null", choices=sorted(_NULLS), help="JSON, Parquet: what a null becomes; default: null, absent"
    )
    parser.add_argument(
        "--timestamps",
        choices=[_option(one) for one in Timestamps],
        help=f"Parquet: how times are written; default: {_option(Timestamps.ISO_8601)}",
    )
    parser.add_argument("--exclude", metavar="PATTERN", action="append", help="leave files out of folders")
    parser.add_argument("--json", action="store_true", help="print a report for machines")
    parser.add_argument(
        "--show-values", action="store_true", help="show values in messages; they may be personal"
    )
    parser.add_argument(
        "--max-findings", metavar="N", type=_count, default=MAX_FINDINGS, help="default: %(default)s"
    )


def schema_of(options: argparse.Namespace) -> TableSchema:
    """The table.

    Raises:
        DataError: If its partition key was not given.
    """
    if options.partition_key is None:
        raise DataError(f"--partition-key NAME:TYPE is needed to {options.command} data")
    return TableSchema(options.partition_key, options.sort_key, tuple(options.index), options.ttl)


def files_of(options: argparse.Namespace) -> list[SourceFile]:
    """The files of all paths, under the names by which findings call them."""
    files: list[SourceFile] = []
    for path in options.paths:
        found = collect(path, (*DEFAULT_EXCLUDE, *(options.exclude or ())))
        below = f"{path.rstrip('/')}/" if found.root.is_dir() else ""
        files += [
            SourceFile(file.path, below + file.name if below else path, file.size) for file in found.files
        ]
    return files


def format_of(options: argparse.Namespace, *, converted: bool = False) -> DataFormat:
    """The form of the items.

    Args:
        options: What was given.
        converted: Whether CSV is converted even if no types were given.

    Raises:
        DataError: If options do not go together.
    """
    _check_options(options, converted=converted)
    headers = tuple(options.header_list.split(",")) if options.header_list else None
    delimiter = "," if options.delimiter is None else _DELIMITERS.get(options.delimiter, options.delimiter)
    if not converted and options.types is None and options.format in NATIVE:
        return DataFormat(NATIVE[options.format], delimiter, headers)
    if options.format not in CONVERTED:
        raise DataError(
            f"--types goes with {', '.join(sorted(CONVERTED))}; in {options.format} every value has its type"
        )
    default = "null" if options.format in ("json", "json-lines") else "absent"
    conversion = Conversion(
        frozen_types(types_from_json(_types(options.types)) if options.types else {}),
        _NULLS[options.null or default],
        options.trim,
        next((one for one in Timestamps if _option(one) == options.timestamps), Timestamps.ISO_8601),
    )
    return DataFormat(CONVERTED[options.format], delimiter, headers, conversion)


def _check_options(options: argparse.Namespace, *, converted: bool) -> None:
    """Refuses what would be without effect."""
    for name, given, goes_with in (
        ("--delimiter", options.delimiter is not None, ("csv",)),
        ("--header-list", options.header_list is not None, ("csv",)),
        ("--trim", options.trim, ("csv",)),
        ("--null", options.null is not None, ("json", "json-lines", "parquet")),
        ("--timestamps", options.timestamps is not None, ("parquet",)),
    ):
        if given and options.format not in goes_with:
            raise DataError(
                f"{name} goes with --format {', '.join(goes_with)}, not with {options.format}; leave it out"
            )
    if options.trim and options.types is None and not converted:
        raise DataError("--trim goes with --types: without types DynamoDB imports the files as they are")


def given_for_data(options: argparse.Namespace) -> list[str]:
    """The options that were given and say what data is, or for which table."""
    return ["--" + name.replace("_", "-") for name in _OF_DATA if getattr(options, name)]


def _types(text: str) -> object:
    try:
        written = text if text.lstrip().startswith(("{", "[")) else Path(text).read_text("utf-8-sig")
        return json.loads(written, object_pairs_hook=_each_once)
    except OSError as error:
        raise DataError(f"cannot read the types file {text!r}: {error.strerror}") from None
    except ValueError as error:
        raise DataError(f"--types {text!r} is no JSON: {error}") from None


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return made


def _option(one: Timestamps) -> str:
    return one.value.lower().replace("_", "-")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


def _key(text: str) -> Key:
    name, _, kind = text.rpartition(":")
    if ":" not in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME:TYPE: write {text}:S (or N, B)")
    try:
        return Key(name, kind)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME:TYPE: {error}") from None


def _index(text: str) -> Index:
    name, _, keys = text.partition(":")
    partition, _, sort = keys.partition(",")
    if not name or not partition:
        raise argparse.ArgumentTypeError(f"{text!r} is not INDEX:NAME:TYPE[,NAME:TYPE]")
    return Index(
        name,
        tuple(_key(key) for key in partition.split("+")),
        tuple(_key(key) for key in sort.split("+")) if sort else (),
    )

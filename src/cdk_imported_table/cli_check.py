"""`cdk-imported-table check`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .cli_output import Bar, print_report
from .dataset.checker import check
from .dataset.clean import Cleaner
from .dataset.compression import Compression
from .dataset.errors import DataError
from .dataset.files import DEFAULT_EXCLUDE, SourceFile, collect
from .dataset.formats import DataFormat
from .dataset.report import MAX_FINDINGS, Report
from .dataset.schema import Index, Key, TableSchema

_FORMATS = {"dynamodb-json": "DYNAMODB_JSON", "csv": "CSV", "ion": "ION"}
_DELIMITERS = {"tab": "\t", "space": " ", "\\t": "\t"}


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse hides its class
    """Add the command and its options."""
    parser = commands.add_parser(
        "check",
        help="check data, or a synthesized app, before it is deployed",
        description=(
            "Check data by the rules of DynamoDB's import from S3. Exit code 0: the import will not fail; "
            "1: it will; 2: wrong use."
        ),
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, a folder, or a cloud assembly (cdk.out)"
    )
    parser.add_argument(
        "--format", choices=sorted(_FORMATS), default="dynamodb-json", help="default: dynamodb-json"
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
    parser.add_argument("--delimiter", help="CSV: one of , ; : | tab space", default=",")
    parser.add_argument("--header-list", metavar="A,B", help="CSV: the columns, if files have no header line")
    parser.add_argument(
        "--compression",
        choices=[compression.value for compression in Compression],
        help="how every file must be compressed; default: each in its own way",
    )
    parser.add_argument("--exclude", metavar="PATTERN", action="append", help="leave files out of folders")
    parser.add_argument("--json", action="store_true", help="print a report for machines")
    parser.add_argument(
        "--show-values", action="store_true", help="show values in messages; they may be personal"
    )
    parser.add_argument(
        "--max-findings", metavar="N", type=int, default=MAX_FINDINGS, help="default: %(default)s"
    )
    parser.add_argument(
        "--clean", metavar="FOLDER", help="write good records to FOLDER/good, bad ones and why to FOLDER/bad"
    )
    parser.set_defaults(run=_run)


def _key(text: str) -> Key:
    name, _, kind = text.rpartition(":")
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


def _run(options: argparse.Namespace) -> int:
    if options.max_findings < 0:
        raise DataError("--max-findings takes a number that is not negative")
    assemblies = [path for path in options.paths if (Path(path) / "manifest.json").is_file()]
    if assemblies:
        from .cli_assembly import check_assemblies  # noqa: PLC0415 - start-up is felt

        if assemblies != options.paths:
            raise DataError("check either cloud assemblies or data, not both at once")
        return check_assemblies(options)
    if options.partition_key is None:
        raise DataError("--partition-key NAME:TYPE is needed to check data")
    schema = TableSchema(options.partition_key, options.sort_key, tuple(options.index), options.ttl)
    files = _files(options.paths, options.exclude)
    data_format = _format(options)
    with Bar(sum(file.size for file in files)) as bar:
        if options.clean is not None:
            cleaner = Cleaner(Path(options.clean))
            report = _check(options, files, data_format, schema, bar, cleaner)
            cleaner.close()
        else:
            report = _check(options, files, data_format, schema, bar, None)
    if options.json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        print_report(report)
    return 1 if report.error_count else 0


def _check(
    options: argparse.Namespace,
    files: list[SourceFile],
    data_format: DataFormat,
    schema: TableSchema,
    bar: Bar,
    cleaner: Cleaner | None,
) -> Report:
    return check(
        files,
        data_format,
        schema,
        compression=Compression(options.compression) if options.compression else None,
        max_findings=options.max_findings,
        show_values=options.show_values,
        progress=bar.advance if bar.shown else None,
        sink_for=cleaner.sink_for if cleaner is not None else None,
    )


def _files(paths: list[str], exclude: list[str] | None) -> list[SourceFile]:
    files: list[SourceFile] = []
    for path in paths:
        found = collect(path, (*DEFAULT_EXCLUDE, *(exclude or ())))
        below = f"{path.rstrip('/')}/" if found.root.is_dir() else ""
        files += [
            SourceFile(file.path, below + file.name if below else path, file.size) for file in found.files
        ]
    return files


def _format(options: argparse.Namespace) -> DataFormat:
    headers = options.header_list.split(",") if options.header_list else None
    return DataFormat(
        _FORMATS[options.format], _DELIMITERS.get(options.delimiter, options.delimiter), headers
    )

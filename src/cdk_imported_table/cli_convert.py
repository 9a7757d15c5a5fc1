"""`cdk-imported-table convert`."""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from .cli_data import add_data_options, files_of, format_of, schema_of
from .cli_output import Bar, print_report
from .dataset.compression import Compression
from .dataset.conversion.staging import stage_converted
from .dataset.errors import BrokenArchiveError, DataError
from .dataset.files import Sources
from .dataset.inspection import Inspection
from .dataset.report import counted

_ONE_FILE: Final = {f".json{one.suffix}": one for one in Compression}
_NO_FOLDERS: Final = (".csv", ".gz", ".jsonl", ".ndjson", ".parquet", ".txt", ".zst")
"""How names of folders do not end: who writes one of them means a file."""


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse hides its class
    """Add the command and its options."""
    parser = commands.add_parser(
        "convert",
        help="convert typed CSV, plain JSON or Parquet to DynamoDB JSON",
        description=(
            "Convert typed CSV, plain JSON or Parquet to the DynamoDB JSON that an import takes, as a synth"
            " does. Exit code 0: it is written; 1: errors were found, and nothing is written; 2: wrong use."
        ),
    )
    parser.add_argument("paths", nargs="+", metavar="IN", help="a file or a folder")
    add_data_options(parser, only_converted=True)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help="a new or empty folder; or one new file: NAME.json, NAME.json.gz or NAME.json.zst",
    )
    parser.add_argument(
        "--compression",
        choices=[one.value for one in Compression],
        help="how files in a folder are written; default: NONE",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    schema, files, data_format = schema_of(options), files_of(options), format_of(options, converted=True)
    out = Path(options.output)
    one_file = _one_file(options)
    inspection = Inspection(
        data_format, schema, max_findings=options.max_findings, show_values=options.show_values
    )
    with _room(out) as temporary:
        folder = Path(temporary) / "converted"
        folder.mkdir()
        with Bar(sum(file.size for file in files)) as bar:
            try:
                staged = stage_converted(
                    Sources(out, files),
                    folder,
                    inspection,
                    compression=one_file or Compression(options.compression or "NONE"),
                    merge=one_file is not None,
                    progress=bar.advance if bar.shown else None,
                )
            except BrokenArchiveError as error:
                print(f"{error}\nnothing is written")
                return 1
        report = inspection.report(files)
        if not report.error_count:
            _put(folder / staged.names[0] if one_file else folder, out)
    written = [] if report.error_count else [str(out)] if one_file else [str(out / n) for n in staged.names]
    if options.json:
        print(json.dumps({**report.as_dict(), "written": written}, indent=2))
    else:
        print_report(report)
        size = f"{counted(len(written), 'file')}, {counted(staged.size, 'byte')}"
        print(f"written to {out}: {size}" if written else "nothing is written")
    return 1 if report.error_count else 0


def _one_file(options: argparse.Namespace) -> Compression | None:
    """How OUT is compressed, if it is a file; None if it is a folder."""
    out = Path(options.output)
    found = next((one for suffix, one in _ONE_FILE.items() if out.name.endswith(suffix)), None)
    if out.is_dir():
        if any(out.iterdir()):
            raise DataError(f"{str(out)!r} is a folder that is not empty; nothing is overwritten")
        return None
    if out.exists():
        raise DataError(f"{str(out)!r} exists; nothing is overwritten")
    if found is None and out.name.lower().endswith(_NO_FOLDERS):
        raise DataError(f"{str(out)!r} would be a folder; one file is called NAME{', NAME'.join(_ONE_FILE)}")
    if found is not None and options.compression not in (None, found.value):
        raise DataError(f"--compression {options.compression} and the name {out.name!r} say two things")
    return found


def _room(out: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder beside OUT, on the same file system: what is complete takes its place in one step."""
    beside = next(folder for folder in out.absolute().parents if folder.exists())
    try:
        return tempfile.TemporaryDirectory(prefix=".cdk-imported-table-", dir=beside)
    except OSError as error:
        raise _unwritable(out, error) from None


def _unwritable(out: Path, error: OSError) -> DataError:
    return DataError(f"cannot write {str(out)!r}: {str(error.strerror).lower()}")


def _put(made: Path, out: Path) -> None:
    missing = [folder for folder in out.absolute().parents if not folder.exists()]
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        if made.is_dir() and out.is_dir():
            out.rmdir()
        made.rename(out)
    except OSError as error:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise _unwritable(out, error) from None

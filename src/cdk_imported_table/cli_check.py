"""`cdk-imported-table check`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .cli_data import add_data_options, files_of, format_of, given_for_data, schema_of
from .cli_output import Bar, print_report
from .dataset.checker import check
from .dataset.clean import Cleaner
from .dataset.compression import Compression
from .dataset.errors import DataError
from .dataset.files import SourceFile
from .dataset.formats import DataFormat
from .dataset.report import Report
from .dataset.schema import TableSchema


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
    add_data_options(parser)
    parser.add_argument(
        "--compression",
        choices=[compression.value for compression in Compression],
        help="how every file must be compressed; default: each in its own way",
    )
    parser.add_argument(
        "--clean", metavar="FOLDER", help="write good records to FOLDER/good, bad ones and why to FOLDER/bad"
    )
    parser.add_argument(
        "--explain", metavar="RULE", action=_Explain, help="explain a rule, as key-missing or 4.1, and end"
    )
    parser.set_defaults(run=_run)


class _Explain(argparse.Action):
    """Prints what is known of a rule, as `--help` prints the options."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002
        values: object,
        option: str | None = None,  # noqa: ARG002
    ) -> None:
        from .dataset.rules.explain import explain  # noqa: PLC0415 - start-up is felt

        try:
            print(explain(str(values)))
        except ValueError as error:
            parser.error(str(error))
        parser.exit()


def _run(options: argparse.Namespace) -> int:
    assemblies = [path for path in options.paths if (Path(path) / "manifest.json").is_file()]
    if assemblies:
        from .cli_assembly import check_assemblies  # noqa: PLC0415 - start-up is felt

        if assemblies != options.paths:
            raise DataError("check either cloud assemblies or data, not both at once")
        ignored = given_for_data(options)
        ignored += [f"--{name}" for name in ("compression", "clean") if getattr(options, name)]
        if ignored:
            raise DataError(
                f"{', '.join(ignored)}: not with a cloud assembly, which says itself what it imports"
            )
        return check_assemblies(options)
    schema, files, data_format = schema_of(options), files_of(options), format_of(options)
    if options.clean is not None and data_format.conversion is not None:
        raise DataError(
            "--clean sorts records that DynamoDB imports as they are; mend these in their own files, then"
            " convert"
        )
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

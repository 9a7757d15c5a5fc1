"""`cdk-imported-table check cdk.out`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .cli_output import print_report
from .dataset.assembly import Assembly
from .dataset.checker import check


def check_assemblies(options: argparse.Namespace) -> int:
    """Check the data of every imported table of the assemblies; return the exit code."""
    failed = False
    reports: list[dict[str, Any]] = []
    for path in options.paths:
        assembly = Assembly(Path(path))
        for table in assembly.tables():
            with assembly.data(table) as files:
                if files is None:
                    reports.append({"table": table.name, "checked": False})
                    if not options.json:
                        print(f"{table.name}: not checked, its data is not in this assembly\n")
                    continue
                report = check(
                    files,
                    table.data_format,
                    table.schema,
                    compression=table.compression,
                    max_findings=options.max_findings,
                    show_values=options.show_values,
                )
            failed = failed or bool(report.error_count)
            reports.append({"table": table.name, "checked": True, **report.as_dict()})
            if not options.json:
                print(f"{table.name}:")
                print_report(report)
                print()
    if options.json:
        print(json.dumps({"tables": reports}, indent=2))
    elif not reports:
        print("no table of this assembly is imported", file=sys.stderr)
    return 1 if failed else 0

"""`cdk-imported-table explain`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .aws import client, sentences
from .cli_output import Commands
from .dataset.errors import DataError
from .explain import Finder, Found, Import, check_target
from .explanation import Explanation, Local, explanation

FAILED: Final = 1
_EVERY: Final = 10.0
_SAY_EVERY: Final = 60.0
_MOST: Final = 100


def add_to(commands: Commands) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "explain",
        help="say what became of an import, and which of your lines failed it",
        description="Say what became of an import: while it runs, its status and how long it has taken;"
        " of a failed one,"
        " each record in its log with your file and line, and the rule that it broke. Exit code 0:"
        " running or completed;"
        " 1: failed; 2: wrong use, or AWS could not be asked.",
    )
    parser.add_argument(
        "target", metavar="STACK|TABLE|IMPORT_ARN", help="the newest import of each table is shown"
    )
    parser.add_argument(
        "--app",
        metavar="CDK_OUT",
        help="the cloud assembly that was deployed; default: cdk.out, if it is there",
    )
    parser.add_argument("--data", metavar="PATH", help="the data itself, a file or a folder, instead")
    parser.add_argument("--wait", action="store_true", help="wait until the import has ended")
    parser.add_argument(
        "--max-records", metavar="N", type=int, default=_MOST, help="records of the log; default: %(default)s"
    )
    parser.add_argument("--region", metavar="NAME", help="default: that of the ARN, or AWS_REGION")
    parser.add_argument("--profile", metavar="NAME", help="default: AWS_PROFILE")
    parser.add_argument("--endpoint-url", metavar="URL", help="an emulator; default: AWS")
    parser.add_argument("--json", action="store_true", help="print for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.max_records < 0:
        raise DataError("--max-records takes a number that is not negative")
    local = Local(_assembly(options.app), Path(options.data) if options.data else None)
    region = options.region or check_target(options.target)
    made = {
        service: client(service, endpoint_url=options.endpoint_url, region=region, profile=options.profile)
        for service in ("dynamodb", "cloudformation", "logs")
    }
    with sentences():
        finder = Finder(made["dynamodb"], made["cloudformation"])
        found = finder.find(options.target)
        if options.wait:
            found.imports = [_ended(finder, one) for one in found.imports]
        explained = [explanation(made["logs"], one, local, options.max_records) for one in found.imports]
    if options.json:
        as_dicts = [one.as_dict() for one in explained]
        print(json.dumps({"imports": as_dicts, "cloudformation": found.reasons}, indent=2))
    else:
        _print(found, explained)
    return FAILED if found.reasons or any(one.failed for one in found.imports) else 0


def _assembly(given: str | None) -> Path | None:
    if given is not None:
        return Path(given)
    default = Path("cdk.out")
    return default if (default / "manifest.json").is_file() else None


def _ended(finder: Finder, one: Import) -> Import:
    """Ask again until the import has ended; in between there is nothing to see but the time (rule 5.4)."""
    person, said = sys.stderr.isatty(), 0.0
    while one.running:
        if person or time.monotonic() - said >= _SAY_EVERY:
            said = time.monotonic()
            text = f"{one.table}: {one.status}, {_duration(one)}"
            print(f"\r{text}" if person else text, end="" if person else "\n", file=sys.stderr, flush=True)
        time.sleep(_EVERY)
        newer = finder.described(one.arn)
        newer.logical_id, newer.stack = one.logical_id, one.stack
        one = newer
    if person and said:
        print(file=sys.stderr)
    return one


def _duration(one: Import) -> str:
    seconds = one.seconds(datetime.now(UTC))
    if seconds is None:
        return "no start time"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _print(found: Found, explained: list[Explanation]) -> None:
    for reason in found.reasons:
        print(f"CloudFormation: {_printable(reason)}")
    for explained_one in explained:
        one = explained_one.of
        told = one.description
        source = told.get("S3BucketSource") or {}
        print(f"{one.table}: {one.status}, {'for' if one.running else 'after'} {_duration(one)}")
        print(f"    {one.arn}")
        form = f"{told.get('InputFormat', '?')}, {told.get('InputCompressionType') or 'NONE'}"
        print(f"    from s3://{source.get('S3Bucket', '?')}/{source.get('S3KeyPrefix') or ''} ({form})")
        if one.running:
            print("    counters stay 0 until it ends, so there is no share to show (rule 5.4)")
        else:
            print(
                f"    processed {told.get('ProcessedItemCount', 0):,}, imported"
                f" {told.get('ImportedItemCount', 0):,},"
                f" errors {told.get('ErrorCount', 0):,}; {told.get('ProcessedSizeBytes', 0):,} bytes read"
            )
        if one.failed:
            print(
                f"    {told.get('FailureCode', 'no code')}: {_printable(str(told.get('FailureMessage', '')))}"
            )
        for note in explained_one.notes:
            print(f"    {note}")
        for record in explained_one.records:
            print()
            print(
                _printable(
                    f"{record.place}: {'; '.join(record.logged.messages) or 'no message'}{record.rules}"
                )
            )
            for advice in record.advice:
                print(f"    {advice}")


def _printable(text: str) -> str:
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )

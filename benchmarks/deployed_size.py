"""What is deployed: resources, template bytes and asset bytes of each staging, beside the same by hand.

Bounds, judged here (exit code 1): `from_asset` is one resource, and no file of CDK's comes along with it;
every staging deploys the very resources of the stack written by hand for them; and `from_path`
has no more than the shortest hand-written stack. Excepted is what our promises need: it is listed in the
report, each with its reason.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import _report
from benchmarks.stacks import STAGINGS, data

PROMISES: Final = {
    "AWS::S3::BucketPolicy": "refuses plain HTTP: the staging bucket is TLS-only (free of charge)",
}
"""What `from_path` has and the shortest hand-written stack has not, and why."""
PROPERTIES: Final = {
    "RepeatFor": "on the upload: brings the files again whenever the table is replaced, should they be gone",
}
"""What none of the hand-written stacks has, and why. Synth pays for these too."""


@dataclass(frozen=True)
class Deployed:
    """One synthesized stack."""

    types: Counter[str]
    anonymous: dict[str, str]
    """Each type's resource, without logical ids, hashes of assets, and what `PROPERTIES` explains."""
    template_bytes: int
    data_bytes: int
    other_bytes: int
    """Assets that are not the data: the handler's code and its layer with the AWS CLI."""

    def row(self, name: str, way: str) -> list[object]:
        """A row of the report."""
        return [
            name,
            way,
            self.types.total(),
            f"{self.template_bytes:,}",
            f"{self.data_bytes:,}",
            f"{self.other_bytes:,}",
        ]


def main() -> int:
    """Synthesize, print, judge; the exit code."""
    arguments = _report.parser(__file__, __doc__).parse_args()
    # The same templates with and without CDK's validator, which takes seconds.
    os.environ["CDK_VALIDATION"] = "false"
    with tempfile.TemporaryDirectory() as temporary:
        found = dict(deployed(Path(temporary)))
    _report.publish(__file__, report(found), write=arguments.write)
    return _report.judge(list(broken(found)))


def deployed(root: Path) -> Iterator[tuple[tuple[str, str], Deployed]]:
    """Every staging, both ways, by staging and way."""
    from benchmarks.stacks import app  # noqa: PLC0415 - after CDK_VALIDATION: jsii's Node inherits it

    data.write(root)
    for staging in STAGINGS:
        for way in ("handwritten", "imported"):
            out = root / f"{way}-{staging}"
            app.synth(way, staging, root, out)
            yield (staging, way), read(out)
    app.synth("handwritten", "from_path_shortest", root, root / "shortest")
    yield ("from_path", "shortest"), read(root / "shortest")


def read(assembly: Path) -> Deployed:
    """What the assembly in a folder would deploy."""
    template = assembly / "Stack.template.json"
    resources: dict[str, dict[str, Any]] = json.loads(template.read_text("utf-8"))["Resources"]
    manifest = json.loads((assembly / "Stack.assets.json").read_text("utf-8"))
    sizes: Counter[bool] = Counter()
    for file in manifest["files"].values():
        source = assembly / file["source"]["path"]
        if source != template:
            sizes[is_data(source)] += size(source)
    types = Counter(resource["Type"] for resource in resources.values())
    return Deployed(types, anonymous(resources), template.stat().st_size, sizes[True], sizes[False])


def anonymous(resources: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The resources by type, of which a stack here has one each, without what may differ."""
    found = {}
    for resource in resources.values():
        properties = {name: value for name, value in resource["Properties"].items() if name not in PROPERTIES}
        text = json.dumps({**resource, "Properties": properties}, sort_keys=True)
        for name, other in resources.items():
            text = text.replace(f'"{name}"', f'"{other["Type"]}"')
        text = re.sub(r"[0-9a-f]{64}|(?<=data-)[0-9a-f]{16}", "HASH", text)
        # CDK's `Source.data` lists the tokens in its text; there are none.
        found[resource["Type"]] = re.sub(r'"SourceMarkers(Config)?": \[\{\}\], ', "", text)
    return found


def is_data(asset: Path) -> bool:
    """Whether an asset is the table's data: what CDK brings along is Python and a zip."""
    return asset.suffix == ".json" or any(asset.glob("*.json"))


def size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    return sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file())


def report(found: dict[tuple[str, str], Deployed]) -> str:
    """The whole report, in Markdown."""
    names = {
        "imported": "`ImportedTable`",
        "handwritten": "by hand, same resources",
        "shortest": "by hand, shortest",
    }
    head = ["staging", "way", "resources", "template bytes", "bytes of data", "bytes of other assets"]
    rows = [
        one.row(f"`{staging}`", names[way])
        for staging in STAGINGS
        for way in names
        if (one := found.get((staging, way)))
    ]
    types = sorted({kind for one in found.values() for kind in one.types})
    columns = [("from_path", "shortest"), ("from_path", "imported"), ("from_asset", "imported")]
    by_type = [[f"`{kind}`", *(found[column].types[kind] or "-" for column in columns)] for kind in types]
    type_head = ["resource", "by hand, shortest", "`from_path`", "`from_asset`"]
    promises = "\n".join(f"- `{name}`: {why}." for name, why in {**PROMISES, **PROPERTIES}.items())
    return "\n".join(
        [
            f"{len(data.ITEMS)} records in {data.FILES} files; {_report.versions()}.\n",
            _report.table(head, rows),
            "Resources by type:\n",
            _report.table(type_head, by_type),
            "What `from_path` has more than one writes by hand, and which promise needs it:\n",
            promises + "\n",
        ]
    )


def broken(found: dict[tuple[str, str], Deployed]) -> Iterator[str]:
    """One sentence for each bound that does not hold."""
    asset = found["from_asset", "imported"]
    if asset.types != Counter({"AWS::DynamoDB::Table": 1}):
        yield f"from_asset deploys {dict(asset.types)}, and not the table alone"
    if asset.other_bytes:
        yield f"from_asset brings {asset.other_bytes:,} bytes of assets that are not its data"
    for staging in STAGINGS:
        ours, theirs = found[staging, "imported"], found[staging, "handwritten"]
        if ours.types != theirs.types:
            yield (
                f"{staging} deploys {dict(ours.types - theirs.types)} more and"
                f" {dict(theirs.types - ours.types)} less than by hand"
            )
        for kind in ours.types & theirs.types:
            if ours.anonymous[kind] != theirs.anonymous[kind]:
                yield f"{staging}: the {kind} is not the one by hand"
    more = found["from_path", "imported"].types - found["from_path", "shortest"].types
    for kind in sorted(set(more) - set(PROMISES)):
        yield f"from_path deploys {more[kind]} {kind} more than the shortest stack, and no promise needs it"


if __name__ == "__main__":
    sys.exit(main())

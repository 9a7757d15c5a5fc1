"""What cdk-nag says of the examples: nothing is suppressed, and what remains is in the documentation."""

from __future__ import annotations

import json
import re
import runpy
from functools import partial
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from tests.unit.test_examples import EXAMPLES, NAMES, ROOT, settings

Remaining = tuple[str, str]
"""A rule, and what breaks it."""

KINDS = {
    "Custom::CDKBucketDeployment": "CDK's upload function",
    "/StagingBucket/": "the staging bucket",
    "/Default/Resource": "the table",
    "/Reader/": "an example's own function",
    "/Bucket/": "an example's own bucket",
}


def documented() -> set[Remaining]:
    """The rows of the table in the documentation; each has a reason."""
    text = (ROOT / "docs" / "permissions.md").read_text("utf-8")
    rows = re.findall(r"^\| `(AwsSolutions-\w+)` \| (.+?) \| (.{20,}?) \|$", text, re.MULTILINE)
    return {(rule, kind) for rule, kind, _ in rows}


def found(name: str, folder: Path) -> set[Remaining]:
    """What the rules find in an example."""
    nag = pytest.importorskip("cdk_nag")

    class Checked(cdk.App):
        def synth(self, **options: Any) -> Any:
            cdk.Validations.of(self).add_plugins(nag.AwsSolutionsChecks(self))
            return super().synth(**options)

    app = partial(Checked, context=settings(name).get("context"), outdir=str(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdk, "App", app)
        with pytest.raises(RuntimeError, match="ValidationFailed"):
            runpy.run_path(str(EXAMPLES / name / "app.py"))
    report = json.loads((folder / "validation-report.json").read_text("utf-8"))
    return {
        (violation["ruleName"].partition("[")[0], kind_of(construct["constructPath"]))
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


def kind_of(path: str) -> str:
    """What a construct is, in the words of the documentation; its path, if it is in none of them."""
    return next((kind for part, kind in KINDS.items() if part in path), path)


def test_what_cdk_nag_says_is_what_the_documentation_lists(tmp_path: Path) -> None:
    """No more, no less: a new finding needs a reason, and one that is gone goes from the list."""
    remaining = set[Remaining]().union(*(found(name, tmp_path / name) for name in NAMES))
    assert remaining == documented()


def test_nothing_is_acknowledged_or_suppressed() -> None:
    """No line of the examples or of the library silences a rule."""
    silencers = re.compile(r"NagSuppressions|cdk_nag|\.acknowledge\(|AwsSolutions")
    files = [*(ROOT / "src").rglob("*.py"), *EXAMPLES.rglob("*.py")]
    assert [str(path) for path in files if silencers.search(path.read_text("utf-8"))] == []

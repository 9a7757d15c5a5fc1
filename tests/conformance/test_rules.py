"""Each rule is kept by its good example and broken by its bad one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_imported_table.cli import main
from cdk_imported_table.dataset.rules import RULES, Example, Severity

TESTED_ELSEWHERE = {"too-many-files"}


def check(example: Example, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, int]]:
    """Run the command line over an example; return its exit code and the count of findings by rule."""
    for name, module in (("ion", "amazon.ion"), ("parquet", "pyarrow")):
        pytest.importorskip(module) if example.format == name else None
    path = folder / "data"
    path.write_bytes(example.data)
    code = main(
        [
            "check",
            str(path),
            "--partition-key",
            "pk:S",
            "--format",
            example.format,
            "--json",
            *example.options,
        ]
    )
    printed = capsys.readouterr()
    assert not printed.err
    return code, json.loads(printed.out)["counts"]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_good_example_is_clean(rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found in it: neither this rule nor another."""
    assert check(RULES[rule].good, tmp_path, capsys) == (0, {})


@pytest.mark.parametrize("rule", sorted(set(RULES) - TESTED_ELSEWHERE))
def test_the_bad_example_breaks_its_rule(
    rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rule is among what is found, and the exit code is its severity's."""
    code, counts = check(RULES[rule].bad, tmp_path, capsys)
    assert rule in counts
    assert code == (
        1
        if RULES[rule].severity is Severity.ERROR
        else int(any(RULES[other].severity is Severity.ERROR for other in counts))
    )

"""Equal keys among very many, and what is not a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk_imported_table.dataset import duplicates
from cdk_imported_table.dataset.checker import check
from cdk_imported_table.dataset.files import collect
from cdk_imported_table.dataset.formats import DataFormat

from .support import PLAIN, checked


def test_more_equal_keys_than_are_looked_at_are_all_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first are named with their lines; the fingerprints of the others are believed."""
    monkeypatch.setattr(duplicates, "CANDIDATES", 5)
    for part in range(3):
        lines = [f'{{"Item":{{"pk":{{"S":"{number}"}}}}}}' for number in range(50)]
        (tmp_path / f"{part}.json").write_text("\n".join(lines))
    report = check(collect(tmp_path).files, DataFormat("DYNAMODB_JSON"), PLAIN)
    assert report.counts == {"duplicate-key": 100}
    assert report.distinct_keys == 50
    assert len(report.findings) == 10
    assert report.error_count == 0


def test_keys_whose_fingerprints_are_equal_are_not_taken_for_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look compares the keys themselves."""
    monkeypatch.setattr(duplicates, "crc32", len)
    lines = [f'{{"Item":{{"pk":{{"S":"{number}"}}}}}}' for number in (1, 2, 3, 2)]
    (tmp_path / "a.json").write_text("\n".join(lines))
    report = check(collect(tmp_path).files, DataFormat("DYNAMODB_JSON"), PLAIN)
    assert report.counts == {"duplicate-key": 1}
    assert report.distinct_keys == 3
    assert [(one.line, one.message.split("(")[-1]) for one in report.findings] == [
        (4, "the same key as in line 2)")
    ]


def test_first_row_of_a_csv_without_header_is_not_shown_as_names() -> None:
    """It is data, and data may be personal."""
    report = checked(b"Jane Secret,4711\nJohn Doe,4712\n", "CSV")
    assert report.counts == {"csv-key-column": 1, "key-missing": 1}
    assert set(report.attributes.types) == {"column 1", "column 2"}
    assert "Secret" not in str(report.as_dict())

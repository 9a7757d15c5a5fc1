"""How much local data a synth takes."""

from pathlib import Path

import pytest

from cdk_imported_table import ImportData
from tests.unit.support import JSON, folder, imported, line, new_stack

KEY = "cdk-imported-table:maxLocalBytes"


def test_more_than_a_gigabyte_belongs_into_s3(tmp_path: Path) -> None:
    """Refused before a byte of it is read: the file has no blocks on the disk."""
    path = folder(tmp_path / "data", a__json=line("a"))
    with (path / "big.json").open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(ValueError, match=r"more than the 1,000,000,000 .* use ImportData.from_bucket,"):
        imported(new_stack(), ImportData.from_path(path, input_format=JSON))


def test_the_limit_is_the_apps(tmp_path: Path) -> None:
    """As a number, or as people write it behind `cdk -c`."""
    path = folder(tmp_path / "data", a__json=line("a"))
    for limit in (100, "1e2"):
        imported(new_stack(context={KEY: limit}), ImportData.from_path(path, input_format=JSON))
    for limit in (10, "10"):
        with pytest.raises(ValueError, match="more than the 10 that are taken"):
            imported(new_stack(context={KEY: limit}), ImportData.from_path(path, input_format=JSON))


@pytest.mark.parametrize("said", ["1 GB", "", -1, 0, "inf", [5]])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, said: object) -> None:
    """A mistyped limit must not be no limit."""
    path = folder(tmp_path / "data", a__json=line("a"))
    with pytest.raises(ValueError, match="must be a number of bytes above 0"):
        imported(new_stack(context={KEY: said}), ImportData.from_path(path, input_format=JSON))

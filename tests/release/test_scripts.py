"""The scripts say clearly what is wrong."""

from __future__ import annotations

import re

import pytest

import floor_test
import release
from environments import ROOT


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("a-b.c>=1.2,<3", "a-b.c==1.2"),
        ("a>=1.2", "a==1.2"),
        ("a[b,c-d]>=1.2,<2", "a[b,c-d]==1.2"),
        ("a>=1,<2; python_version < '3.14'", "a==1; python_version < '3.14'"),
    ],
)
def test_floor_is_the_lower_bound(requirement: str, expected: str) -> None:
    """The floor of a requirement is its lower bound, with the same marker."""
    assert floor_test.floor(requirement) == expected


def test_requirement_without_a_floor_is_refused() -> None:
    """A requirement that has no lower bound cannot be tested at one."""
    with pytest.raises(ValueError, match="has no floor"):
        floor_test.floor("a<3")


def test_every_dependency_has_a_floor_and_its_reason() -> None:
    """CONTRIBUTING.md has a row, with the same version, for every floor."""
    reasons = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    pins = [pin.split(";")[0] for pin in floor_test.floors(release.PYPROJECT)]
    floors = [pin.split("==") for pin in pins if pin.split("==")[0] not in floor_test.TOOLS]
    missing = [
        (name, low) for name, low in floors if not re.search(rf"`{re.escape(name)}`[^|]*\| {low} ", reasons)
    ]
    assert missing == []


def test_wrong_tag_is_refused() -> None:
    """A tag that is not the version's stops the release, and the message has both."""
    with pytest.raises(release.ReleaseError, match=r"tag is v0\.0\.0, but the version"):
        release.check_tag("v0.0.0")

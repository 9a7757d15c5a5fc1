"""What is good at a glance is good by the rules."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_imported_table.dataset.glance import surely_good
from cdk_imported_table.dataset.items import ItemChecker
from cdk_imported_table.dataset.stats import Attributes

from .support import NOW, PLAIN

TEXT = st.sampled_from(
    ["", "a", "1", "1.0", "-0", "1e3", "1" * 39, "YQ==", "YR==", "YQ", "é", "\ud800", "x" * 70_000]
)
SCALAR = st.one_of(TEXT, st.booleans(), st.none(), st.integers(), st.floats(allow_nan=False))
TAGS = st.sampled_from(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "X", ""])
VALUE: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(TAGS, inner, max_size=2),
        st.dictionaries(st.sampled_from(["", "a", "b" * 70_000]), inner, max_size=2),
    ),
    max_leaves=8,
)


@settings(max_examples=1500, deadline=None)
@given(TAGS, VALUE)
def test_what_is_surely_good_breaks_no_rule(tag: str, value: Any) -> None:
    """The rules are asked, by putting the value beside a bad one: so they look at it."""
    if surely_good(tag, value):
        wrapped: dict[str, Any] = {"L": [{"X": "1"}, {tag: value}]}  # not good, so all of it is looked at
        problems = ItemChecker(PLAIN, NOW).check({"pk": {"S": "a"}, "v": wrapped}, 1, Attributes())
        assert [problem.path for problem in problems] == ["v[0]"]


def test_what_people_write_is_seen_to_be_good() -> None:
    """Every type, or the glance would be of no use."""
    for tag, value in (
        ("S", ""), ("N", "-1.5e3"), ("B", "YQ=="), ("BOOL", False), ("NULL", True),
        ("SS", ["a", ""]), ("NS", ["1", "2.0"]), ("BS", ["YQ==", ""]),
        ("L", [{"S": "a"}]), ("M", {"k": {"L": []}}),
    ):  # fmt: skip
        assert surely_good(tag, value)


def test_depth_is_counted_as_the_rules_count_it() -> None:
    """32 levels are good, 33 are not."""
    value: dict[str, Any] = {"S": "x"}
    for _ in range(31):
        value = {"L": [value]}
    assert surely_good(*value.items().__iter__().__next__())
    assert not surely_good("L", [value])

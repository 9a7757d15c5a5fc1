"""Items around every limit: this checker, dynalite and MiniStack are asked for the same verdict.

Neither oracle is AWS. Where one is known to differ, the rule is listed below with the reason, and not asked.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cdk_imported_table.dataset.items import ItemChecker
from cdk_imported_table.dataset.rules import RULES, Effect
from cdk_imported_table.dataset.schema import Index, Key, TableSchema
from cdk_imported_table.dataset.sizes import item_size
from cdk_imported_table.dataset.stats import Attributes

from .conftest import Oracle

SCHEMA = TableSchema(Key("pk", "S"), Key("sk", "N"), (Index("by-g", (Key("g", "S"),)),))
CHECKER = ItemChecker(SCHEMA)

DIFFERS: dict[str, dict[str, str]] = {
    "dynalite": {
        "nesting": "does not look at nesting; real regions refuse 33 levels (dynamodb-conformance)",
        "index-key-empty": "takes empty index keys; real regions refuse them (dynamodb-conformance)",
        "index-key-length": "does not look at the length of index keys",
        "name-empty": "takes empty names; an import refuses them (scylladb)",
        "name-length": "does not look at the length of names",
        "key-length": "counts characters, not bytes; the limits are documented in bytes",
    },
    "ministack": {
        "index-key-length": "does not look at the length of index keys",
        "base64": "decodes base64 leniently; dynalite refuses it in DynamoDB's words",
    },
}


def broken_rules(item: dict[str, Any]) -> set[str]:
    """Return the rules that make an item fail."""
    problems = CHECKER.check(item, 10**9, Attributes())
    return {problem.rule for problem in problems if RULES[problem.rule].effect is not Effect.NOTHING}


def around(*limits: int, spread: int = 2) -> st.SearchStrategy[int]:
    """Return whole numbers about limits."""
    return st.one_of([st.integers(max(limit - spread, 0), limit + spread) for limit in limits])


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Return numbers about the limits of digits and magnitude, in many ways of writing."""
    sign = draw(st.sampled_from(["", "-", "+", "--"]))
    whole = "0" * draw(st.integers(0, 3)) + draw(st.text("0123456789", max_size=3)) * draw(st.integers(0, 14))
    fraction = draw(
        st.one_of(st.just(""), st.text("0123456789", max_size=42).map(lambda digits: "." + digits))
    )
    power = draw(
        st.one_of(
            st.just(""),
            st.tuples(st.sampled_from(["e", "E", "e+", "e-", "E-", "e "]), around(0, 37, 125, 130, 167)).map(
                lambda parts: f"{parts[0]}{parts[1]}"
            ),
        )
    )
    return sign + whole + fraction + power


ODD_NUMBERS = st.sampled_from(
    [
        "",
        " ",
        "1 ",
        " 1",
        "NaN",
        "Infinity",
        "0x10",
        "1,000",
        "1_000",
        "٣",
        "1e",
        ".",
        "-",
        "1e1.5",
        "0e1000",
        "1\n",
    ]
)
GOOD_NUMBERS = st.builds(
    "{}{}e{}".format,
    st.sampled_from(["", "-"]),
    st.from_regex("[0-9]{1,30}([.][0-9]{1,8})?", fullmatch=True),
    st.integers(-90, 90),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
BINARY = st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode())
ODD_BINARY = st.one_of(
    BINARY.map(lambda text: text.rstrip("=")), st.sampled_from(["YR==", "Y", "YQ=", "Y-Q=", "YQ==YQ=="])
)
SCALARS = st.one_of(
    TEXT.map(lambda text: {"S": text}),
    numbers().map(lambda number: {"N": number}),
    ODD_NUMBERS.map(lambda number: {"N": number}),
    BINARY.map(lambda text: {"B": text}),
    ODD_BINARY.map(lambda text: {"B": text}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
)
SETS = st.one_of(
    st.lists(TEXT, max_size=4).map(lambda members: {"SS": members}),
    st.lists(numbers(), max_size=4).map(lambda members: {"NS": members}),
    st.lists(st.sampled_from(["1", "1.0", "0", "-0", "10", "1e1", "2"]), max_size=3).map(
        lambda members: {"NS": members}
    ),
    st.lists(BINARY, max_size=4).map(lambda members: {"BS": members}),
)
ODD_TAGS = st.sampled_from([{}, {"X": "1"}, {"S": "a", "N": "1"}, {"N": "1", "BOOL": True}])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(SCALARS, SETS, ODD_TAGS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(TEXT.filter(bool), inner, max_size=3).map(lambda fields: {"M": fields}),
    ),
    max_leaves=6,
)
KEYS = st.one_of(
    TEXT.map(lambda text: {"S": text}),
    around(1, 2048).map(lambda length: {"S": "x" * length}),
    around(1, 1024).map(lambda length: {"S": "é" * length}),
    numbers().map(lambda number: {"N": number}),
    BINARY.map(lambda text: {"B": text}),
)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """Return items, good and bad."""
    item: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    if draw(st.integers(0, 3)) == 0:
        item[draw(st.sampled_from(["pk", "sk", "g"]))] = draw(KEYS)
    if draw(st.integers(0, 9)) == 0:
        del item[draw(st.sampled_from(["pk", "sk"]))]
    item |= draw(
        st.dictionaries(TEXT.filter(lambda name: name not in ("", "pk", "sk", "g")), VALUES, max_size=3)
    )
    return item


def large(text: int, number: str, nested: bool) -> dict[str, Any]:
    """Return an item of about `text` bytes with a number somewhere."""
    value: dict[str, Any] = {"N": number}
    return {
        "pk": {"S": "a"},
        "sk": {"N": "1"},
        "t": {"S": "x" * text},
        "n": {"M": {"k": {"L": [value, value]}}} if nested else value,
    }


def agree(name: str, oracle: Oracle, item: dict[str, Any]) -> None:
    """Ask `oracle` for its verdict, unless it is known to differ in a rule that the item breaks."""
    broken = broken_rules(item)
    if broken and broken <= set(DIFFERS[name]) and not _plain_key(item, broken):
        return
    refusal = oracle.refusal(item)
    if name == "dynalite" and refusal is not None and "numeric value: +" in refusal:
        return  # its number library has no plus sign; DynamoDB takes one (rule 2.11)
    if name == "dynalite" and refusal is None and _twice_empty(item):
        return  # it asks whether the string that it found twice is true; the empty one is not
    if name == "ministack" and refusal is None and "\u0663" in str(item):
        return  # it takes digits of other scripts
    if name == "ministack" and refusal is not None and "Number overflow" in refusal and _odd_zero(item):
        return  # it looks at the exponent of zero; rule 2.12 is about other numbers
    assert (refusal is not None) == bool(broken), (
        f"{name} says {refusal}, the checker {broken or 'nothing'}: {item!r}"[:3000]
    )


def _twice_empty(value: object) -> bool:
    """Return whether some set has the empty string, or no bytes, twice."""
    if isinstance(value, dict):
        twice = any(value.get(tag, []).count("") > 1 for tag in ("SS", "BS"))
        return twice or any(map(_twice_empty, value.values()))
    return isinstance(value, list) and any(map(_twice_empty, value))


def _odd_zero(value: object) -> bool:
    """Return whether there is a zero with an exponent."""
    return re.search(r"'[-+]?0*[.]?0*[eE][-+]?[0-9]+'", str(value)) is not None


def _plain_key(item: dict[str, Any], broken: set[str]) -> bool:
    """Return whether only the length of an ASCII key is wrong: there characters are bytes."""
    return broken == {"key-length"} and str(item["pk"]).isascii()


ASK = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@ASK
@given(items())
@example({"pk": {"S": "a"}, "sk": {"N": "1"}, "s": {"SS": ["", ""]}})
def test_dynalite_agrees(dynalite: Oracle, item: dict[str, Any]) -> None:
    """A verdict differs from dynalite's only where that is listed."""
    agree("dynalite", dynalite, item)


@settings(ASK, max_examples=150)
@given(items())
@example({"pk": {"S": "a"}, "sk": {"N": "1"}, "n": {"N": "0e1000"}})
def test_ministack_agrees(ministack: Oracle, item: dict[str, Any]) -> None:
    """A verdict differs from MiniStack's only where that is listed."""
    agree("ministack", ministack, item)


@settings(ASK, max_examples=60)
@given(around(409_600, spread=40), GOOD_NUMBERS, st.booleans())
@example(409_600, "0", False)
def test_dynalite_counts_the_same_size(dynalite: Oracle, size: int, number: str, nested: bool) -> None:
    """The limit of 409,600 bytes is met to the byte."""
    rest = item_size(large(0, number, nested))
    for length in (409_600 - rest, 409_601 - rest, size - rest):
        agree("dynalite", dynalite, large(length, number, nested))


def test_deep_items(dynalite: Oracle) -> None:
    """Dynalite does not know the limit of 32 levels: the listed difference is still one."""
    item: dict[str, Any] = {"S": "x"}
    for _ in range(32):
        item = {"L": [item]}
    deep = {"pk": {"S": "a"}, "sk": {"N": "1"}, "d": item}
    assert broken_rules(deep) == {"nesting"}
    if dynalite.refusal(deep) is not None:
        pytest.fail("dynalite looks at nesting now: take it off the list")

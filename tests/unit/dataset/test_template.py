"""The fast path never says anything else than the exact one."""

from __future__ import annotations

import base64
import json
import random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_imported_table.dataset import template
from cdk_imported_table.dataset.file_check import FileCheck

from .support import NOW, RICH, checked, outcome

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
NUMBER = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.sampled_from(["1.0", "01", "-0", "1e5", "1E+130", "", "0", "1" * 39, "0." + "1" * 20, "+1"]),
)
BINARY = st.binary(max_size=5).map(lambda data: base64.b64encode(data).decode())
SCALAR = st.one_of(
    TEXT.map(lambda text: {"S": text}),
    st.sampled_from([1023, 1024, 1025, 2048, 2049]).map(lambda length: {"S": "x" * length}),
    NUMBER.map(lambda number: {"N": number}),
    BINARY.map(lambda text: {"B": text}),
    st.sampled_from(["YR==", "YQ", "*"]).map(lambda text: {"B": text}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.booleans().map(lambda value: {"NULL": value}),
    st.sampled_from([NOW - 5, NOW, NOW + 5]).map(lambda when: {"N": str(when)}),
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        SCALAR,
        st.lists(TEXT, max_size=3).map(lambda members: {"SS": members}),
        st.lists(NUMBER, max_size=3).map(lambda members: {"NS": members}),
        st.lists(BINARY, max_size=3).map(lambda members: {"BS": members}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(st.sampled_from(["x", "y", "é", 'q"']), inner, max_size=3).map(
            lambda fields: {"M": fields}
        ),
    ),
    max_leaves=5,
)
NAMES = ["sk", "g", "h", "ttl", "a", "b", "straße", 'quo"te', "d.e"]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Return files whose lines are mostly alike, written in one of several ways."""
    values = {name: draw(st.lists(VALUE, min_size=1, max_size=3)) for name in NAMES}
    values["sk"] += [{"N": "7"}, {"N": "8"}]
    values["g"] += [{"S": "g"}]
    values["h"] += [{"N": "1"}]
    values["ttl"] += [{"N": str(NOW + 100)}]
    chance = draw(st.randoms(use_true_random=False))
    spaced, escaped, ordered = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    lines = []
    for number in range(draw(st.integers(1, 30))):
        partition = chance.choice(["p", 'p"', "p\\", "pé", "p\n"])
        sort = chance.choice(["{}", "{}.0", "{}e0", "-{}.50", "{}00"]).format(number % 4)
        item = {"pk": {"S": f"{partition}{number % 3}"}, "sk": {"N": sort}}
        names = NAMES if ordered else chance.sample(NAMES, len(NAMES))
        item |= {name: chance.choice(values[name]) for name in names if chance.random() < 0.7}
        line = json.dumps(
            {"Item": item}, separators=(", ", ": ") if spaced else (",", ":"), ensure_ascii=escaped
        ).encode()
        lines.append(_damaged(line, chance) if chance.random() < 0.1 else line)
    return b"\n".join(lines) + (b"\n" if draw(st.booleans()) else b"")


def _damaged(line: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(line))
    return chance.choice(
        [
            line[:place],
            line[:place] + b"\n" + line[place:],
            line + line,
            line[:place] + bytes([chance.randrange(256)]) + line[place + 1 :],
            line.replace(b'"pk"', b'"sk"'),
            b"  " + line + b" ",
            b"",
        ]
    )


@settings(max_examples=300, deadline=None)
@given(files())
def test_both_paths_say_the_same(data: bytes) -> None:
    """Learning from every line, from few, or from none gives one report."""
    said = []
    for learn, block in ((10**9, 1 << 17), (1, 1 << 17), (1, 300), (4, 1000)):
        with (
            mock.patch.object(template, "_LEARN", learn),
            mock.patch("cdk_imported_table.dataset.lines.BLOCK", block),
        ):
            said.append(outcome(checked(data, schema=RICH)))
    assert said[0] == said[1] == said[2] == said[3]


def _by_pattern(lines: list[bytes]) -> int:
    """How many lines are not read one by one."""
    with mock.patch.object(FileCheck, "good_rows", autospec=True, side_effect=FileCheck.good_rows) as taken:
        checked(b"\n".join(lines) + b"\n", schema=RICH)
    return sum(len(call.args[1]) for call in taken.call_args_list)


def _line(number: int, **others: Any) -> bytes:
    item = {"pk": {"S": f'say "{number}"'}, "sk": {"N": f"{number}.50"}, **others}
    return json.dumps({"Item": item}, separators=(",", ":")).encode()


def test_attributes_that_come_and_go_take_the_fast_path() -> None:
    """In whatever combination, as long as they stand in one order."""
    optional: list[dict[str, Any]] = [{"b": {"S": "x"}}, {"h": {"N": "0.5"}}, {"ns": {"NS": ["1.0", "2"]}}]
    lines = []
    for number in range(2000):
        chosen = [one for place, one in enumerate(optional) if number >> place & 1]
        lines.append(_line(number, **{name: value for one in chosen for name, value in one.items()}))
    assert _by_pattern(lines) >= 1900


def test_a_pattern_that_matches_little_is_given_up() -> None:
    """Where every line has another order, looking for a match costs more than it saves."""
    chance = random.Random(1)
    names = [f"a{number}" for number in range(8)]
    lines = [
        _line(number, **{name: {"S": "x"} for name in chance.sample(names, 8)}) for number in range(4000)
    ]
    assert _by_pattern(lines) < 100
    assert checked(b"\n".join(lines) + b"\n", schema=RICH).imported == 4000


def test_equal_numbers_in_a_set_are_found_however_they_are_written() -> None:
    """At the top and further in; what only looks equal as a float is not refused."""
    close = ["0.1", "0.1000000000000000055511151231257827"]
    for members, rule in ((["1", "1.0"], "set-duplicate"), (["10", "1e1"], "set-duplicate"), (close, None)):
        for value in ({"NS": members}, {"M": {"x": {"NS": members}}}):
            good = [_line(number, v={k: v}) for number in range(200) for k, v in value.items()]
            plain = [
                line.replace(json.dumps(members, separators=(",", ":")).encode(), b'["1","2"]')
                for line in good
            ]
            report = checked(b"\n".join([*plain, good[0]]) + b"\n", schema=RICH)
            assert set(report.counts) - {"duplicate-key"} == ({rule} if rule else set())


@pytest.mark.parametrize("member", ["", "abc", "1,5", "٣"])
def test_what_is_no_number_in_a_set_within_a_map_is_found(member: str) -> None:
    """After many lines that are alike and good."""
    lines = [f'{{"Item":{{"pk":{{"S":"{n}"}},"m":{{"M":{{"x":{{"NS":["{n}"]}}}}}}}}}}' for n in range(100)]
    lines[90] = lines[90].replace('["90"]', f'["{member}"]')
    report = checked("\n".join(lines).encode())
    assert {(finding.rule, finding.line, finding.path) for finding in report.findings} == {
        ("number-syntax", 91, "m.x[0]")
    }

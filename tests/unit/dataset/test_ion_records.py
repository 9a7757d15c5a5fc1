"""Where an Ion record ends: brackets in strings, comments and blobs are none."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .support import checked

simpleion = pytest.importorskip("amazon.ion.simpleion")

ODD = st.text("{}[]()'\"/*\\ \n,:ab", max_size=6)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _long(text: str) -> str:
    return "'''" + text.replace("\\", "\\\\").replace("'", "\\'") + "'''"


VALUE = st.one_of(
    ODD.map(_quoted),
    ODD.map(_long),
    st.lists(ODD.map(_long), min_size=2, max_size=3).map("\n ".join),
    st.sampled_from(
        ["{{YQ==}}", "{{ YWI= }}", "1.5", "true", "[]", "{}", '[{a:["}"]}]', "$dynamodb_SS::['''}''']"]
    ),
    ODD.map(lambda text: "/*" + text.replace("*", "") + "*/ 1."),
    st.text("{}[]'\"", max_size=5).map(lambda text: f"1. // {text}\n"),
)
NAME = st.sampled_from(["a", "'b c'", '"d}"', "'e\\'{'", "$f"])


@st.composite
def records(draw: st.DrawFn) -> str:
    """Return one good record, on one line or on several."""
    fields = draw(st.dictionaries(NAME, VALUE, max_size=4))
    space = draw(st.sampled_from(["", " ", "\n  "]))
    inside = "".join(f",{space}{name}:{value}" for name, value in fields.items())
    marker = draw(st.sampled_from(["", "$ion_1_0 ", "$ion_1_0\n", "// {[\n", "/* ( */"]))
    return f'{marker}{{{space}Item:{{pk:"a"{inside}}}}}'


@settings(max_examples=400, deadline=None)
@given(
    st.lists(records(), min_size=1, max_size=6), st.sampled_from(["\n", "\n\n", "\n// ]\n"]), st.booleans()
)
def test_every_record_is_found_on_its_line(written: list[str], between: str, ended: bool) -> None:
    """As many as the library finds in the whole text, in blocks of any size."""
    text = between.join(written) + ("\n" if ended else "")
    assert len(simpleion.loads(text, single_value=False)) == len(written)
    for block in (1 << 17, 30, 7):
        with mock.patch("cdk_imported_table.dataset.lines.BLOCK", block):
            report = checked(text.encode(), "ION")
        assert report.counts["bad-ion"] == 0, text
        assert report.records == len(written)


@pytest.mark.parametrize(
    ("bad", "lines"),
    [
        ('{Item:{pk:"a"}', 1),
        ('{Item:{pk:"a}}', 1),
        ("{Item:{pk:'a}}", 1),
        ('{Item:{pk:"a"}}}', 1),
        ("{Item:{pk:{{YQ=}}}}", 1),
        ('{Item:{pk:"a",b:' + "[" * 100 + "]" * 100 + "}}", 1),
        ("\x00\x01", 1),
    ],
)
def test_a_bad_record_is_one_error_and_named_with_its_line(bad: str, lines: int) -> None:
    """Whatever is behind it: what is not closed may take other records with it; DynamoDB stops there."""
    report = checked(f'{{Item:{{pk:"first"}}}}\n{bad}\n'.encode(), "ION")
    first = report.findings[0]
    assert (first.rule, first.line) == ("bad-ion", 2)
    assert report.processed == 2
    assert report.imported == 1
    assert report.errors == lines


def test_what_is_not_utf8_never_reaches_the_library() -> None:
    """Version 0.15 of it ends the whole process on such text, sooner or later."""
    record = b'$ion_1_0 {Item:{pk:"a",b:{{YQ==}}\xff}}\n'
    report = checked(record * 3000, "ION")
    assert report.counts == {"bad-ion": 3000}

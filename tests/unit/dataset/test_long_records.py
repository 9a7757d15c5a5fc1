"""Records that are longer than what is read at once: counted once, and what follows them is read."""

from __future__ import annotations

import pytest

from cdk_imported_table.dataset.lines import LONGEST

from .support import checked

LONG = 2 * LONGEST + 1000


@pytest.mark.parametrize(
    ("input_format", "bad", "good", "rule"),
    [
        ("DYNAMODB_JSON", b"x" * LONG, b'{"Item":{"pk":{"S":"a"}}}\n', "bad-json"),
        (
            "DYNAMODB_JSON",
            b'{"Item":{"pk":{"S":"' + b"x" * LONG + b'"}}}',
            b'{"Item":{"pk":{"S":"a"}}}\n',
            "item-size",
        ),
        (
            "DYNAMODB_JSON",
            b'{"Item":{"pk":' + b" " * LONG + b'{"S":"a"}}}',
            b'{"Item":{"pk":{"S":"b"}}}\n',
            "not-checked",
        ),
        ("CSV", b"pk,n\n" + b"x" * LONG, b"a,1\n", "item-size"),
        ("CSV", b"pk,n\n" + b'x"' * (LONG // 2), b"a,1\n", "item-size"),
    ],
)
def test_a_line_that_is_too_long_is_one_record(input_format: str, bad: bytes, good: bytes, rule: str) -> None:
    """Its rest is passed over, line numbers go on as they should."""
    report = checked(bad + b"\n" + good + b"\xff\n", input_format)
    (first, *others) = report.findings
    assert report.records == 3
    assert (first.rule, first.line) == (rule, 1 + bad.count(b"\n"))
    assert {(one.rule, one.line) for one in others} <= {
        ("invalid-utf8", 3 + bad.count(b"\n")),
        ("bad-json", 3 + bad.count(b"\n")),
    }
    assert others


def test_a_long_list_of_ion_is_not_refused() -> None:
    """The newest documentation shows a list; one of more than 8 MiB is not checked, and that is a warning."""
    pytest.importorskip("amazon.ion")
    item = b'{Item:{pk:"a"}},'
    report = checked(b"$ion_1_0 [" + item * (LONG // len(item)) + b'{Item:{pk:"b"}}]\n', "ION")
    assert report.counts == {"not-checked": 1}
    assert report.error_count == 0


def test_values_behind_each_other_are_not_held_together() -> None:
    """Ion allows many values on one line; each is a record."""
    pytest.importorskip("amazon.ion")
    report = checked(b'{Item:{pk:"a"}} ' * 30_000 + b"\n", "ION")
    assert report.records == report.imported == 30_000

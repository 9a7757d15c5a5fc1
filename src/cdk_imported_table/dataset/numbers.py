"""DynamoDB's numbers: grammar, range, size, and one way of writing each (rules 2.11, 2.12, appendix A)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_GRAMMAR: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
_PLAIN: Final = re.compile(r"0|-?[1-9][0-9]{0,37}")
ORDINARY_PATTERN: Final = r"-?[0-9]{1,19}+(?:\.[0-9]{1,19}+)?(?:[eE][+-]?[0-9]{1,2}+)?"
ORDINARY: Final = re.compile(ORDINARY_PATTERN)
"""Numbers that are good at a glance: 38 digits at most, and an exponent that is never too large."""

_STORED: Final = re.compile(r"0|-?(?:[1-9][0-9]{0,37}|(?:0|[1-9][0-9]{0,18})\.[0-9]{0,17}[1-9])")
_SHORT: Final = 45
"""The longest number that is written without an exponent, but for its sign."""

_MOST_DIGITS: Final = 38
_LARGEST: Final = 125
_SMALLEST: Final = -130
_LONG_EXPONENT: Final = 9


class Number(NamedTuple):
    """A number: the value `0.digits * 10 ** (exponent + 1)`; `digits` is empty for zero."""

    negative: bool
    digits: str
    exponent: int
    """The decimal exponent of the first digit."""

    @property
    def size(self) -> int:
        """Bytes that count towards the size of an item."""
        if not self.digits:
            return 1
        count = len(self.digits)
        return 1 + (count + 1) // 2 + (count % 2 == 0 and self.exponent % 2 == 0) + self.negative

    @property
    def canonical(self) -> str:
        """The same text for the same value."""
        if not self.digits:
            return "0"
        trailing = self.exponent + 1 - len(self.digits)
        if trailing >= 0 and self.exponent < _MOST_DIGITS:
            text = self.digits + "0" * trailing
        else:
            text = f"{self.digits}e{trailing}"
        return "-" + text if self.negative else text


def read_number(text: str) -> Number | str:
    """Return the number that `text` is, or the id of the rule that it breaks."""
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        return "number-syntax"
    sign, whole, fraction, power = match.groups()
    fraction = fraction or ""
    digits = whole + fraction
    if not digits:
        return "number-syntax"
    significant = digits.lstrip("0")
    leading = len(digits) - len(significant)
    significant = significant.rstrip("0")
    if not significant:
        return Number(negative=False, digits="", exponent=0)
    if len(significant) > _MOST_DIGITS:
        return "number-digits"
    exponent = _exponent(power) + len(whole) - leading - 1
    if exponent > _LARGEST:
        return "number-overflow"
    if exponent < _SMALLEST:
        return "number-underflow"
    return Number(sign == "-", significant, exponent)


def canonical_number(text: str) -> str:
    """Return one way of writing the number, the same for equal values; `text` is a good number."""
    if _PLAIN.fullmatch(text):
        return text
    number = read_number(text)
    return text if isinstance(number, str) else number.canonical


def stored_number(text: str) -> str:
    """Return the number as DynamoDB stores it, `1.50` as `1.5`; a text that is none as it is.

    Equal numbers get equal text: written out, or with an exponent where that would be long.
    """
    if len(text) <= _SHORT and _STORED.fullmatch(text):
        return text
    number = read_number(text)
    if isinstance(number, str):
        return text
    digits, exponent = number.digits or "0", number.exponent
    trailing = exponent + 1 - len(digits)
    if trailing >= 0:
        plain = digits + "0" * trailing
    elif exponent >= 0:
        plain = f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
    else:
        plain = f"0.{'0' * (-exponent - 1)}{digits}"
    if len(plain) > _SHORT:
        plain = f"{digits}E{trailing}"
    return "-" + plain if number.negative else plain


def _exponent(power: str | None) -> int:
    if not power:
        return 0
    digits = power.lstrip("+-").lstrip("0") or "0"
    # An exponent may have millions of digits; Python would refuse to convert it.
    size = int(digits) if len(digits) <= _LONG_EXPONENT else 10**_LONG_EXPONENT
    return -size if power[0] == "-" else size

"""Writes `data/alphabet.json.gz`: the spelling alphabet and Morse code, as DynamoDB JSON."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

WORDS = (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec"
    " Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu"
)
LETTERS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. --"
    " -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
DIGITS = "Zero One Two Three Four Five Six Seven Eight Nine"
DIGIT_CODES = "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."


def lines() -> str:
    """One item a line."""
    items = []
    for word, code in zip(WORDS.split(), LETTERS.split(), strict=True):
        items.append({"character": {"S": word[0]}, "word": {"S": word}, "morse": {"S": code}})
    for digit, (word, code) in enumerate(zip(DIGITS.split(), DIGIT_CODES.split(), strict=True)):
        item = {"character": {"S": str(digit)}, "word": {"S": word}, "morse": {"S": code}}
        items.append({**item, "value": {"N": str(digit)}})
    return "".join(json.dumps({"Item": item}, separators=(",", ":")) + "\n" for item in items)


def write(folder: Path) -> None:
    """No time in the file: the same items are the same bytes."""
    (folder / "alphabet.json.gz").write_bytes(gzip.compress(lines().encode(), mtime=0))


if __name__ == "__main__":
    write(Path(__file__).parent / "data")

"""Small data for the measurements: 20 records in 5 files, the shape of the `customer_events` example."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Item = dict[str, str]

ITEMS: Final[list[Item]] = [
    *(
        {"PK": f"cus{n}", "SK": "--", "record_type": "customer", "customer_name": f"Customer {n}"}
        for n in range(1000, 1004)
    ),
    *(
        {"PK": f"prd{n}", "SK": "ver1", "record_type": "product", "product_name": f"Product {n}"}
        for n in range(2000, 2004)
    ),
    *(
        {"PK": f"cus{n}", "SK": f"ftr{n}", "record_type": "feature", "feature_doc": "E"}
        for n in range(1000, 1004)
    ),
    *(
        {"PK": f"evt{n}", "SK": "--", "record_type": "event", "event_time": f"2024-05-03 08:12:{n % 100:02}"}
        for n in range(3000, 3008)
    ),
]
FILES: Final = 5


@dataclass(frozen=True)
class Data:
    """The same 20 records in every form that a staging takes."""

    folder: Path
    """Five files."""
    file: Path
    """One file: what somebody who makes a file asset by hand has."""
    items: list[Item]


def lines(items: list[Item]) -> str:
    """DynamoDB JSON, one item a line."""
    return "".join(
        json.dumps({"Item": {name: {"S": value} for name, value in item.items()}}) + "\n" for item in items
    )


def at(root: Path) -> Data:
    """Where `write` puts the data."""
    return Data(root / "data", root / "all.json", ITEMS)


def write(root: Path) -> Data:
    """Writes the files below `root`."""
    data = at(root)
    data.folder.mkdir(parents=True)
    each = len(ITEMS) // FILES
    for number in range(FILES):
        part = lines(ITEMS[number * each : (number + 1) * each])
        (data.folder / f"data{number + 1}.json").write_text(part, "utf-8", newline="\n")
    data.file.write_text(lines(ITEMS), "utf-8", newline="\n")
    return data

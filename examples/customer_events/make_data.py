"""Writes `data/`: a small shop's customers, products, features and events, as DynamoDB JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

CUSTOMERS = {
    5000: ("Okafor, Ada", "14 Harbour Road, Cork", "Calls before each delivery"),
    5001: ("Lindqvist, Bo", "Storgatan 7, Umeå", ""),
    5002: ("Haddad, Rima", "3 Cedar Street, Zahlé", "Buys for her school"),
    5003: ("Nováková, Jana", "Údolní 22, Brno", "Asks for spare parts"),
    5004: ("Mendes, Rui", "Rua do Sol 9, Faro", ""),
    5005: ("Tanaka, Emi", "2-4-8 Honchō, Otaru", "Gift wrap, please"),
    5006: ("O'Neill, Sean", '5 "The Mews", Sligo', "Trade customer"),
    5007: ("Kipkemboi, Ruth", "Moi Avenue 41, Eldoret", "Club discount"),
}
# Name, type, description, and the price of each version.
PRODUCTS = {
    7000: ("lantern", "light", "Lantern, 300 lumens", ["39.00"]),
    7001: ("headlamp", "light", "Headlamp with a red mode", ["54.90", "49.90"]),
    7002: ("two-person tent", "shelter", "Two people, 1.9 kg", ["329.00", "349.00", "339.00"]),
    7003: ("tarp", "shelter", "Three metres square", ["89.00"]),
    7004: ("gas stove", "kitchen", "Folds flat", ["44.50", "47.00"]),
    7005: ("titanium mug", "kitchen", "450 ml, with a lid", ["27.00"]),
    7006: ("down bag", "sleep", "Comfortable at -6 °C", ["289.00", "299.00"]),
    7007: ("foam mat", "sleep", "Twelve folds", ["35.00"]),
}
# What a model thinks each customer cares about: feature id, weight, grade.
FEATURES = {
    5000: [(9000, 0.854, "E"), (9003, 0.31, "B")],
    5001: [(9001, 0.207, "A"), (9002, 0.644, "G"), (9003, 0.5, "C")],
    5002: [(9000, 0.617, "E")],
    5003: [(9002, 0.722, "A"), (9004, 0.118, "D")],
    5004: [(9001, 0.93, "F")],
    5005: [(9000, 0.402, "B"), (9004, 0.266, "C")],
    5006: [(9003, 0.781, "G"), (9001, 0.055, "A")],
    5007: [(9002, 0.69, "D"), (9004, 0.48, "E")],
}
SESSIONS = [
    (5000, "2024-05-03 08:12:00", [("view", 7002), ("video", 7002), ("cart", 7002), ("order", 7002)]),
    (5003, "2024-05-03 11:47:30", [("view", 7004), ("view", 7005), ("order", 7005)]),
    (5001, "2024-05-03 20:05:10", [("view", 7006), ("saved", 7006)]),
    (5005, "2024-05-03 23:58:40", [("view", 7000), ("cart", 7000), ("order", 7000)]),
    (5002, "2024-05-04 07:30:00", [("view", 7003), ("view", 7007), ("cart", 7007)]),
    (5007, "2024-05-04 09:15:20", [("view", 7001), ("video", 7001), ("order", 7001), ("review", 7001)]),
    (5004, "2024-05-04 16:40:00", [("view", 7006), ("saved", 7006)]),
    (5006, "2024-05-04 18:22:05", [("view", 7004), ("cart", 7004), ("order", 7004)]),
]
DESCRIPTIONS = {
    "view": "looked at the product",
    "video": "watched the film",
    "saved": "saved for later",
    "cart": "put into the cart",
    "order": "ordered",
    "review": "wrote a review",
}
Item = dict[str, dict[str, str]]


def number(value: object) -> dict[str, str]:
    """DynamoDB JSON writes numbers as strings: none of their digits are lost on the way."""
    return {"N": str(value)}


def item(pk: str, sk: str, record_type: str, **attributes: str | dict[str, str]) -> Item:
    """One item; what is not said to be a number is a string."""
    values = {"PK": pk, "SK": sk, "record_type": record_type, **attributes}
    return {name: value if isinstance(value, dict) else {"S": value} for name, value in values.items()}


def customers() -> Iterable[Item]:
    """One item a customer; notes may be empty."""
    for id, (name, address, notes) in CUSTOMERS.items():
        names = {"customer_name": name, "address": address, "customer_notes": notes}
        yield item(f"cus{id}", "--", "customer", customer_id=number(id), **names)


def products() -> Iterable[Item]:
    """One item a version of a product."""
    for id, (name, type, description, prices) in PRODUCTS.items():
        for version, price in enumerate(prices):
            yield item(
                f"prd{id}",
                f"ver{version}",
                "product",
                product_id=number(id),
                version=number(version),
                product_name=name,
                product_type=type,
                product_description=description,
                list_price=number(price),
                image_object=f"img/{name.replace(' ', '-')}.jpg",
            )


def features() -> Iterable[Item]:
    """Features lie under their customer: one query reads both."""
    for customer, found in FEATURES.items():
        for id, weight, grade in found:
            numbers = {"customer_id": number(customer), "feature_id": number(id)}
            scalar = number(f"{weight:.7f}")
            yield item(
                f"cus{customer}", f"fea{id}", "feature", **numbers, feature_scalar=scalar, feature_doc=grade
            )


def events() -> Iterable[Item]:
    """What the customers did, in order; only some events carry a scalar."""
    id = 3000
    for customer, start, steps in SESSIONS:
        for step, (type, product) in enumerate(steps):
            time = str(datetime.fromisoformat(start) + timedelta(seconds=47 * step))
            seen = number(f"{(id * 37 + 508) % 1000 / 1000:.7f}")
            scalar = {"event_scalar": seen} if type == "view" else {}
            yield item(
                f"evt{id}",
                "--",
                "event",
                customer_event_time=f"cus{customer}#{time}",
                customer_id=number(customer),
                product_id=number(product),
                event_id=number(id),
                event_type=type,
                event_time=time,
                event_status="active",
                **scalar,
                description=DESCRIPTIONS[type],
            )
            id += 1


def write(folder: Path) -> None:
    """Five files, one item a line."""
    happened = list(events())
    files = {
        "data1.json": customers(),
        "data2.json": products(),
        "data3.json": features(),
        "data4.json": happened[:12],
        "data5.json": happened[12:],
    }
    for name, items in files.items():
        lines = [
            json.dumps({"Item": item}, ensure_ascii=False, separators=(",", ":")) + "\n" for item in items
        ]
        (folder / name).write_text("".join(lines), "utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).parent / "data")

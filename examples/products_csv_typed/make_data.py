"""Writes `data/`: what a supplier of laboratories sells, as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

COLUMNS = [
    *("sku", "gtin", "category", "name", "description", "price", "list_price", "in_stock", "hazardous"),
    *("size_si", "tags", "joints", "epc", "old_epcs", "spec", "replaced_by", "note"),
]
# Articles that differ in their size. File, category, number and price (in cents) of the first article, name,
# sizes, unit, what makes an SI unit of that unit, tags, and what such a thing is called elsewhere.
FAMILIES = """\
glassware; beakers; 1100; 310; Beaker, low form, {} ml; ML; ml; e-6; ISO 3819; de Becherglas, ja ビーカー
glassware; beakers; 1150; 360; Beaker, tall form, {} ml; ML; ml; e-6; ISO 3819; cs vysoká kádinka
glassware; flasks; 1200; 450; Flask, "narrow neck", {} ml; ML; ml; e-6; ISO 1773; fr fiole d'Erlenmeyer
glassware; flasks; 1300; 1290; Round-bottom flask, {} ml; ML; ml; e-6; glass|ISO 4797; de Rundkolben
glassware; volumetric; 1400; 1120; Volumetric flask, {} ml; ML; ml; E-06; glass|autoclavable; cs odměrná baňka
glassware; volumetric; 1500; 875; Pipette, one mark, {} ml; MARKED; ml; E-06; glass|ISO 648; fr pipette jaugée
glassware; tubes; 1600; 620; Hose connector, {}", brass; INCH; "; ; brass; de Schlauchtülle, da slangestuds
glassware; tubes; 1700; 190; Silicone tube, {} mm; BORE; mm; ; silicone|autoclavable; hu szilikoncső
instruments; sieves; 2100; 6400; Test sieve, {} µm; MESH; µm; e-6; steel|ISO 3310-1; de Prüfsieb, pl sito
instruments; weights; 2200; 2700; Weight, class E2, {} mg; MASS; mg; E-6; steel|OIML R 111; sv vikt
instruments; thermometers; 2300; 1150; Thermometer, -10 to {} °C; HEAT; °C; ; glass|mercury-free; ru термометр
instruments; pumps; 2400; 124900; Syringe pump, from {} nl/h; FLOW; nl/h; E-12; RS-232; tr şırınga pompası
chemicals; solvents; 3100; 980; Acetone, ≥ 99.5 %, {} ml; ML; ml; e-6; GHS02|UN 1090; ja アセトン
chemicals; solvents; 3200; 1340; Ethanol, absolute, {} ml; ML; ml; e-6; GHS02|UN 1170; ja エタノール
chemicals; solvents; 3500; 1110; 2-Propanol, {} ml; ML; ml; e-6; GHS02|GHS07|UN 1219; fr propan-2-ol
chemicals; standards; 3300; 5800; Lead standard, {} ng/l; TRACE; ng/l; E-12; ISO 17034; de Blei-Standard
chemicals; buffers; 3400; 1200; Buffer, pH {}, 20 °C; PH; pH; ; ready to use; de Pufferlösung, es tampón
"""  # noqa: RUF001
SIZES = {
    "ML": "5 10 25 50 100 150 250 400 500 600 800 1000 2000 3000 5000",
    "MARKED": "0.5 1 2 3 4 5 6 7 8 9 10 15 20 25 50 100",
    "INCH": "1/8 1/4 3/8 1/2 3/4 1",
    "BORE": "1x3 2x4 3x5 4x7 5x8 6x9 8x12 10x14",
    "MESH": "20 25 32 38 45 53 63 75 90 106 125 150 180 212 250 300 355 425 500 600 710 850",
    "MASS": "1 2 5 10 20 50 100 200 500 1000 2000 5000 10000 20000 50000 100000",
    "HEAT": "50 60 110 150 200 250 360",
    "FLOW": "0.7 1.5 12 100 1250",
    "TRACE": "0.5 1 2 5 10 20 50 100 200 500 1000",
    "PH": "1.00 2.00 3.00 4.00 4.01 5.00 6.00 6.86 7.00 8.00 9.00 9.18 10.00 11.00 12.00",
}
DESCRIPTIONS = {
    "beakers": "Borosilicate glass 3.3.\nAutoclavable at 121 °C, dishwasher-safe.",
    "flasks": 'Borosilicate glass 3.3; ground joints as in "ISO 383".\nAutoclavable at 121 °C.',
    "tubes": "Sold by the metre, or ten on a roll.\nFor tubes with thick walls: ask.",
    "sieves": "Frame: 200 mm by 50 mm.\nMesh: stainless steel.",
    "weights": 'Never touch it: use the "fork", or gloves.',
    "thermometers": "Red filling, no mercury.",
    "pumps": 'Display: "µl", "ml"; alarm when it\'s empty.',
    "solvents": "Highly flammable liquid and vapour.\n\n\tKeep away from heat, sparks, open flames.",
    "standards": "In nitric acid, 2 %.\nTraceable; shake before use.",
}
NOTES = ["", "", "Minimum order: 10", 'Ask for "bulk"', "", "Cannot be returned", " see also: spare parts"]
# Numbers on posters: exact by definition, or with as many digits as DynamoDB keeps.
CONSTANTS = [
    ("π", "the circle", "3.1415926535897932384626433832795028841"),
    ("e", "natural growth", "2.7182818284590452353602874713526624977"),
    ("√2", "the diagonal", "1.4142135623730950488016887242096980785"),
    ("φ", "the golden ratio", "1.6180339887498948482045868343656381177"),
    ("γ", "Euler and Mascheroni", "0.57721566490153286060651209008240243104"),  # noqa: RUF001
    ("c", "the speed of light, m/s", "299792458"),
    ("h", "Planck's constant, J·s", "6.62607015E-34"),
    ("k", "Boltzmann's constant, J/K", "1.380649e-23"),
    ("Nₐ", "Avogadro's constant, 1/mol", "6.02214076E+23"),
    ("qₑ", "the elementary charge, C", "1.602176634E-19"),
    ("2¹²⁶", "an integer with all digits", "85070591730234615865843651857942052864"),
]
Row = dict[str, str]


def gtin(number: int) -> str:
    """Thirteen digits, the first a zero, the last a check."""
    digits = f"02{number:010}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def german(cents: int) -> str:
    """1.249,50: as the list of a supplier in Jena says it."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}"


def spec(number: int, size: str, unit: str, names: dict[str, str]) -> str:
    """What is known of the article, as JSON: an object, now and then a list, null, or nothing."""
    if number % 11 == 3:
        return json.dumps([f"{size} {unit}", number, number % 2 == 0, None], ensure_ascii=False)
    if number % 11 == 7:
        return "null"
    if number % 11 == 9:
        return ""
    packing = {"units": 1 + number % 10, "box": {"mm": [120, 80, 35 + number % 40], "kg": None}}
    found = {"names": names, "size": [size, unit], "packing": packing, "tested": number % 3 == 0}
    return json.dumps(found, ensure_ascii=number % 5 == 0)


def epc(number: int, issue: int) -> str:
    """The 96 bits of a radio label, in hexadecimal."""
    return f"3034{number:08X}{number * 7919 % 65521:08x}{issue:04X}"


def article(family: list[str], index: int) -> Row:
    """One row: the article of the index-th size."""
    file, category, first, first_price, name, sizes, unit, power, tags, called = family
    number, size = int(first) + index, SIZES[sizes].split()[index]
    cents = int(first_price) * (4 + index) // 4 + number * 35 % 90
    names = {language: word for language, _, word in (one.partition(" ") for one in called.split(", "))}
    joints = ["", "14|23", "19|26|29", "7.50|10|24|29|45"][index % 4] if category == "flasks" else ""
    return {
        "sku": f"{number:06}",
        "gtin": gtin(number * 31),
        "category": category,
        "name": name.format(size),
        "description": DESCRIPTIONS.get(category, ""),
        "price": f"{cents / 100:.2f}" if number % 13 else "",
        "list_price": german(cents * 23 // 20) if number % 4 else "",
        "in_stock": ["TRUE", "FALSE", "TRUE", "true", ""][number % 5],
        "hazardous": "Yes" if file == "chemicals" else "no" if number % 6 else "",
        "size_si": f"{size}{power}" if power else "",
        "tags": tags if number % 9 else "",
        "joints": joints,
        "epc": epc(number, 1 + number % 3),
        "old_epcs": "|".join(epc(number, issue) for issue in range(1, 1 + number % 3)),
        "spec": spec(number, size, unit, names),
        "replaced_by": f"{number + 1:06}" if number % 17 == 0 else "",
        "note": NOTES[number % len(NOTES)],
    }


def poster(index: int) -> Row:
    """One row: a number to hang up."""
    symbol, what, value = CONSTANTS[index]
    return {
        **dict.fromkeys(COLUMNS, ""),
        "sku": f"{4100 + index:06}",
        "gtin": gtin((4100 + index) * 31),
        "category": "posters",
        "name": f'Poster "{symbol}": {what}',
        "description": f"{value[:4]}… in large figures.\nA1, matt; comes rolled.",
        "price": "14.00",
        "list_price": "16,10",
        "in_stock": "TRUE",
        "hazardous": "no",
        "size_si": value,
        "tags": "paper|A1",
        "spec": f'{{"symbol": {json.dumps(symbol)}, "value": {value}, "signed": false, "inks": []}}',
    }


def rows() -> Iterator[tuple[str, Row]]:
    """Each row, and the file that it stands in."""
    for line in FAMILIES.splitlines():
        family = line.split("; ")
        for index in range(len(SIZES[family[5]].split())):
            yield family[0], article(family, index)
    for index in range(len(CONSTANTS)):
        yield "posters", poster(index)


def write(folder: Path) -> None:
    """A file for each catalogue, with a header line."""
    files: dict[str, list[Row]] = {}
    for name, row in rows():
        files.setdefault(name, []).append(row)
    for name, found in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)


if __name__ == "__main__":
    write(Path(__file__).parent / "data")

"""Writes `data/`: films of a small archive, all invented, as plain JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

TITLES = {
    "en": ["The Lantern Keeper", "Low Water", 'The "Albatross" Affair', "Eleven Letters", "1984", "Salt"],
    "fr": ["L'été des hirondelles", "Où dort la Seine ?", "Cœur à gauche", "Les Trois Clés", "Noël, déjà"],
    "de": ["Der Uhrmacher", "Straße ohne Schnee", "Übermorgen", "Fünf Minuten Ruhe", "Das Wort „Nein“"],
    "cs": ["Třetí břeh", "Žlutý vlak", "Než přijde jaro", "Ďábel z Rožnova", "Kůň, kočár a já"],
    "ja": ["海辺の時計", "雨の停車場", "三つの影", "最後の桜"],
    "es": ["La casa del farolero", "¿Quién llama?", "Mañana, quizás", "El niño y el río"],
    "hu": ["Őszi vásár", "Tükörország", "A hetedik kérdés"],
    "ar": ["ظل المدينة", "باب البحر"],
}
ALL_TITLES = [(language, title) for language, titles in TITLES.items() for title in titles]
PEOPLE = {
    "en": ["Ida O'Connell", "Walter Finch", "Grace Pemberton", "Tom Akers"],
    "fr": ["Hélène Marchand", "Rémi d'Aubrac", "Zoé Lefèvre", "Noël Garçon"],
    "de": ["Grete Böhm", "Jörg Weiß", "Käthe Löwen", "Max Überall"],
    "cs": ["Božena Říhová", "Jiří Šťastný", "Věra Čapková", "Otakar Žák"],
    "ja": ["佐藤 花", "田中 一郎", "山本 雪", "Haru Mori"],
    "es": ["Íñigo Peña", "Lucía Ibáñez", "José Güell", "Ana Núñez"],
    "hu": ["Szőke Ágnes", "Füredi Jenő", "Kő Márta", "Nagy Ödön"],
    "ar": ["ليلى حداد", "Karim Nasser", "Salma Aziz", "Omar Farouk"],
}
COUNTRIES = {"en": "GB", "fr": "FR", "de": "DE", "cs": "CZ", "ja": "JP", "es": "ES", "hu": "HU", "ar": "EG"}
GENRES = ["Drama", "Comedy", "Crime", "Mystery", "Romance", "Documentary", "Science fiction", "War"]
PLOTS = [
    'A keeper counts ships.\nOne night the log says "forty-one", and he has seen forty.',
    "Two sisters inherit a cinema \\ a debt, and a dog named /dev/null.",
    "A train leaves; nobody remembers where to.\n\n\tThe conductor does.",
    "",
    "A town votes on whether it rained. 🎬 Silent, with titles.",
    "He writes \"no\" 1,000 times; she reads it as 'yes'.",
]
FIRST, LAST = 1921, 1980
# Tickets cost that in Hungary, in pengő, before July 1946: more than a double tells exactly.
PENGO = "12345678901234567890123456789012345678"


class Number(str):
    """A number, as it is to be written: a float would have other digits."""

    __slots__ = ()


Value = None | bool | int | str | list["Value"] | dict[str, "Value"]


def written(value: Value) -> str:
    """JSON, numbers with the digits that they are given with."""
    match value:
        case Number():
            return str(value)
        case list():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return f"{{{', '.join(f'{json.dumps(name)}: {written(one)}' for name, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def movie(number: int) -> dict[str, Value]:
    """One film; there are four a year."""
    year = FIRST + number // 4
    # Five and the number of titles have no common divisor: each has its turn, and none comes twice a year.
    language, title = ALL_TITLES[number * 5 % len(ALL_TITLES)]
    people = PEOPLE[language]
    digest = hashlib.sha256(f"{title}{year}".encode()).digest()
    cast: list[Value] = [
        {"name": people[(number + 1) % 4], "role": "Herself" if number % 5 == 0 else None},
        {"name": people[(number + 2) % 4], "role": "", "scenes": [1, 1 + number % 7, 12]},
    ]
    info: dict[str, Value] = {
        "directors": [people[number % 4]],
        "actors": cast,
        "genres": [GENRES[number % 8], GENRES[(number + 3) % 8]],
        "plot": PLOTS[number % len(PLOTS)],
        "awards": [{"year": year + 1, "for": ["Best picture"]}] if number % 6 == 0 else [],
        "premiere": None,
        "rating": None,
    }
    if year < LAST:
        info["premiere"] = str(date(year, 1, 9) + timedelta(days=number * 29 % 350))
        info["rating"] = Number(f"{4 + digest[0] % 6}.{digest[1] % 10}0")
        info["gross"] = {"HUP": Number(PENGO)} if year == 1946 else digest[2] * 1_000_000 + 500
    found: dict[str, Value] = {
        "year": year,
        "title": title,
        "info": info,
        "in_colour": year > 1936 and number % 3 > 0,
        "reels": [1 + place for place in range(1 + number % 6)],
        "aspect": Number("1.3700" if year < 1953 else "1.85"),
        "shutter_s": Number(["2.08E-2", "0.0208333333333333333333333333333333333", "1e-3"][number % 3]),
        "taste": [
            Number(f"{digest[3]}.{digest[place]:03}{digest[place + 1]:03}e-{place}") for place in (4, 21)
        ],
        "poster_sha256": base64.b64encode(digest).decode(),
    }
    if number % 4 == 0:
        found["scans"] = [base64.b64encode(digest[place : place + 6]).decode() for place in (0, 9)]
    if number % 7 == 0:
        found["catalogue"] = f"{number:05}"
    if number % 10 == 0:
        found["subtitles"] = {} if number % 20 else {"en": {"sdh": True, "by": [None, "Ida O'Connell"]}}
    return found


def write(folder: Path) -> None:
    """A file for each two decades, each one array, an attribute a line; the oldest one in ASCII."""
    decades: dict[int, list[str]] = {}
    for number in range(4 * (LAST + 1 - FIRST)):
        one = movie(number)
        lines = ",\n".join(f"    {json.dumps(name)}: {written(value)}" for name, value in one.items())
        decades.setdefault(number // 80, []).append(f"  {{\n{lines}\n  }}")
    for index, found in decades.items():
        text = "[\n" + ",\n".join(found) + "\n]\n"
        if index == 0:
            text = "".join(one if one.isascii() else json.dumps(one)[1:-1] for one in text)
        name = f"movies-{FIRST + 20 * index}.json"
        (folder / name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).parent / "data")

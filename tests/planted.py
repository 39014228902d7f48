"""Fictional people and firms for planted cases: a crowd that the model learns from, and rows beside it."""

from collections.abc import Iterable

import pandas as pd

GIVEN = (
    "Ayşe", "Mehmet", "Elif", "Mustafa", "Zeynep", "Ahmet", "Fatma", "Jürgen", "Käthe", "Björn",
    "Anneliese", "Günther", "Ines", "Budi", "Siti", "Dewi", "Agus", "Lucía", "Émile", "Chloé",
    "Liam", "Olivia", "Noah", "Emma", "Łukasz", "Agnieszka", "Minh", "Wei", "Yuki", "Sven",
    "Ilse", "Hakan", "Derya", "Uwe", "Petra", "Rina", "Joko", "Tomasz",
)  # fmt: skip
FAMILY = (
    "Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Öztürk", "Aydın", "Müller", "Schröder", "Weiß",
    "Kowalski", "García", "Fernández", "López", "Smith", "Jones", "Brown", "Wijaya", "Santoso", "Dubois",
    "Lefèvre", "Rossi", "Bianchi", "Jansen", "Andersson", "Novak", "Horvat", "Keller", "Vogel", "Brandt",
    "Aksoy", "Polat", "Kurt",
)  # fmt: skip
STREETS = ("Lindenweg", "Hauptstraße", "Atatürk Caddesi", "High Street", "Jalan Merdeka", "Calle Mayor", "Ringweg")
CITIES = ("Berlin", "Ankara", "Leeds", "Jakarta", "Sevilla", "Lyon")
COLUMNS = ("first_name", "last_name", "email", "phone", "street", "postal_code", "city", "birth_date")
Row = dict[str, str | None]


def person(number: int) -> Row:
    """The person of a number: nobody shares a mailbox, a phone or a home with another."""
    given, family = GIVEN[number * 7 % len(GIVEN)], FAMILY[number * 11 % len(FAMILY)]
    return {
        "first_name": given,
        "last_name": family,
        "email": f"person{number}@mail.example",
        "phone": f"+49 30 {5550000 + number * 37}",
        "street": f"{STREETS[number % len(STREETS)]} {number % 90 + 1}",
        "postal_code": f"{10115 + number % 60 * 13}",
        "city": CITIES[number % len(CITIES)],
        "birth_date": f"{1940 + number * 3 % 60}-{number % 12 + 1:02}-{number % 27 + 1:02}",
    }


def crowd(people: int = 150) -> list[Row]:
    """One row per person, and for every fifth a second one, written a little differently."""
    rows = [person(number) for number in range(people)]
    again = [person(number) | {"phone": None, "city": rows[number]["city"]} for number in range(0, people, 5)]
    return rows + [row | {"last_name": str(row["last_name"]).upper()} for row in again]


def framed(planted: Iterable[Row], others: Iterable[Row] | None = None) -> pd.DataFrame:
    """Planted rows (`p0`, `p1` ...) before the crowd (`c0` ...)."""
    rows = list(planted)
    rest = crowd() if others is None else list(others)
    index = [f"p{at}" for at in range(len(rows))] + [f"c{at}" for at in range(len(rest))]
    frame = pd.DataFrame([*rows, *rest], index=index, dtype="object")
    return frame.where(frame.notna(), None)


def firm(number: int) -> Row:
    """The company of a number."""
    words = (
        "Nordlicht",
        "Anadolu",
        "Bintang",
        "Ferrum",
        "Quellhof",
        "Zirkon",
        "Marmara",
        "Tulpen",
        "Rasenna",
        "Oakfield",
    )
    trades = ("Logistik", "Textil", "Optik", "Gıda", "Papier", "Energie", "Solar", "Medikal", "Möbel")
    name = f"{words[number % len(words)]}{chr(97 + number % 23)} {trades[number * 5 % len(trades)]} GmbH"
    return {
        "company": name,
        "phone": f"+49 40 {6660000 + number * 41}",
        "website": f"https://www.{words[number % len(words)].lower()}{number}.example",
        "street": f"{STREETS[number * 3 % len(STREETS)]} {number % 80 + 3}",
        "postal_code": f"{20095 + number % 50 * 17}",
        "city": CITIES[number * 5 % len(CITIES)],
        "vat_id": f"DE{811000000 + number * 977}",
    }


def firms(count: int = 120) -> list[Row]:
    """One row per company, and for every fifth a second one without phone."""
    rows = [firm(number) for number in range(count)]
    return rows + [firm(number) | {"phone": None} for number in range(0, count, 5)]

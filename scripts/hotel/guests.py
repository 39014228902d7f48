"""The guests of the old CRM: tables guest, guest_custom and guest_email."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from hotel.rows import LOADED, House, Row
from hotel.words import (
    COUNTRIES,
    HEALTH,
    INDONESIA,
    MONONYMS,
    NOTES,
    WISHES,
    Country,
    day_as_typed,
    phone_as_typed,
    phone_of,
    slug,
)

STAFF = {
    "elif": "elif.aksoy@sardunya.example",
    "marco": "marco.lenz@sardunya.example",
    "dewi": "dewi.lestari@sardunya.example",
    "can": "can.erturk@sardunya.example",
}
LEFT = {"sabine": "elif", "tolga": ""}  # who left -> successor; nobody took over from Tolga
SAYS = {"yes": "granted", "no": "withdrawn", "": ""}  # what the box "newsletter" of the old CRM means
LATEST = date(2025, 10, 20)  # nobody typed anything in the last days before the export
BOXES = ("posta.example", "briefkasten.example", "postbus.example", "surat.example", "letterbox.example")


@dataclass
class Guest:
    """A guest of the real world. Mailboxes: the first is the one to write to."""

    entity: str
    country: Country
    given: str
    family: str
    boxes: list[str]
    phone: str
    number: int
    birth: date | None
    loyalty: str
    says: str
    keys: list[str] = field(default_factory=list)  # numbers in the guest table
    plain: bool = True

    @property
    def key(self) -> str:
        """The number of the guest's first row."""
        return self.keys[0]


class Guests:
    """Invents guests and plants their rows."""

    def __init__(self, house: House) -> None:
        self.house, self.random = house, house.random
        self.all: list[Guest] = []
        self.names: dict[str, list[tuple[str, str]]] = {}
        self.mononyms = list(MONONYMS)
        for country in dict.fromkeys(COUNTRIES):
            names = [(given, family) for given in country.given for family in country.family]
            self.random.shuffle(names)
            self.names[country.code] = names

    def invent(
        self, country: Country | None = None, name: tuple[str, str] | None = None, box: str | None = None
    ) -> Guest:
        """A guest that has no row yet; two guests never share a name unless they are asked to."""
        random, number = self.random, len(self.all) + 1
        country = country or random.choice(COUNTRIES)
        given, family = name or self.names[country.code].pop()
        typed = number + (5000 if country.code == "DE" else 0)
        local = ".".join(filter(None, (slug(given), slug(family))))
        guest = Guest(
            entity=f"G{number:04d}",
            country=country,
            given=given,
            family=family,
            boxes=[f"{local}@{random.choice(BOXES)}" if box is None else box] if box != "" else [],
            phone=phone_of(country, typed),
            number=typed,
            birth=date(1940, 1, 1) + timedelta(days=random.randint(0, 23_000)) if random.random() < 0.8 else None,
            loyalty=f"SAR-{100_000 + number * 7}" if random.random() < 0.5 else "",
            says=random.choice(("yes", "yes", "no", "", "")),
        )
        self.all.append(guest)
        return guest

    def row(self, guest: Guest, state: str = LOADED, reason: str = "", **cells: str) -> Row:
        """One record of the guest table with its partners in the other two."""
        key = self.house.number("guest", 1001)
        guest.keys.append(key)
        said = self._cells(guest, key) | {k: v for k, v in cells.items() if k not in ("boxes", "says", "dietary")}
        row = self.house.add(Row("guest", key, said, "contacts", guest.entity, state, reason))
        self._custom(guest, key, cells)
        boxes = cells["boxes"].split() if "boxes" in cells else guest.boxes
        for place, box in enumerate(boxes):
            self.mailbox(key, box, primary=place == 0)
        if guest.plain and state == LOADED:
            self.house.values(row, **_values(guest))
        return row

    def mailbox(self, key: str, box: str, *, primary: bool) -> None:
        """One record of guest_email; the reception types capitals as they come."""
        number = int(self.house.number("guest_email"))
        typed = self.random.choice((box, box, box, box.upper(), f" {box}", f"{box} "))
        record = {"id": number, "guest_id": int(key), "address": typed, "is_primary": int(primary), "kind": "private"}
        self.house.partners.setdefault("guest_email", []).append(record)

    def _cells(self, guest: Guest, key: str) -> dict[str, object]:
        random, country = self.random, guest.country
        postal, city = country.places[(guest.number + len(guest.given)) % len(country.places)]
        blanks = random.choice(("{}", "{}", "{}", " {}", "{} "))
        day = moment(random, 2018, 2025)
        return {
            "id": int(key),
            "salutation": random.choice(("", "", "Bay", "Bayan", "Herr", "Frau", "Mr", "Ms")),
            "given_name": blanks.format(guest.given),
            "family_name": random.choice(("{}", "{}", "{}  ")).format(guest.family) if guest.family else "",
            "birth_date": day_as_typed(random, guest.birth) if guest.birth else "",
            "phone": phone_as_typed(random, country, guest.number) if guest.phone else "",
            "street": f"{country.streets[guest.number % len(country.streets)]} {guest.number % 90 + 1}",
            "postal_code": postal,
            "city": city,
            "country": random.choice(country.spelled),
            "language": country.language,
            "loyalty_no": guest.loyalty,
            "owner": random.choice(tuple(STAFF)),
            "note": random.choice(NOTES) if random.random() < 0.08 else "",
            "is_test": 0,
            "deleted": 0,
            "created_at": moment(random, 2012, 2017),
            "changed_at": day,
        }

    def _custom(self, guest: Guest, key: str, cells: dict[str, str]) -> None:
        """What the hotel added to the program: some guests have no such record."""
        says, dietary = cells.get("says", guest.says), cells.get("dietary", "")
        if not dietary and self.random.random() < 0.06:
            dietary = self.random.choice(HEALTH)
        wish = self.random.choice(WISHES) if self.random.random() < 0.3 else ""
        if says or dietary or wish:
            record = {"guest_id": int(key), "newsletter": says, "dietary": dietary, "room_wish": wish}
            self.house.partners.setdefault("guest_custom", []).append(record)


def moment(random: Random, first: int, last: int) -> str:
    """A moment as the old CRM writes it, in the hotel's own time. None is in the hour that the clocks leave out."""
    start, end = date(first, 1, 1), min(date(last, 12, 31), LATEST)
    day = start + timedelta(days=random.randint(0, (end - start).days))
    return str(datetime(day.year, day.month, day.day, random.randint(8, 21), random.randint(0, 59)))


def _values(guest: Guest) -> dict[str, str]:
    """What a tidy hand would write of a guest."""
    values = {
        "first_name": guest.given,
        "last_name": guest.family,
        "phone": guest.phone,
        "birth_date": guest.birth.isoformat() if guest.birth else "",
        "country": guest.country.code,
        "language": guest.country.language,
        "loyalty_no": guest.loyalty,
    }
    return values | ({"email": guest.boxes[0]} if guest.boxes else {})


def plant_guests(guests: Guests) -> dict[str, list[Guest]]:
    """Guests about whom there is nothing odd, some with a second mailbox, some with none, some of one name."""
    kinds: dict[str, list[Guest]] = {"plain": [], "second": [], "no_box": [], "mononym": []}
    for index in range(300):
        guest = guests.invent(box="" if index % 20 == 7 else None)
        if index % 6 == 2 and guest.boxes:
            guest.boxes.append(f"{slug(guest.given)}{guest.number}@buero.example")
            kinds["second"].append(guest)
        guests.row(guest)
        kinds["plain" if guest.boxes else "no_box"].append(guest)
    for index in range(12):  # one name is the whole name; the form wanted two
        guest = guests.invent(INDONESIA, (guests.mononyms.pop(), ""))
        guests.row(guest, family_name=("", "-", ".", "", "-", guest.given)[index % 6])
        kinds["mononym"].append(guest)
    return kinds

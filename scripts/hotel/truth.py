"""The known answer, written down from what was planted, never from what the pipeline does."""

import csv
from decimal import Decimal
from pathlib import Path

from hotel.files import FILES
from hotel.guests import SAYS, Guest
from hotel.news import CHANNELS, News
from hotel.rows import ADDS, EXCLUDED, FOLDED, HELD, LOADED, House
from hotel.stays import COUNTED
from hotel.words import NOTES

Table = list[list[str]]
RATES = {  # first day -> what a lira is worth in euro; planning rates of a hotel that does not exist
    "2023-10-01": Decimal("0.032"),
    "2024-07-01": Decimal("0.028"),
    "2025-04-01": Decimal("0.024"),
}


def write_truth(house: House, guests: list[Guest], news: News, folder: Path) -> None:
    """All truth files."""
    here = house.loaded("contacts")
    tables = {
        "fates": _fates(house),
        "clusters": _clusters(house),
        "fields": _fields(house),
        "links": _links(house),
        "mailboxes": _mailboxes(guests, here),
        "consent": _consent(guests, here, news),
        "suppressions": _suppressions(house, guests, here, news),
        "money": _money(house),
        "figures": _figures(house),
        "pairs": [["kind", "one", "other"], *map(list, sorted(house.pairs))],
        "secrets": [["why", "text"], *map(list, sorted({*house.secrets, *_health(house)}))],
        "unused": [["table", "rows"], *([name, str(count)] for name, count in sorted(house.unused.items()))],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(table)


def _fates(house: House) -> Table:
    table = [["source", "place", "object", "state", "reason", "entity"]]
    for row in house.rows:
        place = f"line {row.line}" if row.source in FILES else f"key {row.key}"
        table.append([row.source, place, row.object, row.state, row.reason, row.entity])
    return table


def _clusters(house: House) -> Table:
    """Which rows are one thing: only things of more than one row."""
    members: dict[tuple[str, str], list[str]] = {}
    for row in house.rows:
        if row.state == LOADED:
            place = str(row.line) if row.source in FILES else row.key
            members.setdefault((row.object, row.entity), []).append(f"{row.source}:{place}")
    several = sorted((*key, " ".join(sorted(rows))) for key, rows in members.items() if len(rows) > 1)
    return [["object", "entity", "members"], *map(list, several)]


def _fields(house: House) -> Table:
    """Clean values of records that have nothing odd about them."""
    table = [["object", "entity", "field", "value"]]
    here = {name: house.loaded(name) for name in {key[0] for key in house.expected}}
    for (object_name, entity), values in sorted(house.expected.items()):
        if entity in here[object_name]:
            table += [[object_name, entity, name, value] for name, value in values.items()]
    return table


def _links(house: House) -> Table:
    table = [["object", "field", "child", "parent"]]
    everything = {row.entity for row in house.rows if row.state == LOADED}
    for (field, child), parent in sorted(house.links.items()):
        object_name, _, name = field.partition(".")
        if child in house.loaded(object_name) and parent in everything:
            table.append([object_name, name, child, parent])
    return table


def _mailboxes(guests: list[Guest], here: set[str]) -> Table:
    """Every mailbox of every guest who arrives."""
    found = [[guest.entity, box] for guest in guests if guest.entity in here for box in sorted(guest.boxes)]
    return [["entity", "email"], *found]


def _consent(guests: list[Guest], here: set[str], news: News) -> Table:
    """Per mailbox and channel the strictest word about it; what a guest said counts for each of her mailboxes."""
    asked: dict[str, list[str]] = {}
    for guest in guests:
        if guest.entity in here:
            for box in guest.boxes:
                asked.setdefault(box, []).append(SAYS[guest.says])
    table = [["email", "channel", "consent"]]
    for box in sorted(asked):
        for channel in CHANNELS:
            also = asked[box] if channel == "email" else []
            table.append([box, channel, news.strictest(box, channel, also)])
    return table


def _suppressions(house: House, guests: list[Guest], here: set[str], news: News) -> Table:
    """Mailboxes of the newsletter tool that no guest who arrives has: what they said is kept on a list."""
    known = {box for guest in guests if guest.entity in here for box in guest.boxes}
    rows = [row for row in house.of("news") if row.state == ADDS]
    boxes = {str(row.cells["email"]).strip().lower() for row in rows} - known
    return [["email", "state"], *([box, news.strictest(box, "email", [])] for box in sorted(boxes))]


def _money(house: House) -> Table:
    """Per currency: what the stays say in all, and where it went."""
    states = (EXCLUDED, HELD, FOLDED, LOADED)
    sums: dict[str, dict[str, Decimal]] = {}
    counts: dict[str, list[int]] = {}
    for row in house.of("stay"):
        money = house.stays.get(id(row))
        if money is None:
            continue
        by = sums.setdefault(money.currency, dict.fromkeys(states, Decimal(0)))
        count = counts.setdefault(money.currency, [0, 0, 0])
        count[0] += 1
        count[1] += row.state == LOADED
        count[2] += money.amount is None
        by[row.state] += money.amount or 0
    table = [["currency", "source_total", *states, "source_lines", "loaded_lines", "unreadable"]]
    for currency, by in sorted(sums.items()):
        amounts = [sum(by.values(), Decimal(0)), *(by[state] for state in states)]
        table.append([currency, *(f"{amount:.2f}" for amount in amounts), *map(str, counts[currency])])
    return table


def _figures(house: House) -> Table:
    """What the manager asks for: nights, revenue, guests who came back, what is still to come."""
    nights, revenue = 0, {"EUR": Decimal(0), "TRY": Decimal(0)}
    in_euro, booked, visits = Decimal(0), 0, {}
    for row in house.of("stay"):
        if row.state != LOADED:
            continue
        money = house.stays[id(row)]
        booked += money.status == "booked"
        if money.status == COUNTED and money.amount is not None:
            nights += money.nights
            revenue[money.currency] += money.amount
            in_euro += money.amount * (rate_of(money.arrival.isoformat()) if money.currency == "TRY" else 1)
            guest = house.links.get(("bookings.guest", row.entity), "")
            visits[guest] = visits.get(guest, 0) + 1
    again = sum(count > 1 for guest, count in visits.items() if guest)
    return [
        ["name", "value", "unit"],
        ["nights", str(nights), ""],
        ["revenue", f"{revenue['EUR']:.2f}", "EUR"],
        ["revenue", f"{revenue['TRY']:.2f}", "TRY"],
        ["revenue in euro", f"{in_euro:.2f}", "EUR"],
        ["stays to come", str(booked), ""],
        ["guests who came back", str(again), ""],
    ]


def rate_of(day: str) -> Decimal:
    """What a lira is worth in euro on that day."""
    return RATES[max(first for first in RATES if first <= day)]


def _health(house: House) -> list[tuple[str, str]]:
    """What guests told the kitchen about their health stays in the archive."""
    said = {str(record["dietary"]) for record in house.partners["guest_custom"] if record["dietary"]}
    said |= {note for note in NOTES[2:] if any(row.cells["note"] == note for row in house.of("guest"))}
    return [("health", text) for text in said]

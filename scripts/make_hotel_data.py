"""Writes `sample_data/hotel/`: the exports of a fictional boutique hotel and the truth about every row.

    python scripts/make_hotel_data.py [FOLDER]

The same seed gives the same bytes; a test regenerates everything and compares.
"""

import argparse
import csv
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hotel.companies import MAILBOXES, Companies, plant_companies
from hotel.desk import Desk, band, plant_activities, plant_surveys, plant_tickets
from hotel.doubles import plant_doubles
from hotel.files import write_exports
from hotel.guests import LEFT, STAFF, Guest, Guests, plant_guests
from hotel.news import News, plant_news
from hotel.oddities import plant_oddities
from hotel.parties import Parties, plant_campaigns, plant_parties
from hotel.rows import House
from hotel.stays import Stays, plant_stays
from hotel.truth import RATES, write_truth

SCORES = (*(("NPS", score) for score in range(11)), *(("CSAT", score) for score in range(1, 6)))
CONTROLS = (
    ("nights", "nights", ""),
    ("revenue_euro", "revenue", "EUR"),
    ("revenue_lira", "revenue", "TRY"),
    ("revenue", "revenue in euro", "EUR"),
    ("stays_to_come", "stays to come", ""),
)
SEED = 20251031
HOME = Path(__file__).resolve().parent.parent / "sample_data" / "hotel"


@dataclass
class Hotel:
    """The hotel as it was on 31 October 2025."""

    house: House
    guests: Guests
    kinds: dict[str, list[Guest]]
    news: News


def invent() -> Hotel:
    """Everything that was exported."""
    house = House(Random(SEED))
    guests, companies = Guests(house), Companies(house)
    kinds = plant_guests(guests) | plant_doubles(guests) | plant_oddities(guests)
    plant_orphans(house)
    plant_companies(companies)
    stays = Stays(house, companies)
    plant_stays(stays, kinds, dict(zip(MAILBOXES, companies.agencies, strict=False)))
    plant_parties(Parties(house), kinds)
    plant_campaigns(house, kinds)
    desk = Desk(house, stays)
    plant_tickets(desk, kinds)
    plant_surveys(desk, kinds)
    plant_activities(desk, kinds)
    news = News(house)
    plant_news(news, kinds)
    return Hotel(house, guests, kinds, news)


def plant_orphans(house: House) -> None:
    """Records of the joined tables whose guest was deleted for good: nobody takes them, and they are counted."""
    for number in range(3):
        box = f"verwaist{number}@altpost.example"
        record = {"id": int(house.number("guest_email")), "guest_id": 980001 + number, "address": box}
        house.partners["guest_email"].append(record | {"is_primary": 1, "kind": "private"})
    house.partners["guest_custom"].append({"guest_id": 980001, "newsletter": "yes", "dietary": "", "room_wish": ""})
    house.unused = {"guest_email": 3, "guest_custom": 1}


def write_references(hotel: Hotel, folder: Path) -> None:
    """Who owns records now, planning rates, and who asked to be forgotten."""
    erased = hotel.kinds["erased"]
    owners = [["legacy_login", "target_email", "status", "successor"]]
    owners += [[login, email, "active", ""] for login, email in STAFF.items()]
    owners += [[login, f"{login}@sardunya.example", "left", successor] for login, successor in LEFT.items()]
    tables = {
        "owners": owners,
        "bands": [["survey", "score", "to"], *([name, str(score), band(name, score)] for name, score in SCORES)],
        "fx": [["currency", "date", "rate"], *(["TRY", day, str(rate)] for day, rate in RATES.items())],
        "erased": [
            ["email", "phone", "loyalty_no", "key", "note"],
            [erased[0].boxes[0], "", "", "", "2025-09-02 by mail"],
            ["", erased[1].phone, "", "", "2025-09-11 at the desk"],
            ["", "", erased[2].loyalty, "", "2025-09-30 by letter"],
            ["", "", "", f"guest:{erased[3].key}", "2025-10-05 on the phone"],
            [erased[4].boxes[0].upper(), "", "", "", "2025-10-19 by mail"],
        ],
    }
    (folder / "refs").mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with (folder / "refs" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(table)


def sign_mapping(folder: Path) -> None:
    """What people outside say of the hotel's figures goes into the mapping, where that lies there already."""
    path = folder / "crm-migrate.yaml"
    with (folder / "truth" / "figures.csv").open(encoding="utf-8", newline="") as file:
        figures = {(line["name"], line["unit"]): line["value"] for line in csv.DictReader(file)}
    text = path.read_text("utf-8") if path.exists() else ""
    for control, name, unit in CONTROLS:
        figure = f"{figures[name, unit]} {unit}".strip()
        text = re.sub(rf"(?m)^(    {control}: \{{value: )[^,]+,", rf"\g<1>{figure},", text)
    if text:
        path.write_text(text, "utf-8", newline="\n")


def main(folder: Path) -> None:
    """Everything below `folder` but what is written by hand; the mapping, which is, gets its figures."""
    hotel = invent()
    write_exports(hotel.house, folder)
    write_references(hotel, folder)
    write_truth(hotel.house, hotel.guests.all, hotel.news, folder / "truth")
    sign_mapping(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=HOME)
    main(parser.parse_args().folder)

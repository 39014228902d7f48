"""Stays as the front desk program exports them (`pms/stays.jsonl`), and who slept in them (table booking_guest)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hotel.companies import Companies, fold
from hotel.guests import Guest
from hotel.rows import EXCLUDED, FOLDED, HELD, LOADED, UNREADABLE, End, House, Money, Row
from hotel.words import TODAY

ROOMS = ("garden", "sea view", "attic", "suite")
STATUS = {
    "checked_out": "checked_out", "confirmed": "booked", "no_show": "no_show", "cancelled": "cancelled",
    "in_house": "in_house",
}  # fmt: skip
COUNTED = "checked_out"  # nights and revenue are those of guests who came and left
EUR, TRY = "EUR", "TRY"


class Stays:
    """Plants stays; `of_guest` are the good ones of each guest."""

    def __init__(self, house: House, companies: Companies) -> None:
        self.house, self.random, self.companies = house, house.random, companies
        self.good: list[Row] = []
        self.of_guest: dict[str, list[Row]] = {}
        self.slept: set[tuple[str, str]] = set()  # (stay, guest row) that booking_guest has already

    def row(self, who: Guest | str | None, fate: str = LOADED, reason: str = "", **cells: object) -> Row:
        """One stay of a guest, of a number in the guest table, or of somebody who walked in."""
        random, number = self.random, int(self.house.number("stay"))
        arrival = date(2023, 11, 1) + timedelta(days=random.randint(0, 700))
        nights = random.randint(1, 9)
        key = who.keys[0] if isinstance(who, Guest) else who
        name = f"{who.given} {who.family}".strip() if isinstance(who, Guest) else "Walk-in"
        said: dict[str, object] = {
            "no": f"B-{number:05d}",
            "booked_on": f"{arrival - timedelta(days=random.randint(2, 90))}T{random.randint(8, 21):02d}:15:00",
            "arrival": arrival,
            "nights": nights,
            "room": {"no": str(random.randint(1, 24)), "type": random.choice(ROOMS)},
            "channel": "direct",
            "state": "checked_out" if arrival + timedelta(days=nights) < TODAY else "confirmed",
            "guest": {"id": int(key), "name": name} if key else None,
            "agency": None,
            "adults": random.randint(1, 3),
            "total": self._total(nights),
            "extras": random.choice(([], [], ["spa"], ["transfer", "spa"])),
        }
        said |= cells
        said["departure"] = said.get("departure") or _day(said["arrival"]) + timedelta(days=int(str(said["nights"])))
        row = self.house.add(Row("stay", str(said["no"]), said, "bookings", str(said["no"]), fate, reason))
        self.house.stays[id(row)] = _money(said)
        ends = [("guest", End("guest", key, excluded="clear"))] if key else []
        if said["agency"]:
            ends.append(("agency", End("company", str(said["agency"]))))
        self.house.follow(row, *ends)
        if row.state == LOADED:
            self._good(row, who)
        return row

    def _total(self, nights: int) -> dict[str, object]:
        """Amounts as the program writes them: JSON numbers; in lira they are round, as the hotel's tariff is."""
        if self.random.random() < 0.35:
            return {"amount": nights * self.random.randint(16, 36) * 250, "currency": TRY}
        return {"amount": nights * self.random.randint(120, 280) + self.random.choice((0, 0, 0.5)), "currency": EUR}

    def _good(self, row: Row, guest: Guest | str | None) -> None:
        money = self.house.stays[id(row)]
        self.good.append(row)
        if isinstance(guest, Guest):
            self.of_guest.setdefault(guest.entity, []).append(row)
        self.house.values(
            row,
            number=row.key,
            arrival=money.arrival.isoformat(),
            departure=str(row.cells["departure"]),
            nights=str(money.nights),
            status=money.status,
            room_type=str(row.cells["room"]["type"]),  # type: ignore[index]
            amount=f"{money.amount:.2f}",
            currency=money.currency,
        )

    def slept_here(self, stay: Row | str, guest: str, role: str, state: str = LOADED, reason: str = "") -> Row:
        """One record of booking_guest: this guest (a number of the guest table) was in that stay."""
        key = self.house.number("booking_guest")
        number = stay if isinstance(stay, str) else stay.key
        cells: dict[str, object] = {"id": int(key), "booking_no": number, "guest_id": int(guest), "role": role}
        guest_row = self.house.by_key.get(("guest", guest))
        person = guest_row.entity if guest_row else f"nobody {guest}"
        row = self.house.add(Row("booking_guest", key, cells, "booking_guests", f"{number}/{person}", state, reason))
        self.house.follow(row, ("booking", End("stay", number)), ("guest", End("guest", guest)))
        if row.state == LOADED:
            self.house.values(row, role=ROLES[role])
        return row


ROLES = {"B": "booker", "G": "guest", "C": "child"}


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value


def _money(said: dict[str, object]) -> Money:
    total = said["total"]
    assert isinstance(total, dict)
    amount = total["amount"]
    readable = not isinstance(amount, str) or amount.replace(".", "", 1).replace("-", "", 1).isdigit()
    return Money(
        currency=str(total["currency"] or ""),
        amount=Decimal(str(amount)) if readable else None,
        arrival=_day(said["arrival"]),
        nights=(_day(said["departure"]) - _day(said["arrival"])).days,
        status=STATUS.get(str(said["state"]), ""),
    )


def plant_stays(stays: Stays, kinds: dict[str, list[Guest]], box_of_agency: dict[str, str]) -> None:
    """Stays of all kinds of guests, and every kind of dirt among them."""
    random = stays.random
    for index, guest in enumerate(kinds["plain"]):
        for _ in range((1, 0, 2, 1, 1, 3, 0, 1)[index % 8]):
            stays.row(guest, channel=random.choice(("direct", "portal")))
    for guest in (*kinds["mononym"], *kinds["couples"], *kinds["fathers"], *kinds["siblings"]):
        stays.row(guest)
    for guest in kinds["agency"]:
        stays.row(guest, channel="agency", agency=int(box_of_agency[guest.boxes[0]]))
    for index in range(18):
        stays.row(kinds["plain"][index * 3], channel="company", agency=int(random.choice(stays.companies.firms)))
    _of_doubles(stays, (*kinds["twice"], *kinds["loyal"], *kinds["moved"]))
    _not_slept(stays, kinds["plain"][150:])
    _odd_stays(stays, kinds)
    _who_slept(stays, kinds)


def _of_doubles(stays: Stays, guests: Iterable[Guest]) -> None:
    """A stay under each of the two numbers: only together they make somebody who came back."""
    for guest in guests:
        again = {"id": int(guest.keys[1]), "name": guest.given}
        stays.row(guest, arrival=date(2024, 4, 2), nights=3, state="checked_out")
        stays.row(guest, arrival=date(2025, 5, 3), nights=2, state="checked_out", guest=again)


def _not_slept(stays: Stays, guests: list[Guest]) -> None:
    """Cancelled, not come, still to come, here now, for nothing, paid back."""
    euro = {"currency": EUR}
    for index, guest in enumerate(guests[:12]):
        stays.row(guest, state=("cancelled", "no_show")[index % 2], total=euro | {"amount": (0, 180)[index % 2]})
    for index, guest in enumerate(guests[12:22]):
        stays.row(guest, state="confirmed", arrival=date(2025, 11, 10) + timedelta(days=index), nights=4)
    for guest in guests[22:25]:
        stays.row(guest, state="in_house", arrival=date(2025, 10, 29), nights=4)
    for guest in guests[25:28]:
        stays.row(guest, total=euro | {"amount": 0}, channel="complimentary")
    stays.row(guests[28], state="cancelled", total=euro | {"amount": -90})


def _odd_stays(stays: Stays, kinds: dict[str, list[Guest]]) -> None:
    house, plain = stays.house, kinds["plain"]
    for _ in range(14):
        stays.row(None, channel="walk-in")
    for guest in plain[20:24]:  # made for training, with a price that nobody paid (D-004)
        stays.row(guest, EXCLUDED, "test stay", state="TEST", total={"amount": 9999, "currency": EUR})
    for guest in (*kinds["erased"], *kinds["deleted"][:3]):  # the money stays, the guest does not (D-022)
        stays.row(guest, arrival=date(2024, 6, 1), nights=2, state="checked_out")
    for guest in (kinds["unreachable"][0], kinds["waiting"][0]):
        stays.row(guest, arrival=date(2024, 7, 1), nights=2, state="checked_out")
    for key in ("990001", "990002", "990003"):
        stays.row(key, channel="portal")
    stays.row(plain[30], agency=987, channel="agency")
    for guest in plain[31:33]:
        stays.row(guest, HELD, "value unknown", state="waitlist")
    stays.row(plain[33], HELD, "value unknown", total={"amount": 310, "currency": "GBP"})
    stays.row(plain[34], HELD, "no amount", total={"amount": "sorulacak", "currency": TRY})
    stays.row(plain[35], total={"amount": "412.50", "currency": EUR})  # text, and plain all the same
    for guest in plain[36:38]:
        stays.row(guest, HELD, "days crossed", arrival=date(2024, 9, 9), nights=-3, state="checked_out")
    for row in stays.good[5:8]:  # exported twice
        again = fold(row, house)
        house.stays[id(again)] = house.stays[id(row)]
    _one_number_two_totals(stays, plain[38])
    _broken_lines(house)


def _one_number_two_totals(stays: Stays, guest: Guest) -> None:
    one = stays.row(guest, HELD, "one key, two rows", total={"amount": 500, "currency": EUR}, state="checked_out")
    other = replace(one, cells=dict(one.cells) | {"total": {"amount": 560, "currency": EUR}})
    stays.house.add(other)
    stays.house.stays[id(other)] = replace(stays.house.stays[id(one)], amount=Decimal(560))


def _broken_lines(house: House) -> None:
    """A line that was cut off, one that is no object, one with a byte that is no letter."""
    lines = (b'{"no": "B-90001", "arrival": "2024-0', b"[1, 2, 3]", b'{"no": "B-90003", "channel": "\xff"}')
    for number, raw in enumerate(lines):
        house.add(Row("stay", f"broken {number}", {}, "bookings", "", UNREADABLE, "broken line", raw=raw))


def _who_slept(stays: Stays, kinds: dict[str, list[Guest]]) -> None:
    """Who booked, who came along; the same guest twice under two numbers; ends that are not there or stay behind."""
    random, plain = stays.random, kinds["plain"]
    for row in stays.house.of("stay"):
        guest = row.cells.get("guest")
        if row.state == FOLDED or not isinstance(guest, dict) or (row.state == HELD and row.reason != "value unknown"):
            continue
        stays.slept_here(row, str(guest["id"]), "B")
    for row in stays.good[::4]:
        other = random.choice(plain)
        guest = row.cells.get("guest")
        if isinstance(guest, dict) and str(guest["id"]) != other.key:
            stays.slept_here(row, other.key, random.choice(("G", "G", "C")))
    for guest in kinds["twice"][:5]:  # after both records became one this is the same link again
        stays.slept_here(stays.of_guest[guest.entity][0], guest.keys[1], "B")
    stays.slept_here(stays.good[1], "990009", "G")
    stays.slept_here("B-77777", plain[0].key, "G")
    stays.slept_here(stays.good[2], kinds["erased"][0].key, "G")
    stays.slept_here(stays.good[3], kinds["deleted"][0].key, "G")
    stays.slept_here(stays.good[4], kinds["unreachable"][1].key, "G")

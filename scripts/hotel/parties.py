"""Households and travel parties with their members, campaigns and whom they reached: tables of the old CRM."""

from hotel.guests import Guest
from hotel.rows import EXCLUDED, HELD, LOADED, End, House, Row

KINDS = {"F": "family", "T": "travel party"}
ROLES = {"H": "head", "P": "partner", "C": "child", "X": "companion"}
CAMPAIGNS = (
    ("Bağbozumu 2023", "email", "2023-09-01", "1200.00"), ("Frühling am Meer", "email", "2024-03-01", "1500.00"),
    ("Winter letters", "post", "2024-11-15", "2400.00"), ("Liburan Lebaran", "sms", "2025-03-20", "600.00"),
    ("Zomer 2025", "email", "2025-05-10", "1800.00"), ("Cumhuriyet Bayramı", "sms", "2025-10-20", "450.00"),
)  # fmt: skip
STATES = {"S": "sent", "O": "opened", "R": "responded", "B": "bounced"}


class Parties:
    """Plants households and their members."""

    def __init__(self, house: House) -> None:
        self.house = house

    def household(self, name: str, kind: str, state: str = LOADED, reason: str = "") -> Row:
        """One household or travel party."""
        key = self.house.number("household", 201)
        cells: dict[str, object] = {"id": int(key), "name": name, "kind": kind}
        row = self.house.add(Row("household", key, cells, "households", f"H{key}", state, reason))
        if state == LOADED:
            self.house.values(row, name=name, kind=KINDS.get(kind, ""))
        return row

    def member(self, household: str, guest: str, role: str) -> Row:
        """One guest (a number of the guest table) in one household."""
        house, key = self.house, self.house.number("household_guest")
        found = house.by_key.get(("guest", guest))
        entity = f"H{household}/{found.entity if found else 'nobody'}"
        cells: dict[str, object] = {
            "id": int(key),
            "household_id": int(household),
            "guest_id": int(guest),
            "role": role,
        }
        row = house.add(Row("household_guest", key, cells, "household_guests", entity))
        house.follow(row, ("household", End("household", household)), ("guest", End("guest", guest)))
        if row.state == LOADED:
            house.values(row, role=ROLES[role])
        return row


def plant_parties(parties: Parties, kinds: dict[str, list[Guest]]) -> None:
    """Couples, fathers and sons, groups of friends; links whose ends are not there, stay behind, or become one."""
    for one, other in _pairs(kinds["couples"]):
        home = parties.household(f"Familie {one.family}", "F")
        parties.member(home.key, one.key, "H")
        parties.member(home.key, other.key, "P")
    for father, son in _pairs(kinds["fathers"]):
        home = parties.household(f"{father.family} ailesi", "F")
        parties.member(home.key, father.key, "H")
        parties.member(home.key, son.key, "C")
    plain = kinds["plain"][60:]
    for number in range(24):
        home = parties.household(f"Gruppe {number + 1}", "T")
        for place, guest in enumerate(plain[number * 4 : number * 4 + 3 + number % 2]):
            parties.member(home.key, guest.key, "X" if place else "H")
    doubled = parties.household("Reisegruppe Doppelt", "T")
    for guest in kinds["twice"][:4]:  # under both numbers: one guest, one link
        for key in guest.keys:
            parties.member(doubled.key, key, "X")
    parties.member(doubled.key, "990004", "X")
    parties.member(doubled.key, kinds["erased"][1].key, "X")
    parties.member(doubled.key, kinds["test"][0].key, "X")
    parties.member(doubled.key, kinds["waiting"][0].key, "X")
    parties.member("999", plain[0].key, "H")
    parties.household("Leere Runde", "T")  # nobody is in it, and it is one all the same
    odd = parties.household("Unbekannte Art", "Q", HELD, "value unknown")
    parties.member(odd.key, plain[1].key, "H")


def plant_campaigns(house: House, kinds: dict[str, list[Guest]]) -> None:
    """Six campaigns, and whom each reached; a campaign that was only a test."""
    for name, channel, starts, budget in CAMPAIGNS:
        _campaign(house, name, channel, starts, budget)
    training = _campaign(house, "TEST Kampagne", "email", "2024-01-01", "1.00", EXCLUDED, "test campaign")
    plain = kinds["plain"]
    for index, guest in enumerate((*plain[:130], *kinds["couples"], *kinds["agency"][:4])):
        _reached(house, str(31 + index % 6), guest.key, "SSOR"[index % 4])
    for guest in kinds["twice"][:3]:  # sent to both records of one guest
        for key in guest.keys:
            _reached(house, "32", key, "S")
    _reached(house, "31", "990005", "S")
    _reached(house, "77", plain[0].key, "S")
    _reached(house, training.key, plain[1].key, "S")
    _reached(house, "33", kinds["erased"][2].key, "R")
    _reached(house, "33", kinds["long_ago"][0].key, "S")
    _reached(house, "34", plain[140].key, "Z").is_now(HELD, "value unknown")
    house.expected.pop(("campaign_members", f"34/{plain[140].entity}"))


def _campaign(
    house: House, name: str, channel: str, starts: str, budget: str, state: str = LOADED, reason: str = ""
) -> Row:
    key = house.number("campaign", 31)
    cells: dict[str, object] = {
        "id": int(key), "name": name, "channel": channel, "starts": starts, "budget": budget, "currency": "EUR",
        "is_test": int(state == EXCLUDED),
    }  # fmt: skip
    row = house.add(Row("campaign", key, cells, "campaigns", f"K{key}", state, reason))
    if state == LOADED:
        house.values(row, name=name, channel=channel, starts_on=starts, budget=budget, currency="EUR")
    return row


def _reached(house: House, campaign: str, guest: str, state: str) -> Row:
    key, found = house.number("campaign_member"), house.by_key.get(("guest", guest))
    entity = f"{campaign}/{found.entity if found else 'nobody'}"
    cells: dict[str, object] = {"id": int(key), "campaign_id": int(campaign), "guest_id": int(guest), "state": state}
    row = house.add(Row("campaign_member", key, cells, "campaign_members", entity))
    house.follow(row, ("campaign", End("campaign", campaign)), ("guest", End("guest", guest)))
    if row.state == LOADED:
        house.values(row, status=STATES.get(state, ""))
    return row


def _pairs(guests: list[Guest]) -> list[tuple[Guest, Guest]]:
    return list(zip(guests[::2], guests[1::2], strict=True))

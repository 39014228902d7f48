"""What people said and what was done: complaints (workbook), surveys (CSV), activities (table activity)."""

from datetime import datetime, timedelta

from hotel.guests import LEFT, STAFF, Guest, moment
from hotel.rows import EXCLUDED, HELD, LOADED, End, House, Row
from hotel.stays import Stays
from hotel.words import COMMENTS, COMPLAINTS, REASONS

STATUS = {"açık": "open", "offen": "open", "open": "open", "kapalı": "closed", "erledigt": "closed", "closed": "closed"}
CATEGORY = {"Oda": "room", "Yemek": "food", "Fatura": "billing", "Gürültü": "noise"}
ABOUT = {"Guest": "guest", "Company": "company", "Stay": "stay", "Ticket": "ticket"}
DONE = {"D": "done", "O": "open", "X": "cancelled"}


class Desk:
    """Plants complaints, answers and activities."""

    def __init__(self, house: House, stays: Stays) -> None:
        self.house, self.random, self.stays = house, house.random, stays

    def ticket(self, guest: str, stay: str, state: str = LOADED, reason: str = "", **cells: object) -> Row:
        """One complaint of the workbook: who (a number of the guest table), about which stay, if any."""
        random, number = self.random, int(self.house.number("ticket"))
        opened = datetime(2024, 1, 3, 9, 0) + timedelta(days=random.randint(0, 600))
        said: dict[str, object] = {
            "No": f"T-{number:04d}",
            "Tarih": opened if number % 3 else opened.strftime("%d.%m.%Y"),
            "Misafir": int(guest) if guest and number % 2 else f"M{guest}" if guest else "",
            "Rezervasyon": stay,
            "Konu": random.choice(tuple(CATEGORY)),
            "Açıklama": random.choice(COMPLAINTS),
            "Durum": random.choice(tuple(STATUS)),
            "Sorumlu": random.choice(tuple(STAFF)),
        }
        said |= cells
        key = str(said["No"])
        row = self.house.add(Row("ticket", key, said, "tickets", key, state, reason))
        ends = [("guest", End("guest", guest))] if guest else []
        if stay:
            ends.append(("booking", End("stay", stay, missing="clear", excluded="clear")))
        self.house.follow(row, *ends)
        if row.state == LOADED:
            self.house.values(
                row,
                number=key,
                opened_on=opened.date().isoformat(),
                category=CATEGORY[str(said["Konu"])],
                description=str(said["Açıklama"]),
                status=STATUS[str(said["Durum"])],
            )
        return row

    def answer(self, survey: str, score: object, stay: str, box: str, state: str = LOADED, reason: str = "") -> Row:
        """One answer to one survey."""
        key = self.house.number("survey", 5001)
        cells: dict[str, object] = {
            "id": key, "survey": survey, "answered_at": moment(self.random, 2024, 2025), "booking": stay,
            "email": box, "score": score, "comment": self.random.choice(COMMENTS),
        }  # fmt: skip
        row = self.house.add(Row("survey", key, cells, "surveys", f"S{key}", state, reason))
        if stay:
            self.house.follow(row, ("booking", End("stay", stay, missing="clear")))
        if row.state == LOADED:
            self.house.values(row, survey=survey, score=str(score).strip(), band=band(survey, int(str(score))))
        return row

    def activity(self, kind: str, about: str, key: str, state: str = LOADED, reason: str = "", **cells: object) -> Row:
        """One call, mail, task or meeting; `about` and `key` say what it is about, if anything."""
        random, number = self.random, self.house.number("activity")
        said: dict[str, object] = {
            "id": int(number), "kind": kind, "subject": random.choice(REASONS[kind]), "parent_type": about,
            "parent_id": key, "owner": random.choice(tuple(STAFF)), "status": random.choice(("D", "D", "D", "O")),
            "at": moment(random, 2024, 2025),
        }  # fmt: skip
        said |= cells
        row = self.house.add(Row("activity", number, said, "activities", f"V{number}", state, reason))
        if about in ABOUT:
            self.house.follow(row, ("about", End(ABOUT[about], key)))
        if row.state == LOADED:
            values = {"kind": kind, "subject": str(said["subject"]), "status": DONE[str(said["status"])]}
            self.house.values(row, **values, **_owner(said))
        return row


def band(survey: str, score: int) -> str:
    """What a score means, by the survey that it answers: nine of ten is a promoter, five of five is satisfied."""
    if survey == "NPS":
        return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"
    return "satisfied" if score >= 4 else "neutral" if score == 3 else "dissatisfied"


def _owner(said: dict[str, object]) -> dict[str, str]:
    """Open work of somebody who left goes to who took over; the rest keeps the name that it had, as text."""
    login = str(said["owner"])
    if login in STAFF:
        return {"owner": STAFF[login]}
    if said["status"] == "O":
        return {"owner": STAFF[LEFT[login]]}
    return {"legacy_owner": login}


def plant_tickets(desk: Desk, kinds: dict[str, list[Guest]]) -> None:
    """Complaints of guests, with a stay and without; and those that do not arrive."""
    plain = kinds["plain"]
    for index, guest in enumerate(plain[:44]):
        stays = desk.stays.of_guest.get(guest.entity, [])
        desk.ticket(guest.key, stays[0].key if stays and index % 3 else "")
    desk.ticket("", "", Açıklama="bahçe kapısı açık kalmış")
    desk.ticket("990006", "")
    desk.ticket(kinds["erased"][0].key, "", Açıklama="Belkıs Unutmaz klimadan şikayetçi")
    desk.house.secrets.append(("erased", "Belkıs Unutmaz klimadan şikayetçi"))
    desk.ticket(kinds["deleted"][1].key, "")
    desk.ticket(plain[50].key, "B-66666")  # the stay is not there: the complaint is one all the same, and it is told
    desk.ticket(plain[51].key, "", HELD, "value unknown", Durum="???")
    desk.ticket(plain[52].key, "", HELD, "owner unknown", Sorumlu="gece vardiyası")


def plant_surveys(desk: Desk, kinds: dict[str, list[Guest]]) -> None:
    """Answers with and without a stay, by mailboxes of one, of two and of nobody; scores that are none."""
    random, plain = desk.random, kinds["plain"]
    for index, guest in enumerate(plain[:90]):
        stays = desk.stays.of_guest.get(guest.entity, [])
        box = guest.boxes[0] if index % 5 else guest.boxes[0].upper()
        survey = ("NPS", "CSAT")[index % 2]
        score = random.randint(0, 10) if survey == "NPS" else random.randint(1, 5)
        row = desk.answer(survey, score, stays[0].key if stays else "", box)
        desk.house.links["surveys.contact", row.entity] = guest.entity
    for number in range(18):  # nobody asked who they are
        desk.answer("NPS" if number % 3 else "CSAT", 10 if number % 3 else 5, "", "")
    for guest in kinds["couples"][::2]:  # two have this mailbox: whose word it is nobody knows
        desk.answer("NPS", 8, "", guest.boxes[0])
    desk.answer("CSAT", 2, "", "niemand@briefkasten.example")
    desk.answer("NPS", 9, "B-55555", "")  # the stay is not there
    for survey, score in (("NPS", "11"), ("CSAT", "7"), ("CSAT", "-1")):
        desk.answer(survey, score, "", "", HELD, "no such score")
    desk.answer("NPS", "çok iyi", "", "", HELD, "no such score")
    desk.answer("NPS", 3, "", kinds["erased"][0].boxes[0], EXCLUDED, "parent excluded")
    tests = [row for row in desk.house.of("stay") if row.reason == "test stay"]
    desk.answer("CSAT", 1, tests[0].key, "", EXCLUDED, "parent excluded")


def plant_activities(desk: Desk, kinds: dict[str, list[Guest]]) -> None:
    """About guests, companies, stays, complaints and nothing; and about what is not there or stays behind."""
    plain, house = kinds["plain"], desk.house
    what = ("call", "email", "task", "meeting")
    for index, guest in enumerate(plain[:80]):
        desk.activity(what[index % 4], "Guest", guest.key)
    for index, key in enumerate((*desk.stays.companies.firms, *desk.stays.companies.agencies)):
        desk.activity(what[index % 4], "Company", key)
    for index, row in enumerate(desk.stays.good[10:50]):
        desk.activity(what[index % 3], "Stay", row.key)
    for index, row in enumerate([row for row in house.of("ticket") if row.state == LOADED][:15]):
        desk.activity(what[index % 3], "Ticket", row.key)
    for _ in range(6):
        desk.activity("task", "", "", subject="Pool reinigen")
    for guest in kinds["twice"][:4]:
        desk.activity("call", "Guest", guest.keys[1])
    for index in range(6):
        desk.activity("task", "Guest", plain[90 + index].key, owner="sabine", status="DO"[index % 2])
    desk.activity("call", "Guest", plain[100].key, HELD, "owner unknown", owner="aushilfe")
    for kind, about, key in (
        ("call", "Guest", "990007"), ("email", "Company", "988"), ("task", "Stay", "B-88888"),
        ("task", "Ticket", "T-9999"), ("call", "Guest", kinds["erased"][3].key),
        ("call", "Guest", kinds["deleted"][2].key), ("email", "Guest", kinds["waiting"][1].key),
        ("meeting", "Guest", kinds["unreachable"][2].key),
    ):  # fmt: skip
        desk.activity(kind, about, key)
    desk.activity("task", "Room", "12", HELD, "value unknown")
    desk.activity("call", "Guest", "", HELD, "parent missing")  # it says what kind of thing, and not which

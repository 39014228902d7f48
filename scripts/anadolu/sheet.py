"""The sheet in which the sales people keep their pipeline (`sales/pipeline.xlsx`)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from anadolu.firms import LOGINS, Firm, Firms
from anadolu.people import People, Person
from anadolu.rows import MEMBER, Company, Deal, Fate, Row
from anadolu.words import THINGS, phone_as_typed, turkish_amount

SHEET = ("Firma", "Kişi", "E-posta", "Tel", "Fırsat", "Tutar", "PB", "Aşama", "Tarih", "Sorumlu", "Not")
STAGES = {"Görüşme": "qualified", "Teklif": "proposal", "Kazanıldı": "closedwon", "Kaybedildi": "closedlost"}
CURRENCIES = {"TL": "TRY", "₺": "TRY", "EUR": "EUR", "€": "EUR", "USD": "USD"}
AMOUNTS = (
    ("1.250", Decimal(1250)), ("12.500,00 TL", Decimal(12500)), ("₺ 12.500", Decimal(12500)), (" 7500 ", Decimal(7500)),
    ("2.000.000,00", Decimal(2000000)),
)  # fmt: skip
FILE = "sales/pipeline.xlsx"
TOTAL = 27419350  # what somebody typed under all currencies together
ABSENT = "no_such_object"


class Sheet:
    """Invents sales chances and plants their lines."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.random = people.random
        self.company: Company = people.company
        self.firms: Firms = people.firms
        self.lines_of: dict[str, int] = {}  # firm -> lines so far: the first leads, the others fold
        self.deals = 0

    def line(self, firm: Firm, persons: list[Person], **cells: object) -> Row:
        """One line of the sheet: a firm, perhaps people, perhaps a chance to sell something."""
        random = self.random
        self.deals += 1
        amount = Decimal(random.randint(4, 900) * 500) + random.choice((Decimal(0), Decimal(0), Decimal("0.50")))
        currency = random.choice(("TL", "TL", "TL", "₺", "EUR", "EUR", "€", "USD"))
        close = date(2024, 10, 1) + timedelta(days=random.randint(0, 330))
        stage = random.choice([s for s in STAGES if close < date(2025, 3, 14) or s in ("Görüşme", "Teklif")])
        full: dict[str, object] = {
            "Firma": firm.name,
            "Kişi": random.choice(("; ", ";")).join(f"{p.given} {p.family}" for p in persons),
            "E-posta": ";".join(p.email for p in persons) or f"info@{firm.domain}",
            "Tel": ";".join(phone_as_typed(random, p.mobile).strip() if p.mobile else "" for p in persons),
            "Fırsat": f"{random.choice(THINGS)} {self.deals}",
            "Tutar": turkish_amount(int(amount * 100)) if amount % 1 or self.deals % 4 else int(amount),
            "PB": currency,
            "Aşama": random.choice(("{}", "{}", "{} ")).format(stage),
            "Tarih": close.strftime("%d.%m.%Y") if self.deals % 3 else datetime(close.year, close.month, close.day),
            "Sorumlu": firm.owner or LOGINS[0],
            "Not": random.choice(("", "", "fuarda tanıştık", "vade; çek")),
        }
        row = Row("sheet", FILE, full | cells, "")
        row.key = f"{row.cells['Firma']}␟{row.cells['Fırsat']}"
        row.fates = [self._account(firm), *self._contacts(row, firm, persons), *self._deal(row, firm, amount, close)]
        return self.company.add(row)

    def _account(self, firm: Firm) -> Fate:
        seen = self.lines_of.get(firm.name, 0)
        self.lines_of[firm.name] = seen + 1
        return Fate("accounts", "folded" if seen else MEMBER, "", firm.entity)

    def _contacts(self, row: Row, firm: Firm, persons: list[Person]) -> list[Fate]:
        if not row.cells["Kişi"]:
            return [Fate("contacts", "absent", ABSENT)]
        for person in persons:
            self.company.links.setdefault(("contacts.company", person.entity), firm.entity)
        return [Fate("contacts", MEMBER, "", p.entity, split) for split, p in enumerate(persons)]

    def _deal(self, row: Row, firm: Firm, amount: Decimal, close: date) -> list[Fate]:
        typed = row.cells["Tarih"]
        close = datetime.strptime(typed, "%d.%m.%Y").date() if isinstance(typed, str) else close
        entity = f"D{self.deals:04d}"
        if not row.cells["Fırsat"]:
            currency = CURRENCIES[str(row.cells["PB"])]
            self.company.deals[id(row)] = Deal(entity, currency, amount, "", close.isoformat(), "absent")
            return [Fate("deals", "absent", ABSENT)]
        self.company.links["deals.company", entity] = firm.entity
        stage = STAGES.get(str(row.cells["Aşama"]).strip(), "")
        currency = CURRENCIES.get(str(row.cells["PB"]), str(row.cells["PB"]))
        self.company.deals[id(row)] = Deal(entity, currency, amount, stage, close.isoformat(), MEMBER)
        return [Fate("deals", MEMBER, "", entity)]

    def deal_is(self, row: Row, state: str, code: str, amount: Decimal | str | None = "same") -> None:
        """Plant another fate, and if need be another amount, for the deal of this line."""
        row.is_now("deals", state, code)
        deal = self.company.deals[id(row)]
        amount = deal.amount if isinstance(amount, str) else amount
        self.company.deals[id(row)] = replace(deal, state=state, amount=amount)

    def sold_by_somebody_who_left(self, row: Row, stage: str) -> None:
        """An owner who is inactive: open chances go to the successor, closed ones keep the name as text."""
        row.cells |= {
            "Sorumlu": "hasan.t",
            "Aşama": stage,
            "Tarih": "15.01.2025" if stage == "Kazanıldı" else "20.05.2025",
        }
        close = "2025-01-15" if stage == "Kazanıldı" else "2025-05-20"
        self.company.deals[id(row)] = replace(self.company.deals[id(row)], stage=STAGES[stage], close=close)

    def lost_on_a_day_that_never_was(self, row: Row, currency: str) -> None:
        """A date that does not exist is cleared, with a finding; an amount in lira then has no rate of its day."""
        row.cells |= {"Aşama": "Kaybedildi", "Tarih": "31.02.2025", "PB": currency}
        self.company.deals[id(row)] = replace(
            self.company.deals[id(row)], stage="closedlost", close="", currency=CURRENCIES[currency]
        )


def plant_sheet(sheet: Sheet, plain: list[Firm], persons: list[Person]) -> dict[str, list[Row]]:
    """All lines of the sheet: firms that the old CRM knows, firms that only the sheet knows, and every kind of dirt."""
    lines: list[Row] = []
    for index, firm in enumerate(plain[125:195]):
        known = [persons[125 + index]]
        lines.append(sheet.line(firm, known if index % 7 else []))
        if index % 3 == 0:
            lines.append(sheet.line(firm, known))
    for index in range(30):
        firm = sheet.firms.invent(tax="")
        firm.good = False
        person = _stranger(sheet.people, firm)
        lines.append(sheet.line(firm, [person] if index % 4 else []))
        if index % 5 == 0:
            lines.append(sheet.line(firm, [person]))
    kinds = {"lines": lines, "odd": [*_odd_deals(sheet, plain)], "pairs": [*_two_people(sheet, plain, persons)]}
    _awkward_lines(sheet, plain, persons, lines)
    return kinds


def _stranger(people: People, firm: Firm) -> Person:
    person = people.invent(firm)
    person.asked = "not asked"
    return person


def _odd_deals(sheet: Sheet, plain: list[Firm]) -> list[Row]:
    """Stages without translation, amounts that are none, one below zero, a currency that nobody mapped."""
    rows = []
    future = "05.06.2025"
    for firm, stage in zip(plain[195:199], ("Beklemede", "Beklemede", "İptal", "Beklemede"), strict=True):
        rows.append(sheet.line(firm, [], Aşama=stage, Tarih=future))
        sheet.deal_is(rows[-1], "held", "value_unmapped")
    for firm, amount in zip(plain[199:202], ("sorulacak", "12.5.00,1x", "#DEĞER!"), strict=True):
        rows.append(sheet.line(firm, [], Tutar=amount, Aşama="Teklif", Tarih=future))
        sheet.deal_is(rows[-1], "held", "not_a_number", None)
    for firm in plain[202:204]:
        rows.append(sheet.line(firm, [], Tutar="-1.500,00", PB="TL", Aşama="Teklif", Tarih=future))
        sheet.deal_is(rows[-1], MEMBER, "", Decimal(-1500))
    rows.append(sheet.line(plain[204], [], Tutar="5.000,00", PB="GBP", Aşama="Teklif", Tarih=future))
    sheet.deal_is(rows[-1], "rejected", "value_unmapped", Decimal(5000))
    return rows


def _two_people(sheet: Sheet, plain: list[Firm], persons: list[Person]) -> list[Row]:
    """Two people in one cell, their mailboxes and numbers in step; one cell ends with a separator."""
    rows = []
    for index, firm in enumerate(plain[205:217]):
        other = _stranger(sheet.people, firm)
        row = sheet.line(firm, [persons[205 + index], other])
        rows.append(row)
    last = rows[-1]
    last.cells["Kişi"] = f"{last.cells['Kişi']};"
    return rows


def _awkward_lines(sheet: Sheet, plain: list[Firm], persons: list[Person], lines: list[Row]) -> None:
    """Lines without a chance, lines twice, one key with two amounts, an owner whom nobody knows, blanks and a total."""
    for index in range(217, 225):
        sheet.line(plain[index], [persons[index]], Fırsat="")
    only = [row for row in lines[20:] if sheet.lines_of[str(row.cells["Firma"])] == 1]
    for row, stage in zip(only[:6], ("Teklif", "Kazanıldı") * 3, strict=True):
        sheet.sold_by_somebody_who_left(row, stage)
    for row, (typed, amount) in zip(only[6:11], AMOUNTS, strict=True):
        row.cells["Tutar"] = typed
        sheet.company.deals[id(row)] = replace(sheet.company.deals[id(row)], amount=amount)
    sheet.lost_on_a_day_that_never_was(only[11], "EUR")
    sheet.lost_on_a_day_that_never_was(only[12], "TL")
    sheet.deal_is(only[12], "held", "missing_rate")
    for row in lines[3:5]:
        again = replace(row, cells=dict(row.cells), fates=[_again(fate) for fate in row.fates])
        sheet.company.add(again)
        sheet.company.deals[id(again)] = replace(sheet.company.deals[id(row)], state="folded")
    one = sheet.line(
        plain[225], [], Fırsat="Pres hattı", Tutar="10.000,00", PB="EUR", Aşama="Teklif", Tarih="01.04.2025"
    )
    other = sheet.line(
        plain[225], [], Fırsat="Pres hattı", Tutar="12.000,00", PB="EUR", Aşama="Teklif", Tarih="01.04.2025"
    )
    sheet.deal_is(one, "held", "key_conflict", Decimal(10000))
    sheet.deal_is(other, "held", "key_conflict", Decimal(12000))
    stranger = sheet.firms.invent(tax="")
    row = sheet.line(
        stranger, [_stranger(sheet.people, stranger)], Sorumlu="stajyer7", Aşama="Teklif", Tarih="01.04.2025"
    )
    row.is_now("accounts", "held", "owner_unknown")
    row.is_now("contacts", "held", "parent_held")
    sheet.deal_is(row, "held", "owner_unknown")
    blank = [Fate(name, "excluded", "skipped_line") for name in ("accounts", "contacts", "deals")]
    for place in (40, 41, 90):
        at = sheet.company.rows.index(sheet.company.of("sheet")[place])
        sheet.company.rows.insert(at, Row("sheet", FILE, dict.fromkeys(SHEET, ""), "", list(blank)))
    total = dict.fromkeys(SHEET, "") | {"Firma": "TOPLAM", "Tutar": TOTAL}
    row = sheet.company.add(Row("sheet", FILE, dict(total), "TOPLAM␟", list(blank)))
    sheet.company.deals[id(row)] = Deal("", "", Decimal(TOTAL), "", "", "excluded")


def _again(fate: Fate) -> Fate:
    return replace(fate, state="folded") if fate.state == MEMBER else fate

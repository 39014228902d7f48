"""The second export, two weeks later: rows that are new, changed, gone, merged and split."""

import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from anadolu.firms import Firm, Firms
from anadolu.mail import CONSENT as SAYS
from anadolu.mail import Mail
from anadolu.people import People, Person
from anadolu.rows import MEMBER, Company, Row
from anadolu.sheet import STAGES, Sheet
from anadolu.truth import consent_of, loaded
from anadolu.words import phone_as_typed

NOW = "2025-03-27 10:15:00"


@dataclass
class World:
    """One export with everything that is needed to write the next one."""

    company: Company
    firms: Firms
    people: People
    sheet: Sheet
    mail: Mail
    firm_kinds: dict[str, list[Firm]]
    person_kinds: dict[str, list[Person]]
    sheet_kinds: dict[str, list[Row]]


def two_weeks_later(first: World) -> World:
    """The same company after two weeks; the truth says what must come of each difference."""
    deals = first.company.deals
    order = [deals.get(id(row)) for row in first.company.rows]
    world = copy.deepcopy(first)
    company = world.company
    company.deals = {id(row): deal for row, deal in zip(company.rows, order, strict=True) if deal is not None}
    company.known = loaded(company)
    before = _said(world)
    for change in (_new, _changed, _gone, _one_became_another, _one_split, _deals, _unsubscribed):
        change(world)
    after = _said(world)
    for person in world.people.all:
        if before.get(person.entity, after.get(person.entity)) != after.get(person.entity):
            company.touched.add(person.entity)
    company.gone = company.known - loaded(company) - company.gone
    company.suppressions = suppressions_of(world)
    return world


def suppressions_of(world: World) -> dict[str, str]:
    """Mailboxes of the mailing tool that no loaded person has, with the strictest word about each."""
    waiting = {f.entity for row in world.company.rows for f in row.fates if f.code == "split_of_loaded"}
    here = loaded(world.company) | waiting
    known = {person.email.lower() for person in world.people.all if person.entity in here}
    order = ("unsubscribed", "cleaned", "subscribed")
    return {
        email: SAYS[min(states, key=order.index)]
        for email, states in world.mail.says.items()
        if states and email not in known
    }


def _said(world: World) -> dict[str, tuple[str, bool]]:
    """Person -> consent and whether the mailbox is dead."""
    consent = consent_of(world.company, world.people.all, world.mail.says)
    return {
        p.entity: (consent[p.email.lower()], "cleaned" in world.mail.says.get(p.email.lower(), []))
        for p in world.people.all
        if p.email.lower() in consent
    }


def _row_of(world: World, source: str, key: str) -> Row:
    return next(row for row in world.company.of(source) if row.key == key)


def _new(world: World) -> None:
    """Three new firms with people."""
    for _ in range(3):
        firm = world.firms.invent()
        world.firms.row(firm, changed=NOW)
        for _ in range(2):
            world.people.row(world.people.invent(firm), changed=NOW)


def _changed(world: World) -> None:
    """New numbers for firms and people."""
    for firm in world.firm_kinds["plain"][230:236]:
        firm.phone = f"{firm.phone[:6]}9{firm.phone[7:]}"
        row = _row_of(world, "firma", firm.numbers[0])
        row.cells |= {"Telefon": phone_as_typed(world.firms.random, firm.phone), "Guncelleme": NOW}
        row.changed = NOW
        world.company.touched.add(firm.entity)
    for person in world.person_kinds["plain"][310:318]:
        person.mobile = f"5550009{person.mobile[-3:]}"
        row = _row_of(world, "kisi", person.number)
        row.cells |= {"Cep": phone_as_typed(world.firms.random, person.mobile), "Guncelleme": NOW}
        row.changed = NOW
        world.company.touched.add(person.entity)


def _gone(world: World) -> None:
    """Rows that somebody deleted in the old CRM: nothing is deleted in the new one, they are flagged."""
    firm = world.firm_kinds["plain"][256]
    persons = [*world.person_kinds["plain"][300:305], world.person_kinds["plain"][256]]
    keys = {("firma", firm.numbers[0])} | {("kisi", person.number) for person in persons}
    world.company.rows = [row for row in world.company.rows if (row.source, row.key) not in keys]


def _one_became_another(world: World) -> None:
    """Two firms that were loaded as two now have one tax number: a person decides, nothing is merged behind backs."""
    one, other = world.firm_kinds["quiet"][:2]
    row = _row_of(world, "firma", other.numbers[0])
    row.cells |= {"VergiNo": one.tax, "Guncelleme": NOW}
    row.changed = NOW
    for firm in (one, other):
        _row_of(world, "firma", firm.numbers[0]).is_now("accounts", "held", "merge_of_loaded")
        firm.good = False
        world.company.gone.add(firm.entity)  # not fed by a member, but not gone either


def _one_split(world: World) -> None:
    """Two rows that were loaded as one person now have two mailboxes: a person decides."""
    person = world.person_kinds["twins"][13]
    rows = [row for row in world.company.of("kisi") if row.fates[0].entity == person.entity]
    rows[-1].cells |= {"E-posta": f"baska.{person.email}", "Guncelleme": NOW}
    rows[-1].changed = NOW
    for row in rows:
        row.is_now("contacts", "held", "split_of_loaded")
    person.good = False
    world.company.reviews.append(("contacts", f"kisi:{person.number}", f"kisi:{rows[-1].key}"))
    world.company.gone.add(person.entity)


def _deals(world: World) -> None:
    """A moved close date, a chance that was won, a stage and an amount that were mended."""
    company, lines = world.company, world.sheet_kinds["lines"]
    open_lines = [row for row in lines if company.deals[id(row)].stage in ("qualified", "proposal")]
    for row in open_lines[10:14]:
        row.cells["Tarih"] = datetime(2025, 7, 31)
        _deal_changed(company, row, close="2025-07-31")
    for row in open_lines[14:16]:
        row.cells |= {"Aşama": "Kazanıldı", "Tarih": "26.03.2025"}
        _deal_changed(company, row, stage="closedwon", close="2025-03-26")
    mended, readable = world.sheet_kinds["odd"][0], world.sheet_kinds["odd"][4]
    mended.cells["Aşama"] = "Teklif"
    company.deals[id(mended)] = replace(company.deals[id(mended)], state=MEMBER, stage=STAGES["Teklif"])
    mended.is_now("deals", MEMBER)
    readable.cells["Tutar"] = "75.000,00"
    world.sheet.deal_is(readable, MEMBER, "", Decimal(75000))


def _deal_changed(company: Company, row: Row, **news: str) -> None:
    company.deals[id(row)] = replace(company.deals[id(row)], **news)
    company.touched.add(company.deals[id(row)].entity)
    for twin in company.of("sheet"):
        if twin is not row and twin.key == row.key:
            twin.cells.update(row.cells)
            company.deals[id(twin)] = replace(company.deals[id(twin)], **news)


def _unsubscribed(world: World) -> None:
    """Three readers left the list: their rows moved to another file; and one more whom nobody knows."""
    mail = world.mail
    subscribed = [row for row in world.company.of("mail") if row.file.startswith("mc/subscribed")]
    for row in subscribed[20:23]:
        world.company.rows.remove(row)
        email = str(row.cells["Email Address"]).lower()
        mail.says[email].remove("subscribed")
        person = next((p for p in world.people.all if p.email == email), None)
        mail.row("unsubscribed", email, person).cells["UNSUB_TIME"] = NOW
    mail.row("unsubscribed", "ayrilan99@bulten.example")

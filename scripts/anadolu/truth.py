"""The known answer, written down from what was planted, never from what the pipeline does."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from anadolu.firms import LEFT_US, OWNERS, Firm
from anadolu.mail import CONSENT as SAYS
from anadolu.people import CONSENT as ASKED
from anadolu.people import Person
from anadolu.rows import MEMBER, Company, Fate, Row

STRICTEST = ("withdrawn", "unknown", "granted")
OPEN = ("qualified", "proposal")
RATES = {"EUR": Decimal(1), "TRY": Decimal("0.04"), "USD": Decimal("0.92")}
Table = list[list[str]]


def write_truth(
    company: Company, firms: list[Firm], persons: list[Person], says: dict[str, list[str]], folder: Path
) -> None:
    """All truth files of one export."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "fates": _fates(company),
        "clusters": _clusters(company),
        "amounts": _amounts(company),
        "consent": [["email", "consent", "email_dead"], *_consent_lines(company, persons, says)],
        "suppressions": [["email", "state"], *([e, s] for e, s in sorted(company.suppressions.items()))],
        "links": _links(company),
        "fields": [["object", "entity", "field", "value"], *_fields(company, firms, persons, says)],
        "vanished": [["object", "entity"], *([_object_of(e), e] for e in sorted(company.gone))],
        "warnings": [["object", "entity", "rule"], *_warnings(company)],
        "reviews": [["object", "one", "other"], *map(list, sorted(company.reviews))],
        "likely": [["object", "one", "other"], *map(list, sorted(company.likely))],
        "controls": [["name", "value", "unit"], ["open_pipeline", str(open_pipeline(company)), "EUR"]],
    }
    for name, table in tables.items():
        _write(folder / f"{name}.csv", table)


def _write(path: Path, table: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(table)


def _object_of(entity: str) -> str:
    return {"A": "accounts", "P": "contacts", "D": "deals"}[entity[0]]


def states(company: Company) -> dict[tuple[int, Fate], str]:
    """The state of each fate: an entity's first member is created (updated, unchanged), the others merged."""
    found = {}
    for _, entity, members in company.members():
        known = "updated" if entity in company.touched else "unchanged"
        for place, (row, fate) in enumerate(members):
            lead = known if entity in company.known else "created"
            found[id(row), fate] = "merged" if place else lead
    return found


def loaded(company: Company) -> set[str]:
    """Every entity that the target holds because of this export."""
    return {entity for _, entity, _ in company.members()}


def _fates(company: Company) -> Table:
    named = states(company)
    table = [["source", "file", "line", "key", "split", "object", "state", "code", "entity"]]
    for row in company.rows:
        for fate in row.fates:
            state = named.get((id(row), fate), fate.state)
            place = [row.source, row.file, str(row.line), row.key, str(fate.split)]
            table.append([*place, fate.object, state, fate.code, fate.entity])
    return table


def _clusters(company: Company) -> Table:
    table = [["object", "entity", "lead", "members"]]
    for object_name, entity, members in company.members():
        names = [f"{row.source}:{row.line}:{fate.split}" for row, fate in members]
        table.append([object_name, entity, names[0], " ".join(sorted(names))])
    return table


def _amounts(company: Company) -> Table:
    """Per currency: what the sheet says in all, and where it went."""
    states_of = ("absent", "excluded", "rejected", "held", "folded", MEMBER)
    sums: dict[str, dict[str, Decimal]] = {}
    lines: dict[str, dict[str, int]] = {}
    unreadable: dict[str, int] = {}
    for deal in company.deals.values():
        sums.setdefault(deal.currency, dict.fromkeys(states_of, Decimal(0)))
        lines.setdefault(deal.currency, dict.fromkeys(states_of, 0))
        lines[deal.currency][deal.state] += 1
        if deal.amount is None:
            unreadable[deal.currency] = unreadable.get(deal.currency, 0) + 1
        else:
            sums[deal.currency][deal.state] += deal.amount
    columns = "currency source_total absent excluded rejected held folded loaded source_lines loaded_lines unreadable"
    table = [columns.split()]
    for currency in sorted(sums):
        by = sums[currency]
        amounts = [sum(by.values(), Decimal(0)), *(by[state] for state in states_of)]
        counts = [sum(lines[currency].values()), lines[currency][MEMBER], unreadable.get(currency, 0)]
        table.append([currency, *(f"{a:.2f}" for a in amounts), *map(str, counts)])
    return table


def consent_of(company: Company, persons: list[Person], says: dict[str, list[str]]) -> dict[str, str]:
    """Mailbox -> what may be done with it: the strictest word of anybody about it; empty where nobody said anything."""
    words: dict[str, list[str]] = {}
    here = loaded(company)
    for person in persons:
        if person.entity in here and "@" in person.email:
            said = words.setdefault(person.email.lower(), [SAYS[s] for s in says.get(person.email.lower(), [])])
            if person.asked in ASKED:
                said.append(ASKED[person.asked])
    return {email: next((word for word in STRICTEST if word in said), "") for email, said in words.items()}


def _consent_lines(company: Company, persons: list[Person], says: dict[str, list[str]]) -> Table:
    consent = consent_of(company, persons, says)
    return [[email, consent[email], _dead(email, says)] for email in sorted(consent)]


def _dead(email: str, says: dict[str, list[str]]) -> str:
    return "true" if "cleaned" in says.get(email.lower(), []) else ""


def _links(company: Company) -> Table:
    here = loaded(company)
    table = [["object", "field", "child", "parent"]]
    for (field, child), parent in sorted(company.links.items()):
        object_name, _, name = field.partition(".")
        if child in here and parent in here:
            table.append([object_name, name, child, parent])
    return table


def _fields(company: Company, firms: list[Firm], persons: list[Person], says: dict[str, list[str]]) -> Table:
    """Clean values of records that have nothing odd about them."""
    here = loaded(company)
    table: Table = []
    for firm in firms:
        if firm.good and firm.numbers and firm.entity in here:
            table += [["accounts", firm.entity, name, value] for name, value in _firm_values(firm).items()]
    consent = consent_of(company, persons, says)
    for person in persons:
        if person.good and person.number and person.entity in here:
            values = _person_values(person) | {"consent": consent[person.email.lower()]}
            table += [["contacts", person.entity, name, value] for name, value in values.items()]
    for row in company.of("sheet"):
        table += [["deals", *line] for line in _deal_values(company, row)]
    return table


def _firm_values(firm: Firm) -> dict[str, str]:
    return {
        "name": firm.name,
        "tax_id": firm.tax,
        "domain": firm.domain,
        "phone": f"+90{firm.phone}",
        "street": firm.street,
        "city": firm.place[0],
        "state": firm.place[1],
        "owner": OWNERS[firm.owner],
    }


def _person_values(person: Person) -> dict[str, str]:
    return {
        "first_name": person.given,
        "last_name": person.family,
        "email": person.email,
        "phone": f"+90{person.mobile}",
    }


def _deal_values(company: Company, row: Row) -> Iterable[list[str]]:
    deal = company.deals.get(id(row))
    if deal is None or deal.state != MEMBER or deal.amount is None:
        return
    login = str(row.cells["Sorumlu"])
    is_open = deal.stage in OPEN
    values = {
        "name": str(row.cells["Fırsat"]).strip(),
        "amount": f"{deal.amount:.2f}",
        "currency": deal.currency,
        "stage": deal.stage,
        "close_date": deal.close,
        "pipeline": "Sales",
    }
    if is_open or login not in LEFT_US:
        values["owner"] = OWNERS[LEFT_US.get(login, login)]
    else:
        values["legacy_owner"] = login
    yield from ([deal.entity, name, value] for name, value in values.items())


def _warnings(company: Company) -> Table:
    return [
        ["deals", deal.entity, "C2"]
        for deal in company.deals.values()
        if deal.state == MEMBER and deal.amount is not None and deal.amount < 0
    ]


def open_pipeline(company: Company) -> Decimal:
    """What the sales director expects to see: all loaded open chances, in euro at the planning rates."""
    return sum(
        (
            deal.amount * RATES[deal.currency]
            for deal in company.deals.values()
            if deal.state == MEMBER and deal.amount is not None and deal.stage in OPEN
        ),
        Decimal(0),
    ).quantize(Decimal("0.01"))

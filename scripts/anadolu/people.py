"""The people of the old CRM (`old/kisi.csv`)."""

from dataclasses import dataclass, replace
from random import Random

from anadolu.firms import Firm, Firms
from anadolu.rows import MEMBER, Company, Fate, Row
from anadolu.words import FAMILY, GIVEN, NOTES, TITLES, phone_as_typed, shout, slug

KISI = ("KisiNo", "Ad", "Soyad", "E-posta", "Cep", "Unvan", "FirmaNo", "IzinEposta", "OzelNot", "Guncelleme")
CONSENT = {"E": "granted", "H": "withdrawn", "": "unknown"}


@dataclass
class Person:
    """A person of the real world. `email` and `mobile` (ten digits) may be empty; `firm` is where the person works."""

    entity: str
    given: str
    family: str
    email: str
    mobile: str
    firm: Firm | None
    asked: str = ""  # IzinEposta of the old CRM
    number: str = ""
    good: bool = True


class People:
    """Invents people and plants their rows."""

    def __init__(self, random: Random, company: Company, firms: Firms) -> None:
        self.random = random
        self.company = company
        self.firms = firms
        self.all: list[Person] = []
        self.next_number = 5001
        self.names = [(given, family) for given in GIVEN for family in FAMILY]
        random.shuffle(self.names)

    def invent(self, firm: Firm | None, given: str = "", family: str = "", *, email: str | None = None) -> Person:
        """A person that has no row yet; two people never share a name unless they are asked to."""
        own_given, own_family = self.names.pop()
        given, family = given or own_given, family or own_family
        number = len(self.all) + 1
        domain = firm.domain if firm is not None else "posta.example"
        person = Person(
            entity=f"P{number:04d}",
            given=given,
            family=family,
            email=f"{slug(given)}.{slug(family)}@{domain}" if email is None else email,
            mobile=f"555000{number:04d}",
            firm=firm,
            asked=self.random.choice(("E", "E", "E", "H", "")),
        )
        self.all.append(person)
        return person

    def row(self, person: Person, state: str = MEMBER, code: str = "", changed: str = "", **cells: str) -> Row:
        """One line of kisi.csv about that person, with a number of its own."""
        number = str(self.next_number)
        self.next_number += 1
        person.number = person.number or number
        full = self.cells(person, number, changed or self.firms.day()) | cells
        row = Row("kisi", "old/kisi.csv", dict(full), number, changed=full["Guncelleme"])
        row.fates.append(Fate("contacts", state, code, person.entity))
        if state == MEMBER and person.firm is not None:
            self.company.links["contacts.company", person.entity] = person.firm.entity
        if state != MEMBER:
            person.good = False
        return self.company.add(row)

    def cells(self, person: Person, number: str, changed: str) -> dict[str, str]:
        """The cells as somebody typed them in over the years."""
        random = self.random
        blanks = random.choice(("{}", "{}", "{}", " {}", "{} "))
        email = person.email.upper() if random.random() < 0.15 else person.email
        return {
            "KisiNo": number,
            "Ad": blanks.format(person.given),
            "Soyad": random.choice(("{}", "{}", "{}  ")).format(person.family),
            "E-posta": random.choice(("{}", "{}", " {}", "{} ")).format(email),
            "Cep": phone_as_typed(random, person.mobile) if person.mobile else "",
            "Unvan": random.choice(TITLES),
            "FirmaNo": person.firm.numbers[0] if person.firm and person.firm.numbers else "",
            "IzinEposta": person.asked,
            "OzelNot": random.choice(NOTES) if random.random() < 0.02 else "",
            "Guncelleme": changed,
        }


def plant_people(people: People, kinds: dict[str, list[Firm]]) -> dict[str, list[Person]]:
    """All rows of kisi.csv; the people by the kind of trap that they are."""
    plain = []
    for firm in (*kinds["plain"], *kinds["plain"][:220], *kinds["group"]):
        person = people.invent(firm)
        people.row(person)
        plain.append(person)
    found: dict[str, list[Person]] = {"plain": plain}
    for planter in (_twins, _families, _mailboxes, _unreachable, _odd_values, _awkward_keys):
        found |= planter(people, plain)
    return found | _without_firm(people, kinds) | _unreadable(people, kinds)


def _twins(people: People, plain: list[Person]) -> dict[str, list[Person]]:
    """One person entered twice: the same mailbox in another case, the name in capitals or with one letter wrong."""
    twins = plain[:16]
    for index, person in enumerate(twins):
        family = (person.family, shout(person.family), person.family + "a", person.family)[index % 4]
        email = (person.email.upper(), person.email)[index % 2]
        people.row(person, changed=people.firms.day(2012, 2016), Soyad=family, **{"E-posta": email})
    return {"twins": twins}


def _families(people: People, plain: list[Person]) -> dict[str, list[Person]]:
    """Father and son with one name: two people. The same mobile and name with two mailboxes: a person must look."""
    fathers, couples, review = [], [], []
    for father in plain[16:19]:
        son = people.invent(father.firm, father.given, father.family, email=f"genc.{father.email}")
        people.row(son)
        people.company.likely.append(("contacts", father.entity, son.entity))
        fathers.append(son)
    for index in (19, 20):
        one = plain[index]
        other = people.invent(one.firm, "Gülizar", one.family, email=one.email)
        people.row(other)
        people.company.likely.append(("contacts", one.entity, other.entity))
        couples.append(other)
    for index in (21, 22):
        one = people.invent(plain[index].firm)
        row = people.row(one, Cep=f"0{one.mobile}")
        again = people.invent(one.firm, one.given, one.family, email=f"{slug(one.given)}{index}@posta.example")
        again.mobile = one.mobile
        other = people.row(again, Cep=f"0{one.mobile}", Ad=str(row.cells["Ad"]))
        people.company.reviews.append(("contacts", f"kisi:{row.key}", f"kisi:{other.key}"))
        review += [one, again]
    return {"sons": fathers, "couples": couples, "review": review}


def _mailboxes(people: People, plain: list[Person]) -> dict[str, list[Person]]:
    """Mailboxes of a whole office: nobody is merged because of them, not even two with one surname."""
    shared = []
    for index, local in enumerate(("info", "satis", "muhasebe", "info")):
        firm = plain[30 + index].firm
        assert firm is not None
        box = f"{local}@{firm.domain}"
        family = people.names[-1][1] if index % 2 else ""
        for _ in range(2 + index % 2):
            person = people.invent(firm, family=family, email=box)
            people.row(person)
            shared.append(person)
    return {"shared": shared}


def _unreachable(people: People, plain: list[Person]) -> dict[str, list[Person]]:
    """No mailbox and no number, or words for nothing in their place: rejected by check C1."""
    for email, mobile in (("", ""), ("yok", "-"), ("-", ""), ("", "yok"), ("YOK", "YOK")):
        person = people.invent(plain[40].firm, email="")
        people.row(person, "rejected", "check_failed", **{"E-posta": email, "Cep": mobile})
    return {}


def _odd_values(people: People, plain: list[Person]) -> dict[str, list[Person]]:
    """Mailboxes that are none (kept as typed, with a finding), numbers that are too short, an unknown consent."""
    for email in ("ayse.yilmaz", "ali@@kaya.example", "zeynep@", "osman kaya@toros.example", "x..y@ufuk.example"):
        person = people.invent(plain[41].firm, email="")
        people.row(person, **{"E-posta": email})
        person.good = False
    for mobile in ("0532 12", "12345", "dahili 23"):
        person = people.invent(plain[42].firm)
        people.row(person, Cep=mobile)
        person.good = False
    for asked in ("?", "B"):
        people.row(people.invent(plain[43].firm), "held", "value_unmapped", IzinEposta=asked)
    return {}


def _awkward_keys(people: People, plain: list[Person]) -> dict[str, list[Person]]:
    """Numbers that occur twice: equal rows are folded, different rows are held, both; and a row without number."""
    rows = {row.key: row for row in people.company.of("kisi")}
    for person in plain[44:49]:
        people.company.add(replace(rows[person.number], fates=[Fate("contacts", "folded", "", person.entity)]))
    for _ in range(2):
        one, other = people.invent(plain[50].firm), people.invent(plain[51].firm)
        people.row(one, "held", "key_conflict")
        row = people.row(other, "held", "key_conflict", KisiNo=one.number)
        row.key = other.number = one.number
    people.row(people.invent(plain[52].firm), "held", "key_missing", KisiNo="").key = ""
    return {}


def _without_firm(people: People, kinds: dict[str, list[Firm]]) -> dict[str, list[Person]]:
    """People of no firm, of firms that are missing or left out, and of firms that wait for somebody."""
    alone = []
    for _ in range(15):
        person = people.invent(None)
        people.row(person)
        alone.append(person)
    for missing in ("9101", "9102", "9103", "9104"):
        people.row(people.invent(kinds["plain"][0]), "held", "parent_missing", FirmaNo=missing)
    for firm in (*kinds["tests"], *kinds["tests"]):
        people.row(people.invent(firm), "excluded", "parent_excluded")
    waiting = [people.invent(firm) for firm in (*kinds["conflict"][:1], *kinds["owner_held"])]
    for person in waiting:
        people.row(person, "held", "parent_held")
    waiting.append(people.invent(kinds["nameless"][0]))
    people.row(waiting[-1], "held", "parent_rejected")
    people.row(people.invent(kinds["broken"][0]), "held", "parent_missing")
    return {"alone": alone, "waiting": waiting}


def _unreadable(people: People, kinds: dict[str, list[Firm]]) -> dict[str, list[Person]]:
    """A line with a byte that windows-1254 does not know, and two lines with the wrong number of cells."""
    for index in range(3):
        row = people.row(people.invent(kinds["plain"][60 + index]), "quarantined")
        code = "undecodable" if index == 0 else "cell_count"
        row.fates = [Fate("", "quarantined", code)]
        line = ";".join(str(row.cells[name]) for name in KISI).encode("cp1254")
        row.raw = (line.replace(b"@", b"\x81@"), line + b";;fazla", line.rsplit(b";", 3)[0])[index]
        people.company.move(row, 100 + 150 * index)
    return {}

"""The firms of the old CRM (`old/firma.csv`) and of the accounting (`xero/contacts.csv`)."""

from dataclasses import dataclass, field, replace
from random import Random

from anadolu.rows import MEMBER, Company, Fate, Row
from anadolu.words import COMPANY, LEGAL, PLACES, TRADE, phone_as_typed, shout, slug, tax_as_typed, tax_number

FIRMA = (
    "FirmaNo", "Unvan", "VergiNo", "VergiDairesi", "Web", "Telefon", "Faks", "Adres", "Ilce", "Il", "Sorumlu",
    "UstFirma", "Durum", "Guncelleme", "OzelKod", "OzelNot",
)  # fmt: skip
LOGINS = ("ayse.k", "mehmet.d", "zeynep.s", "burak.t")
LEFT_US = {"hasan.t": "ayse.k", "selin.o": "burak.t"}  # inactive owners and their successors
OWNERS = {login: f"{login}@anadolu-makine.example" for login in (*LOGINS, *LEFT_US, "eski.bolge")}
PLACEHOLDER_TAX = "2222222222"


@dataclass
class Firm:
    """A company of the real world behind one or more rows."""

    entity: str
    name: str
    domain: str
    tax: str
    phone: str
    place: tuple[str, str, str]
    street: str
    owner: str
    numbers: list[str] = field(default_factory=list)  # FirmaNo of its rows
    good: bool = True  # loaded, and nothing odd about it


class Firms:
    """Invents firms and plants their rows."""

    def __init__(self, random: Random, company: Company) -> None:
        self.random = random
        self.company = company
        self.all: list[Firm] = []
        self.next_number = 1001
        self.names = [f"{first} {trade}" for first in COMPANY for trade in TRADE]
        random.shuffle(self.names)

    def invent(self, name: str = "", *, domain: str = "", tax: str | None = None) -> Firm:
        """A firm that has no row yet."""
        random = self.random
        short = self.names.pop()
        number = len(self.all) + 1
        place = random.choice(PLACES)
        firm = Firm(
            entity=f"A{number:04d}",
            name=name or f"{short} {random.choice(LEGAL)}",
            domain=domain or f"{slug(short)}.example",
            tax=tax_number(random) if tax is None else tax,
            phone=f"{place[2]}000{number:04d}",
            place=place,
            street=f"{short.split()[0]} Sok. No: {random.randint(1, 180)}",
            owner=random.choice(LOGINS),
        )
        self.all.append(firm)
        return firm

    def row(self, firm: Firm, state: str = MEMBER, code: str = "", changed: str = "", **cells: str) -> Row:
        """One line of firma.csv about that firm, with a number of its own."""
        number = str(self.next_number)
        self.next_number += 1
        firm.numbers.append(number)
        changed = changed or self.day()
        full = self.cells(firm, number, changed) | cells
        row = Row("firma", "old/firma.csv", dict(full), number, changed=full["Guncelleme"])
        row.fates.append(Fate("accounts", state, code, firm.entity))
        if state != MEMBER:
            firm.good = False
        return self.company.add(row)

    def cells(self, firm: Firm, number: str, changed: str) -> dict[str, str]:
        """The cells as somebody typed them in over the years."""
        random = self.random
        web = random.choice(("www.{}", "https://www.{}/", "{}", "http://{}/tr/anasayfa", "WWW.{} ")).format(firm.domain)
        return {
            "FirmaNo": number,
            "Unvan": random.choice(("{}", "{}", "{}", " {}", "{} ")).format(firm.name),
            "VergiNo": tax_as_typed(random, firm.tax) if firm.tax else "",
            "VergiDairesi": f"{firm.place[0]} VD",
            "Web": shout_domain(web, random),
            "Telefon": phone_as_typed(random, firm.phone),
            "Faks": random.choice(("", "", f"0{firm.place[2]} 000 9{number[1:]}")),
            "Adres": firm.street,
            "Ilce": firm.place[0],
            "Il": firm.place[1],
            "Sorumlu": random.choice(("{}", "{}", "{} ")).format(firm.owner),
            "UstFirma": "",
            "Durum": random.choice(("Aktif", "Aktif", "Aktif", "Pasif", "")),
            "Guncelleme": changed,
            "OzelKod": random.choice(("", "B2", "C7")),
            "OzelNot": random.choice(("", "", "", "vade 60 gün; kapıda ödeme")),
        }

    def day(self, first: int = 2018, last: int = 2024) -> str:
        """A moment at which somebody saved a row."""
        random = self.random
        return (
            f"{random.randint(first, last)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d} "
            f"{random.randint(8, 18):02d}:{random.randint(0, 59):02d}:{random.randint(0, 59):02d}"
        )


def shout_domain(web: str, random: Random) -> str:
    """Some people type addresses in capitals: I of a Turkish keyboard in a domain is an ASCII i."""
    return web.upper() if random.random() < 0.1 else web


def plant_firms(firms: Firms) -> dict[str, list[Firm]]:
    """All rows of firma.csv; the firms by the kind of trap that they are."""
    kinds: dict[str, list[Firm]] = {"plain": []}
    for _ in range(262):
        firm = firms.invent()
        firms.row(firm)
        kinds["plain"].append(firm)
    kinds["quiet"] = [firms.invent() for _ in range(4)]
    for firm in kinds["quiet"]:
        firms.row(firm)
    for planter in (_twins, _same_domain, _awkward_keys, _held, _left_out, _parents, _placeholders, _unreadable):
        kinds |= planter(firms, kinds["plain"])
    return kinds


def _twins(firms: Firms, plain: list[Firm]) -> dict[str, list[Firm]]:
    """One firm entered twice, with the same tax number: merged, and the newer row leads."""
    twins = []
    for firm in plain[:10]:
        shape = firms.random.choice((shout(firm.name), firm.name.replace("A.Ş.", "AŞ"), firm.name + " (eski)"))
        firms.row(firm, changed=firms.day(2012, 2016), Unvan=shape, Web="", VergiNo=firm.tax)
        twins.append(firm)
    return {"twins": twins}


def _same_domain(firms: Firms, _: list[Firm]) -> dict[str, list[Firm]]:
    """One domain: two tax numbers are two firms; one letter off, a person must look; another legal form merges."""
    group, review = [], []
    for name in ("Anka Makine", "Borusan Kalıp", "Ceyhan Döküm", "Deniz Vinç"):
        for place in ("1", "2"):
            firm = firms.invent(f"{name} {place} A.Ş.", domain=f"{slug(name)}.example")
            firms.row(firm, Web=firm.domain)
            group.append(firm)
    for name, slip in (("Efes Hidrolik", "Efes Hidrolk"), ("Fener Rulman", "Fenner Rulman")):
        one = firms.invent(f"{name} A.Ş.", domain=f"{slug(name)}.example")
        other = firms.invent(f"{slip} A.Ş.", domain=one.domain, tax="")
        rows = [firms.row(firm, Web=firm.domain, VergiNo=firm.tax) for firm in (one, other)]
        firms.company.reviews.append(("accounts", *(f"firma:{row.key}" for row in rows)))
        review += [one, other]
    same = firms.invent("Gelibolu Pres A.Ş.")
    firms.row(same)
    firms.row(same, changed=firms.day(2012, 2016), Unvan="Gelibolu Pres Anonim Şirketi", Web=same.domain, VergiNo="")
    return {"group": group, "review": review}


def _awkward_keys(firms: Firms, plain: list[Firm]) -> dict[str, list[Firm]]:
    """Keys that occur twice (equal rows: folded; different rows: held, both) or not at all."""
    rows = {row.key: row for row in firms.company.of("firma")}
    for firm in plain[20:24]:
        again = replace(rows[firm.numbers[0]], fates=[Fate("accounts", "folded", "", firm.entity)])
        firms.company.add(again)
    conflict = []
    for _ in range(2):
        one, other = firms.invent(), firms.invent()
        firms.row(one, "held", "key_conflict")
        row = firms.row(other, "held", "key_conflict")
        row.key = one.numbers[0]
        row.cells["FirmaNo"] = one.numbers[0]
        other.numbers = [one.numbers[0]]
        conflict += [one, other]
    nameless = firms.invent()
    row = firms.row(nameless, "held", "key_missing", FirmaNo="")
    row.key, nameless.numbers = "", []
    return {"conflict": conflict}


def _held(firms: Firms, plain: list[Firm]) -> dict[str, list[Firm]]:
    """Owners that nobody knows, or who left without a successor."""
    held = []
    no_owner = {"stajyer7": "owner_unknown", "mudur": "owner_unknown", "eski.bolge": "owner_inactive_no_successor"}
    for login, code in no_owner.items():
        firm = firms.invent()
        firms.row(firm, "held", code, Sorumlu=login)
        held.append(firm)
    for index, firm in enumerate(plain[30:46]):
        left = list(LEFT_US)[index % 2]
        next(r for r in firms.company.of("firma") if r.key == firm.numbers[0]).cells["Sorumlu"] = left
        firm.owner = LEFT_US[left]
    return {"owner_held": held}


def _left_out(firms: Firms, _: list[Firm]) -> dict[str, list[Firm]]:
    """Test firms are left out by decision D-004; a firm without a name cannot be loaded."""
    tests, nameless = [], []
    for number in range(6):
        firm = firms.invent(f"TEST Firma {number + 1}")
        firms.row(firm, "excluded", "excluded_rule", Durum="Test")
        tests.append(firm)
    for firm in (firms.invent(), firms.invent()):
        firms.row(firm, "rejected", "missing_required", Unvan=" ")
        nameless.append(firm)
    return {"tests": tests, "nameless": nameless}


def _parents(firms: Firms, plain: list[Firm]) -> dict[str, list[Firm]]:
    """Groups of firms; and parents that are missing, the firm itself, or go round in a circle."""
    rows = {row.key: row for row in firms.company.of("firma")}

    def point(child: Firm, to: str) -> None:
        rows[child.numbers[0]].cells["UstFirma"] = to

    for child, parent in zip(plain[50:76], plain[76:102], strict=True):
        point(child, parent.numbers[0])
        firms.company.links["accounts.parent", child.entity] = parent.entity
    for child in plain[102:104]:
        point(child, child.numbers[0])
    for child, missing in zip(plain[104:107], ("9001", "9002", "9003"), strict=True):
        point(child, missing)
    circle = plain[107:109] + plain[109:112]
    point(circle[0], circle[1].numbers[0])
    point(circle[1], circle[0].numbers[0])
    for child, parent in zip(circle[2:], [*circle[3:], circle[2]], strict=True):
        point(child, parent.numbers[0])
    return {"circle": circle}


def _placeholders(firms: Firms, plain: list[Firm]) -> dict[str, list[Firm]]:
    """A tax number that everybody types when there is none, words for nothing, and addresses over two lines."""
    rows = {row.key: row for row in firms.company.of("firma")}
    for firm in plain[112:115]:
        rows[firm.numbers[0]].cells["VergiNo"] = PLACEHOLDER_TAX
        firm.tax, firm.good = "", False
    for firm, word in zip(plain[115:119], ("yok", "-", "0000000000", "YOK"), strict=True):
        rows[firm.numbers[0]].cells["Telefon"] = word
        firm.good = False
    for firm in plain[119:123]:
        rows[firm.numbers[0]].cells["Adres"] = f"{firm.street}\nOSB 3. Cadde; B Blok"
        firm.good = False
    rows[plain[123].numbers[0]].cells["Guncelleme"] = "0000-00-00 00:00:00"
    rows[plain[123].numbers[0]].changed = ""
    return {}


def _unreadable(firms: Firms, _: list[Firm]) -> dict[str, list[Firm]]:
    """Lines that no parser may guess at: a delimiter without quotes, a line that was cut."""
    broken = []
    for place, spoil in ((70, "extra"), (121, "extra"), (200, "cut")):
        firm = firms.invent()
        row = firms.row(firm, "quarantined")
        row.fates = [Fate("", "quarantined", "cell_count")]
        line = ";".join(str(row.cells[name]) for name in FIRMA)
        row.raw = (line.replace(" Sok.", "; Sok.") if spoil == "extra" else line.rsplit(";", 7)[0]).encode("cp1254")
        firms.company.move(row, place)
        broken.append(firm)
    return {"broken": broken}

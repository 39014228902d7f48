"""Companies that send guests, and agencies that book for them: table company."""

from dataclasses import replace

from hotel.guests import STAFF, moment
from hotel.rows import EXCLUDED, FOLDED, HELD, LOADED, House, Row

NAMES = (
    "Turna Seyahat", "Pelikan Reisen", "Leylek Turizm", "Kraanvogel Reizen", "Elang Wisata", "Heron Travel",
    "Martı Tur", "Kranich Touristik", "Bangau Tours", "Puffin Holidays",
)  # fmt: skip
FIRMS = (
    "Çınarcık Gıda", "Lindholm Maschinenbau", "Ilgaz Denizcilik", "Batu Rempah", "Whitlock & Hale", "Öztuna Tekstil",
    "Groenewoud Advies", "Großmann Optik", "Işıkkent Lojistik", "Nusantara Kopi", "Ironside Marine", "Bağcılar Şarap",
)  # fmt: skip
LEGAL = ("A.Ş.", "GmbH", "Ltd. Şti.", "PT", "Ltd", "B.V.")
WEBSITES = ("https://www.{}.example", "www.{}.example", "{}.example/hotels")
MAILBOXES = (
    "rezervasyon@turna.example",
    "res@pelikan.example",
)  # of the first two agencies: their guests have no other


class Companies:
    """Plants companies; `agencies` and `firms` are the numbers of those that are well."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.agencies: list[str] = []
        self.firms: list[str] = []

    def row(self, name: str, kind: str, tax: str, state: str = LOADED, reason: str = "", **cells: str) -> Row:
        """One record of the company table."""
        house, key = self.house, self.house.number("company", 11)
        host = name.split()[0].lower().translate(str.maketrans("çğıöşüı", "cgiosui")).replace("ß", "ss")
        said: dict[str, object] = {
            "id": int(key),
            "name": house.random.choice(("{}", " {}", "{} ")).format(name),
            "kind": kind,
            "tax_no": tax,
            "city": house.random.choice(("İstanbul", "Berlin", "Jakarta", "London", "Utrecht")),
            "website": house.random.choice(WEBSITES).format(host),
            "owner": house.random.choice(tuple(STAFF)),
            "parent_id": "",
            "status": "active",
            "changed_at": moment(house.random, 2019, 2025),
        }
        row = house.add(Row("company", key, said | cells, "accounts", f"C{int(key):03d}", state, reason))
        if state == LOADED:
            house.values(row, name=name, type=KINDS[kind], tax_id=tax, domain=f"{host}.example")
        return row


KINDS = {"A": "agency", "F": "company"}


def plant_companies(companies: Companies) -> None:
    """Agencies, firms, one that is there twice, a daughter, one for training, one whose parent is gone."""
    for number, name in enumerate(NAMES):
        row = companies.row(f"{name} {LEGAL[number % len(LEGAL)]}", "A", f"47000{number:02d}011")
        companies.agencies.append(row.key)
    for number, name in enumerate(FIRMS):
        row = companies.row(f"{name} {LEGAL[(number + 2) % len(LEGAL)]}", "F", f"51000{number:02d}022")
        companies.firms.append(row.key)
    _odd_companies(companies)


def _odd_companies(companies: Companies) -> None:
    house, first = companies.house, companies.house.by_key["company", companies.firms[0]]
    again = companies.row("ÇINARCIK GIDA", "F", str(first.cells["tax_no"]), changed_at="2016-02-02 11:00:00")
    house.expected.pop(("accounts", again.entity))
    house.expected.pop(("accounts", first.entity))
    again.entity = first.entity  # one tax number: one firm
    daughter = companies.row("Lindholm Service GmbH", "F", "5100077022", parent_id=companies.firms[1])
    house.links["accounts.parent", daughter.entity] = house.by_key["company", companies.firms[1]].entity
    companies.row("Sahipsiz Şube Ltd. Şti.", "F", "5100078022", parent_id="999")  # the parent is cleared, and told
    companies.row("Eğitim Deneme A.Ş.", "F", "", EXCLUDED, "test company", status="training")
    companies.row("Wartend Handel GmbH", "F", "5100079022", HELD, "owner unknown", owner="praktikant")


def fold(row: Row, house: House) -> Row:
    """The same row once more."""
    state = FOLDED if row.state == LOADED else row.state
    return house.add(replace(row, cells=dict(row.cells), state=state))

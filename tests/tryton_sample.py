"""The fictional dealer's mapping for Tryton: the sample's own with what is another there, and what must be there."""

from pathlib import Path

from dealer_elsewhere import probability, sample_for
from trytons import Tryton

SELLERS = ("ayse.k", "mehmet.d", "zeynep.s", "burak.t")
ENVIRONMENT = """environments:
  tryton:
    connector: tryton
    url: "env:TRYTON_URL"
    database: "env:TRYTON_DATABASE"
    user: admin
    password: "env:TRYTON_PASSWORD"
"""
NAMES = """    let:
      first_name: {kisi: Ad, books: FirstName, sheet: Kişi | person.given, survive: trust}
      last_name:  {kisi: Soyad, books: LastName, sheet: Kişi | person.family, survive: trust}
"""
STAGES = "Görüşme: lead, Teklif: opportunity, Kaybedildi: lost"  # what is won waits: Tryton has it of its sales only
CLOSED = "[Aşama] in ('Kazanıldı', 'Kaybedildi')"
CHANGES = (
    # A tax number's type says of which country it is, and a subdivision wants its country beside it.
    ("tax_id:     {books", "tax_id:     {to: identifiers.tr_vat, books"),
    ("      state:      {books: PORegion, firma: Il}\n",
     "      state:      {books: PORegion, firma: Il}\n      country:    {constant: TR}\n"),
    # A party has one name; its parts are there for matching only.
    ("      first_name: {kisi: Ad, books: FirstName, sheet: Kişi | person.given, survive: trust}\n", ""),
    ("      last_name:  {kisi: Soyad, books: LastName, sheet: Kişi | person.family, survive: trust}\n",
     "      full_name:  {kisi: \"= concat(trim(Ad), ' ', trim(Soyad))\", "
     "books: \"= concat(trim(FirstName), ' ', trim(LastName))\", sheet: Kişi, survive: trust}\n"),
    ("    existing: {match: [email], then: fill_blanks}      # records already in the target\n    fields:\n",
     f"    existing: {{match: [email], then: fill_blanks}}\n{NAMES}    fields:\n"),
    # The states of Tryton. It overwrites the end of a lost opportunity with today, so that day is kept in the comment.
    ("Görüşme: qualified, Teklif: proposal, Kazanıldı: closedwon, Kaybedildi: closedlost", STAGES),
    ("      pipeline:   {constant: Sales}\n", ""),
    ("      close_date: {sheet: Tarih | date(DD.MM.YYYY)}\n",
     "      close_date: {sheet: Tarih | date(DD.MM.YYYY), to: comment}\n"
     f"      forecast:   {{sheet: \"= if({CLOSED}, null, Tarih) | date(DD.MM.YYYY)\", type: date, to: end_date}}\n"),
    probability("when: \"stage = 'lost'\", then: 0", "else: 0.5"),
    ("field_match: {email: 1.0, other: 0.999}", "field_match: {email: 1.0, other: 0.85}"),
    ("held: {accounts: 5%, contacts: 5%, deals: 8%}", "held: {accounts: 5%, contacts: 5%, deals: 40%}"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for Tryton."""
    return sample_for(folder, ENVIRONMENT, CHANGES)


def furnished(tryton: Tryton) -> Tryton:
    """With what an administrator makes first: a company with its people and currencies, countries and provinces."""
    (turkey,) = tryton.ask("model.country.country.create", [{"name": "Türkiye", "code": "TR"}], {})
    provinces = ("Ankara", "Antalya", "Bursa", "Gaziantep", "Kocaeli", "Konya", "İstanbul", "İzmir")
    lines = [
        {"name": name, "code": f"TR-{n}", "type": "province", "country": turkey} for n, name in enumerate(provinces)
    ]
    tryton.ask("model.country.subdivision.create", lines, {})
    cent = {"__class__": "Decimal", "decimal": "0.01"}
    money = [
        {"name": code, "code": code, "symbol": code, "digits": 2, "rounding": cent} for code in ("TRY", "EUR", "USD")
    ]
    currencies = tryton.ask("model.currency.currency.create", money, {})
    (own,) = tryton.ask("model.party.party.create", [{"name": "Anadolu Makine"}], {})
    (company,) = tryton.ask("model.company.company.create", [{"party": own, "currency": currencies[0]}], {})
    tryton.ask("model.res.user.write", [1], {"companies": [["add", [company]]], "company": company}, {})
    mails = [["create", [{"type": "email", "value": f"{name}@anadolu-makine.example"}]] for name in SELLERS]
    parties = [{"name": name, "contact_mechanisms": [mail]} for name, mail in zip(SELLERS, mails, strict=True)]
    people = tryton.ask("model.party.party.create", parties, {})
    tryton.ask("model.company.employee.create", [{"party": each, "company": company} for each in people], {})
    return tryton

"""The fictional dealer's mapping for Tryton: the sample's own with what is another there, and what must be there."""

import re
import shutil
from pathlib import Path

from trytons import Tryton

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu"
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
CHANGES = (
    # A tax number's type says of which country it is, and a subdivision wants its country beside it.
    ("tax_id:     {books", "tax_id:     {to: identifiers.tr_vat, books"),
    ("      state:      {books: PORegion, firma: Il}\n",
     "      state:      {books: PORegion, firma: Il}\n      country:    {constant: TR}\n"),
    # A party has one name; its parts are there for matching only.
    ("      first_name: {kisi: Ad, books: FirstName, sheet: Kişi | person.given, survive: trust}\n", ""),
    ("      last_name:  {kisi: Soyad, books: LastName, sheet: Kişi | person.family, survive: trust}\n",
     "      full_name:  {kisi: \"= concat(Ad, ' ', Soyad)\", books: \"= concat(FirstName, ' ', LastName)\", "
     "sheet: Kişi, survive: trust}\n"),
    ("    existing: {match: [email], then: fill_blanks}      # records already in the target\n    fields:\n",
     f"    existing: {{match: [email], then: fill_blanks}}\n{NAMES}    fields:\n"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for Tryton."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("second", "truth"))
    path = folder / "crm-migrate.yaml"
    text = re.sub(r"environments:\n(?:  .*\n)+", ENVIRONMENT, path.read_text(encoding="utf-8"))
    for old, new in CHANGES:
        assert text.count(old) == 1, f"the sample's mapping says it no longer: {old}"
        text = text.replace(old, new)
    path.write_text(text[: text.index("examples:")], encoding="utf-8")
    return folder


def furnished(tryton: Tryton) -> Tryton:
    """With the countries and subdivisions of the sample, which an administrator imports."""
    (turkey,) = tryton.ask("model.country.country.create", [{"name": "Türkiye", "code": "TR"}], {})
    names = ("Ankara", "Bursa", "İstanbul", "İzmir")
    lines = [{"name": name, "code": f"TR-{n}", "type": "province", "country": turkey} for n, name in enumerate(names)]
    tryton.ask("model.country.subdivision.create", lines, {})
    return tryton

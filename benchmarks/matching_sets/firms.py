"""Firms as they are: a name over time with its legal form and acronym, a place, a switchboard, a domain, a tax number."""

from dataclasses import dataclass

from benchmarks.matching_sets.dirt import spelled
from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.households import COUNTRY
from benchmarks.matching_sets.places import Address, Phone, address, landline
from benchmarks.matching_sets.words import CULTURES, family

FORMS = {
    "en": "Inc.|Incorporated|Inc;LLC|L.L.C.;Ltd.|Limited|Ltd;Corp.|Corporation;LLP|L.L.P.;Co.|Company;PLC|plc",
    "de": "GmbH|G.m.b.H.|Gesellschaft mbH|Ges.m.b.H.;GmbH & Co. KG|GmbH u. Co. KG|GmbH+Co.KG;AG|Aktiengesellschaft;e.K.|e. Kfm.;KG;UG (haftungsbeschränkt)|UG;e.V.|eV",
    "tr": "A.Ş.|Anonim Şirketi|AŞ|A.S.;Ltd. Şti.|Limited Şirketi|Ltd.Şti.|LTD;San. ve Tic. A.Ş.|Sanayi ve Ticaret Anonim Şirketi|San.Tic.A.Ş.;Tic. Ltd. Şti.|Ticaret Limited Şirketi",
    "es": "S.L.|Sociedad Limitada|SL|S.L;S.A.|Sociedad Anónima|SA;S.L.U.|SLU;S. Coop.|Sociedad Cooperativa;C.B.",
    "id": "PT|PT.|P.T.|Perseroan Terbatas;CV|CV.|C.V.;UD|UD.;Tbk|PT Tbk",
}
TRADES = {
    "en": "Dental|Dental Care Logistics|Freight Plumbing|Plumbing_&_Heating Consulting Software|Software_Solutions Bakery Insurance|Insurance_Services "
          "Manufacturing|Mfg. Electric Auto_Parts Brothers|Bros. International|Intl. Engineering|Eng. Catering Farms Pharmacy Optical",
    "de": "Maschinenbau|Masch.bau Sanitär|Sanitär-Heizung Elektrotechnik|Elektro Spedition Bäckerei Metallbau Werkzeugbau Steuerberatung|Steuerberatungsgesellschaft "
          "Logistik Gebäudetechnik Autohaus Holzhandel Verlag Apotheke Immobilien|Immob. Optik Zahntechnik Landtechnik",
    "tr": "İnşaat|İnş. Gıda|Gıda_Ürünleri Otomotiv|Oto. Tekstil|Teks. Makina|Makine|Mak. Lojistik|Loj. Turizm|Tur. Mobilya Elektrik|Elk. Kimya Plastik "
          "Mühendislik|Müh. Nakliyat|Nak. Mimarlık Danışmanlık Ambalaj",
    "es": "Construcciones|Const. Transportes|Transp. Instalaciones Talleres Hermanos|Hnos. Distribuciones|Distrib. Muebles Asesoría Panadería Viveros Electricidad "
          "Suministros Farmacia Bodegas Consultores",
    "id": "Jaya Makmur Sejahtera Abadi Sentosa Utama Mandiri Perkasa Teknik Logistik Konstruksi Pangan Karya Sinar Lestari",
}  # fmt: skip
INVENTED = (
    "Nova Vero Lumi Axi Tri Omni Terra Solu Medi Inno Pro Eco Aero Delta Poly Syn Velo Quanta Orbi Zen Alto Kor".split()
)
ENDINGS = "tec tron va lix dyn cor sys net plan flow pack med tek gen mar line point works vita gate".split()
PATTERNS = ("{given}.{last}", "{g}{last}", "{given}", "{last}", "{given}{l}", "{g}.{last}", "{last}.{given}")


@dataclass(slots=True)
class Firm:
    """One organisation. `names` from the oldest to the newest, without legal form; `short` is an acronym or brand."""

    language: str
    names: list[str]
    trades: list[str]
    form: list[str]
    short: str
    where: Address
    phone: Phone
    domain: str
    tax: str
    pattern: str
    site: str = ""
    old_home: Address | None = None


def firm(
    random_: Draws, language: str, core: str | None = None, trade: list[str] | None = None, **facts: object
) -> Firm:
    """A firm of a language's country; `facts` stand instead of what is drawn."""
    core = core or core_name(random_, language)
    trade = trade or [t.replace("_", " ") for t in random_.choice(TRADES[language].split()).split("|")]
    form = random_.choice(FORMS[language].split(";")).split("|")
    place = address(random_, COUNTRY[language])
    name = f"{core} {trade[0]}"
    drawn: dict[str, object] = {
        "names": [name],
        "trades": trade,
        "form": form,
        "short": "".join(word[0] for word in f"{name} {form[0]}".split() if word[0].isalpha()).upper()
        if random_.random() < 0.3
        else "",
        "where": place,
        "phone": landline(random_, place),
        "domain": domain(random_, core),
        "tax": tax_number(random_, language),
        "pattern": random_.choice(PATTERNS),
    }
    return Firm(language=language, **(drawn | facts))  # type: ignore[arg-type]


def core_name(random_: Draws, language: str) -> str:
    """What a firm is called: after its owner, two owners, or a word that somebody was paid for."""
    chance = random_.random()
    owner = family(random_, CULTURES[language])
    if chance < 0.45:
        return owner
    if chance < 0.6:
        joined = (
            random_.choice((" & ", " und ", "-", " + "))
            if language in ("de", "en")
            else random_.choice((" & ", "-", " "))
        )
        return owner + joined + family(random_, CULTURES[language])
    return random_.choice(INVENTED) + random_.choice(ENDINGS)


def domain(random_: Draws, core: str) -> str:
    """A domain nobody can own."""
    word = "".join(c for c in spelled(core).lower() if c.isascii() and c.isalnum())[:18]
    ends = ("example", "example.com", "example.net")
    return random_.once(
        lambda: f"{word}{random_.choice(('', '', '-group', str(random_.randrange(1000))))}.{random_.choice(ends)}"
    )


def tax_number(random_: Draws, language: str) -> str:
    """Digits in the length of the country, not made to pass a checksum."""
    length = {"en": 9, "de": 9, "tr": 10, "es": 8, "id": 15}[language]
    return {"de": "DE", "es": "B"}.get(language, "") + "".join(random_.choices("0123456789", k=length))

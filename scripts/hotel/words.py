"""Words that invented guests are made of, country by country, and the shapes in which numbers and days are typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from anadolu.words import FAMILY as TURKISH_FAMILY
from anadolu.words import GIVEN as TURKISH_GIVEN
from anadolu.words import shout as turkish_capitals

TODAY = date(2025, 10, 31)


@dataclass(frozen=True)
class Country:
    """Where guests come from. `shapes` are telephone numbers as typed, `#` is the running number of four digits."""

    code: str
    spelled: tuple[str, ...]
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    places: tuple[tuple[str, str], ...]  # postal code, city
    streets: tuple[str, ...]
    phone: str
    shapes: tuple[str, ...]
    capitals: Callable[[str], str] = str.upper


TURKEY = Country(
    "TR", ("Türkiye", "Turkey", "TR", "TÜRKİYE"), "tr", TURKISH_GIVEN, TURKISH_FAMILY,
    (("34710", "İstanbul"), ("06690", "Ankara"), ("35100", "İzmir"), ("16110", "Bursa"), ("07100", "Antalya")),
    ("Çınar Sok.", "Işıklar Cad.", "Gül Sok.", "İnönü Cad.", "Ihlamur Sok."),
    "+90555000#", ("0555 000 #", "+90 555 000 #", "0(555)000#", "0090555000#", "555 000 #"), turkish_capitals,
)  # fmt: skip
GERMANY = Country(
    "DE", ("Deutschland", "Germany", "DE", "Almanya"), "de",
    ("Jürgen", "Käthe", "Björn", "Anneliese", "Günther", "Sören", "Ulrike", "Matthias", "Heike", "Christian", "Ilse",
     "Dörte", "Rüdiger", "Friederike", "Jörg", "Sabine", "Götz", "Nadine", "Ingrid", "Till"),
    ("Müller", "Schröder", "Großmann", "Jäger", "Weiß", "Köhler", "Krämer", "Böhm", "Vogt", "von der Heide", "Lübke",
     "Strauß", "Fischer", "Hübner", "Brandt", "Löwe", "Zöllner", "Kühn", "Ritter", "Hinz"),
    (("10115", "Berlin"), ("20095", "Hamburg"), ("80331", "München"), ("50667", "Köln"), ("01067", "Dresden")),
    ("Lindenstraße", "Am Mühlbach", "Königsallee", "Gartenweg"),
    "+49302312#", ("+49 30 2312#", "0049 30 2312#", "+49 (0)30 2312#", "+4930/2312#"),
)  # fmt: skip
INDONESIA = Country(
    "ID", ("Indonesia", "ID", "Endonezya", "INDONESIA"), "id",
    ("Dewi", "Agus", "Sri", "Putri", "Rizky", "Ayu", "Bayu", "Indah", "Fitri", "Wahyu"),
    ("Wijaya", "Santoso", "Kusuma", "Hartono", "Lestari", "Nugroho", "Pratama", "Siregar", "Halim", "Simanjuntak"),
    (("10110", "Jakarta"), ("40115", "Bandung"), ("80361", "Denpasar"), ("60271", "Surabaya")),
    ("Jalan Melati", "Jalan Kenanga", "Jalan Cempaka"),
    "+628120000#", ("+62 812 0000 #", "0062 812-0000-#", "+62812 0000#"),
)  # fmt: skip
NETHERLANDS = Country(
    "NL", ("Nederland", "Netherlands", "NL", "Hollanda"), "nl",
    ("Daan", "Sanne", "Joris", "Femke", "Maarten", "Anouk", "Thijs", "Lieke", "Ruben", "Noor"),
    ("van den Berg", "de Vries", "Jansen", "van Dijk", "Bakker", "ter Horst", "Visser", "'t Hart", "Meijer", "Smit"),
    (("1012 AB", "Amsterdam"), ("3011 CD", "Rotterdam"), ("3511 EF", "Utrecht")),
    ("Tulpstraat", "Keizerskade", "Molenweg"),
    "+3120000#", ("+31 20 000 #", "0031 20 000#", "+31 (0)20 000 #"),
)  # fmt: skip
BRITAIN = Country(
    "GB", ("United Kingdom", "UK", "GB", "İngiltere"), "en",
    ("Oliver", "Imogen", "Harriet", "Callum", "Siobhan", "Alistair", "Beatrice", "Rhys", "Fiona", "Nigel"),
    ("Thornbury", "O'Neill", "MacLeod", "Whitlock", "St. Clair", "Ashdown", "Pemberton", "Lloyd-Davies", "Hale",
     "Ironside"),
    (("SW1A 1AA", "London"), ("M1 1AE", "Manchester"), ("EH1 1YZ", "Edinburgh")),
    ("Mill Lane", "Church Road", "Station Street"),
    "+44207946#", ("+44 20 7946 #", "0044 20 7946 #", "+44 (0)20 7946 #"),
)  # fmt: skip
COUNTRIES = (TURKEY, TURKEY, TURKEY, GERMANY, GERMANY, INDONESIA, NETHERLANDS, BRITAIN)
MONONYMS = (
    "Suharyanto", "Wartini", "Sutrisno", "Mulyadi", "Kartika", "Sugiarti", "Paijo", "Rusmini", "Warsito", "Ngadimin",
    "Sumarni", "Darsono", "Kasiyem", "Tukiran", "Yulianti", "Purnomo", "Sarinah", "Jumadi", "Legiman", "Wagiyem",
)  # fmt: skip
HEALTH = (
    "fıstık alerjisi var", "Nussallergie, bitte beachten", "coeliac, strictly gluten free", "şeker hastası",
    "lactose-intolerantie", "alergi udang", "Asthma, kein Zimmer mit Teppich", "arı alerjisi, adrenalin yanında",
)  # fmt: skip
NOTES = ("Stammgast", "kahvaltıyı geç ister", "Stammgast; Haselnussallergie!", "yürümekte zorlanıyor, alt kat")
WISHES = ("quiet room", "üst kat", "Zimmer zum Garten", "twee aparte bedden", "kamar dekat taman", "late check-out")
REASONS = {
    "call": ("asked for the tariff of May", "havaalanı transferi soruldu", "Anreise später als gedacht"),
    "email": ("confirmation sent", "teklif gönderildi", "bevestiging verstuurd"),
    "task": ("flowers into the room", "erken kahvaltı hazırlanacak", "Rechnung an die Firma schicken"),
    "meeting": ("tasting for the wedding", "düğün yeri gezildi"),
}
COMPLAINTS = (
    "klima çalışmadı", "Warmwasser erst am zweiten Tag", "noise from the kitchen", "kamar belum siap", "wifi traag",
    "the bill showed the spa twice", "Zimmer roch nach Rauch",
)  # fmt: skip
COMMENTS = ("harika bir hafta", "gerne wieder", "lovely garden", "sarapan enak", "fijn ontbijt", "", "", "")

_ASCII = str.maketrans("çğıöşüâîûéèÇĞİIÖŞÜÂÎÛ", "cgiosuaiueecgiiosuaiu")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def slug(text: str) -> str:
    """The text as it stands in mailboxes: ASCII, lower case, nothing but letters, digits and hyphens."""
    plain = text.translate(_ASCII).replace("ß", "ss").replace("ä", "a").lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def typewriter(text: str) -> str:
    """`Müller` as somebody writes it who has no umlauts: Mueller; Turkish letters lose their marks."""
    return text.translate(_GERMAN)


def without_marks(text: str) -> str:
    """`Işık` as a keyboard without Turkish letters writes it: Isik."""
    capital = str.maketrans("ÇĞİÖŞÜ", "CGIOSU")
    return text.translate(capital).translate(str.maketrans("çğıöşüâ", "cgiosua"))


def phone_of(country: Country, number: int) -> str:
    """The number in E.164."""
    return country.phone.replace("#", f"{number:04d}")


def phone_as_typed(random: Random, country: Country, number: int) -> str:
    """The same number as somebody typed it."""
    return random.choice(country.shapes).replace("#", f"{number:04d}")


def day_as_typed(random: Random, day: date) -> str:
    """A birthday as the reception wrote it: most as the program does, some as people do."""
    return day.strftime("%d.%m.%Y") if random.random() < 0.15 else day.isoformat()

"""Addresses and telephone numbers of six countries. Streets are made up; numbers stand in the ranges kept for fiction (55 ...)."""

from dataclasses import dataclass

from benchmarks.matching_sets.draws import Draws


@dataclass(frozen=True, slots=True)
class Country:
    """How a country writes its addresses and numbers; `#` in a pattern is a digit."""

    name: str
    dial: str
    trunk: str
    cities: tuple[str, ...]  # city|first digits of postal codes|area code|district,district
    code_digits: int
    stems: tuple[str, ...]
    kinds: tuple[str, ...]  # how a street is called: long|short|shorter
    shape: str
    flats: tuple[str, ...]
    mobiles: tuple[str, ...]


COUNTRIES = {
    "DE": Country(
        "Deutschland|Germany|DE|D", "49", "0",
        ("Berlin|10|30|Wedding,Neukölln", "Hamburg|20|40|Altona", "München|80|89|Schwabing,Munich", "Köln|50|221|Cologne,Ehrenfeld",
         "Nürnberg|90|911|Nuernberg", "Düren|52|2421|", "Göttingen|37|551|", "Lübeck|23|451|", "Fürth|90|911|", "Görlitz|02|3581|",
         "Frankfurt am Main|60|69|Frankfurt,Frankfurt/Main", "Sankt Ingbert|66|6894|St. Ingbert"),
        5, tuple("Linden Garten Schiller Mühlen Bahnhof Kirch Rosen Goethe Wiesen Brunnen Ahorn Berg Schloss Tal Birken Haupt".split()),
        ("straße|str.|strasse", "weg|weg|weg", "allee|allee|al.", "platz|pl.|platz", "gasse|g.|gasse"), "{street}{kind} {number}",
        ("", "", "", " a", "b", " Hinterhaus", " 3. OG"), ("151", "160", "170", "171", "175", "176")),
    "TR": Country(
        "Türkiye|Turkey|TR|TÜRKİYE", "90", "0",
        ("İstanbul|34|212|Kadıköy,Şişli,Ümraniye", "Ankara|06|312|Çankaya,Keçiören", "İzmir|35|232|Karşıyaka,Bornova", "Bursa|16|224|Nilüfer",
         "Şanlıurfa|63|414|Urfa", "Eskişehir|26|222|Tepebaşı", "Muğla|48|252|Bodrum", "Kahramanmaraş|46|344|K.Maraş", "Çorum|19|364|"),
        5, tuple("Atatürk İnönü Gül Menekşe Çınar Barbaros Fevzi_Çakmak Zambak Ihlamur Papatya Lale Cumhuriyet Şehit_Ali İstiklal".split()),
        ("Caddesi|Cad.|Cd.", "Sokak|Sok.|Sk.", "Bulvarı|Blv.|Bulv."), "{street} Mah. {other} {kind} No:{number}",
        ("", " D:4", " Daire 12", "/3", " Kat:2", " D.7"), ("505", "530", "532", "533", "535", "542", "544", "552", "555")),
    "US": Country(
        "United States|USA|US|U.S.A.", "1", "",
        ("Springfield|627|217|", "Saint Paul|551|651|St. Paul,St Paul", "Fort Worth|761|817|Ft. Worth", "Mount Vernon|105|914|Mt Vernon",
         "New York|100|212|NYC,Manhattan", "Los Angeles|900|213|LA", "Albuquerque|871|505|ABQ", "Philadelphia|191|215|Philly", "Boise|837|208|"),
        5, tuple("Maple Cedar Washington Lake Hill Park Elm Sunset Jefferson River Oak Church Martin_Luther_King Spring Chestnut".split()),
        ("Street|St|St.", "Avenue|Ave|Av.", "Road|Rd|Rd.", "Drive|Dr|Drv", "Lane|Ln|La"), "{number} {street} {kind}",
        ("", "", " Apt 4B", " #12", " Unit 7", ", Suite 200"), ("202", "303", "404", "512", "617", "702")),
    "GB": Country(
        "United Kingdom|UK|GB|England", "44", "0",
        ("London|SE1 |20|Southwark,Camden", "Leeds|LS2 |113|", "Bristol|BS3 |117|", "Newcastle upon Tyne|NE4 |191|Newcastle", "Stoke-on-Trent|ST4 |1782|Stoke",
         "Kingston upon Thames|KT2 |20|Kingston", "St Albans|AL1 |1727|Saint Albans"),
        0, tuple("High Station Church Victoria Green Manor Mill Queens Albert Orchard Springfield George".split()),
        ("Street|St|St.", "Road|Rd|Rd.", "Close|Cl|Cl.", "Gardens|Gdns|Gdn"), "{number} {street} {kind}",
        ("", "", " Flat 2", ", Top Floor", "A"), ("7700", "7911", "7400")),
    "ES": Country(
        "España|Spain|ES|Espana", "34", "",
        ("Madrid|28|91|Chamberí", "Barcelona|08|93|Gràcia", "València|46|96|Valencia", "A Coruña|15|981|La Coruña,Coruña", "San Sebastián|20|943|Donostia",
         "Córdoba|14|957|", "Málaga|29|952|", "Alcalá de Henares|28|91|Alcalá"),
        5, tuple("Mayor Real del_Sol de_la_Fuente San_José Cervantes de_los_Olmos Nueva Colón Goya del_Carmen".split()),
        ("Calle|C/|C.", "Avenida|Avda.|Av.", "Plaza|Pza.|Pl.", "Paseo|Pº|P."), "{kind} {street}, {number}",
        ("", " 3º B", ", 2º izda", " bajo", " 1A"), ("600", "611", "655", "699")),
    "ID": Country(
        "Indonesia|ID|INDONESIA|Indonesien", "62", "0",
        ("Jakarta Selatan|12|21|Jaksel,Jakarta,Kebayoran", "Surabaya|60|31|Sby", "Bandung|40|22|Bdg", "Yogyakarta|55|274|Jogja,Jogjakarta",
         "Semarang|50|24|", "Denpasar|80|361|Bali", "Makassar|90|411|Ujung Pandang"),
        5, tuple("Merdeka Sudirman Diponegoro Melati Kenanga Gajah_Mada Pahlawan Anggrek Mawar Hayam_Wuruk".split()),
        ("Jalan|Jl.|Jln", "Gang|Gg.|Gg"), "{kind} {street} No. {number}", ("", " RT 03/RW 05", " Blok C", " Lt. 2"),
        ("811", "812", "813", "856", "878")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """One address, by its parts: what is written in a cell is up to a `System`."""

    country: str
    city: int
    street: str
    other: str
    kind: int
    number: int
    flat: str
    code: str


@dataclass(frozen=True, slots=True)
class Phone:
    """Country and national number without trunk prefix, `area` digits of which are the area code."""

    country: str
    digits: str
    area: int


def address(random_: Draws, country: str, city: int | None = None) -> Address:
    """Any address of a country."""
    there = COUNTRIES[country]
    at = random_.randrange(len(there.cities)) if city is None else city
    first = there.cities[at].split("|")[1]
    digits = "".join(random_.choices("0123456789", k=max(0, there.code_digits - len(first))))
    code = (
        first + digits
        if there.code_digits
        else f"{first}{random_.randrange(1, 10)}{random_.choice('ABDEFGH')}{random_.choice('JLNPQ')}"
    )
    street, other = (random_.choice(there.stems).replace("_", " ") for _ in range(2))
    number = 1 + int(180 * random_.random() ** 2)
    return Address(
        country, at, street, other, random_.randrange(len(there.kinds)), number, random_.choice(there.flats), code
    )


def landline(random_: Draws, home: Address) -> Phone:
    """A number of the place, or of its switchboard."""
    return _number(random_, home.country, COUNTRIES[home.country].cities[home.city].split("|")[2])


def mobile(random_: Draws, country: str) -> Phone:
    """A number of a mobile network."""
    return _number(random_, country, random_.choice(COUNTRIES[country].mobiles))


def _number(random_: Draws, country: str, area: str) -> Phone:
    digits = random_.once(lambda: f"{area}55{random_.randrange(10**5):05}")
    return Phone(country, digits, len(area))


def written_phone(phone: Phone, style: int) -> str:
    """The number as one of six habits writes it."""
    there = COUNTRIES[phone.country]
    area, rest = phone.digits[: phone.area], phone.digits[phone.area :]
    return (
        f"+{there.dial} {area} {rest[:3]} {rest[3:]}",
        f"{there.trunk}{area}/{rest}",
        f"{there.trunk}{area} {rest[:3]} {rest[3:5]} {rest[5:]}",
        f"({there.trunk}{area}) {rest[:3]}-{rest[3:]}",
        f"00{there.dial}{area}{rest}",
        f"{area}{rest}",
    )[style]


def written_street(home: Address, style: int, flat: bool) -> str:
    """Street and house number as one of three habits writes them."""
    there = COUNTRIES[home.country]
    kind = there.kinds[home.kind].split("|")[style]
    line = there.shape.format(street=home.street, other=home.other, kind=kind, number=home.number)
    return line + (home.flat if flat else "")


def written_city(random_: Draws, home: Address, strange: float) -> str:
    """The city, or with chance `strange` another name or a district of it."""
    name, _, _, others = COUNTRIES[home.country].cities[home.city].split("|")
    if others and random_.random() < strange:
        return random_.choice(others.split(","))
    return name

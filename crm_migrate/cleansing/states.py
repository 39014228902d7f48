"""States and provinces to the second part of ISO 3166-2, inside one country only: `FD` never becomes Uruguay's Florida."""

import re
from functools import cache

import pycountry
from rapidfuzz import process
from rapidfuzz.distance import OSA

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.nulls import is_null

# Other names in use (English exonyms, traditional and postal abbreviations, short names), by country.
OTHER = {
    "US": {"AL": "ala", "AK": "alas", "AZ": "ariz", "AR": "ark", "CA": "calif cal", "CO": "colo", "CT": "conn", "DE": "del", "DC": "washington dc|d c|district of columbia", "FL": "fla flor", "GA": "geo",
           "ID": "ida", "IL": "ill ills", "IN": "ind", "IA": "ioa", "KS": "kans kan", "KY": "ken kent", "LA": "louis", "MD": "mary", "MA": "mass", "MI": "mich", "MN": "minn", "MS": "miss", "MO": "miz",
           "MT": "mont", "NE": "nebr neb", "NV": "nev", "NH": "n h|n hamp", "NJ": "n j|n jersey|new jersy", "NM": "n m|n mex|new mex", "NY": "n y|new york state|nys", "NC": "n c|n car|n carolina|no carolina", "ND": "n d|n dak|n dakota",
           "OK": "okla", "OR": "ore oreg", "PA": "penn penna", "RI": "r i", "SC": "s c|s car|s carolina|so carolina", "SD": "s d|s dak|s dakota", "TN": "tenn", "TX": "tex", "VT": "verm", "VA": "virg", "WA": "wash|washington state",
           "WV": "w va|w v|w virginia|west va", "WI": "wis wisc", "WY": "wyo"},
    "CA": {"AB": "alta", "BC": "b c|brit col", "MB": "man", "NB": "n b", "NL": "nfld|newfoundland|labrador|nf", "NS": "n s", "ON": "ont", "PE": "pei|p e i", "QC": "que|pq|p q|quebec", "SK": "sask", "NT": "nwt|n w t", "YT": "yukon territory"},
    "AU": {"NSW": "n s w", "VIC": "vict", "QLD": "qld", "SA": "s a|south aus", "WA": "w a|west aus|western aus", "TAS": "tassie", "NT": "n t", "ACT": "a c t|canberra act"},
    "DE": {"BW": "baden wurttemberg|bawu|bad wurtt|baden wuerttemberg", "BY": "bavaria|bay", "BE": "bln", "BB": "brandenburg|brb", "HB": "bremen", "HH": "hamburg", "HE": "hesse|hess", "MV": "mecklenburg western pomerania|meck pomm|mecklenburg west pomerania|mecklenburg",
           "NI": "lower saxony|nds|niedersachs", "NW": "north rhine westphalia|nrw|northrhine westphalia", "RP": "rhineland palatinate|rlp", "SL": "saar", "SN": "saxony|sachs", "ST": "saxony anhalt|sachs anh", "SH": "schleswig", "TH": "thuringia|thur|thueringen"},
    "AT": {"1": "burgenland|bgld", "2": "carinthia|ktn", "3": "lower austria|noe|no", "4": "upper austria|ooe|oo", "5": "salzburg|sbg", "6": "styria|stmk", "7": "tyrol|t", "8": "vbg", "9": "vienna|w"},
    "CH": {"GE": "geneva|genf|geneve|ginevra", "ZH": "zurich|zuerich", "BE": "berne|bern|berna", "VD": "vaud|waadt", "VS": "valais|wallis", "TI": "ticino|tessin", "GR": "grisons|graubunden|graubuenden|grigioni", "LU": "lucerne|luzern", "BS": "basel stadt|basel city|bale ville", "BL": "basel landschaft|basel land|baselland|bale campagne",
           "FR": "fribourg|freiburg", "NE": "neuchatel|neuenburg", "SG": "st gallen|saint gall|sankt gallen", "AG": "argovie|aargau", "SO": "soleure|solothurn", "TG": "thurgovie|thurgau", "SH": "schaffhouse|schaffhausen", "JU": "jura"},
    "IT": {"21": "piedmont|piemonte", "25": "lombardy|lombardia", "45": "emilia romagna", "52": "tuscany|toscana", "62": "latium|lazio", "75": "apulia|puglia", "82": "sicily|sicilia", "88": "sardinia|sardegna", "23": "aosta valley|valle d aosta", "32": "trentino alto adige|trentino south tyrol|sudtirol",
           "MI": "milan|milano", "RM": "rome|roma", "TO": "turin|torino", "NA": "naples|napoli", "FI": "florence|firenze", "VE": "venice", "GE": "genoa|genova", "PD": "padua|padova", "MN": "mantua|mantova", "BZ": "bozen|south tyrol"},
    "ES": {"AN": "andalusia|andalucia", "CT": "catalonia|catalunya|cataluna", "PV": "basque country|pais vasco|euskadi", "MD": "madrid|comunidad de madrid", "VC": "valencia|comunidad valenciana|valencian community|comunitat valenciana", "GA": "galicia|galiza", "IB": "balearic islands|baleares|islas baleares",
           "CN": "canary islands|canarias|islas canarias", "CL": "castile and leon|castilla y leon", "CM": "castilla la mancha", "NC": "navarre|navarra", "AS": "asturias", "AR": "aragon", "MC": "murcia", "EX": "extremadura"},
    "FR": {"IDF": "ile de france|paris region|idf", "BRE": "brittany|bretagne", "NOR": "normandy|normandie", "COR": "corsica|corse", "20R": "corsica|corse", "PAC": "paca|provence|provence alpes cote d azur", "ARA": "auvergne rhone alpes", "OCC": "occitanie|occitania", "HDF": "hauts de france", "NAQ": "nouvelle aquitaine|new aquitaine",
           "GES": "grand est", "BFC": "bourgogne franche comte|burgundy", "CVL": "centre val de loire", "PDL": "pays de la loire"},
    "ID": {"JK": "dki jakarta|jakarta|jakarta raya|daerah khusus ibukota jakarta|dki", "JB": "west java|jabar", "JT": "central java|jateng", "JI": "east java|jatim", "BT": "banten", "YO": "di yogyakarta|yogyakarta|jogja|jogjakarta|diy|special region of yogyakarta", "BA": "bali", "SU": "north sumatra|sumut", "SB": "west sumatra|sumbar",
           "SS": "south sumatra|sumsel", "AC": "nanggroe aceh darussalam|nad", "KI": "east kalimantan|kaltim", "KS": "south kalimantan|kalsel", "KB": "west kalimantan|kalbar", "SN": "south sulawesi|sulsel", "SA": "north sulawesi|sulut", "NB": "west nusa tenggara|ntb", "NT": "east nusa tenggara|ntt", "LA": "lampung", "RI": "riau", "KR": "riau islands|kepri", "PA": "papua"},
    "TR": {"31": "antakya", "33": "icel", "46": "maras|k maras", "63": "urfa", "27": "antep|g antep", "41": "izmit", "54": "adapazari", "03": "afyon"},
    "MX": {"CMX": "df|d f|distrito federal|cdmx|mexico city|ciudad de mexico|mexico df|mexico d f", "MEX": "edomex|estado de mexico|edo mex|edo de mexico", "NLE": "n l|nl|nuevo leon", "JAL": "jal", "BCN": "bc|baja california norte", "BCS": "baja california sur", "VER": "veracruz", "MIC": "michoacan", "COA": "coahuila", "QUE": "queretaro", "SLP": "san luis potosi|s l p"},
    "BR": {"SP": "s paulo|sao paulo", "RJ": "rio", "DF": "brasilia"},
    "NL": {"NH": "noord holland|north holland", "ZH": "zuid holland|south holland", "NB": "noord brabant|north brabant|brabant", "FR": "friesland|fryslan"},
    "BE": {"VLG": "flanders|vlaanderen|flandre", "WAL": "wallonia|wallonie|wallonie", "BRU": "brussels|bruxelles|brussel", "VAN": "antwerp|anvers|antwerpen", "VOV": "east flanders|oost vlaanderen", "VWV": "west flanders|west vlaanderen", "WLG": "liege"},
    "IN": {"TN": "tamilnadu", "OD": "orissa", "UK": "uttaranchal|uttarakhand", "UT": "uttarakhand|uttaranchal", "PY": "pondicherry|puducherry", "DL": "new delhi|delhi ncr|nct of delhi", "UP": "u p", "MP": "m p", "AP": "andhra", "TG": "telengana", "TS": "telangana", "WB": "w b|bengal", "JK": "j k|jammu kashmir|jammu and kashmir", "CG": "chattisgarh", "CT": "chattisgarh|chhattisgarh"},
    "GB": {"ENG": "england", "SCT": "scotland", "WLS": "wales", "NIR": "northern ireland|n ireland|ulster", "LND": "city of london"},
    "CN": {"BJ": "peking|beijing", "SH": "shanghai", "GD": "canton|guangdong|kwangtung", "NM": "inner mongolia", "XZ": "tibet", "GX": "guangxi", "XJ": "xinjiang", "NX": "ningxia"},
    "JP": {"13": "tokyo", "27": "osaka", "26": "kyoto", "01": "hokkaido"},
    "AR": {"C": "caba|capital federal|ciudad de buenos aires|buenos aires city|ciudad autonoma de buenos aires", "B": "provincia de buenos aires|bs as|pba|gba"},
    "PL": {"MZ": "masovia|mazovia|mazowieckie", "14": "mazovia|masovia|mazowieckie", "24": "silesia|slaskie", "12": "lesser poland|malopolska|malopolskie", "30": "greater poland|wielkopolska|wielkopolskie", "02": "lower silesia|dolny slask|dolnoslaskie", "22": "pomerania|pomorze|pomorskie"},
}  # fmt: skip
_KINDS = re.compile(
    r"\b(?:state of|province of|provincia de|region of|canton of|kanton|canton de|freistaat|land|estado de|estado do|prefecture|province|provinsi|provincia|wojewodztwo|ili|oblast|county of|departement|region)\b"
)


def state_key(text: str) -> str:
    """A name for looking up."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", fold(text)).split())


@cache
def _names(region: str) -> tuple[dict[str, str], frozenset[str]]:
    """Keys of names -> code, and the codes of a country. A name that two units share belongs to neither."""
    names: dict[str, str] = {}
    shared: set[str] = set()
    units = pycountry.subdivisions.get(country_code=region) or ()
    codes = frozenset(u.code.partition("-")[2] for u in units)
    for unit in sorted(units, key=lambda u: (u.parent_code is not None, u.code)):
        for name in (unit.name, *re.split(r"[\[\],/]", unit.name)):
            key = state_key(name)
            if (
                key
                and names.setdefault(key, unit.code.partition("-")[2]) != unit.code.partition("-")[2]
                and not unit.parent_code
            ):
                shared.add(key)
    for code, others in OTHER.get(region, {}).items():
        if code in codes:
            for other in others.split("|") if "|" in others else [others, *others.split()]:
                names[other] = code
    return {k: v for k, v in names.items() if k not in shared}, codes


def state_cell(text: str, region: str | None) -> Cell:
    """The code of a state within its country; without a country nothing is decided."""
    value = text.strip()
    names, codes = _names(region) if region else ({}, frozenset[str]())
    if is_null(value) and value.upper().replace(".", "") not in codes:  # "N.C." is North Carolina
        return NULL
    if region is None:
        return _without_country(value)
    bare = value.upper().replace(".", "").replace(" ", "").removeprefix(f"{region}-")
    if bare in codes and not (region == "TR" and len(bare) == 1):
        return Cell(bare)
    key = state_key(value)
    if region == "US" and key == "washington":
        return Cell(None, "ambiguous", "the state WA or the city in DC")
    code = names.get(key) or names.get(" ".join(_KINDS.sub(" ", key).split()))
    return Cell(code) if code else _misspelt(key, names)


def _misspelt(key: str, names: dict[str, str]) -> Cell:
    """A near miss of exactly one state: suggested, to be confirmed."""
    if len(key) >= 4:
        near = process.extract(key, names.keys(), scorer=OSA.distance, score_cutoff=1 if len(key) < 8 else 2, limit=5)
        best = {names[name] for name, distance, _ in near if distance == near[0][1]}
        if len(best) == 1:
            return Cell(best.pop(), "typo", "spelt like this state: please confirm")
    return invalid("no state of this country")


def _without_country(value: str) -> Cell:
    """A full code such as `US-CA`, or a name that only one country has; else ambiguous."""
    unit = pycountry.subdivisions.get(code=value.upper())
    if unit:
        return Cell(unit.code.partition("-")[2])
    return Cell(None, "ambiguous", "a state without its country")

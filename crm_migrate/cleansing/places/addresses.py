"""Addresses into parts, by the order of their country, only where the text proves it; else the street is left whole."""

import re

import pycountry

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.places.countries import country_cell
from crm_migrate.cleansing.places.one_line import bare_line, holds_code, parted
from crm_migrate.cleansing.places.postal_codes import SHAPES, postal_cell
from crm_migrate.cleansing.places.second_lines import (
    is_another_address,
    is_care,
    speaks_of_addresses,
    street_lines,
    with_number,
)
from crm_migrate.cleansing.places.states import state_cell
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.text.mending import LOST_LETTERS, has_lost_letters, repaired
from crm_migrate.cleansing.vocabulary import phrases, table, words

Parts = dict[str, str]
_Place = tuple[Parts, list[str]]

PARTS = ("street", "street2", "city", "state", "postal", "country")
# What people write who know no address (patterns on folded text).
_NOWHERE = re.compile("|".join(phrases("no_address")))
_BOX = re.compile(r"\b(?:p\.?\s?o\.?\s*box|post office box)\s*#?\s*(?=\w)", re.IGNORECASE)
_GLUED = re.compile(r"^0\d{5,9}\s+(?=\d)")
_LONGEST = 1000  # characters
# Countries that write the place before the street (UPU): Hungary; Russia and its neighbours, there only before a street
# that says so.
_PLACE_FIRST = {"HU": r"", "RU": r"", "UA": r"", "BY": r"", "KZ": r""}
_STREET_WORD = re.compile(
    r"(?:ул|пр|пр-т|просп|пер|бул|бульв|наб|ш|пл|проезд|тупик|аллея|мкр|вул|просп|пров|бульв|площа|ulica|ul|prospekt|pr|per)"
    r"\b\.?.*|.*\b(?:улица|проспект|переулок|бульвар|набережная|шоссе|площадь|вулиця|провулок|ulitsa|street|st|ave)\b.*",
    re.IGNORECASE,
)
# Countries without a city of their name: the name may end the last piece without a comma.
_NAMED_APART = words("countries_named_apart")
# Provinces named like their city: the name alone is the city.
_CITY_STATES = words("city_states")
_CODE_FIRST = words("postal_code_first")
_REGIONS_AFTER = frozenset(("US", "CA", "AU", "PR"))
_POSTAL = table("postal_patterns")


def address_cell(text: str, region: str | None) -> Cell:
    """Parts as `street=...;city=...`; `split` where the text came apart, `ok` where it is one street line."""
    if len(text) > _LONGEST:
        return invalid("too long for an address")
    value = repaired(text)
    value = "\n".join(" ".join(line.split()) for line in value.splitlines() if line.strip())
    said = fold(value).strip(" .!()[]")
    value = bare_line(value)
    if is_null(value) or _NOWHERE.fullmatch(said):
        return NULL
    if is_another_address(said):
        return Cell(None, "placeholder", f"{value}: another address of the record holds here too")
    value = _BOX.sub("PO Box ", value)
    bare = _GLUED.sub("", value)
    parts = _parts(bare, region)
    guessed = parted(bare, region, _pattern(region)) if region and parts.keys() == {"street"} else None
    parts = guessed or parts
    written = ";".join(f"{name}={parts[name]}" for name in PARTS if parts.get(name))
    flag = "split" if len(parts) > 1 else None
    note = None
    if has_lost_letters(value) or re.search(r"[^\W\d_]\?(?:[,\n]|$)", value):
        flag, note = "lossy", LOST_LETTERS
    elif speaks_of_addresses(said):
        flag, note = "suspect", "speaks of an address, and is none"
    elif bare != value:
        flag, note = "suspect", "a number was glued to the street"
    elif guessed:
        flag, note = "suspect", "no comma before the city: parted behind the street's own word"
    elif parts.keys() == {"street"} and (
        re.search(r"[,\n]", value) or (region and holds_code(value, _pattern(region)))
    ):
        flag, note = "suspect", "left whole: the parts are not certain"
    same = parts == {"street": text}
    return Cell(written, flag or ("ok" if same else None), note, (parts,))


def _parts(value: str, region: str | None) -> Parts:
    """The parts of an address; in whose care it is stands in the second line."""
    pieces = [p.strip() for p in re.split(r"\s*[\n,;|]\s*", value) if p.strip()]
    care = [piece for piece in pieces if is_care(piece)]
    if not care or len(care) == len(pieces):
        return _placed(value, pieces, region)
    rest = [piece for piece in pieces if piece not in care]
    parts = _placed("\n".join(rest), rest, region)
    return parts | {"street2": ", ".join([*care, *([parts["street2"]] if "street2" in parts else [])])}


def _placed(value: str, pieces: list[str], region: str | None) -> Parts:
    """The parts from the end: country, then postal code with city and state, then streets."""
    parts: Parts = {}
    if len(pieces) > 1 and not pieces[-1].isdigit():  # `Avenida Brasil, 166`: 166 is a country's code too
        country = country_cell(pieces[-1])
        if country.value and country.flag is None and not (len(pieces[-1]) == 2 and (region in _REGIONS_AFTER)):
            parts["country"] = country.value
            region = country.value
            pieces.pop()
    if region is None:
        return (
            street_lines([value.replace("\n", ", ")] if len(pieces) > 2 else pieces)
            if not parts
            else {**street_lines(pieces), **parts}
        )
    own = re.fullmatch(r"(.*[\w)])[\s/-]+([^\W\d_]{5,})", pieces[-1]) if region in _NAMED_APART and not parts else None
    if own and country_cell(own[2]) == Cell(region):
        pieces[-1], parts["country"] = own[1], region
    place = _turkish(pieces) if region == "TR" else _place(pieces, region)
    if place:
        found, streets = with_number(*place)
        return street_lines(streets) | found | parts
    return street_lines(pieces) | parts


def _pattern(region: str) -> str:
    """The postal codes of a country as a pattern."""
    if region in _POSTAL:
        return _POSTAL[region]
    shapes = SHAPES.get(region, "").split()
    table = {"N": r"\d", "A": "[A-Z]", "X": "[A-Z0-9]", "_": r"\s?", "-": "-?"}
    return "|".join("".join(table.get(c, re.escape(c)) for c in shape) for shape in shapes) or r"(?!)"


def _place(pieces: list[str], region: str) -> _Place | None:
    """City, state and postal code, where the last pieces have the form of the country."""
    code = rf"(?P<postal>{_pattern(region)})"
    if region in _PLACE_FIRST:
        found = _place_first(pieces, region, code)
        if found:
            return found
    if region in _CODE_FIRST or region in {"NL"}:
        return _code_first(pieces, region, code) or _code_alone(pieces, region, code)
    if region in _REGIONS_AFTER:
        return _state_code(pieces, region, code)
    return _code_last(pieces, region, code)


def _place_first(pieces: list[str], region: str, code: str) -> _Place | None:
    """`1051 Budapest, Nádor utca 7.`, `101000, Москва, ул. Ленина, д. 5`."""
    if region == "HU":
        found = re.fullmatch(rf"(?:HU?-?\s?)?{code},?\s+(?P<city>[^\d,]{{2,}})", pieces[0], re.IGNORECASE)
        return (
            (_found(found, region), pieces[1:]) if found and len(pieces) > 1 and re.search(r"\d", pieces[1]) else None
        )
    if len(pieces) < 3 or not re.fullmatch(code, pieces[0]):
        return None
    at = next((i for i, piece in enumerate(pieces) if i > 1 and _STREET_WORD.fullmatch(piece)), 0)
    if at == 2:
        return {"city": re.sub(r"^(?:г|м|g)\.\s*", "", pieces[1]), "postal": pieces[0]}, pieces[2:]
    if at == 3 and state_cell(pieces[1], region).value:
        return {"city": re.sub(r"^(?:г|м|g)\.\s*", "", pieces[2]), "state": pieces[1], "postal": pieces[0]}, pieces[3:]
    return None


def _code_alone(pieces: list[str], region: str, code: str) -> _Place | None:
    """`Calle Mayor 5, Madrid, 28013`: the code in a piece of its own at the end, behind a city without digits."""
    if len(pieces) < 3 or not re.fullmatch(code, pieces[-1], re.IGNORECASE) or re.search(r"\d", pieces[-2]):
        return None
    return {"city": pieces[-2], "postal": _code(pieces[-1], region)}, pieces[:-2]


def _code_first(pieces: list[str], region: str, code: str) -> _Place | None:
    """`10115 Berlin`, `F-75001 Paris`, `00187 Roma RM`, `28013 Madrid`; also in one line behind the house number."""
    prefix = rf"(?:{region}|[A-Z]{{1,3}})[-– ]"
    whole = re.compile(
        rf"(?:{prefix})?{code},?\s+(?P<city>[^\d]{{2,}}?(?:\s(?:CEDEX|Cedex|cedex)?\s?\d{{1,2}})?)(?:\s+\(?(?P<state>[A-Z]{{2}})\)?)?",
        re.IGNORECASE,
    )
    for at in range(len(pieces) - 1, 0, -1):
        found = whole.fullmatch(pieces[at])
        if found:
            parts = _found(found, region)
            rest = pieces[at + 1 :]
            if len(rest) == 1 and state_cell(rest[0], region).value:
                parts["state"] = rest[0]
            elif rest:
                return None
            return parts, pieces[:at]
    if len(pieces) == 1 and len(re.sub(r"\D", "", pieces[0])) > 4 and (found := whole.fullmatch(pieces[0])):
        return _found(found, region), []
    if len(pieces) == 2 and re.search(r"\d", pieces[1]) and (found := whole.fullmatch(pieces[0])):
        return _found(found, region), pieces[1:]
    glued = rf"(?:{region}|[A-Z]{{1,3}})[-–]"  # with a blank it is the `B` of `Bât B 69083 Lyon`
    tail = re.compile(rf"(?P<street>.*\d\w?\b.*?[,\s]+?)\s*(?:{glued})?{code}\s+(?P<city>[^\d,]{{2,}})", re.IGNORECASE)
    found = tail.fullmatch(pieces[-1]) if pieces else None
    if found and len(pieces) == 1 and re.search(r"\d", found["street"]):
        return _found(found, region), [found["street"].strip(" ,")]
    return None


def _found(match: re.Match[str], region: str) -> Parts:
    """The named groups; the postal code in the form of the country."""
    got = {k: v.strip(" ,") for k, v in match.groupdict().items() if v and k != "street"}
    code = postal_cell(got["postal"], region).value if "postal" in got else None
    if code:
        got["postal"] = code
    bracketed = re.fullmatch(r"(.+?)\s*\(([^()]{3,})\)", got.get("city", ""))
    if bracketed and state_cell(bracketed[2], region).value and "state" not in got:
        got["city"], got["state"] = bracketed[1], bracketed[2]
    state = got.get("state", "")
    if state and not state_cell(state, region).value:
        got["city"] = f"{got['city']} {got.pop('state')}"
    return got


def _state_code(pieces: list[str], region: str, code: str) -> _Place | None:
    """`Springfield, IL 62701`, `Toronto ON M5V 2T6`, `Sydney NSW 2000`."""
    last = (
        re.fullmatch(rf"(?:(?P<city>.*?)[\s]+)?(?P<state>[A-Za-z][A-Za-z. ]*?)\s+{code}", pieces[-1], re.IGNORECASE)
        if pieces
        else None
    )
    if last and len(pieces) == 2 and not last["city"] and _is_state(last["state"], region) and pieces[0].isalpha():
        return {"city": pieces[0], "state": last["state"], "postal": _code(last["postal"], region)}, []
    if last and state_cell(last["state"], region).value and not last["city"] and len(pieces) > 2:
        return {"city": pieces[-2], "state": last["state"], "postal": _code(last["postal"], region)}, pieces[:-2]
    if last and last["city"] and len(pieces) > 1 and state_cell(last["state"], region).value:
        return {"city": last["city"], "state": last["state"], "postal": _code(last["postal"], region)}, pieces[:-1]
    split = re.fullmatch(code, pieces[-1], re.IGNORECASE) if len(pieces) > 3 else None
    if split and state_cell(pieces[-2], region).value:
        return {"city": pieces[-3], "state": pieces[-2], "postal": _code(split["postal"], region)}, pieces[:-3]
    if len(pieces) > 2 and state_cell(pieces[-1], region).value and len(pieces[-1]) <= 3:
        return {"city": pieces[-2], "state": pieces[-1]}, pieces[:-2]
    return None


def _code(text: str, region: str) -> str:
    return postal_cell(text, region).value or text


def _code_last(pieces: list[str], region: str, code: str) -> _Place | None:
    """`London SW1A 2AA`, `Jakarta 10110`, `São Paulo - SP, 01310-100`, a code in a piece of its own."""
    if len(pieces) > 1:
        found = re.fullmatch(rf"(?P<city>\D{{2,}}?)[\s-]+{code}", pieces[-1], re.IGNORECASE)
        if found and len(pieces) > 2 and _is_state(found["city"], region) and not re.search(r"\d", pieces[-2]):
            place = {"city": pieces[-2], "state": found["city"].strip(" -"), "postal": _code(found["postal"], region)}
            return place, pieces[:-2]
        if found:
            parts = {"city": found["city"].strip(" -"), "postal": _code(found["postal"], region)}
            return _with_state(parts, region), pieces[:-1]
    if len(pieces) > 2 and _is_state(pieces[-1], region) and not re.search(r"\d", pieces[-2]):
        return {"city": pieces[-2], "state": pieces[-1]}, pieces[:-2]
    joined = _with_state({"city": pieces[-1]}, region) if region == "BR" and len(pieces) > 1 else {}
    if "state" in joined:
        return joined, pieces[:-1]
    alone = len(pieces) > 2 and re.fullmatch(code, pieces[-1], re.IGNORECASE)
    if (
        alone
        and "state" not in _with_state({"city": pieces[-2]}, region)
        and len(pieces) > 3
        and _is_state(pieces[-2], region)
        and not re.search(r"\d", pieces[-3])
    ):
        return {"city": pieces[-3], "state": pieces[-2], "postal": _code(pieces[-1], region)}, pieces[:-3]
    if alone:
        return _with_state({"city": pieces[-2], "postal": _code(pieces[-1], region)}, region), pieces[:-2]
    return None


# Countries that write a state behind the city, and whose states are hardly ever named like one of their cities.
_STATES_APART = frozenset(("IN", "ID", "BR", "NG", "ZA", "PK", "US", "CA", "AU"))


def _is_state(text: str, region: str) -> bool:
    """A state of the country beyond doubt, and not a city of the same name; in Britain only a county (`Surrey`)."""
    if region == "GB":
        units = pycountry.subdivisions.get(country_code="GB") or ()
        return any(u.type == "Two-tier county" and fold(u.name) == fold(text).strip(" -") for u in units)
    if region not in _STATES_APART:
        return False
    cell = state_cell(text.strip(" -"), region)
    return bool(cell.value) and cell.flag is None and fold(text).strip(" -") not in _CITY_STATES


def _with_state(parts: Parts, region: str) -> Parts:
    """`São Paulo - SP` and `São Paulo/SP` are city and state."""
    found = re.fullmatch(r"(.+?)\s*(?:-|/)\s*([A-Z]{2,3})", parts["city"])
    if found and state_cell(found[2], region).value:
        return {"city": found[1], "state": found[2], **{k: v for k, v in parts.items() if k != "city"}}
    return parts


def _turkish(pieces: list[str]) -> _Place | None:
    """`... No:12 D:3 34710 Kadıköy/İstanbul`: district and province behind a slash, a code before them or not."""
    found = re.fullmatch(
        r"(?P<street>.*?)[\s,]*(?:(?P<postal>\d{5})\s+)?(?P<city>[^\W\d]+)\s*[/\\]\s*(?P<state>[^\W\d]+)(?:\s+(?P<after>\d{5}))?",
        ", ".join(pieces),
    )
    if not found or not state_cell(found["state"], "TR").value:
        return _code_first(pieces, "TR", r"(?P<postal>\d{5})")
    parts = {"city": found["city"], "state": found["state"]}
    code = found["postal"] or found["after"]
    if code:
        parts["postal"] = code
    return parts, [piece for piece in found["street"].strip(" ,").split(", ") if piece]

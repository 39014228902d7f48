"""Phone numbers to E.164 with libphonenumber's metadata, after the damage of spreadsheets and people is undone."""

import re
import unicodedata
from functools import lru_cache, partial

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, step, with_residue
from crm_migrate.cleansing.contact.email import first_of_several
from crm_migrate.cleansing.contact.phone_columns import WALKS, valid_numbers
from crm_migrate.cleansing.contact.phone_endings import endings, may_be_range
from crm_migrate.cleansing.contact.phone_patterns import trunk_is_written
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.digits import marked
from crm_migrate.cleansing.text.letters import fold

REMEMBERED = 1 << 16  # switchboards, fillers and other damage repeat from batch to batch
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SCIENTIFIC = re.compile(r"\+?(\d)[.,]?(\d*)[eE]\+?(\d{1,2})")
_FLOAT = re.compile(r"(\d{5,})[.,]0+")
_FORMULA = re.compile(r'=\s*"([^"]*)"')
_LABEL = re.compile(
    r"^(?:(?:t[eé]l[eé]?(?:phone|fon|fono|foon|fone)?|fon|phone|ph|mob(?:ile|il)?|mobiltelefon|cell|cellulare|celular|"
    r"cep|gsm|handy|fax|m[oó]vil|port(?:able)?|fest|festnetz|fisso|fijo|fixe|hp|wa|whatsapp|telefoon|komórka|kom|"
    r"office|work|home|direct|durchwahl|büro|privat|iş|ev|ofis|tlp|telp|tlf|tfno|tfn|θλ|τηλ|тел|моб|t|m|f|p|h|w|c)\s*[.:]+\s*|tel:|callto:|sip:|"
    r"(?:telephone|telefon|t[eé]l[eé]phone|tel[eé]fono|phone|mobile|mobil|mob|m[oó]vil|cell|celular|cep|gsm|handy|fax|"
    r"fon|office|work|home|t[eé]l|port|ph|hp|wa|dienstl\.?|geschäftl\.?|t|m|f|p)\s+(?=[+(\d]))",
    re.IGNORECASE,
)
# What people write behind a number; `202-555-0143 cell`.
_TRAILING_LABEL = re.compile(
    r"(?<=\d)\s+(?:cell|mobile|mobil|mob|home|work|office|fax|cep|iş|ev|ofis|privat|büro|handy|dom|trabajo|casa|"
    r"m[oó]vil|maison|bureau|kantor|rumah|thuis|werk)\.?$",
    re.IGNORECASE,
)
_WORD_BESIDE = re.compile(
    r"(?P<before>[^\W\d_]{2,14}[.:]?\s+)?(?P<number>[+(]?\d[\d\s().+/-]{5,})(?P<behind>(?<=\s)[^\W\d_]{2,14}\.?)?"
)
_NO_NUMBER = invalid("letters that are no number")
_DASHED = re.compile(r"\s[-–—]\s(?=[+(]?\d)")
_COMMENT = re.compile(r"\s*[(\[]\s*(?![\d\s()+-]*\d)[^()\[\]]*[)\]]\s*|\s+-\s+[^\d]{3,}$")
_SEPARATOR = re.compile(
    r"\s*(?::::|[;|\n,]|\s/\s|\s(?:or|oder|ou|o|veya|atau|of|lub|или|and|und|et|ve)\s)\s*", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"\s*[,;]?\s*(?:x|ext|extn|extension|dahili|dah|int|interno|poste|durchwahl|dw|ramal|anexo|toestel|"
    r"доб|вн|wewn?|anknytning|anknytn?|klapka|linka|belső|nội bộ|máy lẻ|εσωτ?|"
    r"内線|分机|分機|내선|تحويلة|داخلي)\s*[.:=]?\s*"
    r"(\d{1,7})\s*$|#\s*(\d{1,7})\s*$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")
# A whole word behind the digits: North America (E.161), and free and service numbers of Australia and New Zealand.
_VANITY = re.compile(r"(?P<digits>\+?[\d\s().-]*\d[\s).-]+)(?P<word>[A-Za-z]{3,}|[A-Za-z]{2,}(?:[\s-][A-Za-z]{2,})+)")
_SERVICE = re.compile(r"\(?(?:\+?1[\s.-]*)?\(?(?:8(?:00|33|44|55|66|77|88)|900)\b|1[38]00\b|13\b|0(?:800|508|900)\b")
# Brazil writes xx where the caller chooses the carrier's two digits.
_CARRIER = re.compile(r"^(\(?)0\s*xx(?=[\s)\d])", re.IGNORECASE)
_LOOK_LIKE_DIGITS = frozenset("oiılqzsb")
_MASKS = frozenset("xyzn#")
# Ranges that regulators keep for fiction (Ofcom, ARCEP, ACMA, ComReg, BNetzA): real in form, dialled by nobody.
_FICTION = re.compile(
    r"\+(?:44(?:7700900|20794609|1632960|8081570|9098790|3069990|113496|114496|115496|116496|117496|"
    r"118496|121496|131496"
    r"|141496|151496|161496|1914980|28964960|2920180)\d{2,3}|33(?:19900|26191|35301|46571|53649|63998)\d{4}"
    r"|61(?:[2378]5550|[2378]7010|491570)\d{2,4}|49(?:3023125|6990009|4066969|22144901|8999998|171392|"
    r"176040690|152288176)\d{1,5}"
    r"|353209[12]0\d{4}|4670174060[5-9]|46(?:8465004|31390|40628)\d{2,4})"
)


@lru_cache(REMEMBERED)
def phone_cell(text: str, region: str | None) -> Cell:
    """One or several numbers of a region (None: only numbers with a country code can be read)."""
    if marked(text):
        return invalid("a footnote mark stands at a number")
    value = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
    formula = _FORMULA.fullmatch(value)
    value = (formula[1] if formula else value).lstrip("'`´").strip()
    if is_null(value) or value.lower() in {"x", "xx", "xxx", "0", "00"}:
        return NULL
    if "@" in value:
        return invalid("an e-mail address")
    for found in (_several(value, region), _by_endings(value, region)):
        if found is not None:
            return found
    return _single(value, region)


def _several(text: str, region: str | None) -> Cell | None:
    """Outcome of a cell that holds several whole numbers, or None."""
    bare = _LABEL.sub("", text)
    parts = [part for part in _SEPARATOR.split(bare) if part.strip()]
    if len(parts) < 2:  # a dash with blanks stands between two numbers where both sides are long enough for one
        parts = _DASHED.split(bare)
        parts = parts if all(sum(c.isdigit() for c in part) >= 9 for part in parts) else []
    if len(parts) < 2 or any(sum(c.isdigit() for c in part) < 4 for part in parts):
        return None
    cells = [_one_of_several(part, parts[0], region) for part in parts]
    if any(cell.value is None for cell in cells):
        return None
    values = list(dict.fromkeys(str(cell.value) for cell in cells))
    return Cell("|".join(values), "split", f"{len(values)} numbers") if len(values) > 1 else cells[0]


def _by_endings(text: str, region: str | None) -> Cell | None:
    """Outcome of one number with several last digits, or None where the text before them is no number."""
    found = endings(text)
    first = _single(found.first, region) if found else None
    if found is None or first is None or first.value is None or ";ext=" in first.value:
        return None
    cells = [_single(other, region) for other in found.others]
    if not found.certain or any(cell.value is None for cell in cells):
        return Cell(None, "ambiguous", "one number or several with other last digits")
    values = list(dict.fromkeys(str(cell.value) for cell in (first, *cells)))
    return Cell("|".join(values), "split", f"{len(values)} numbers by their last digits")


def _one_of_several(part: str, first: str, region: str | None) -> Cell:
    """One number; a shorter one takes the beginning of the first: `5551235` after `021-5551234`."""
    part, first = part.strip(), first.strip()
    cell = _single(part, region) if not re.fullmatch(r"\d{1,4}", part) else invalid("too short")
    fits = re.fullmatch(r"\d{2,8}", part) and first[-len(part) :].isdigit() and len(first) > len(part)
    return _single(first[: -len(part)] + part, region) if cell.value is None and fits else cell


# An extension in brackets is no comment: `(ext. 12)`, `（内線123）`.
_BRACKETED_EXTENSION = re.compile(r"[(\[]\s*([^\W\d_][^()\[\]\d]*\d{1,7})\s*[)\]]\s*$")


def _opened(text: str) -> str:
    """The text with an extension taken out of its brackets."""
    found = _BRACKETED_EXTENSION.search(text)
    return f"{text[: found.start()]} {found[1]}" if found and _EXTENSION.fullmatch(found[1]) else text


def _single(text: str, region: str | None) -> Cell:
    """Outcome of a cell with one number and perhaps a remark."""
    return _noted(_alone(_opened(text), region), _said_beside(_opened(text)))


def _alone(text: str, region: str | None) -> Cell:
    """Outcome of a cell with one number; a remark in brackets is left out."""
    text = _CARRIER.sub(r"\1", text) if region == "BR" else text
    text, damage = _undamaged(text)
    if damage:
        return damage
    text = _TRAILING_LABEL.sub("", _LABEL.sub("", _COMMENT.sub(" ", text).strip()).strip())
    found = _EXTENSION.search(text)
    extension = next((g for g in found.groups() if g), None) if found else None
    if found and sum(c.isdigit() for c in text[: found.start()]) >= 5:
        text = text[: found.start()].strip()
    else:
        extension = None
    if _LETTERS.search(text):
        return _spelt(text, region, extension) or _beside_a_word(text, region, extension)
    if may_be_range(text):
        cell = _parsed(text, region, extension)
        return cell if cell.flag else Cell(cell.value, "suspect", "the last two groups may be the ends of a range")
    filler = _filler(re.sub(r"\D", "", text))
    return filler or _parsed(text, region, extension)


def _spelt(text: str, region: str | None, extension: str | None) -> Cell | None:
    """A word where letters are dialled (`1-800-FLOWERS`), or None; told where the number is no free or service one."""
    found = _VANITY.fullmatch(text)
    if found is None or _is_stand_in(found["word"]):
        return None
    code = phonenumbers.country_code_for_region(region) if region else 0
    if not (found["digits"].startswith("+1") if text.startswith("+") else code == 1 or _SERVICE.match(found["digits"])):
        return None
    cell = _parsed(text, region, extension)
    if cell.value is None:
        return None
    if cell.flag or _SERVICE.match(found["digits"]):
        return cell
    return Cell(cell.value, "suspect", f"{found['word']} is dialled by its letters")


def _is_stand_in(word: str) -> bool:
    """Letters in place of digits: look-alikes (`OOl`), or a mask (`xxx`, `xyz`)."""
    letters = set(fold(word)) - set(" .-:")
    return letters <= _LOOK_LIKE_DIGITS or letters <= _MASKS or len(letters) == 1


def _beside_a_word(text: str, region: str | None, extension: str | None) -> Cell:
    """A whole number with one word before or behind it, which goes into the note: `dienstl. 030 23125123`."""
    found = _WORD_BESIDE.fullmatch(text)
    cell = _parsed(found["number"], region, extension) if found else _NO_NUMBER
    word = (found["before"] or found["behind"]).strip() if found else ""
    if cell.value is None or _is_stand_in(word):
        return _NO_NUMBER
    return _noted(cell, word)


def _noted(cell: Cell, beside: str) -> Cell:
    """The number with the words that stood beside it, which no field holds now, in its note."""
    if not beside or cell.value is None:
        return cell
    return Cell(cell.value, cell.flag, cell.note or f"beside it: {beside}")


def _said_beside(text: str) -> str:
    """What a comment behind a number says, "" where it only names its kind (`(Büro)`)."""
    found = _COMMENT.search(text)
    said = found[0].strip(" ()[]-") if found else ""
    label = _TRAILING_LABEL.search(f"0 {said}") or _LABEL.match(f"{said}: ")
    return said if any(c.isalpha() for c in said) and not label else ""


def _undamaged(text: str) -> tuple[str, Cell | None]:
    """The text without `.0` and scientific notation, or what cannot be undone about it."""
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        digits = scientific[1] + scientific[2]
        if len(digits.rstrip("0")) < 9 or int(scientific[3]) + 1 != len(digits):
            return text, invalid("scientific notation: digits were lost")
        return digits, None
    return _FLOAT.sub(r"\1", text) if _FLOAT.fullmatch(text) else text, None


def _filler(digits: str) -> Cell | None:
    """One digit repeated."""
    core = digits.lstrip("0") or digits
    return _FILLER if len(digits) >= 5 and len(set(core)) == 1 else None


_FILLER = Cell(None, "placeholder", "a filler, not a number")


def _parsed(text: str, region: str | None, extension: str | None) -> Cell:
    """Outcome by the reference library, with the repairs that its metadata proves."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        if region is None and sum(c.isdigit() for c in text) >= 6:
            return Cell(None, "ambiguous", "no country code, and no region is known")
        return invalid(str(error).partition(") ")[2] or str(error))
    number.extension = None
    for repair in (_coded, _as_typed, _mexican, _without_plus, _bracketed_zero, _zero_lost):
        cell = repair(number, text, region)
        if cell is not None:
            return _with_extension(cell, extension)
    digits = re.sub(r"\D", "", text)
    return _FILLER if digits in WALKS or digits.lstrip("0") in WALKS else _refused(number, text)


def _with_extension(cell: Cell, extension: str | None) -> Cell:
    return cell if not extension else Cell(f"{cell.value};ext={extension}", cell.flag, cell.note)


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def is_number(number: PhoneNumber) -> bool:
    """Valid by the metadata, or in a range that a regulator keeps for fiction."""
    return phonenumbers.is_valid_number(number) or _FICTION.fullmatch(_e164(number)) is not None


def _as_typed(number: PhoneNumber, text: str, region: str | None) -> Cell | None:
    """The number as the library reads it, where it is one."""
    if not is_number(number):
        return None
    digits = re.sub(r"\D", "", text)
    lost = (
        text.isdigit()
        and digits == str(number.national_number)
        and trunk_is_written(region or "")
        and number.country_code == phonenumbers.country_code_for_region(region or "")
    )
    return Cell(_e164(number), "suspect", "the leading 0 is missing") if lost else Cell(_e164(number))


def _coded(number: PhoneNumber, text: str, region: str | None) -> Cell | None:
    """The country's code without plus sign, where a national number would have begun with 0: `49 171 1234567`."""
    if region is None or text.startswith(("+", "0", "(")) or not trunk_is_written(region):
        return None
    return _without_plus(number, text, region)


def _mexican(number: PhoneNumber, text: str, region: str | None) -> Cell | None:
    """`+52 1`, `044`, `045` and ten digits: the marks of mobiles were abolished in 2019."""
    digits = re.sub(r"\D", "", text)
    found = re.fullmatch(
        r"(?:\+?(?:0052|52)1|04[45])(\d{10})" if text.startswith("+") or region == "MX" else r"00521(\d{10})", digits
    )
    if found is None or (number.country_code != 52 and region != "MX"):
        return None
    plain = PhoneNumber(country_code=52, national_number=int(found[1]))
    return Cell(_e164(plain)) if is_number(plain) else None


def _without_plus(number: PhoneNumber, text: str, region: str | None) -> Cell | None:  # noqa: ARG001
    """An international number without its plus sign: the region's own code, or `00` where another prefix is in use."""
    digits = re.sub(r"\D", "", text)
    code = str(phonenumbers.country_code_for_region(region)) if region else ""
    abroad = digits[2:] if digits.startswith("00") else digits if code and digits.startswith(code) else ""
    if text.startswith("+") or not abroad:
        return None
    try:
        again = phonenumbers.parse("+" + abroad, None)
    except NumberParseException:
        return None
    return Cell(_e164(again)) if is_number(again) else None


def _bracketed_zero(number: PhoneNumber, text: str, region: str | None) -> Cell | None:
    """`+34 (0) 612...`: a zero in brackets behind the country code is never dialled from abroad (ITU-T E.123)."""
    bare = re.sub(r"^(\+|00)(\s*\d{1,3})\s*\(0\)", r"\1\2", text)
    if bare == text:
        return None
    try:
        again = phonenumbers.parse(bare, region)
    except NumberParseException:
        return None
    return Cell(_e164(again)) if is_number(again) and again.country_code == number.country_code else None


def _zero_lost(number: PhoneNumber, text: str, region: str | None) -> Cell | None:
    """A number that is one only with a zero in front (Italy writes it even behind the country code)."""
    digits = re.sub(r"\D", "", text)
    italian = text.startswith("+") and number.country_code == 39 and digits[2:3] != "0"
    if not italian and (region is None or text.startswith(("+", "0"))):
        return None
    try:
        again = phonenumbers.parse(f"+390{digits[2:]}" if italian else "0" + text, region)
    except NumberParseException:
        return None
    return Cell(_e164(again), "suspect", "the leading 0 is missing") if is_number(again) else None


def _refused(number: PhoneNumber, text: str) -> Cell:
    """Why a parsed number is none."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    bare_local = sum(c.isdigit() for c in text) >= 5
    if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and bare_local and not text.startswith(("+", "(", "0")):
        return Cell(None, "ambiguous", "no area code")
    words = {ValidationResult.TOO_SHORT: "too short", ValidationResult.TOO_LONG: "too long"}
    return invalid(words.get(reason, "no number of its country"))


def phone_outcomes(values: pl.Series, region: str | None) -> pl.DataFrame:
    """Outcomes of `phone_cell` for a column of one region; plainly valid numbers are read as a column."""
    fast = valid_numbers(values, region)
    return with_residue(values, fast.is_not_null() | values.is_null(), fast, partial(phone_cell, region=region))


@step("phone", "phone", parameters=("region",), examples=(("(0212) 345 67 89", "+902123456789"),))
def phone_step(values: pl.Series, context: Context, region: str | None = None) -> pl.DataFrame:
    """Write a phone number as E.164, with `;ext=` for an extension; the region is for numbers without `+`."""
    known = region or context.evidence.get("phone_region") or context.region
    frame = first_of_several(as_step(values, phone_outcomes(values, known.upper() if known else None)))
    unsaid = pl.col("flag").is_null() & pl.col("note").is_not_null()  # a run tells what is flagged
    return frame.with_columns(pl.when(unsaid).then(pl.lit("suspect")).otherwise(pl.col("flag")).alias("flag"))

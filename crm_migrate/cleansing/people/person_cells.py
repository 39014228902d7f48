"""What stands in a person's field: one or two people, a company, a department, a filler, a mailbox, remarks."""

import re
import unicodedata
from functools import cache

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import PROGRAMS, is_filler
from crm_migrate.cleansing.organisations.company_words import is_company
from crm_migrate.cleansing.people.person_marks import bracket_doubt, family_alone, without_marks
from crm_migrate.cleansing.people.person_remarks import without_remarks
from crm_migrate.cleansing.people.person_titles import addressed
from crm_migrate.cleansing.people.person_words import FICTION, FILLERS, JOINERS, NOBODY, PREFIXES, is_department
from crm_migrate.cleansing.people.persons import Parts, doubt, maiden_name, person
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.text.mending import LOST_LETTERS, has_lost_letters, repaired
from crm_migrate.cleansing.text.quotes import without_export_quotes

_LONGEST = 1000  # characters; several people with titles and remarks need a quarter of it
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u2b50\u2b55\u20e3]+")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_PHONE = re.compile(r"[+(]?\d[\d\s().\-/]{5,}")
_HOUSE = (
    r"(?:family|familie|fam\.|famille|familia|famiglia|família|ailesi|aile|keluarga|familjen|familien|rodina|rodzina|"
    r"household)"
)
_FAMILY = re.compile(
    rf"(?:the )?(\S+(?:\s\S+){{0,2}}) {_HOUSE}|(?:the )?{_HOUSE} ((?:[a-z']{{2,4}} ){{0,3}}\S+)", re.IGNORECASE
)
# Words before a couple that name no one.
_COUPLE = re.compile(
    r"(?:eheleute|ehepaar|hr\.? u(?:nd|\.) fr\.?|epoux|époux|coniugi|matrimonio|casal|echtpaar)\s+(?=\S)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*[;|]\s*|\s+(?:or|oder|veya)\s+", re.IGNORECASE)  # whole names on each side are people
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def person_cell(text: str, locale: str = "en") -> Cell:
    """One or more people as parts; `value` is `key=value;...`, people are joined by `|`."""
    if len(text) > _LONGEST:
        return invalid("too long for a name")
    whole = _EMOJI.sub("", repaired(text)).strip().replace("،", ",")
    value = _unquoted(" ".join(unicodedata.normalize("NFC", whole).split()))
    verdict = _nobody(value, locale)
    if verdict:
        return verdict
    value, remark_flag, remark = without_remarks(value)
    typed = value
    value = without_marks(value)
    if not value:
        return Cell(None, remark_flag or "null", remark)
    if is_company(value, locale):
        return Cell(None, "company_in_person", "a company: move it")
    household = _FAMILY.fullmatch(value)
    if household:
        family = {"last": next(g for g in household.groups() if g)}
        return Cell(f"last={family['last']}", remark_flag or "suspect", remark or "a family, not a person", (family,))
    value = _COUPLE.sub("", value, count=1) if _COUPLE.match(value) else value
    alone = family_alone(typed)
    people: list[str | Parts] = [{"last": alone}] if alone else _people(value, locale)
    parts = tuple(person(p, locale) if isinstance(p, str) else p for p in people)
    flag, note = _judged(value, parts, locale)
    if not flag and len(parts) == 1 and any(" " in line.strip() for line in whole.splitlines()[1:]):
        flag, note = "suspect", "a name of several lines: one person or several?"
    return Cell(
        "|".join(";".join(f"{k}={v}" for k, v in one.items()) for one in parts),
        remark_flag or ("split" if len(parts) > 1 else flag),
        "; ".join(said for said in (remark or note, _at_birth(value)) if said) or None,
        parts,
    )


def _at_birth(value: str) -> str | None:
    """What is said of the name at birth, which no part holds."""
    maiden = maiden_name(value)
    return f"name at birth: {maiden}" if maiden else None


def _unquoted(value: str) -> str:
    """Without quotes around the whole, and without separators that an export left behind it."""
    value = without_export_quotes(value.strip(" ;,:|"))
    quoted = re.fullmatch(r"([\"'“”„])(.+)[\"'“”]", value)
    return quoted[2].strip() if quoted and value.count(quoted[1]) <= 2 else value


def _nobody(value: str, locale: str) -> Cell | None:  # noqa: ARG001
    """The verdict on a cell that holds no person."""
    folded = fold(value).strip()
    if (
        is_filler(value)
        or folded.strip("[]()<>{}").strip() in NOBODY
        or re.fullmatch(r"[\[<(](?:none|null|empty|blank|nil)[\])>]", folded)
    ):
        return NULL
    if _EMAIL.fullmatch(value.strip("<>").removeprefix("mailto:")):
        return Cell(None, "email_in_name", "a mailbox: move it")
    if _PHONE.fullmatch(value):
        return Cell(None, "phone_in_name", "a phone number: move it")
    if not any(c.isalpha() for c in value):
        return Cell(None, "invalid", "no letters")
    if _WEB.fullmatch(value):
        return Cell(None, "url_in_name", "a web address: move it")
    if folded.replace(". ", ".") in NOBODY or all(part in NOBODY for part in folded.split()):
        return NULL
    words = re.findall(r"[^\W_]+", folded)
    if _is_filler(words):
        return Cell(None, "placeholder", "a filler, not a name")
    if is_department(words):
        return Cell(None, "role", "a department, not a person")
    if all(w in PREFIXES for w in words):
        return Cell(None, "invalid", "a title without a name")
    return None


def _is_filler(words: list[str]) -> bool:
    """Keyboard walks, test words, one letter repeated."""
    if not words:
        return False
    if words in (["first", "last"], ["first", "name"], ["last", "name"], ["full", "name"], ["your", "name"]):
        return True
    if all(w in FILLERS or (len(w) > 2 and len(set(w)) == 1 and w.isascii()) or w.isdigit() for w in words):
        return True
    return (
        words[0] in {"test", "dummy", "demo", "deneme"}
        and len(words) > 1
        and words[1] in {"user", "contact", "account", "person", "kunde", "customer", "kullanici", "lead", "name"}
    )


@cache
def _may_join(language: str) -> re.Pattern[str]:
    """Any joiner of a language between two words."""
    words = [re.escape(w) for w in (*JOINERS["any"], *JOINERS.get(language, ())) if w not in "&+"]
    return re.compile(rf"[&+/]|\s(?:{'|'.join(words)})\s", re.IGNORECASE)


def _people(value: str, locale: str) -> list[str | Parts]:
    """The people of a cell: one text each; a family name said once is shared."""
    sides = _BETWEEN.split(value)
    if len(sides) > 1 and all(_is_side(side) and " " in side for side in sides):
        return [*sides]
    if not _may_join(locale[:2]).search(value):
        return [value]
    for joiner in (*JOINERS["any"], *JOINERS.get(locale[:2], ()), "/"):
        pattern = rf"\s*{re.escape(joiner)}\s*" if joiner in "&+/" else rf"\s+{joiner}\s+"
        sides = re.split(pattern, value, flags=re.IGNORECASE)
        if len(sides) == 2 and all(_is_side(s) for s in sides) and not _joins_surnames(joiner, sides):
            if "," in sides[0] and "," not in sides[1]:
                family, _, given = sides[0].partition(",")
                return [f"{given.strip()} {family.strip()}", f"{sides[1].strip()} {family.strip()}"]
            return _pair(sides[0].strip(), sides[1].strip(), locale)
    return [value]


def _is_side(text: str) -> bool:
    return bool(text.strip()) and any(c.isalpha() for c in text)


def _joins_surnames(joiner: str, sides: list[str]) -> bool:
    """`Ortega y Gasset`, `Costa e Silva`: the joiner stands inside one family name."""
    ends, starts = fold(sides[0].split()[-1]), fold(sides[1].split()[0])
    if joiner == "/" and re.fullmatch(r".*\b[asd]", ends) and starts in {"l", "p", "o"}:
        return True
    if ends in {"von", "van", "de", "zu"} or starts in {"zu", "auf"}:
        return True
    return joiner in {"y", "e", "i", "a"} and (len(sides[0].split()) > 1 or "," in sides[1])


def _title_only(text: str) -> bool:
    return all(fold(w).replace(".", "") in PREFIXES for w in text.split())


def _pair(left: str, right: str, locale: str) -> list[str | Parts]:
    """Two people. `Mr & Mrs Smith`, `John & Jane Smith`, `John Smith & Jane Doe`."""
    second = person(right, locale)
    family = second.get("last", "")
    if _title_only(left):
        words = right.split()
        if len(words) > 1 and _title_only(words[0]):
            mr = {"prefix": left} | ({"first": second["first"]} if "first" in second else {}) | {"last": family}
            mrs = {"prefix": second.get("prefix", words[0]), "last": family}
            return [mr, mrs] if family else [f"{left} {right}"]
        return [f"{left} {right}"]
    first = person(left, locale)
    if "last" not in first and family:
        first["last"] = family
    elif "first" not in first and family and "prefix" not in first:
        first = {"first": first["last"], "last": family}
    if family or len(right.split()) > 1:
        return [first, second]
    if "first" in second and "last" in first:
        return [first, second]
    return [first, second]


def _judged(value: str, parts: tuple[Parts, ...], locale: str) -> tuple[str | None, str | None]:
    """Flag and note of a well-formed name that may not be one."""
    if len(parts) > 1:
        return None, None
    if has_lost_letters(value) or value.endswith("?"):
        return "lossy", LOST_LETTERS
    names = [fold(v) for one in parts for k, v in one.items() if k in {"first", "last"}]
    if fold(value) in FICTION or (" ".join(names) in FICTION and "middle" not in parts[0]):
        return "suspect", "the name of a figure or of everybody"
    if addressed(value, locale):
        return "suspect", "a form of address stood behind the name"
    if (len(names) == 2 and names[0] == names[1]) or (
        len(names) == 1 and len(value.split()) == 2 and len(set(fold(value).split())) == 1
    ):
        return "suspect", "the same name twice"
    if len(names) == 2 and all(len(n.strip(".")) == 1 and n[0].isascii() for n in names):
        return "suspect", "initials only"
    if re.search(r"\d", value):
        return "suspect", "digits in a name"
    if re.search("[;|]", value):
        return "suspect", "a separator stands in the name: one person or several?"
    if len(names) == 1 and " " not in value and names[0] in PROGRAMS:
        return "suspect", "a program's word for nothing, or a name"
    doubtful = doubt(value, locale) or bracket_doubt(value, parts[0])
    return ("suspect", doubtful) if doubtful else (None, None)

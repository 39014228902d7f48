"""Legal forms of companies in some fifty countries (ISO 20275 names, everyday spellings), at either end of a name."""

import re
from functools import cache, lru_cache

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import table, words

# canonical spelling -> other spellings are found by folding and dropping dots and blanks
FORMS = table("legal_forms")
FRONT = words("legal_front")
_FRONT_LOUD = words("legal_front_loud")
_SHOUTED = words("legal_shouted")


# Forms of Japan, China and Korea are written without a blank.
GLUED = re.compile(
    r"^(?:株式会社|有限会社|合同会社|合資会社|㈱|㈲|（株）|\(株\)|（有）|주식회사|㈜|\(주\))|(?:株式会社|有限会社|合同会社|㈱|㈲|（株）|\(株\)|"
    r"股份有限公司|集团有限公司|集團有限公司|有限责任公司|有限公司|株式會社|주식회사|㈜|\(주\))$"
)


# Remarks of registers behind a name: quoted on an exchange, in liquidation.
_BRACKETS = re.compile(r"\((?:publ|persero|i\.? ?l\.?|in liquidation|en liquidation|in liquidazione)\)", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def form_key(text: str) -> str:
    """A legal form for looking up: folded, without dots, blanks and brackets."""
    return re.sub(r"[\s.,()/\-\"'&+]+", "", fold(text))


@cache
def forms() -> dict[str, str]:
    """Key -> canonical spelling; of several spellings the first one of the table."""
    table: dict[str, str] = {}
    for group in FORMS.values():
        for form in group.split(" | "):
            table.setdefault(form_key(form), form)
    return table


@cache
def _spellings() -> dict[str, dict[str, frozenset[str]]]:
    """Forms without regard to letter case -> spellings -> regions whose registers write them so."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for regions, group in FORMS.items():
        for form in group.split(" | "):
            known = found.setdefault(_caseless(form), {})
            known[form] = known.get(form, frozenset()) | frozenset(regions.split())
    return found


def _caseless(text: str) -> str:
    """In small letters, with one i: `LTD. ŞTİ.` and `ltd. şti.` are one."""
    return text.replace("İ", "i").replace("I", "i").replace("ı", "i").lower()


def usual_case(form: str, region: str | None = None) -> str:
    """A legal form in the letter case of its register (`gmbh` is `GmbH`).

    What the region's register writes so stays, and so do capitals of any. Where registers differ (`S.r.l.`, `S.R.L.`)
    the region's is written, and nothing is where the region has the form with other dots (`Snc` in Italy is no French
    `SNC`).
    """
    known = _spellings().get(_caseless(form), {})
    local = [spelling for spelling, regions in known.items() if region in regions]
    if form in known and (form in local or form.isupper() or not local):
        return form
    if local:
        return local[0]
    only = next(iter(known)) if len(known) == 1 else form
    return only if only.istitle() or form_key(form) not in _keys_of(region) else form


@cache
def _keys_of(region: str | None) -> frozenset[str]:
    """Keys of the forms of a region."""
    groups = (group for regions, group in FORMS.items() if region in regions.split())
    return frozenset(form_key(form) for group in groups for form in group.split(" | "))


def end_of(tokens: list[str]) -> int:
    """Where the legal form at the end begins; the number of tokens where there is none."""
    return len(_without_end(tokens))


# Short words that are legal forms in front of a name (French SAS, Estonian AS, Romanian SC ...) and names elsewhere
# (SAS Institute, AS Roma): dropped only where no other form stands at the end.
_UNSURE_FRONT = words("legal_front_unsure")


def _front(tokens: list[str], sure: bool) -> int:
    """How many tokens at the front are a legal form; short ones only where nothing else is one (`sure`)."""
    for length in range(min(5, len(tokens) - 1), 0, -1):
        key = form_key(" ".join(tokens[:length]))
        quiet = key in _FRONT_LOUD and not (tokens[0].isupper() or "." in tokens[0])
        if (key in FRONT and not quiet) or (not sure and key in _UNSURE_FRONT and tokens[0][:1].isupper()):
            return length
    return 1 if len(tokens) > 1 and tokens[0] in {"OÜ", "TÜ", "S.C.", "SC"} and _is_form_of_its_land(tokens) else 0


def _is_form_of_its_land(tokens: list[str]) -> bool:
    """Romanian `SC ... SRL`: the first part of the form only with its second; Estonian forms with their own letter."""
    return tokens[0] in {"OÜ", "TÜ"} or form_key(tokens[-1]) in {"srl", "sa", "snc"}


def without_form(name: str) -> str:
    """A company name without its legal forms at the end and (Indonesia, Russia, France) at the front; never empty."""
    tokens = _BRACKETS.sub(" ", GLUED.sub(" ", name)).replace(",", " ").split() or [name]
    front = _front(tokens, sure=True)
    tokens = tokens[front:]
    short = _without_end(tokens)
    if not front and short == tokens:
        short = short[_front(short, sure=False) :]
    return " ".join(short).strip(" .,&-") or name


def _is_form(text: str) -> bool:
    """A known form; one that is a word too only with dots or in capitals."""
    key = form_key(text)
    return key in forms() and (key not in _SHOUTED or "." in text or any(c.isupper() for c in text[1:]))


def _without_end(tokens: list[str]) -> list[str]:
    """The tokens before the legal forms at the end; at least one is left."""
    changed = True
    while changed and len(tokens) > 1:
        changed = False
        for length in range(min(7, len(tokens) - 1), 0, -1):
            if _is_form(" ".join(tokens[-length:])):
                tokens, changed = tokens[:-length], True
                break
        if not changed and len(tokens) > 1 and not re.search(r"\w", tokens[-1]):
            tokens, changed = tokens[:-1], True  # a dash before the form (`Exemplo Ltda - ME`)
    return tokens

"""Legal forms of companies in some fifty countries (ISO 20275 names, everyday spellings), at either end of a name."""

import re
from functools import cache, lru_cache

from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.vocabulary import table, words

# canonical spelling -> other spellings are found by folding and dropping dots and blanks
FORMS = table("legal_forms")
FRONT = words("legal_front")


# Forms of Japan, China and Korea are written without a blank.
GLUED = re.compile(
    r"^(?:株式会社|有限会社|合同会社|合資会社|㈱|㈲|（株）|\(株\)|（有）|주식회사|㈜|\(주\))|(?:株式会社|有限会社|合同会社|㈱|㈲|（株）|\(株\)|"
    r"股份有限公司|集团有限公司|集團有限公司|有限责任公司|有限公司|株式會社|주식회사|㈜|\(주\))$"
)


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


def without_form(name: str) -> str:
    """A company name without its legal forms at the end and (Indonesia, Russia, Baltic) at the front; never empty."""
    tokens = GLUED.sub(" ", name).replace(",", " ").split() or [name]
    changed = True
    while changed and len(tokens) > 1:
        changed = False
        for length in range(min(6, len(tokens) - 1), 0, -1):
            if form_key(" ".join(tokens[-length:])) in forms():
                tokens, changed = tokens[:-length], True
                break
        if len(tokens) > 1 and form_key(tokens[0]) in FRONT:
            tokens, changed = tokens[1:], True
    return " ".join(tokens).strip(" .,&-") or name

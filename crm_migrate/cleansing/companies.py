"""Company names: what is none, legal forms, and the matching key."""

import re

from crm_migrate.cleansing.legal_forms import without_form
from crm_migrate.cleansing.letters import fold

_AND = re.compile(r"\s*(?:&|\+)\s*")
_UMLAUTS = re.compile(
    r"(?<=[^aeiouq\W])ue|^ue|(?<=[bcdfghjklmnprstvwxz])oe(?=[^\s])|(?<=[bcdfghjklmnprstvwxz])ae(?=[^\s])"
)


def company_key(text: str) -> str:
    """Folded name without legal forms and punctuation: `Müller AG` and `MÜLLER A.G.` are one."""
    words = re.sub(r"[^\w]+|_", " ", _AND.sub(" and ", fold(re.sub(r"['’‘ʼ`´]", "", without_form(text)))))
    return " ".join(words.split())

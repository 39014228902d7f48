"""Addresses in one line: what programs put before and behind them, and parts that no comma divides."""

import re

from crm_migrate.cleansing.places.postal_codes import postal_cell
from crm_migrate.cleansing.vocabulary import table

_LABEL = re.compile(
    r"^(?:(?:postal |mailing |billing |shipping |home |office )?address|addr"
    r"|(?:post|haus|firmen|rechnungs|liefer)?(?:adresse|anschrift)"
    r"|adr|adres|adresi?|direcci[oó]n|domicilio|indirizzo|morada|endere[cç]o|alamat)\.?\s*:\s*(?=\w)",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?:\s*[,;|])+$")
# A full stop behind a city or a code; `Goethestr.` and `Nádor utca 7.` keep theirs.
_STOP = re.compile(r"(?:(?<=[^\W\d_]{4})|(?<=\d{3})|(?<=\d[A-Z]{2}))(?<!str)\s?\.$")
_STREETS = table("street_words")


def bare_line(value: str) -> str:
    """The address without a label before it (`Adresse: ...`) and without signs that joined empty columns behind it."""
    value = _BEHIND.sub("", _LABEL.sub("", value))
    return _STOP.sub("", value) if re.search(r"[,;|\n]", value) else value


def holds_code(value: str, pattern: str) -> bool:
    """Whether a text ends with a postal code behind a number and a word: more than a street."""
    return re.search(rf"\d.*[^\W\d_]{{2}}.*\s(?:{pattern})$", value) is not None


def parted(value: str, region: str | None, pattern: str) -> dict[str, str] | None:
    """Street, city and code of a line in which nothing but the street's own word says where the city begins.

    `12 Mill Lane Leeds LS2 7DE`, `Jl. Melati No. 3 Bandung 40115`; `pattern` is that of the country's codes. None where
    the words are not there just once, so that two ways to part it are left alone.
    """
    code = rf"[,\s]+(?P<postal>{pattern})"
    if region == "ID":
        found = re.fullmatch(
            rf"(?P<street>(?:\D+\bNo|(?:Jl|Jln|Jalan|Gg|Gang)\b\D+?)\.?\s?\d+\w?)\s+(?P<city>[^\d,]+){code}",
            value,
            re.IGNORECASE,
        )
    elif region in ("GB", "IE", "US", "CA", "AU", "NZ"):
        if len(re.findall(rf"\b(?:{_STREETS['ending']})\b", value, re.IGNORECASE)) != 1:
            return None
        state = "" if region in ("GB", "IE", "NZ") else r",?\s+(?P<state>[A-Z]{2,3})"
        found = re.fullmatch(
            rf"(?P<street>\d+\w?\s+[^,\n]+?\s(?:{_STREETS['ending']})\.?)\s+"
            rf"(?!(?:{_STREETS['behind']})\b)(?P<city>[^\d,]+?){state}{code}",
            value,
            re.IGNORECASE,
        )
    else:
        return None
    if found is None:
        return None
    parts = {name: text.strip() for name, text in found.groupdict().items() if text}
    return parts | {"postal": postal_cell(parts["postal"], region).value or parts["postal"]}

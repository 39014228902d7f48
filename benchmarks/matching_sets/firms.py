"""Firms as they are: names over time with legal form and acronym, a place, a switchboard, a domain, a tax number."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.matching_sets.dirt import spelled
from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.households import COUNTRY
from benchmarks.matching_sets.places import Address, Phone, address, landline
from benchmarks.matching_sets.tables import more, tables
from benchmarks.matching_sets.words import CULTURES, family

WORDS = tables("firms")
INVENTED = (
    "Nova Vero Lumi Axi Tri Omni Terra Solu Medi Inno Pro Eco Aero Delta Poly Syn Velo Quanta Orbi Zen Alto Kor".split()
)
ENDINGS = "tec tron va lix dyn cor sys net plan flow pack med tek gen mar line point works vita gate".split()
PATTERNS = ("{given}.{last}", "{g}{last}", "{given}", "{last}", "{given}{l}", "{g}.{last}", "{last}.{given}")


@dataclass(slots=True)
class Firm:
    """One organisation. `names` from the oldest to the newest, without legal form; `short` is an acronym or brand."""

    language: str
    names: list[str]
    trades: list[str]
    form: list[str]
    short: str
    where: Address
    phone: Phone
    domain: str
    tax: str
    pattern: str
    site: str = ""
    old_home: Address | None = None


def firm(
    random_: Draws, language: str, core: str | None = None, trade: list[str] | None = None, **facts: object
) -> Firm:
    """A firm of a language's country; `facts` stand instead of what is drawn."""
    core = core or core_name(random_, language)
    trade = trade or [t.replace("_", " ") for t in random_.choice(trades(random_, language)).split("|")]
    form = random_.choice(WORDS[language]["forms"]).split("|")
    place = address(random_, COUNTRY[language])
    name = f"{core} {trade[0]}"
    drawn: dict[str, object] = {
        "names": [name],
        "trades": trade,
        "form": form,
        "short": "".join(word[0] for word in f"{name} {form[0]}".split() if word[0].isalpha()).upper()
        if random_.random() < 0.3
        else "",
        "where": place,
        "phone": landline(random_, place),
        "domain": domain(random_, core),
        "tax": tax_number(random_, language),
        "pattern": random_.choice(PATTERNS),
    }
    return Firm(language=language, **(drawn | facts))  # type: ignore[arg-type]


def trades(random_: Draws, language: str) -> Sequence[str]:
    """What firms of this set do, each with its spellings."""
    every = WORDS[language]["trades"]
    return random_.part_of([*every, *more("firms", language).get("trades", ())]) if random_.part else every


def core_name(random_: Draws, language: str) -> str:
    """What a firm is called: after its owner, two owners, or a word that somebody was paid for."""
    chance = random_.random()
    owner = family(random_, CULTURES[language])
    if chance < 0.45:
        return owner
    if chance < 0.6:
        joined = (
            random_.choice((" & ", " und ", "-", " + "))
            if language in ("de", "en")
            else random_.choice((" & ", "-", " "))
        )
        return owner + joined + family(random_, CULTURES[language])
    return random_.choice(INVENTED) + random_.choice(ENDINGS)


def domain(random_: Draws, core: str) -> str:
    """A domain nobody can own."""
    word = "".join(c for c in spelled(core).lower() if c.isascii() and c.isalnum())[:18]
    ends = ("example", "example.com", "example.net")
    return random_.once(
        lambda: f"{word}{random_.choice(('', '', '-group', str(random_.randrange(1000))))}.{random_.choice(ends)}"
    )


def tax_number(random_: Draws, language: str) -> str:
    """Digits in the length of the country, not made to pass a checksum."""
    length = {"en": 9, "tr": 10, "es": 8, "id": 15, "it": 11, "pt": 14, "pl": 10}.get(language, 9)
    return {"de": "DE", "es": "B", "fr": "FR", "nl": "NL"}.get(language, "") + "".join(
        random_.choices("0123456789", k=length)
    )

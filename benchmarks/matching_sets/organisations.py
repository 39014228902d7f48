"""Organisations that are alike and not the same: groups with subsidiaries, chains, firms of one building, branches."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from benchmarks.matching_sets.dirt import spelled
from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.firms import Firm, core_name, firm, trades
from benchmarks.matching_sets.households import COUNTRY
from benchmarks.matching_sets.places import address, landline, written_city, written_phone, written_street
from benchmarks.matching_sets.systems import System, cell

FIELDS = ("company", "street", "code", "city", "country", "phone", "email", "web", "tax")
HOLDING = {
    "en": "Holdings", "de": "Holding", "tr": "Holding", "es": "Grupo", "id": "Group",
    "fr": "Groupe", "it": "Gruppo", "pt": "Grupo", "pl": "Grupa", "nl": "Groep",
}  # fmt: skip
SITE = {
    "en": "Store {}", "de": "Filiale {}", "tr": "{} Şubesi", "es": "Tienda {}", "id": "Cabang {}",
    "fr": "Agence {}", "it": "Filiale {}", "pt": "Filial {}", "pl": "Oddział {}", "nl": "Filiaal {}",
}  # fmt: skip
OTHERS = ("en", "de", "tr", "es", "id")  # languages of the firms that are not of the file's own


def organisations(random_: Draws, language: str) -> Iterator[Firm]:
    """Firms without end, of five languages: most of the file's own."""
    kinds: tuple[Callable[[Draws, str], list[Firm]], ...] = (single, group, chain, building, branches)
    while True:
        there = language if random_.random() < 0.75 else random_.choice(OTHERS)
        yield from random_.choices(kinds, (72, 8, 6, 8, 4))[0](random_, there)


def single(random_: Draws, language: str) -> list[Firm]:
    """One firm; it may have moved or been renamed."""
    made = firm(random_, language)
    if random_.random() < 0.06:
        made.names.append(f"{core_name(random_, language)} {made.trades[0]}")
    if random_.random() < 0.08:
        made.old_home = address(random_, COUNTRY[language])
    return [made]


def group(random_: Draws, language: str) -> list[Firm]:
    """A parent and its subsidiaries: one core name, often one web site, sometimes one head office."""
    core = core_name(random_, language)
    parent = firm(random_, language, core, [HOLDING[language]])
    at_home = random_.random() < 0.5
    offers = random_.sample(trades(random_, language), k=random_.randrange(1, 6))
    shared: dict[str, object] = {"domain": parent.domain} if random_.random() < 0.7 else {}
    if at_home:
        shared |= {"where": parent.where}
        shared |= {"phone": parent.phone} if random_.random() < 0.5 else {}
    return [parent] + [
        firm(random_, language, core, [t.replace("_", " ") for t in trade.split("|")], **shared) for trade in offers
    ]


def chain(random_: Draws, language: str) -> list[Firm]:
    """Sites of one brand: another address and number each, web site and legal entity in common."""
    brand = firm(random_, language)
    named = random_.random() < 0.6
    return [site_of(random_, brand, named) for _ in range(random_.choice((3, 5, 8, 15, 40)))]


def site_of(random_: Draws, brand: Firm, named: bool) -> Firm:
    """A site of a brand at another address with a telephone of its own, called by its place or not."""
    home = address(random_, COUNTRY[brand.language])
    place = written_city(random_, home, 0.5)
    site = SITE[brand.language].format(random_.choice((place, home.street))) if named else ""
    return replace(brand, names=list(brand.names), where=home, phone=landline(random_, home), site=site)


def building(random_: Draws, language: str) -> list[Firm]:
    """Firms behind one door: a business centre, a medical house; some of them with the desk's telephone."""
    home = address(random_, COUNTRY[language])
    desk = landline(random_, home)
    return [
        firm(random_, language, where=home, **({"phone": desk} if random_.random() < 0.3 else {}))
        for _ in range(random_.randrange(3, 14))
    ]


def branches(random_: Draws, language: str) -> list[Firm]:
    """A bank: branches called by place, one central number, one web site, one tax number."""
    bank = firm(random_, language, trade=["Bank"])
    made = [site_of(random_, bank, True) for _ in range(random_.randrange(3, 12))]
    return [replace(branch, phone=bank.phone) for branch in made]


def account(random_: Draws, habits: System, who: Firm, _language: str, _one_name: bool) -> dict[str, str]:
    """What one system knows of a firm."""
    home = who.old_home if who.old_home and random_.random() < 0.4 else who.where
    shared = random_.choice(("info", "office", "contact", "sales"))
    facts = {
        "company": named(random_, habits, who),
        "street": written_street(home, habits.street, random_.random() < 0.6),
        "code": home.code,
        "city": written_city(random_, home, 0.1),
        "country": home.country,
        "phone": written_phone(who.phone, habits.phone),
        "email": f"{shared}@{who.domain}",
        "web": random_.choice(("{}", "www.{}", "https://www.{}/", "http://{}")).format(who.domain),
        "tax": who.tax if random_.random() < 0.8 else " ".join((who.tax[:3], who.tax[3:6], who.tax[6:])),
    }
    return {name: cell(random_, habits, name, text) for name, text in facts.items()}


def named(random_: Draws, habits: System, who: Firm) -> str:
    """The firm's name as it was typed: with a legal form or without, abbreviated, old, short, with its site."""
    name = who.names[-1] if random_.random() < 0.6 else who.names[0]
    if len(who.trades) > 1 and random_.random() < habits.nicknames + 0.15:
        name = name.replace(who.trades[0], random_.choice(who.trades[1:]))
    if who.short and random_.random() < 0.15:
        name = who.short
    chance = random_.random()
    if chance < 0.12:
        name = f"{name} ({who.names[0]})" if len(who.names) > 1 else name
    elif chance < 0.85:
        form = random_.choice(who.form) if random_.random() < 0.5 else who.form[0]
        name = f"{form} {name}" if who.language == "id" else f"{name} {form}"
    if random_.random() < habits.initials:
        name = spelled(name).replace(" ", "")
    return f"{name} {who.site}".strip() if random_.random() < 0.9 else name


def sparse(random_: Draws, habits: System, who: Firm, language: str, one_name: bool) -> dict[str, str]:
    """A firm of which a list knows its name and little else: each further fact with a chance of a third."""
    full = account(random_, habits, who, language, one_name)
    return {
        name: text if name in ("company", "country") or random_.random() < 0.34 else "" for name, text in full.items()
    }

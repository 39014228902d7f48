"""Business contacts: company, work mail, job, switchboard. Some people work at two firms; some firms are families."""

from collections.abc import Iterator

from benchmarks.matching_sets.dirt import spelled
from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.firms import WORDS, Firm, firm
from benchmarks.matching_sets.households import COUNTRY
from benchmarks.matching_sets.people import Person, Work, lives_on, person
from benchmarks.matching_sets.places import Phone, address

RELATIVES = 4  # who owns the firm: father, mother, daughter, son
OTHERS = ("ru", "pl", "ar", "zh", "en")


def contacts(random_: Draws, language: str) -> Iterator[Person]:
    """People without end, firm by firm."""
    before: Person | None = None
    while True:
        employer = firm(random_, language)
        owner = random_.random() < 0.25
        name: str | None = None
        for at in range(min(60, 1 + int(random_.paretovariate(1.1)))):
            culture = language if random_.random() < 0.8 else random_.choice(OTHERS)
            home = address(random_, COUNTRY[language])
            who = person(random_, culture, home, name if owner and at < RELATIVES else None)
            name = who.families[0] if owner and culture == language else name
            who.works.append(work(random_, language, who, employer))
            if before is not None and random_.random() < 0.08:
                before.works.append(work(random_, language, before, employer))
            lives_on(random_, who, moves=0, marries=0.05)
            if before is not None:
                yield before
            before = who


def work(random_: Draws, language: str, who: Person, employer: Firm) -> Work:
    """Somebody's place at a firm: its switchboard or an extension of it, its pattern of mailboxes."""
    given, last = (
        spelled(text).lower().replace(" ", "-").replace("'", "") for text in (who.given[0], who.families[0] or "x")
    )
    local = employer.pattern.format(given=given, last=last, g=given[0], l=last[0])
    mail = random_.once(lambda: f"{local}{random_.choice(('', '', '2', '3', '4', f'.{given}'))}@{employer.domain}")
    phone = employer.phone
    if random_.random() < 0.4:
        phone = Phone(phone.country, phone.digits[:-2] + f"{random_.randrange(100):02}", phone.area)
    shared = random_.choice(("info", "office", "sales", "mail", "muhasebe")) + f"@{employer.domain}"
    return Work(
        employer.names[-1],
        random_.choice(WORDS[language]["jobs"]),
        mail,
        shared,
        phone,
        employer.where,
    )

"""Headers of CRM exports in several languages, and the columns beside the facts that every export has."""

import random

import pandas as pd

from benchmarks.matching_sets.tables import tables

HEADERS = tables("headers")
FIELDS = tuple(HEADERS["en"])
STATES = ("active", "inactive", "lead", "customer", "churned", "1", "2")
OWNERS = ("m.demir", "a.kaya", "j.schmidt", "s.hartono", "house account")
NOTES = (
    "",
    "",
    "",
    "called, no answer",
    "fair 2019",
    "Newsletter",
    "wants offer",
    "import 03/14",
    "VIP",
    "ruft zurück",
    "tekrar aranacak",
)


def chatter(random_: random.Random, number: int) -> dict[str, str]:
    """What a row says that is about the row, not about who stands in it."""
    return {
        "number": str(100_000 + number),
        "created": f"{random_.randint(2004, 2025)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}",
        "status": random_.choice(STATES),
        "owner": random_.choice(OWNERS),
        "revenue": random_.choice(("", "", "0", f"{random_.randrange(10**6)}.00")),
        "note": random_.choice(NOTES),
    }


def framed(
    random_: random.Random, language: str, rows: list[dict[str, str]], left_out: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Rows by field as a frame with headers of the language; fields in an order of its own, absent texts as None."""
    used = [f for f in FIELDS if f not in left_out and any(f in row for row in rows)]
    shuffled = random_.random() < 0.3
    if shuffled:
        random_.shuffle(used)
    names = [HEADERS[language][field] for field in used]
    heads = [name[random_.randrange(len(name))] for name in names]
    heads = [head if heads.count(head) == 1 else f"{head} ({field})" for head, field in zip(heads, used, strict=True)]
    columns = {head: [row.get(field) or None for row in rows] for head, field in zip(heads, used, strict=True)}
    return pd.DataFrame(columns, index=pd.Index([f"r{n:06}" for n in range(len(rows))], name="rec_id"), dtype=object)

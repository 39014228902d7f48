"""Fictional people with typing errors, seeded: what the learned matching is tried on."""

import random
from typing import Any

import staged

from crm_migrate.mapping.plan import FeedPlan, LearnedPlan, MatchRulePlan, ObjectPlan
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run

Line = dict[str, Any]
GIVEN = ["Ayşe", "Mehmet", "Zeynep", "Jürgen", "Anke", "Budi", "Siti", "Emre", "Greta", "Wulan", "Deniz", "Holger"]
FAMILY = ["Yılmaz", "Öztürk", "Schröder", "Weiß", "Santoso", "Wijaya", "Kılıç", "Lindqvist", "Aksoy", "Brandt", "Şahin"]
CITIES = ["İzmir", "Köln", "Bandung", "Bursa", "Kiel"]
PROPOSE, MERGE = LearnedPlan(do="propose"), LearnedPlan(do="merge")


def person(number: int, seed: int = 0) -> Line:
    """One person with values of her own."""
    dice = random.Random(number * 1_000 + seed)
    given, family = dice.choice(GIVEN), dice.choice(FAMILY) + dice.choice(["", "", "oğlu", "-Meyer", "er"])
    return {
        "first_name": given, "last_name": family, "phone": f"+90 555 {number:07d}",
        "email": f"{given[:1].lower()}.{number}@firm{number % 40}.example",
        "birth_date": f"{dice.randint(1950, 2000)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
        "street": f"{dice.choice(['Gül', 'Ring', 'Melati', 'Hafen'])} {dice.randint(1, 90)}",
        "city": dice.choice(CITIES),
    }  # fmt: skip


def slipped(line: Line, seed: int) -> Line:
    """The same person as somebody else typed her: a letter exchanged, a value or two missing."""
    dice = random.Random(seed)
    name = line["last_name"]
    at = dice.randrange(1, len(name) - 1)
    typed = {**line, "last_name": name[:at] + name[at + 1] + name[at] + name[at + 2 :]}
    for field in dice.sample(["street", "city", "phone", "email"], dice.randint(0, 1)):
        typed[field] = None
    return typed


def contacts(*rules: MatchRulePlan, **options: Any) -> ObjectPlan:
    """Contacts of two sources."""
    s = ("kisi", "books")
    return ObjectPlan(
        name="contacts", entity="person", target="contacts", mergeable=True, match=rules,
        feeds=(FeedPlan(source="kisi", trust=1), FeedPlan(source="books", trust=2)),
        fields=(
            staged.field("first_name", "given_name", *s, survive="most_complete"),
            staged.field("last_name", "family_name", *s, survive="most_complete"),
            staged.field("email", "email", *s), staged.field("phone", "phone", *s, survive="newest"),
            staged.field("birth_date", "birth_date", *s, survive="equal"),
            staged.field("street", "street", *s, survive="block", block="address"),
            staged.field("city", "city", *s, survive="block", block="address"),
        ),
        **options,
    )  # fmt: skip


def crowd(people: int = 120, doubled: int = 40) -> tuple[list[Line], list[Line]]:
    """`kisi` has every person, `books` the first `doubled` of them again with slips; both keyed by the person."""
    kisi = [{"key": f"{n:04}", **person(n)} for n in range(people)]
    books = [{"key": f"{n:04}", **slipped(person(n), n)} for n in range(doubled)]
    return kisi, books


def deduped(run: Run, each: ObjectPlan, kisi: list[Line], books: list[Line], **options: Any) -> None:
    """Run `link` and `dedupe` over the records of the two sources."""
    staged.mapped(run, each, "kisi", *kisi)
    staged.mapped(run, each, "books", *books)
    plan = staged.plan(each)
    link(plan, run)
    dedupe(plan, run, **options)


def together(run: Run) -> set[frozenset[str]]:
    """The members of merged clusters, as `source:key`."""
    nodes = staged.read(run, "link", "contacts", "nodes").select("__node", "__source", "__key")
    clusters = staged.read(run, "dedupe", "contacts", "clusters").join(nodes, on="__node")
    found: dict[int, set[str]] = {}
    for row in clusters.iter_rows(named=True):
        if row["state"] == "merged":
            found.setdefault(row["__cluster"], set()).add(f"{row['__source']}:{row['__key']}")
    return {frozenset(members) for members in found.values()}


def words(run: Run) -> dict[tuple[str, str], Line]:
    """The lines of `pairs` by the names of their two records, sorted."""
    nodes = staged.read(run, "link", "contacts", "nodes")
    names = {row["__node"]: f"{row['__source']}:{row['__key']}" for row in nodes.iter_rows(named=True)}
    lines = staged.read(run, "dedupe", "contacts", "pairs").iter_rows(named=True)
    return {(min(x, y), max(x, y)): line for line in lines for x, y in [(names[line["a"]], names[line["b"]])]}

"""A small fictional company with questions of every kind, through link and dedupe, and its project on disk."""

from pathlib import Path
from typing import Any

import staged

from crm_migrate.mapping.plan import FeedPlan, MatchRulePlan, ObjectPlan, Plan, RefPlan, SamePlan
from crm_migrate.reviewing import keeping
from crm_migrate.reviewing.asking import ask
from crm_migrate.reviewing.questions import Pack
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.state import RunState, write_state

S = ("kisi", "books")
MAIL = MatchRulePlan(name="same mailbox", same=(SamePlan(field="email"),), do="merge")
PHONE = MatchRulePlan(name="same phone", same=(SamePlan(field="phone"),), do="review")

# 1 + 2 are merged by their mailbox, 2 + 3 share a phone (asked); 4 + 5 are asked and differ in everything;
# 6 + 10 + 7 are joined by a mailbox against two birth dates (held); 8 + 9 are merged by a mailbox.
KISI: tuple[dict[str, Any], ...] = (
    {"key": "1", "first_name": "Ayşe", "last_name": "Yılmaz", "email": "ayse@y.example", "city": "Bursa", "firm": "F1"},
    {"key": "2", "first_name": "Ayse", "last_name": "Yilmaz", "email": "ayse@y.example", "phone": "+905321234501",
     "firm": "F1"},
    {"key": "3", "first_name": "A.", "last_name": "Yılmaz", "email": "info@y.example", "phone": "+905321234501"},
    {"key": "4", "first_name": "=1+1", "last_name": "İnan", "email": "can@i.example", "phone": "+905327654302",
     "city": "İzmir", "street": "Cad. 4", "consent": "granted", "notes": "pays late"},
    {"key": "6", "first_name": "Ali", "last_name": "Kaya", "email": "kaya@k.example", "birth_date": "1950-01-01"},
    {"key": "7", "first_name": "Ali", "last_name": "Kaya", "email": "kaya@k.example", "birth_date": "1980-01-01"},
    {"key": "10", "first_name": "Ali", "last_name": "Kaya", "email": "kaya@k.example"},
    {"key": "8", "first_name": "Eva", "last_name": "Groß", "email": "eva@g.example", "phone": "+905329876508"},
    {"key": "9", "first_name": "Eva", "last_name": "Gross", "email": "eva@g.example"},
)  # fmt: skip
BOOKS: tuple[dict[str, Any], ...] = (
    {"key": "5", "first_name": "Can", "last_name": "Inan", "phone": "+905327654302", "city": "Bursa",
     "street": "Sok. 5", "consent": "withdrawn", "notes": "0123"},
)  # fmt: skip
FIRMS: tuple[dict[str, Any], ...] = ({"key": "F1", "name": "Yılmaz Gıda"},)
DEALS: tuple[dict[str, Any], ...] = (
    {"key": "D1", "name": "Pres", "amount": "2000000", "currency": "EUR", "person": "4"},
    {"key": "D2", "name": "Vinç", "amount": "100.50", "currency": "TRY", "person": "4"},
)


def plan_of(*rules: MatchRulePlan) -> Plan:
    """The plan: accounts, contacts with rules, deals of contacts."""
    firms = ObjectPlan(
        name="accounts", entity="organisation", target="accounts", feeds=(FeedPlan(source="firma"),),
        fields=(staged.field("name", "company_name", "firma"),),
    )  # fmt: skip
    people = ObjectPlan(
        name="contacts", entity="person", target="contacts", mergeable=True, match=rules or (MAIL, PHONE),
        feeds=(FeedPlan(source="kisi", trust=1), FeedPlan(source="books", trust=2)),
        fields=(
            staged.field("first_name", "given_name", *S, survive="most_complete"),
            staged.field("last_name", "family_name", *S, survive="most_complete"),
            staged.field("email", "email", *S, survive="trust"),
            staged.field("phone", "phone", *S, survive="newest"),
            staged.field("birth_date", "birth_date", *S, survive="equal"),
            staged.field("consent", "consent", *S, survive="strictest"),
            staged.field("street", "street", *S, survive="block", block="address"),
            staged.field("city", "city", *S, survive="block", block="address"),
            staged.field("notes", "long_text", *S, survive="append"),
            staged.field("health", "long_text", *S, sensitive="health", action="archive"),
            staged.reference("firm", RefPlan(object="accounts", spaces={"kisi": "firma", "books": "firma"}), *S),
        ),
    )  # fmt: skip
    deals = ObjectPlan(
        name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="sheet"),),
        fields=(
            staged.field("name", "text", "sheet"),
            staged.field("amount", "money", "sheet"),
            staged.field("currency", "currency", "sheet"),
            staged.reference("person", RefPlan(object="contacts", spaces={"sheet": "kisi"}), "sheet"),
        ),
    )  # fmt: skip
    return staged.plan(firms, people, deals)


class Company:
    """A project folder in which runs can be made; the latest one is asked about."""

    def __init__(self, folder: Path, *rules: MatchRulePlan) -> None:
        self.project = Project(folder, folder / "crm-migrate.yaml")
        self.plan = plan_of(*rules)
        self.runs = 0
        self.run = self.again()

    def again(self, kisi: Any = KISI, books: Any = BOOKS, firms: Any = FIRMS, deals: Any = DEALS) -> Run:
        """Another run over these records, with the decisions that are on file."""
        self.runs += 1
        self.run = self.project.run(f"{self.runs:05d}-r")
        feeds = ((0, "firma", firms), (1, "kisi", kisi), (1, "books", books), (2, "sheet", deals))
        for number, source, lines in feeds:
            staged.mapped(self.run, self.plan.objects[number], source, *lines)
        link(self.plan, self.run)
        dedupe(self.plan, self.run)
        write_state(self.run, RunState(run=self.run.id, plan_hash=self.plan.hash, started="2025-03-14T00:00:00Z"))
        return self.run

    def asked(self, **options: int) -> Pack:
        """The questions of the latest run, kept as the command keeps them."""
        pack = ask(self.plan, self.run, **options)
        keeping.keep(self.run, pack)
        return pack

    def clusters(self) -> set[frozenset[str]]:
        """Records that are one today, by name."""
        nodes = staged.read(self.run, "link", "contacts", "nodes").to_dicts()
        names = {row["__node"]: f"{row['__source']}:{row['__key']}" for row in nodes}
        groups: dict[int, set[str]] = {}
        for row in staged.read(self.run, "dedupe", "contacts", "clusters").to_dicts():
            if row["state"] == "merged":
                groups.setdefault(row["__cluster"], set()).add(names[row["__node"]])
        return {frozenset(group) for group in groups.values()}

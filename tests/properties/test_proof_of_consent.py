"""The proof that a merged record has is always of the consent that won, and a refusal ends only by a younger proof."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
import staged
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.crm.types import CONSENT_STRICTNESS, REFUSALS
from crm_migrate.mapping.plan import FeedPlan, FieldPlan, MatchRulePlan, ObjectPlan, SamePlan
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link

DAYS = st.none() | st.dates().map(lambda day: f"2024-{day.month:02}-{day.day:02}")
STATEMENTS = st.fixed_dictionaries(
    {
        "consent": st.none() | st.sampled_from(CONSENT_STRICTNESS),
        "proof": DAYS,
        "changed": DAYS,
        "origin": st.sampled_from("ABC"),
    }
)
PEOPLE = st.lists(st.lists(STATEMENTS, min_size=1, max_size=4), min_size=1, max_size=25)


def contacts(per: str | None, again: str | None) -> ObjectPlan:
    consent = staged.field(
        "consent", "consent", "a", survive="strictest", evidence=("a.at",), per=per, allow_reconsent=again
    )
    fields: tuple[FieldPlan, ...] = (
        staged.field("email", "email", "a"), consent, staged.field("origin", "text", "a", follows="consent"),
        staged.field("proof", "text", follows="consent"),
    )  # fmt: skip
    rule = MatchRulePlan(name="mail", same=(SamePlan(field="email"),), do="merge")
    return ObjectPlan(
        name="contacts", entity="person", target="contacts", mergeable=True, feeds=(FeedPlan(source="a"),),
        fields=fields, match=(rule,),
    )  # fmt: skip


def merged(people: list[list[dict[str, Any]]], per: str | None, again: str | None) -> dict[str, dict[str, Any]]:
    """The merged record of each person, by the mailbox; `proof` is the day alone."""
    plan = staged.plan(contacts(per, again), decisions={"D-1": "x"})
    lines = [
        {
            "key": f"{number}.{place}", "email": f"p{number}@x.example", "consent": said["consent"],
            "changed": said["changed"], "ev": f'["a.at: {said["proof"]}"]' if said["proof"] else None,
            "origin": said["origin"],
        }
        for number, statements in enumerate(people)
        for place, said in enumerate(statements)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        run = staged.new_run(Path(folder))
        staged.mapped(run, plan.object("contacts"), "a", *lines)
        link(plan, run)
        dedupe(plan, run)
        rows = staged.read(run, "dedupe", "contacts", "merged").select("email", "consent", "proof", "origin").to_dicts()
    return {row["email"]: row | {"proof": (row["proof"] or "").removeprefix("a.at: ") or None} for row in rows}


@pytest.mark.parametrize("per", [None, "email"])
@pytest.mark.parametrize("again", [None, "D-1"])
@settings(max_examples=4, deadline=None)
@given(people=PEOPLE)
def test_the_proof_follows_the_winner(per: str | None, again: str | None, people: list[list[dict[str, Any]]]) -> None:
    found = merged(people, per, again)
    for number, statements in enumerate(people):
        record = found[f"p{number}@x.example"]
        said = [each for each in statements if each["consent"]]
        if not said:
            assert record["consent"] is None
            continue
        refused = [each["proof"] or each["changed"] or "9999" for each in said if each["consent"] in REFUSALS]
        granted = [each["proof"] for each in said if each["consent"] == "granted" and each["proof"]]
        younger = bool(again and refused and granted and max(granted) > max(refused))
        wins = "granted" if younger else min((each["consent"] for each in said), key=CONSENT_STRICTNESS.index)
        assert record["consent"] == wins
        winners = [each for each in said if each["consent"] == wins]
        proven = [each for each in winners if each["proof"]]
        possible = {(each["proof"], each["origin"]) for each in (proven or winners)}
        assert (record["proof"], record["origin"]) in possible, "one statement's, never a mixture"
        if younger:
            assert record["proof"] == max(granted)

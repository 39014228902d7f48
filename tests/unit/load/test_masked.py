"""A load into a masked sandbox: what is sent, whom it finds there, and whom it leaves alone."""

from pathlib import Path

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import EnvironmentPlan, ExistingPlan, Record, make_plan

from crm_migrate.connecting.contract import Target
from crm_migrate.errors import DamagedFile
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load import LoadPlan, plan_load
from crm_migrate.stages.mask import mask
from crm_migrate_sql.target import SqlTarget

REAL = "INSERT INTO person (last_name, email) VALUES ('Old', '{}')"
HELD = "AYSE@isik.beispiel"  # a mail host that does not exist
PEOPLE = [CONTACTS[0] | {"email": "ayse@isik.beispiel"}, *CONTACTS[1:]]


class Sandbox(Bench):
    """A bench whose environment masks people's mailboxes."""

    def plan(self, **objects: list[Record]) -> LoadPlan:
        self.run = self.company.stage(**objects)
        mask(self.company.plan, self.company.project, self.run)
        target: Target = SqlTarget(self.where)
        try:
            return plan_load(self.company.plan, self.company.project, self.run, target)
        finally:
            target.close()


def masking(plan: Plan, *allow: str) -> Plan:
    environment = EnvironmentPlan(name="mock", connector="sql", mask={"contacts": {"email": "mailbox"}}, allow=allow)
    return plan.model_copy(update={"environment": environment})


def sandbox(folder: Path, *allow: str, then: str = "fill_blanks") -> Sandbox:
    existing = ExistingPlan.model_validate({"match": ("email",), "then": then})
    b = Sandbox(
        folder / "project",
        {"url": f"sqlite:///{folder}/crm.db"},
        masking(make_plan(contacts={"existing": existing}), *allow),
    )
    b.load(accounts=ACCOUNTS, contacts=[])
    b.sql(REAL.format(HELD))
    return b


def breaches(b: Bench) -> list[str]:
    return [row["code"] for row in b.rows("validate", "contacts", "breaches") if row["when"] == "after"]


def test_a_record_that_would_keep_a_real_mailbox_is_found_and_left_alone(tmp_path: Path) -> None:
    b = sandbox(tmp_path)
    b.load(accounts=ACCOUNTS, contacts=PEOPLE)
    assert waiting(b, "contacts") == {"existing_reachable": "held"}
    (line,) = (row for row in b.rows("load", "contacts", "entities") if row["code"])
    assert line["message"] == "the record in the target would keep what reaches somebody: email"
    (old,) = (row for row in b.there("contacts") if row["last_name"] == "Old")
    assert (old["email"], old["__entity"]) == (HELD, None), "nobody wrote to it"
    assert breaches(b) == []


def test_ours_may_win(tmp_path: Path) -> None:
    b = sandbox(tmp_path, then="source_wins")
    plan = b.load(accounts=ACCOUNTS, contacts=PEOPLE)
    assert counts(plan, "contacts") == {"create": 1, "update": 1}
    assert [row["email"][-15:] for row in b.there("contacts") if row["email"]] == ["@masked.example"]
    assert breaches(b) == []
    assert b.load(accounts=ACCOUNTS, contacts=PEOPLE).writes == 0


def test_a_tester_is_matched_and_written_to(tmp_path: Path) -> None:
    b = sandbox(tmp_path, "@isik.beispiel")
    plan = b.load(accounts=ACCOUNTS, contacts=PEOPLE)
    assert counts(plan, "contacts") == {"create": 1, "update": 1}
    assert breaches(b) == []


@pytest.mark.sweep("a new key is found by the pseudonym in the same way")
def test_a_record_that_people_edited_is_found(tmp_path: Path) -> None:
    b = sandbox(tmp_path, then="source_wins")
    b.load(accounts=ACCOUNTS, contacts=PEOPLE)
    b.sql(f"UPDATE person SET email = '{HELD}' WHERE email IS NOT NULL")
    b.load(accounts=ACCOUNTS, contacts=PEOPLE)
    assert breaches(b) == ["not_masked"], "we wrote it once, and it reaches somebody now"


def test_other_peoples_records_are_none_of_our_business(tmp_path: Path) -> None:
    b = sandbox(tmp_path)
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert breaches(b) == []


def test_a_new_key_for_the_same_person_is_found_by_the_pseudonym(tmp_path: Path) -> None:
    b = sandbox(tmp_path)
    people: list[Record] = [{"id": "9", "last_name": "Ak", "email": "ak@isik.beispiel"}]
    b.load(accounts=ACCOUNTS, contacts=people)
    plan = b.load(accounts=ACCOUNTS, contacts=[people[0] | {"id": "0009"}])
    assert plan.writes == 0
    assert next(o for o in plan.objects if o.object == "contacts").rekeyed == 1


def test_a_mailbox_of_nobody_is_no_way_to_know_somebody_again(tmp_path: Path) -> None:
    b = sandbox(tmp_path)
    people: list[Record] = [{"id": "9", "last_name": "Ak", "email": "noreply@isik.beispiel"}]
    b.load(accounts=ACCOUNTS, contacts=people)
    plan = b.load(accounts=ACCOUNTS, contacts=[people[0] | {"id": "77", "last_name": "Gül"}])
    assert counts(plan, "contacts") == {"create": 1, "vanished": 1}


def test_nothing_is_loaded_in_clear_where_the_pseudonyms_are_not_there(tmp_path: Path) -> None:
    plan = masking(make_plan())
    b = Bench(tmp_path / "project", {"url": f"sqlite:///{tmp_path}/crm.db"}, plan)
    with pytest.raises(FileNotFoundError):
        b.plan(accounts=ACCOUNTS, contacts=PEOPLE)


def test_a_key_that_was_cut_is_no_key(tmp_path: Path) -> None:
    b = sandbox(tmp_path)
    b.company.project.mask_key.write_text("12ab", "ascii")
    with pytest.raises(DamagedFile, match=r"mask\.key"):
        b.plan(accounts=ACCOUNTS, contacts=PEOPLE)

"""What stands beside the records of a simulated CRM: links that move with a merge, settings, objects added later."""

from pathlib import Path

from simulated import START, engine

from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.schema import Field


def test_links_settings_and_objects_outlive_the_process(tmp_path: Path) -> None:
    crm = engine(keep=Keep(tmp_path / "crm.jsonl"))
    crm.store.add_object("cars", {"plate": Field("plate", unique=True, external=True)})
    first, second = (crm.store.create("cars", {"plate": f"IST {n}"}, START) for n in range(2))
    crm.store.link("owns", "7", first.id)
    crm.store.put("lists", "1", {"name": "Fleet"})
    crm.store.put("lists", "2", {"name": "Old"})
    crm.store.put("lists", "2", None)
    crm.store.merge("cars", second.id, first.id, START)
    crm.close()
    again = engine(keep=Keep(tmp_path / "crm.jsonl"))
    for each in (crm, again):
        assert each.store.settings("lists") == {"1": {"name": "Fleet"}}
        assert each.store.linked("owns", "7") == [second.id]
        assert each.store.merged(second.id) == [first.id]
        assert [record.id for record in each.store.all("cars")] == [second.id]
    assert [creation.key for creation in again.log.creations] == ["IST 0", "IST 1"]
    again.close()


def test_what_was_added_inside_is_undone_with_the_rest() -> None:
    crm = engine()
    try:
        with crm.store.all_or_nothing():
            crm.store.add_object("cars", {"plate": Field("plate")})
            crm.store.put("lists", "1", {"name": "Fleet"})
            raise KeyError
    except KeyError:
        pass
    assert "cars" not in crm.store.schema.objects
    assert crm.store.settings("lists") == {}


def test_a_link_between_two_that_become_one_is_gone() -> None:
    crm = engine()
    one, two = (crm.store.create("accounts", {"name": name}, START) for name in "ab")
    crm.store.link("partners", one.id, two.id)
    crm.store.merge("accounts", one.id, two.id, START)
    assert crm.store.links("partners") == []

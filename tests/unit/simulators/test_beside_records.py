"""What stands beside the records of a simulated CRM: links that move with a merge, settings, objects added later."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from simulated import START, engine

from crm_migrate_simulators.admin import answer
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.wire import Request


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


def test_a_record_as_it_is_told_is_no_creation_and_outlives_the_process(tmp_path: Path) -> None:
    crm = engine(keep=Keep(tmp_path / "crm.jsonl"))
    said = {"object": "contacts", "id": "51", "values": {"last_name": "Yılmaz"}, "created": START - 1}
    request = Request("PUT", "/_simulator/records", {}, {}, json.dumps(said).encode())
    assert answer(crm, request).status == 200
    assert crm.log.creations == []
    crm.close()
    again = engine(keep=Keep(tmp_path / "crm.jsonl"))
    [found] = again.store.all("contacts")
    assert (found.id, found.values, found.created, found.changed) == ("51", said["values"], START - 1, START)
    assert answer(again, Request("PUT", "/_simulator/records", {}, {}, b'{"object": "cars", "id": "1"}')).status == 400
    again.close()


def test_the_day_of_a_limit_ends_at_the_midnight_of_its_time_zone() -> None:
    istanbul = Quotas(per_day=1, zone=ZoneInfo("Europe/Istanbul"))  # three hours before UTC
    evening = START + 12 * 3600  # 20:00 UTC
    assert istanbul.enter(evening) is None
    istanbul.leave()
    late = istanbul.enter(evening + 1800)
    assert late is not None and late.until == evening + 3600
    assert istanbul.enter(late.until) is None

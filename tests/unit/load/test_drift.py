"""What a target says otherwise than the lock, where no database at hand has such a rule."""

from dataclasses import replace
from itertools import pairwise

from company import make_plan

from crm_migrate.connecting.contract import TargetField, TargetObject, TargetSchema
from crm_migrate.stages.load.drift import drift


def test_a_length_that_changed_is_told_as_it_was_and_is() -> None:
    last_name = TargetField("last_name", "family_name", length=12)
    schemas = [TargetSchema((TargetObject("person", (replace(last_name, length=n),)),)) for n in (12, 5, None)]
    longer = [list(drift(make_plan(), a, b)) for a, b in pairwise(schemas)]
    assert [(each.code, each.field, each.was, each.now, each.matters) for told in longer for each in told] == [
        ("drift_length", "last_name", "12 characters", "5 characters", True),
        ("drift_length", "last_name", "5 characters", "of any length", True),
    ]
    assert list(drift(make_plan(), schemas[0], schemas[0])) == []


def test_what_is_not_loaded_matters_only_where_a_record_must_have_it() -> None:
    name = TargetField("last_name", "family_name")
    empty, needed = TargetField("plant", "text"), TargetField("plant", "text", required=True)
    schemas = [TargetSchema((TargetObject("person", fields),)) for fields in ((name,), (name, empty), (name, needed))]
    told = [[(each.code, each.matters) for each in drift(make_plan(), schemas[0], other)] for other in schemas]
    assert told == [[], [("drift_new", False)], [("drift_new", True)]]
    changed = drift(make_plan(), schemas[1], schemas[2])
    assert [(each.code, each.matters) for each in changed] == [("drift_required", True)]
    assert [each.matters for each in drift(make_plan(), schemas[1], schemas[0])] == [False]


def test_an_object_that_came_or_went() -> None:
    there, nothing = TargetSchema((TargetObject("person", ()),)), TargetSchema(())
    gone, come = (list(drift(make_plan(), a, b)) for a, b in ((there, nothing), (nothing, there)))
    assert [(each.code, each.object, each.field, each.matters) for each in (*gone, *come)] == [
        ("drift_gone", "person", "", True),
        ("drift_new", "person", "", False),
    ]

"""Proposals in a file: lines are added, every character of a person stays, and the file is read as it was and more."""

import pytest

from crm_migrate.errors import UsageError
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.tree import plain
from crm_migrate.suggesting.patching import difference, patched
from crm_migrate.suggesting.suggestion import Feed, Offer, Suggestion

BLOCK = """\
# ours
crm_migrate: 1
sources:
  kisi:  {file: kisi.csv, key: No}      # a note
objects:
  contacts:
    from: kisi
    fields:
      first_name:   Ad          # as people write it

      last_name: Soyad
    # said in the workshop: nothing is merged

checks: []
"""
FLOW = """\
crm_migrate: 1
sources: {kisi: {file: kisi.csv, key: No}}
objects:
  contacts: {from: kisi, fields: {first_name: Ad, last_name: Soyad}}
"""
NEAR = """\
crm_migrate: 1
objects:
    contacts:
        from: kisi
        fields:
            note: |
                several
                lines
            phone: >-
                Tel"""


def offer(field: str = "email", column: str = "E-posta", object_name: str = "contacts", source: str = "kisi") -> Offer:
    return Offer(object_name, field, source, column, column, 0.97, ("because",))


def kept(old: str, new: str) -> bool:
    """Whether what is new, without the lines that were added, is what was old."""
    lines = iter(new.splitlines())
    return all(any(line == each for each in lines) for line in old.splitlines())


@pytest.mark.parametrize("text", [BLOCK, BLOCK.replace("\n", "\r\n"), NEAR, BLOCK.rstrip("\n")])
def test_a_line_goes_behind_the_last_field_and_nothing_else_changes(text: str) -> None:
    new = patched(text, Suggestion([offer()]), {"contacts": ["kisi"]}, "m.yaml")

    assert kept(text, new)
    (added,) = [line for line in new.splitlines() if "proposed" in line]
    assert added.strip().startswith("email: E-posta")
    assert ("\r\n" in new) == ("\r\n" in text)
    assert "\n" not in new.replace("\r\n", "") or "\r\n" not in text
    content = plain(read_text(new, "m.yaml")[0].root)
    assert content["objects"]["contacts"]["fields"]["email"] == "E-posta"  # type: ignore[index, call-overload]


def test_braces_take_lines_too() -> None:
    told = Suggestion([offer(), offer("mobile", "Cep, iş")])

    new = patched(FLOW, told, {"contacts": ["kisi"]}, "m.yaml")

    fields = plain(read_text(new, "m.yaml")[0].root)["objects"]["contacts"]["fields"]  # type: ignore[index, call-overload]
    assert fields == {"first_name": "Ad", "last_name": "Soyad", "email": "E-posta", "mobile": "Cep, iş"}
    assert new.count("# proposed: ") == 2


@pytest.mark.parametrize("ending", ["last_name: Soyad}", "last_name: Soyad, }", "}"])
def test_braces_that_end_in_any_way(ending: str) -> None:
    text = FLOW.replace("first_name: Ad, last_name: Soyad}", ending)

    new = patched(text, Suggestion([offer()]), {"contacts": ["kisi"]}, "m.yaml")

    assert plain(read_text(new, "m.yaml")[0].root)["objects"]["contacts"]["fields"]["email"] == "E-posta"  # type: ignore[index, call-overload]


@pytest.mark.parametrize("text", [BLOCK, BLOCK.replace("\n", "\r\n")])
def test_an_object_that_is_new_goes_behind_the_others(text: str) -> None:
    told = Suggestion([offer("name", "Firma", "accounts", "firma")], feeds={("accounts", "firma"): Feed()})

    new = patched(text, told, {"contacts": ["kisi"]}, "m.yaml")

    assert kept(text, new)
    assert plain(read_text(new, "m.yaml")[0].root)["objects"]["accounts"] == {  # type: ignore[index, call-overload]
        "from": "firma",
        "match": "learned",
        "fields": {"name": "Firma"},
    }


def test_a_file_without_objects_gets_them() -> None:
    told = Suggestion([offer()], feeds={("contacts", "kisi"): Feed("[Ad]")})

    new = patched("crm_migrate: 1", told, {}, "m.yaml")

    assert new.startswith("crm_migrate: 1\nobjects:\n  contacts:\n")


@pytest.mark.parametrize("text", ["crm_migrate: 1\nobjects: {}\n", "crm_migrate: 1\nobjects:\n", "{crm_migrate: 1}"])
def test_what_cannot_be_added_to_is_refused_and_said(text: str) -> None:
    with pytest.raises(UsageError):
        patched(text, Suggestion([offer()], feeds={("contacts", "kisi"): Feed()}), {}, "m.yaml")


def test_the_difference_is_one_that_patch_takes() -> None:
    new = patched(BLOCK, Suggestion([offer()]), {"contacts": ["kisi"]}, "m.yaml")

    shown = difference(BLOCK, new, "m.yaml")

    assert shown.startswith("--- m.yaml\n+++ m.yaml\n@@")
    assert [line for line in shown.splitlines() if line.startswith("-") and not line.startswith("---")] == []


def test_nothing_to_add_is_the_same_file() -> None:
    assert patched(BLOCK, Suggestion(), {"contacts": ["kisi"]}, "m.yaml") == BLOCK


ODD = ["a: b", "a #b", "- x", "yes", "null", "1.5", "'q'", '"q"', "a, b", "{x}", "[x]", "*a", "&a", "!t", "%", "@x"]


@pytest.mark.parametrize("column", ODD)
def test_a_column_of_any_name_is_read_back_as_it_is(column: str) -> None:
    one = patched(BLOCK, Suggestion([offer(column=column)]), {"contacts": ["kisi"]}, "m.yaml")
    two = patched(BLOCK, Suggestion([offer(column=column)]), {"contacts": ["kisi", "b"]}, "m.yaml")

    assert plain(read_text(one, "m.yaml")[0].root)["objects"]["contacts"]["fields"]["email"] == column  # type: ignore[index, call-overload]
    assert plain(read_text(two, "m.yaml")[0].root)["objects"]["contacts"]["fields"]["email"] == {"kisi": column}  # type: ignore[index, call-overload]

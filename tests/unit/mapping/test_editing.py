"""Changes by places: the line that was meant changes, every other stays to the character, and the rest is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.errors import MappingError, UsageError
from crm_migrate.mapping.editing import Confirm, Edit, Remove, Set, edited
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.tree import Scalar

ROOT = Path(__file__).parents[3]
MAPPING = """\
# agreed on 3 March
crm_migrate: 1
value_maps:
  stage: {unmapped: hold, map: {Görüşme: qualified, "a, b": 'it''s'}}   # the four we have
  long:
    map:
      A: one   # the first
      B: two
objects:
  contacts:
    fields:
      last_name:  Soyad            # not the maiden name
      email: {kisi: E-posta | email, books: "Mail #2"}
      phone: Tel                   # proposed: 0.97 "Tel" is phone
"""


def changed(edit: Edit, text: str = MAPPING) -> list[tuple[str, str]]:
    """The lines that differ, before and after; an added one has nothing before it."""
    import difflib

    old, new = text.splitlines(), edited(text, [edit], "m.yaml").splitlines()
    found = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(("\n".join(old[a0:a1]), "\n".join(new[b0:b1])))
    return found


FIELDS = ("objects", "contacts", "fields")


@pytest.mark.parametrize(
    ("edit", "was", "becomes"),
    [
        (Set((*FIELDS, "last_name"), "Nachname"), "Soyad  ", "Nachname  "),
        (Set((*FIELDS, "last_name"), "Tel #2"), "Soyad ", '"Tel #2" '),
        (Set((*FIELDS, "email", "kisi"), "Mail 2 | email"), "kisi: E-posta | email", "kisi: Mail 2 | email"),
        (Set((*FIELDS, "email", "kisi"), "a, b | email"), "kisi: E-posta | email", 'kisi: "a, b | email"'),
        (Set((*FIELDS, "email", "books"), "Mail"), '"Mail #2"', '"Mail"'),
        (Set(("value_maps", "stage", "map", "a, b"), "what's"), "'it''s'", "'what''s'"),
        (Set(("value_maps", "stage", "map", "Yeni"), "new"), "'it''s'}}", "'it''s', Yeni: new}}"),
        (Set(("value_maps", "stage", "map", "= 1"), "no"), "'it''s'}}", "'it''s', = 1: \"no\"}}"),
        (Set(("value_maps", "long", "map", "A"), "eins"), "A: one   #", "A: eins   #"),
        (Remove(("value_maps", "stage", "map", "Görüşme")), "{Görüşme: qualified, ", "{"),
        (Confirm((*FIELDS, "phone")), 'Tel                   # proposed: 0.97 "Tel" is phone', "Tel"),
    ],
)
def test_one_line_changes_and_its_comment_stays(edit: Edit, was: str, becomes: str) -> None:
    ((old, new),) = changed(edit)

    assert was in old
    assert new == old.replace(was, becomes)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_an_entry_of_a_block_that_is_not_there_makes_the_block_and_goes_with_it(end: str, last: bool) -> None:
    text = MAPPING.replace("\n", end)
    text = text if last else text.removesuffix(end)
    entry = {"status": "asked", "owner": "Ayşe", "due": "2026-12-04", "decision": "keep #2, as it is"}
    new = edited(text, [Set(("register", "contacts.phone"), entry)], "m.yaml")

    said = '  contacts.phone: {status: asked, owner: Ayşe, due: 2026-12-04, decision: "keep #2, as it is"}'
    assert new.startswith(text)
    assert new.removeprefix(text).strip(end).split(end) == ["register:", said]
    more = edited(new, [Set(("register", "kisi[Faks]"), {"status": "refused"})], "m.yaml")
    assert more == new + "  kisi[Faks]: {status: refused}" + end
    gone = [Remove(("register", "contacts.phone")), Remove(("register", "kisi[Faks]"))]
    assert edited(more, gone, "m.yaml").rstrip(end) == text.rstrip(end)


def test_an_entry_of_several_lines_keeps_them() -> None:
    text = MAPPING + "register:\n  contacts.phone:\n    status: asked   # on Monday\n    owner: Ayşe\n"

    assert changed(Set(("register", "contacts.phone", "status"), "agreed"), text) == [
        ("    status: asked   # on Monday", "    status: agreed   # on Monday")
    ]
    assert changed(Set(("register", "contacts.phone", "due"), "2026-12-04"), text) == [("", "    due: 2026-12-04")]
    assert changed(Remove(("register", "contacts.phone", "owner")), text) == [("    owner: Ayşe", "")]


@pytest.mark.parametrize(
    "text",
    [
        MAPPING.replace("last_name:  Soyad", "last_name:  &name Soyad"),
        MAPPING.replace("phone: Tel", "phone: *name").replace("last_name:  Soyad", "last_name:  &name Soyad"),
        MAPPING.replace("      last_name:", "      <<: {a: b}\n      last_name:"),
        MAPPING.replace("phone: Tel", "phone: !x Tel"),
    ],
)
def test_anchors_aliases_merge_keys_and_tags_are_refused(text: str) -> None:
    with pytest.raises(MappingError, match="anchors"):
        edited(text, [Set((*FIELDS, "email", "kisi"), "Mail")], "m.yaml")


@pytest.mark.parametrize(
    "text",
    [
        MAPPING.replace("Soyad            # not", "|\n        Soyad\n      # not"),
        MAPPING.replace("Soyad            # not", '"Soy\n        ad"  # not'),
    ],
)
def test_a_value_of_several_lines_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be changed"):
        edited(text, [Set((*FIELDS, "last_name"), "Nachname")], "m.yaml")


FILES = [ROOT / "sample_data" / "anadolu" / "crm-migrate.yaml", ROOT / "sample_data" / "hotel" / "crm-migrate.yaml"]


@pytest.mark.cases(1)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_text_that_is_put_in_is_read_back_and_no_other_line_changes(file: Path, data: st.DataObject) -> None:
    text = file.read_text("utf-8")
    document, _ = read_text(text, file.name)
    objects = document.find(("objects",))
    names = [key.text for key, _ in objects.entries]  # type: ignore[union-attr]
    name = data.draw(st.sampled_from(names))
    fields = document.find(("objects", name, "fields"))
    field = data.draw(st.sampled_from([key.text for key, _ in fields.entries]))  # type: ignore[union-attr]
    path = ("objects", name, "fields", field)
    node = document.find(path)
    if not isinstance(node, Scalar):
        keys = [key.text for key, value in getattr(node, "entries", ()) if isinstance(value, Scalar)]
        path = (*path, data.draw(st.sampled_from(keys))) if keys else path
    if not isinstance(document.find(path), Scalar):
        return
    value = data.draw(st.text("aĞß1 #:,{}[]()'\"|&*!=-@`%\\\t\n", min_size=1, max_size=12))
    new = edited(text, [Set(path, value)], file.name)

    assert sum(a != b for a, b in zip(text.split("\n"), new.split("\n"), strict=True)) <= 1
    found = read_text(new, file.name)[0].find(path)
    assert isinstance(found, Scalar)
    assert found.text == value


def test_hundreds_of_edits_are_put_in_at_once_and_each_where_it_belongs() -> None:
    entries = [Set(("register", f"contacts.f{n}"), {"status": "agreed"}) for n in range(200)]
    words: list[Edit] = [Set(("value_maps", "stage", "map", f"w{n}"), f"v{n}") for n in range(3)]
    others: list[Edit] = [Set((*FIELDS, "last_name"), "Nachname"), Confirm((*FIELDS, "phone"))]
    new = edited(MAPPING, [*entries, *others, *words, Remove(("value_maps", "long", "map", "A"))], "m.yaml")

    assert new.endswith("".join(f"  contacts.f{n}: {{status: agreed}}\n" for n in range(200)))
    assert "'it''s', w0: v0, w1: v1, w2: v2}}   # the four we have\n" in new
    assert "      last_name:  Nachname            # not the maiden name\n" in new
    assert "      phone: Tel\n" in new
    assert "A: one" not in new


def test_two_edits_of_one_place_are_made_one_after_the_other() -> None:
    path = (*FIELDS, "last_name")
    assert "last_name:  B  " in edited(MAPPING, [Set(path, "A"), Set(path, "B")], "m.yaml")
    gone = edited(MAPPING, [Set(("register", "a.b"), {"owner": "U"}), Remove(("register", "a.b"))], "m.yaml")
    assert gone.rstrip() == MAPPING.rstrip()

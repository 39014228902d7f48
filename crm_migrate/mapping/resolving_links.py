"""Link tables become objects with two references before anything is resolved: all that comes behind knows objects only.

What is told of such an object is told at the place of the link (`Document.elsewhere`).
"""

from dataclasses import dataclass, replace

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import LinkPart, ObjectPart, TargetField
from crm_migrate.mapping.plan import LinkPlan
from crm_migrate.mapping.text import object_of
from crm_migrate.mapping.tree import Path

# Words of a field that say nothing of an end: links that are merged have equal ends, and no end is left out.
_IDLE = frozenset({"required", "survive", "keep_others", "per", "evidence", "clear", "action", "type"})
_CLEARING = {"missing": ("clear", "warn_and_clear"), "ambiguous": ("clear",), "parent_excluded": ("clear",)}


@dataclass(frozen=True, slots=True)
class _End:
    """An end: as it is written, its field, and the object that it leads to (None where that is not known)."""

    written: str
    field: str
    spec: TargetField
    object: str | None


def links_as_objects(desk: Desk) -> None:
    """Put an object for every link table beside those that are written; what cannot be a link is told."""
    elsewhere: dict[Path, Path] = {}
    parts: dict[str, ObjectPart] = {}
    known = dict(desk.file.objects)
    for name, link in desk.file.links.items():
        path: Path = ("links", name)
        if name in known:
            desk.tell_key("name_twice", f"`{name}` stands in `links` and in `objects`", path, "Rename one of them.")
            continue
        ends = [_end(desk, name, written, spec) for written, spec in link.ends.items()]
        elsewhere |= {("objects", name): path}
        elsewhere |= {("objects", name, "fields", end.field): (*path, "ends", end.written) for end in ends}
        _fits(desk, name, link, ends)
        parts[name] = _object(desk, name, link, ends)
        desk.links[name] = LinkPlan(
            ends=(ends[0].field, ends[1].field),
            distinct=link.distinct,
            symmetric=link.symmetric,
            to_itself=link.to_itself,
        )
    desk.document = replace(desk.document, elsewhere=elsewhere)
    desk.file = desk.file.model_copy(update={"objects": known | parts})


def _end(desk: Desk, link: str, name: str, spec: TargetField) -> _End:
    """An end by its name: that of an object (the first reference to it, where the CRM model has this link table), that
    of a reference of the model, or any other with `ref:`."""
    canonical = OBJECTS.get(link)
    references = [field for field in canonical.fields if field.reference] if canonical else []
    own = next((field for field in references if field.name == name), None)
    if own is None and name in desk.file.objects:
        own = next((field for field in references if field.reference == name), None)
    field = own.name if own else name
    led = spec.ref or (own.reference if own else None) or (name if name in desk.file.objects else None)
    path: Path = ("links", link, "ends", name)
    if led is None:
        hint = nearest(name, desk.file.objects)
        message = f"the end `{name}` is no object, and no `ref:` says where it leads"
        desk.tell_key("ref_unknown", message, path, hint or "Call it like the object, or add `ref: object`.")
    _written_right(desk, spec, path)
    words: dict[str, object] = {"ref": led}
    words |= {} if own else {"type": "reference"}
    words |= {"parent_excluded": spec.parent_excluded or "exclude"} if led else {}
    return _End(name, field, spec.model_copy(update=words), object_of(led))


def _written_right(desk: Desk, spec: TargetField, path: Path) -> None:
    """No word of an end that would leave a link without it, or that says nothing there."""
    for word in sorted(spec.model_fields_set & _IDLE):
        message = f"`{word}:` says nothing of an end of a link"
        desk.tell_key("field_conflict", message, (*path, word), "Take it out: both ends are always there.")
    for word, clearing in _CLEARING.items():
        if getattr(spec, word) in clearing:
            message = f"`{word}: {getattr(spec, word)}` would leave a link with one end"
            desk.tell("field_conflict", message, (*path, word), "Say `hold`, or have the link rejected or left out.")


def _fits(desk: Desk, name: str, link: LinkPart, ends: list[_End]) -> None:
    """The ends, the fields and what is said of the whole link go together."""
    path: Path = ("links", name)
    for end in ends:
        for section, those in (("fields", link.fields), ("let", link.let)):
            if end.field in those:
                message = f"`{end.field}` is an end of the link and stands in `{section}` too"
                desk.tell_key("field_twice", message, (*path, section, end.field), "Rename the field.")
    for at, word in enumerate(link.distinct):
        _is_distinct(desk, link, ends, word, (*path, "distinct", at))
    one, other = (end.object for end in ends)
    if one is not None and other is not None and one != other:
        _of_one_object(desk, link, f"these join `{one}` and `{other}`", path)


def _is_distinct(desk: Desk, link: LinkPart, ends: list[_End], word: str, path: Path) -> None:
    own = (*link.fields, *link.let)
    if any(word in (end.written, end.field) for end in ends):
        message = f"`{word}` is an end: links of other ends are other links anyway"
        desk.tell("field_conflict", message, path, "Take it out.")
    elif word not in own:
        desk.unknown("field_unknown", "the field", word, own, path)


def _of_one_object(desk: Desk, link: LinkPart, joined: str, path: Path) -> None:
    """Words that speak of links between records of one object, at a link of two."""
    said = (["symmetric"] if link.symmetric else []) + sorted(link.model_fields_set & {"to_itself"})
    for word in said:
        message = f"`{word}:` is about links between records of one object: {joined}"
        desk.tell_key("field_conflict", message, (*path, word), "Take it out.")


def _object(desk: Desk, name: str, link: LinkPart, ends: list[_End]) -> ObjectPart:
    """The link table as an object: its ends are its first fields."""
    known = name in OBJECTS or (desk.target is not None and name in desk.target.objects)
    part = ObjectPart(
        to=link.to or (None if known else name),
        let=link.let,
        fields={**{end.field: end.spec for end in ends}, **_typed(desk, name, link)},
        mode=link.mode,
        on_rerun=link.on_rerun,
    )
    return part.model_copy(update={"from_": link.from_})


def _typed(desk: Desk, name: str, link: LinkPart) -> dict[str, TargetField]:
    """The fields that a link says, as text where nobody says what they are."""
    if name in OBJECTS:
        return link.fields
    profile = desk.target.objects.get(name) if desk.target else None
    known = {field for field, said in profile.fields.items() if said.type} if profile else set()
    as_text = {"type": "text"}
    return {
        field: spec if field in known or spec.type or spec.ref else spec.model_copy(update=as_text)
        for field, spec in link.fields.items()
    }

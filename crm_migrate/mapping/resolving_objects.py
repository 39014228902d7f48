"""Objects as the engine runs them: feeds, enrichment, fields, matching, in load order."""

from typing import Literal, cast

from crm_migrate.crm.model import OBJECTS, SUPPRESSIONS, CanonicalObject
from crm_migrate.crm.types import TYPES
from crm_migrate.finding import Severity
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import Feed, ObjectPart
from crm_migrate.mapping.ordering import load_order, references_of
from crm_migrate.mapping.plan import (
    EnrichPlan,
    ExistingPlan,
    FeedPlan,
    FieldPlan,
    LearnedPlan,
    MatchRulePlan,
    Mode,
    ObjectPlan,
    RerunPlan,
    SamePlan,
    SplitPlan,
    VetoPlan,
    ViewPlan,
)
from crm_migrate.mapping.profiles import ProfileObject
from crm_migrate.mapping.resolving_equals import equals
from crm_migrate.mapping.resolving_fields import fields, implied
from crm_migrate.mapping.resolving_lookups import asked, idle_words, lookup
from crm_migrate.mapping.resolving_target import shared
from crm_migrate.mapping.text import TextError, parse_same, parse_split, parse_veto, parse_wrong
from crm_migrate.mapping.tree import Path

_NEVER = "records of this object are never merged by likeness"
_OURS = frozenset(
    {"learned", "decision", "earlier load", "merged in the target", "same ends", "looked up"}
)  # what `pairs` calls those who are no rule


def objects(desk: Desk) -> tuple[ObjectPlan, ...]:
    """Every object, parents first."""
    plans = {name: _object(desk, name, part) for name, part in desk.file.objects.items()}
    if SUPPRESSIONS not in plans and any(e.unmatched == "suppression_list" for p in plans.values() for e in p.enrich):
        plans[SUPPRESSIONS] = _suppressions(desk)
    plans = equals(desk, plans)
    hints = desk.target.load_order if desk.target else ()
    order, second = load_order({name: references_of(plan.fields) for name, plan in plans.items()}, hints)
    passes = {name: (*second.get(name, ()), *_last(desk, plans, plan)) for name, plan in plans.items()}
    return tuple(plans[name].model_copy(update={"second_pass": passes[name]}) for name in order)


def _last(desk: Desk, plans: dict[str, ObjectPlan], plan: ObjectPlan) -> list[str]:
    """Fields that come behind records which lead to the object, as the target's profile says."""
    profile = desk.profile_of(plan.name)
    if desk.target is None or profile is None:
        return []
    leading = {each.target for each in plans.values() if plan.name in {to for _, to in references_of(each.fields)}}
    known = {name: each.name for name, each in desk.target.objects.items()}
    waits = {column for column, before in profile.last.items() if leading & {known.get(each) for each in before}}
    return [field.name for field in plan.fields if field.target in waits and field.ref is None]


def _suppressions(desk: Desk) -> ObjectPlan:
    """The list on which opt-outs wait whose mailbox nobody has; no source feeds it, `enrich:` does."""
    profile = desk.target.objects.get(SUPPRESSIONS) if desk.target else None
    canonical = OBJECTS[SUPPRESSIONS]
    return ObjectPlan(
        name=SUPPRESSIONS,
        entity="thing",
        target=profile.name if profile else SUPPRESSIONS,
        key_field=profile.key_field if profile else "crm_migrate_id",
        feeds=(),
        fields=tuple(implied(field.name, canonical, profile) for field in canonical.fields),
    )


def _object(desk: Desk, name: str, part: ObjectPart) -> ObjectPlan:
    path: Path = ("objects", name)
    canonical, profile = desk.model_of(name), desk.profile_of(name)
    if canonical is None and part.to is None and profile is None:
        desk.unknown("object_unknown", "the object", name, OBJECTS, path, key=True)
    resolved = fields(desk, name, part, canonical, profile)
    if not asked(part):
        _required_are_mapped(desk, canonical, profile, resolved, path)
    return ObjectPlan(
        name=name,
        entity=cast(Literal["organisation", "person", "thing"], canonical.entity if canonical else "thing"),
        target=part.to if isinstance(part.to, str) else profile.name if profile else name,
        variant=desk.variants.get(name),
        view=ViewPlan(name=profile.view.called, hides=profile.view.hides) if profile and profile.view else None,
        key_field=profile.key_field if profile else "crm_migrate_id",
        mergeable=canonical.mergeable if canonical else False,
        link=desk.links.get(name),
        feeds=_feeds(desk, part, path),
        enrich=_enrich(desk, part, path),
        fields=resolved,
        match=_match(desk, part, canonical, path),
        learned=_learned(desk, part, canonical, resolved, path),
        existing=_existing(desk, part, canonical, resolved, path),
        target_unique=_unique(desk, part, path) | shared(desk, name, part, profile),
        on_rerun=RerunPlan(**part.on_rerun.model_dump()),
        mode=_mode(desk, part, path),
    )


def _mode(desk: Desk, part: ObjectPart, path: Path) -> Mode:
    """What is written of an object. Where nothing is changed, nobody hears words about changes: that is told."""
    mode = part.mode or desk.file.mode
    rerun = [("on_rerun", word) for word in ("edited", "now_merged", "now_split")]
    idle = {"insert_only": [("existing", "then"), *rerun], "update_only": [("on_rerun", "now_split")]}
    for words in idle.get(mode, ()):
        if desk.written((*path, *words)):
            what = "about changes" if mode == "insert_only" else "about new records"
            message = f"`{words[-1]}:` is {what}, and `mode: {mode}` makes none"
            hint = "It is heard again with `mode: upsert`."
            desk.tell("field_conflict", message, (*path, *words), hint, Severity.WARNING)
    return mode


def _required_are_mapped(
    desk: Desk,
    canonical: CanonicalObject | None,
    profile: ProfileObject | None,
    resolved: tuple[FieldPlan, ...],
    path: Path,
) -> None:
    wanted = {f.name for f in canonical.fields if f.required} if canonical else set()
    wanted |= {name for name, field in profile.fields.items() if field.required} if profile else set()
    for missing in sorted(wanted - {f.name for f in resolved if f.target is not None}):
        message = f"`{missing}` is required and nothing fills it"
        desk.tell_key(
            "required_unmapped", message, (*path, "fields"), f"Add `{missing}:` with a column or `constant:`."
        )


# ---------------------------------------------------------------------------------------------------- feeds


def _feeds(desk: Desk, part: ObjectPart, path: Path) -> tuple[FeedPlan, ...]:
    if not part.from_:
        desk.tell_key("mapping_missing", "`from:` is missing: who feeds this object?", path, "Add `from: source`.")
    plans = []
    for source, feed in part.from_.items():
        here: Path = (*path, "from", source)
        if _has_rows(desk, source, here):
            plans.append(_feed(desk, part, source, feed, here))
    return tuple(plans)


def _has_rows(desk: Desk, source: str, path: Path) -> bool:
    from crm_migrate.mapping.resolving_sources import is_database

    if source not in desk.file.sources:
        desk.unknown("source_unknown", "the source", source, desk.file.sources, path, key=True)
        return False
    if is_database(desk.file.sources[source]):
        message = f"`{source}` is a database, not a table of it"
        desk.tell_key("source_unknown", message, path, f"Add a source `{{table: {source}.NAME, key: id}}`.")
        return False
    return True


def _feed(desk: Desk, part: ObjectPart, source: str, feed: Feed, path: Path) -> FeedPlan:
    if feed.where is not None:
        desk.over_columns(source, feed.where, (*path, "where"))
    elif feed.else_ is not None:
        desk.tell_key("field_conflict", "`else:` belongs to `where:`", (*path, "else"), "Say when with `where:`.")
    desk.decided(feed.because, (*path, "because"))
    for at, name in enumerate(feed.one_per):
        if name not in part.fields and name not in part.let:
            words = [*part.fields, *part.let]
            desk.unknown("field_unknown", "the field", name, words, (*path, "one_per", at))
    return FeedPlan(
        source=source,
        trust=feed.trust or 1,
        where=feed.where,
        because=feed.because,
        absent=feed.else_ == "absent",
        one_per=asked(part) or feed.one_per,
        split=_split(desk, source, feed, path),
    )


def _split(desk: Desk, source: str, feed: Feed, path: Path) -> SplitPlan | None:
    if feed.split_rows is None:
        return None
    here: Path = (*path, "split_rows")
    split = desk.read_text(parse_split, feed.split_rows, here)
    if split is None:
        return None
    names = [
        desk.column(source, name, here, max(0, feed.split_rows.find(name)))
        for name in (split.column, *split.companions)
    ]
    return SplitPlan(column=names[0], by=split.by, companions=tuple(names[1:]))


def _enrich(desk: Desk, part: ObjectPart, path: Path) -> tuple[EnrichPlan, ...]:
    plans = []
    for source, enrich in part.enrich.items():
        here: Path = (*path, "enrich", source)
        if not _has_rows(desk, source, here):
            continue
        if source in part.from_:
            desk.tell_key("field_conflict", f"`{source}` feeds this object already", here, "Keep it in one place.")
        speaking = {**part.let, **part.fields}
        known = speaking.get(enrich.by)
        if known is None:
            desk.unknown("field_unknown", "the field", enrich.by, speaking, (*here, "by"))
        elif source not in known.cells:
            message = f"`{enrich.by}` has no column of `{source}` to find records by"
            desk.tell("field_unknown", message, (*here, "by"), f"Add `{source}: COLUMN` to `{enrich.by}:`.")
        plans.append(EnrichPlan(source=source, by=enrich.by, unmatched=enrich.unmatched))
    return tuple(plans)


# ---------------------------------------------------------------------------------------------------- matching


def _match(desk: Desk, part: ObjectPart, canonical: CanonicalObject | None, path: Path) -> tuple[MatchRulePlan, ...]:
    here: Path = (*path, "match", "rules")
    plans = []
    for at, rule in enumerate(part.match.rules):
        if rule.do == "merge" and not _mergeable(canonical):
            desk.tell("match_refused", _NEVER, (*here, at, "do"), "Use `review`, or fold rows with `one_per:`.")
        if rule.rule in _OURS:
            message = f"`{rule.rule}` is what we call what no rule of yours said"
            desk.tell("match_refused", message, (*here, at, "rule"), "Give the rule a name of its own.")
        same = [_same(desk, part, text, (*here, at, "same", n)) for n, text in enumerate(rule.same)]
        unless = [_veto(desk, part, text, (*here, at, "unless", n)) for n, text in enumerate(rule.unless)]
        kept = tuple(s for s in same if s)
        plans.append(MatchRulePlan(name=rule.rule, same=kept, unless=tuple(v for v in unless if v), do=rule.do))
    return tuple(plans)


def _mergeable(canonical: CanonicalObject | None) -> bool:
    return canonical is not None and canonical.mergeable


def _learned(
    desk: Desk, part: ObjectPart, canonical: CanonicalObject | None, resolved: tuple[FieldPlan, ...], path: Path
) -> LearnedPlan | None:
    """What the model may do, with the limit that is in force."""
    here: Path = (*path, "match")
    if part.match.learned is None:
        idle = [word for word in ("limit", "sites") if getattr(part.match, word) is not None]
        for word in idle if not desk.written((*here, "learned")) else ():
            message = f"`{word}:` belongs to `learned:`"
            desk.tell_key("field_conflict", message, (*here, word), "Add `learned: propose`.")
        return None
    _is_learnable(desk, canonical, resolved, here)
    if part.match.sites is not None and (canonical is None or canonical.entity != "organisation"):
        message = "`sites:` is about organisations: people have no branches"
        desk.tell_key("field_conflict", message, (*here, "sites"), "Leave it out here.")
    plan = LearnedPlan(do=part.match.learned, sites=_sites(part))
    if part.match.limit is None:
        return plan
    try:
        return plan.model_copy(update={"limit": parse_wrong(part.match.limit)})
    except TextError as error:
        desk.text_error(error, (*here, "limit"))
        return plan


def _sites(part: ObjectPart) -> Literal["one", "apart"]:
    return part.match.sites or LearnedPlan().sites


def _is_learnable(desk: Desk, canonical: CanonicalObject | None, resolved: tuple[FieldPlan, ...], path: Path) -> None:
    """Deals and activities are never merged by likeness, and a model needs values that say who somebody is."""
    if not _mergeable(canonical):
        desk.tell("match_refused", _NEVER, path, "Leave it out there.")
    elif not any(TYPES[field.type].identity and field.cells for field in resolved):
        message = "no field here says who somebody is, so there is nothing to learn from"
        desk.tell("match_refused", message, path, "Map a name, a mailbox, a phone number, an address or a tax number.")


def _same(desk: Desk, part: ObjectPart, text: str, path: Path) -> SamePlan | None:
    same = desk.read_text(parse_same, text, path)
    return same if same and _is_field(desk, part, same.field, path) else None


def _veto(desk: Desk, part: ObjectPart, text: str, path: Path) -> VetoPlan | None:
    veto = desk.read_text(parse_veto, text, path)
    return veto if veto and _is_field(desk, part, veto.field, path) else None


def _is_field(desk: Desk, part: ObjectPart, name: str, path: Path) -> bool:
    if name in part.fields or name in part.let:
        return True
    desk.unknown("field_unknown", "the field", name, [*part.fields, *part.let], path)
    return False


def _existing(
    desk: Desk, part: ObjectPart, canonical: CanonicalObject | None, resolved: tuple[FieldPlan, ...], path: Path
) -> ExistingPlan:
    if part.existing is not None and part.existing.only:
        return lookup(desk, part, resolved, path)
    idle_words(desk, part, path)
    if part.existing is None:
        return ExistingPlan()
    here: Path = (*path, "existing", "match")
    if part.existing.match == ("learned",) and "learned" not in part.fields:
        _is_learnable(desk, canonical, resolved, here)
        limit = _learned_limit(part)
        learned = LearnedPlan(do="merge", limit=limit, sites=_sites(part))
        return ExistingPlan(learned=learned, then=part.existing.then)
    for at, name in enumerate(part.existing.match):
        _is_field(desk, part, name, (*here, at))
    return ExistingPlan(match=part.existing.match, then=part.existing.then)


def _learned_limit(part: ObjectPart) -> float:
    """The limit of the object, where it says one that can be read (what cannot is told where it stands)."""
    try:
        return parse_wrong(part.match.limit) if part.match.limit else LearnedPlan().limit
    except TextError:
        return LearnedPlan().limit


def _unique(desk: Desk, part: ObjectPart, path: Path) -> dict[str, Literal["keep_best", "hold"]]:
    for name in part.target_unique:
        if name not in part.fields:
            desk.unknown("field_unknown", "the field", name, part.fields, (*path, "target_unique", name), key=True)
    return part.target_unique

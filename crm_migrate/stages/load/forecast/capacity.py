"""Whether the target has room for what is loaded, and whether the contract includes so many records.

What the target says of itself comes first; what an edition has, by dated facts of the target's profile, is said only
where it says nothing. What else is in the target than the objects of this project is not known then, and told so.
"""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.contract import Allowance
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan, LicencePlan
from crm_migrate.stages.load.forecast.spelling import as_size
from crm_migrate.stages.load.keys import plan_columns
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import PLANNED, THEIRS


class Counted(BaseModel):
    """Records of one object: those that are there, and those that the load would create."""

    model_config = ConfigDict(frozen=True)

    object: str
    there: int
    new: int


class StorageForecast(BaseModel):
    """Room for records in bytes: what new ones take (`needed`), and what is left of it. `left` is the target's word
    where `told`, else the edition's room without the records of these objects."""

    model_config = ConfigDict(frozen=True)

    needed: int
    records: int
    left: int
    told: bool

    def lines(self, licence: LicencePlan) -> Iterator[str]:
        """What a person reads of it."""
        needs = f"storage   {self.records:,} new record(s) take about {as_size(self.needed)}"
        verdict = "it suffices" if self.needed <= self.left else "IT DOES NOT SUFFICE"
        if self.told:
            yield f"{needs}; the target has room for {as_size(self.left)}: {verdict}"
        else:
            yield f"{needs}; {_edition(licence)} has room for {as_size(self.left)} beside these objects: {verdict}"
            yield "          what else stands there is not known"


class TierForecast(BaseModel):
    """How many records of an object there are in the end, and how many the contract includes."""

    model_config = ConfigDict(frozen=True)

    object: str
    after: int
    most: int

    def lines(self, licence: LicencePlan) -> Iterator[str]:
        """What a person reads of it."""
        over = self.after - self.most
        verdict = f"{over:,} ARE TOO MANY" if over > 0 else "it suffices"
        yield f"contract  {self.after:,} {self.object} in the end, {self.most:,} are included: {verdict}"
        if note := licence.said.get(self.object):
            yield f"          {note}"


class CapacityForecast(BaseModel):
    """What the licence of the environment says of this load."""

    model_config = ConfigDict(frozen=True)

    licence: LicencePlan
    storage: StorageForecast | None = None
    tiers: tuple[TierForecast, ...] = ()

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        if self.storage is not None:
            yield from self.storage.lines(self.licence)
        for tier in self.tiers:
            yield from tier.lines(self.licence)


def capacity_forecast(
    tables: Relations, objects: Sequence[ObjectPlan], licence: LicencePlan | None, allowed: Allowance
) -> CapacityForecast | None:
    """None where the environment says nothing of a licence."""
    if licence is None:
        return None
    counts = tuple(_counted(tables, each) for each in objects if not each.existing.only)
    tiers = (
        TierForecast(object=each.object, after=each.there + each.new, most=licence.records[each.object])
        for each in counts
        if each.object in licence.records
    )
    return CapacityForecast(licence=licence, storage=_storage(counts, licence, allowed), tiers=tuple(tiers))


def allowed_by(licence: LicencePlan | None, allowed: Allowance) -> tuple[int | None, bool]:
    """Requests in 24 hours, and whether the target itself says so."""
    if allowed.per_day is not None or licence is None:
        return allowed.per_day, True
    return licence.requests, False


def unsaid(environment: EnvironmentPlan, allowed: Allowance) -> str:
    """What nobody said of what was bought, so that it is assumed or not checked, and where to say it; "" where all is
    said, by the target itself too, or nothing could be."""
    licence, name = environment.licence, environment.name
    if licence is not None and licence.assumed:
        takes = f"one user is assumed, and edition {licence.edition} takes more for each"
        return f"{takes}: write `users:` into the `licence` of environment `{name}`"
    if not environment.editions or (allowed.per_day is not None and allowed.storage is not None):
        return ""
    unknown = "nobody says what was bought, so what an edition takes (requests, room, records) is not checked"
    words = f"write `licence: {{edition: ..., users: ...}}` into environment `{name}`"
    return f"{unknown}: {words}; editions: {', '.join(environment.editions)}"


def _counted(tables: Relations, object_plan: ObjectPlan) -> Counted:
    lines = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    new = tables.count(f"{lines} WHERE __action = 'create'")
    return Counted(object=object_plan.name, there=tables.count(tables.scan(THEIRS, object_plan.name)), new=new)


def _storage(counts: Sequence[Counted], licence: LicencePlan, allowed: Allowance) -> StorageForecast | None:
    sizes = {each.object: licence.sizes.get(each.object, licence.size) for each in counts}
    room = licence.storage if allowed.storage is None else allowed.storage
    if room is None or None in sizes.values():
        return None
    each_takes = {name: bytes or 0 for name, bytes in sizes.items()}
    told = allowed.storage is not None
    there = 0 if told else sum(each.there * each_takes[each.object] for each in counts)
    return StorageForecast(
        needed=sum(each.new * each_takes[each.object] for each in counts),
        records=sum(each.new for each in counts),
        left=max(0, room - there),
        told=told,
    )


def _edition(licence: LicencePlan) -> str:
    users = f" with {licence.users:,} user(s)" if licence.users > 1 else ""
    return f"edition {licence.edition}{users} (as of {licence.verified})"

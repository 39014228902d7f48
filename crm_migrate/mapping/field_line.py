"""One field of the mapping while it is resolved: what was written, and what the CRM model and the target say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_migrate.crm.model import CanonicalField, CanonicalObject
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import ObjectPart, TargetField
from crm_migrate.mapping.plan import CellPlan
from crm_migrate.mapping.profiles import ProfileField, ProfileObject
from crm_migrate.mapping.tree import Path


@dataclass(frozen=True, slots=True)
class Link:
    """What a typed reference of a source says of one reference field: its cell, and the key space that it speaks."""

    cell: CellPlan
    space: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the workbook while it is resolved; `links` are what typed references add to it, by source."""

    desk: Desk
    object: str
    part: ObjectPart
    name: str
    spec: TargetField
    path: Path
    let: bool
    canonical_object: CanonicalObject | None
    profile_object: ProfileObject | None
    links: Mapping[str, Link] = field(default_factory=dict)

    @property
    def canonical(self) -> CanonicalField | None:
        """The field of the CRM model, unless this is a helper or a name of the target's own."""
        return self.canonical_object.field(self.name) if self.canonical_object and not self.let else None

    @property
    def profile(self) -> ProfileField | None:
        """The field as the target's profile describes it."""
        return self.profile_object.fields.get(self.name) if self.profile_object and not self.let else None

    @property
    def sources(self) -> list[str]:
        """The sources that may speak here."""
        return [*self.part.from_, *self.part.enrich]

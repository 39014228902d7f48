"""One field of the mapping while it is resolved: what was written, and what the CRM model and the target say of it."""

from dataclasses import dataclass

from crm_migrate.crm.model import CanonicalField, CanonicalObject
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import ObjectPart, TargetField
from crm_migrate.mapping.profiles import ProfileField, ProfileObject
from crm_migrate.mapping.tree import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the workbook while it is resolved."""

    desk: Desk
    object: str
    part: ObjectPart
    name: str
    spec: TargetField
    path: Path
    let: bool
    canonical_object: CanonicalObject | None
    profile_object: ProfileObject | None

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

"""What an editor offers of the target: the fields of each object of a mapping, and the places that they may go to."""

from crm_migrate.mapping.resolving import draft
from crm_migrate.mapping.schema import Offer
from crm_migrate.mapping.target_lock import read_lock
from crm_migrate.workspace.layout import Project


def offers(project: Project) -> dict[str, Offer]:
    """Object of the mapping -> what may be said of it. The places are those that the target had when it was asked last
    (`target.lock`), of every environment; where nobody has asked, those of the profile. MappingError where the mapping
    cannot be read."""
    made = draft(project)
    locks = [lock for name in made.file.environments if (lock := read_lock(project, name)) is not None]
    found = {}
    for each in (one for one in made.plan.objects if one.name in made.file.objects):
        canonical, profile = made.desk.model_of(each.name), made.desk.profile_of(each.name)
        profiled = profile.fields if profile else {}
        fields = {*(field.name for field in (canonical.fields if canonical else ())), *profiled}
        locked = [field.name for lock in locks if (there := lock.object(each.target)) for field in there.fields]
        places = locked or [field.column or name for name, field in profiled.items()]
        found[each.name] = Offer(tuple(sorted(fields)), tuple(sorted(set(places))))
    return found

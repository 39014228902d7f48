"""How much there is to load, and how long it takes: requests as the profile of the target says, at an assumed speed."""

from math import ceil

from crm_migrate.assessing.figures import VolumeFigure
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Opened
from crm_migrate.connecting.assumed import FAST, SLOW
from crm_migrate.mapping import library

_UNSAID = "hubspot"  # the target of those who have no mapping yet


def volumes(opened: Opened, meanings: Meanings) -> list[VolumeFigure]:
    """One figure per source that holds an object of the CRM model."""
    profile = library.target_named(opened.plan.environment.connector if opened.plan else _UNSAID, opened.folder)
    batch = profile.batch if profile else 1
    found = []
    for subject in opened.subjects:
        records = subject.staged.rows
        requests = ceil(records / batch)
        found.append(
            VolumeFigure(
                source=subject.name,
                object=meanings.objects.get(subject.name, ""),
                records=records,
                bytes=sum(fact.bytes for fact in subject.staged.files),
                batch=batch,
                requests=requests,
                fast=ceil(requests * FAST),
                slow=ceil(requests * SLOW),
            )
        )
    return found

"""How much there is to load, and how long it takes: requests of the target's size, at an assumed speed."""

from math import ceil

from crm_migrate.assessing.figures import VolumeFigure
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Opened

# Records of one request as the vendors document it (Salesforce: sObject Collections; HubSpot: batch of CRM objects),
# and as our own connectors send them elsewhere. Seconds of one request are assumed: a quick answer and a slow one.
BATCHES = {"salesforce": 200, "hubspot": 100, "sql": 1_000, "tryton": 100, "amagi": 1, "bottle": 1}
_OTHER = 1
FAST, SLOW = 0.3, 2.0


def volumes(opened: Opened, meanings: Meanings) -> list[VolumeFigure]:
    """One figure per source that holds an object of the CRM model."""
    target = opened.plan.environment.connector if opened.plan else "hubspot"
    batch = BATCHES.get(target, _OTHER)
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

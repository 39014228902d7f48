"""The canonical CRM model: the objects and fields in the middle, between N sources and M targets.

A family of objects is a module; their order here is the one in which they are loaded where references leave it open.
"""

from crm_migrate.crm.model.activities import ACTIVITIES, ATTACHMENTS
from crm_migrate.crm.model.marketing import MARKETING, SUPPRESSIONS
from crm_migrate.crm.model.people import PEOPLE
from crm_migrate.crm.model.sales import CATALOGUE, SALES
from crm_migrate.crm.model.service import SERVICE
from crm_migrate.crm.model.shapes import CanonicalField, CanonicalObject
from crm_migrate.crm.model.staff import STAFF

__all__ = ["ATTACHMENTS", "OBJECTS", "SUPPRESSIONS", "CanonicalField", "CanonicalObject"]

OBJECTS: dict[str, CanonicalObject] = {
    each.name: each for each in (*STAFF, *CATALOGUE, *PEOPLE, *SALES, *SERVICE, *ACTIVITIES, *MARKETING)
}

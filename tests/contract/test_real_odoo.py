"""The conformance kit against a real Odoo, where somebody names one: ODOO_URL, ODOO_DATABASE, ODOO_USER, ODOO_TOKEN.

It writes partners and leads of a reference of its own, and takes them back. Give it a copy, never a database of people.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, Kit, batch_of
from crm_migrate.connecting.contract import TARGET_ID
from crm_migrate_odoo.settings import read_settings
from crm_migrate_odoo.target import OdooTarget

NAMED = {name: os.environ.get(f"ODOO_{name.upper()}", "") for name in ("url", "database", "user", "token")}
pytestmark = pytest.mark.skipif(not all(NAMED.values()), reason="no real Odoo: ODOO_URL, _DATABASE, _USER, _TOKEN")


def target() -> OdooTarget:
    return OdooTarget(read_settings(NAMED))


@pytest.fixture
def kit() -> Iterator[Kit]:
    """Records of a token that nobody else has; what is left of them goes at the end."""
    made = target().kit(uuid.uuid4().hex[:12])
    yield made
    there = target()
    for object in (made.person, made.company):
        for table in there.read(replace(object, fields=())):
            left = [each for each in table.to_pylist() if each["__entity"]]
            rows = [{"__entity": each["__entity"], TARGET_ID: each["target_id"]} for each in left]
            there.remove(replace(batch_of(object, "r", rows, "update"), action="remove"))
    there.close()


@pytest.mark.parametrize("check", [*TARGET_CHECKS, *REMOVE_CHECKS], ids=lambda check: check.__name__)
def test_conformance(check: Callable[..., None], kit: Kit) -> None:
    check(target, replace(kit, many=600))

"""The target in memory keeps the contract like any other: what the loader is tested with is no easier than the rest."""

from collections.abc import Callable

import pytest

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OpenTarget
from crm_migrate.connecting.memory import MemoryTarget, Store


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[[OpenTarget], None]) -> None:
    store = Store()
    check(lambda: MemoryTarget(store))

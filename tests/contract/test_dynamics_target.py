"""The Dynamics target against the conformance kit, on a simulated environment behind a real socket."""

from collections.abc import Callable, Iterator

import pytest
from environments import Environment

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, Kit, OpenTarget, OwnKit
from crm_migrate.connecting.contract import Target
from crm_migrate.connecting.discovery import connector


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment()
    yield made
    made.stop()


def target_of(environment: Environment, **said: str) -> Target:
    return connector("dynamics").target({**environment.options, **said})


def opener(environment: Environment) -> OpenTarget:
    return lambda: target_of(environment)


def kit_of(environment: Environment) -> Kit:
    target = target_of(environment)
    assert isinstance(target, OwnKit)
    return target.kit("a")


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], environment: Environment) -> None:
    check(opener(environment), kit_of(environment))

"""What a network, a gateway, an administrator or the server does to a load into real servers: each record once.

The short form of `make soak ARGS=faults`, which takes every kind of the two catalogues.
"""

import os
import random
from pathlib import Path

import pytest
from databases import VARIABLES, served
from real_servers import IN_SERVERS

from exactly_once.http_faults import KINDS
from exactly_once.struck import Striking
from exactly_once.struck_sql import striking
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the loader is a fork of a warm parent"),
]
SHORT = {"tryton": 2, "amagi": 2, "bottle": 1}  # kinds


@pytest.mark.parametrize("name", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in IN_SERVERS])
def test_whatever_becomes_of_requests_each_record_is_there_once(warm: Warm, tmp_path: Path, name: str) -> None:
    server = Striking(warm, name, IN_SERVERS[name], tmp_path, seed=1)
    told = [server.strike(kind) for kind in random.Random(f"short {name}").sample(sorted(KINDS), SHORT[name])]
    assert [(each.kind, each.complaints) for each in told if each.complaints] == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in VARIABLES])
def test_a_load_goes_on_by_itself_behind_a_lost_connection_and_a_deadlock(
    warm: Warm, tmp_path: Path, name: str
) -> None:
    served(name)
    with striking(warm, name, tmp_path, seed=1) as database:
        told = [database.strike(kind) for kind in ("reset_statement", "deadlock")]
    assert [(each.kind, each.complaints) for each in told if each.complaints] == []
    assert [each.exits for each in told] == [[0], [0]]

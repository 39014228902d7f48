"""What a network, a gateway, an administrator or the server does to a load into real servers: each record once.

The short form of `make soak ARGS=faults`, which takes every kind of the two catalogues.
"""

import os
import random
from pathlib import Path

import pytest
from databases import served
from real_servers import IN_SERVERS

from exactly_once.http_faults import KINDS
from exactly_once.sql_faults import KINDS as SQL_KINDS
from exactly_once.sql_faults import WHOLE_SERVER
from exactly_once.struck import Striking
from exactly_once.struck_sql import striking
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the loader is a fork of a warm parent"),
]


@pytest.mark.parametrize("name", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in IN_SERVERS])
def test_whatever_becomes_of_requests_each_record_is_there_once(warm: Warm, tmp_path: Path, name: str) -> None:
    server = Striking(warm, name, IN_SERVERS[name], tmp_path, seed=1)
    told = [server.strike(kind) for kind in random.Random(f"short {name}").sample(sorted(KINDS), 2)]
    assert [(each.kind, each.complaints) for each in told if each.complaints] == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in WHOLE_SERVER])
def test_whatever_becomes_of_statements_each_record_is_there_once(warm: Warm, tmp_path: Path, name: str) -> None:
    served(name)
    kinds = sorted(kind for kind, each in SQL_KINDS.items() if name in each.targets and kind != WHOLE_SERVER[name])
    with striking(warm, name, tmp_path, seed=1) as database:
        told = [database.strike(kind) for kind in random.Random(f"short {name}").sample(kinds, 2)]
    assert [(each.kind, each.complaints) for each in told if each.complaints] == []

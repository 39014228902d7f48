"""A kill, a broken and a full disk at some of the writes, syncs and sends of a run: told, and the next start goes on.

The short form of `make soak ARGS=points`, which takes every one of them.
"""

import os
import random
from pathlib import Path

import pytest
from databases import VARIABLES as SERVED
from databases import served

from exactly_once.points import FAULTS, Failing, Told, library, usable
from exactly_once.targets import opened
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork") or not usable(), reason="needs Linux and a C compiler"),
]


@pytest.mark.parametrize(
    ("target", "stretch", "faults"),
    [
        ("sqlite", "load", [*FAULTS, *FAULTS]),
        ("sqlite", "plan", ["EIO", "ENOSPC"]),
        ("rest", "load", [*FAULTS]),
        pytest.param("postgresql", "load", ["EIO"], marks=pytest.mark.postgresql),
        pytest.param("mariadb", "load", ["EIO"], marks=pytest.mark.mariadb),
    ],
)
def test_whatever_call_fails_the_next_start_goes_on_and_the_message_says_how(
    tmp_path: Path, target: str, stretch: str, faults: list[str], request: pytest.FixtureRequest
) -> None:
    if target in SERVED and not request.config.getoption("--soak"):
        pytest.skip("two loads into a server for each point: make soak ARGS=points")
    served(target)
    dice = random.Random(23)
    with Warm(library(tmp_path)) as warm, opened(target, tmp_path / "project") as place:
        failing = Failing(warm, place, tmp_path, stretch)
        points = failing.points()
        assert points > 200
        swept = [
            failing.sweep(fault, [dice.randint(1, points)], Told(target, stretch, fault, points)) for fault in faults
        ]
    assert [text for told in swept for text in told.complaints] == []
    assert target in SERVED or sum(told.endured for told in swept) < sum(told.tried for told in swept), "no call failed"

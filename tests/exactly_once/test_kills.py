"""Kill the loader at random, resume until it ends by itself: the target's witness finds each record once, and linked.

The short form of `make soak ARGS="kills 3000"`.
"""

import os
from pathlib import Path

import pytest
from databases import served

from exactly_once.kills import Killing
from exactly_once.targets import opened
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed loader is a fork of a warm parent"),
]


@pytest.mark.parametrize(
    ("target", "faults"),
    [
        ("sqlite", 0.15),
        pytest.param("postgresql", 0.0, marks=pytest.mark.postgresql),
        ("rest", 0.3),
        pytest.param("dynamics", 0.15, marks=pytest.mark.sweep("test_struck_crms.py strikes it")),
        ("hubspot", 0.15),
        ("salesforce", 0.15),
        *(
            pytest.param(name, 0.15, marks=pytest.mark.sweep("test_struck_crms.py strikes it"))
            for name in ("zoho", "freshsales", "odoo")
        ),
    ],
)
def test_kills_and_resumes_lose_double_and_misplace_nothing(
    warm: Warm, tmp_path: Path, target: str, faults: float
) -> None:
    served(target)
    with opened(target, tmp_path / "project") as place:
        killing = Killing(warm, place, tmp_path, seed=11)
        told = killing.load(faults)
        while told.kills < 6 and told.loads < 4:  # on a busy machine some come too late
            told.add(killing.load(faults))
    assert not told.complaints
    assert told.kills >= 6, "it was hardly killed"
    assert told.hits["send"] + told.hits["links"] + told.hits["remember"], "no kill hit what matters"

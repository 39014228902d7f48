"""What is printed as `next:` is a command that can be run as it stands, from the folder it is printed in."""

import os
import shlex
from contextvars import copy_context
from pathlib import Path

import pytest

from crm_migrate.cli import next_step
from crm_migrate.cli.progress import told

posix = pytest.mark.skipif(os.name == "nt", reason="the shell of Windows quotes otherwise")


def lines_in(folder: str, hint: str) -> list[str]:
    def within() -> list[str]:
        next_step.working_on(Path(folder))
        return next_step.lines(hint)

    return copy_context().run(within)


@pytest.mark.parametrize(
    ("hint", "printed"),
    [
        ("crm-migrate resume", ["next:  crm-migrate resume demo"]),
        ("crm-migrate target prepare", ["next:  crm-migrate target prepare demo"]),
        ("crm-migrate run --until dedupe", ["next:  crm-migrate run demo --until dedupe"]),
        ("crm-migrate report --lang tr", ["next:  crm-migrate report --project demo --lang tr"]),
        ("crm-migrate review PROJECT -o review.xlsx", ["next:  crm-migrate review demo -o review.xlsx"]),
        ("crm-migrate codes bad_phone", ["next:  crm-migrate codes bad_phone"]),
        (
            "free some space on that disk, then: crm-migrate resume",
            ["help:  free some space on that disk", "next:  crm-migrate resume demo"],
        ),
        (
            "crm-migrate run (a new run reuses what still fits), or put the mapping back and resume",
            [
                "help:  a new run reuses what still fits, or put the mapping back and resume",
                "next:  crm-migrate run demo",
            ],
        ),
        ("name the right file", ["help:  name the right file"]),
        ("did you mean `resume`?", ["help:  did you mean `resume`?"]),
    ],
)
def test_a_hint_is_advice_and_a_command(hint: str, printed: list[str]) -> None:
    assert lines_in("demo", hint) == printed


def test_in_the_project_itself_nothing_is_added() -> None:
    assert lines_in(".", "crm-migrate resume") == ["next:  crm-migrate resume"]


@posix
def test_a_folder_with_a_blank_and_a_quote_can_be_copied() -> None:
    (line,) = lines_in("müşteri işi's", "crm-migrate run")

    assert shlex.split(line.removeprefix("next:  ")) == ["crm-migrate", "run", "müşteri işi's"]


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (0, 0, 9.0, "load  contacts"),
        (12_000, 0, 9.0, "load  contacts  12,000"),
        (12_000, 48_000, 1.0, "load  contacts  12,000 of 48,000"),
        (12_000, 48_000, 10.0, "load  contacts  12,000 of 48,000, about 30 s left"),
        (12_000, 48_000, 60.0, "load  contacts  12,000 of 48,000, about 3 min left"),
        (1_000, 48_000, 600.0, "load  contacts  1,000 of 48,000, about 7.8 h left"),
        (48_000, 48_000, 60.0, "load  contacts  48,000 of 48,000"),
    ],
)
def test_progress_says_how_many_of_how_many_and_how_long(done: int, total: int, seconds: float, said: str) -> None:
    assert told("load", "contacts", done, total, seconds) == said

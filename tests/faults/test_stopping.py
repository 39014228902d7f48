"""Signals that ask us to stop: exit code 75 and the next command, however often and whenever they come."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals to one process")

PROGRAM = """
import sys, time
from crm_migrate import cli, pipeline
def start(*_arguments, **_options):
    print("ready", flush=True)
    try:
        time.sleep(60)
    finally:
        print("unwinding", flush=True)
        time.sleep({unwinding})
pipeline.start = start
sys.argv = ["crm-migrate", "run", sys.argv[1]]
cli.main()
"""


def stopped_by(folder: Path, *signals: signal.Signals, unwinding: float = 0) -> tuple[int, str]:
    """Exit code and stderr of a run that gets these signals, the second while the first is carried out."""
    (folder / "crm-migrate.yaml").write_text("crm_migrate: 1\n", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(unwinding=unwinding), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout is not None
    for number, word in zip(signals, ("ready", "unwinding"), strict=False):
        assert process.stdout.readline().strip() == word
        time.sleep(0.2)
        process.send_signal(number)
    _, told = process.communicate(timeout=60)
    return process.returncode, told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_signal_to_stop_leaves_with_75_and_the_next_command(tmp_path: Path, number: signal.Signals) -> None:
    code, told = stopped_by(tmp_path, number)
    assert (code, "Traceback" in told) == (75, False), told
    assert "next:  crm-migrate resume" in told


def test_a_second_one_while_the_first_is_carried_out_changes_nothing_of_that(tmp_path: Path) -> None:
    code, told = stopped_by(tmp_path, signal.SIGINT, signal.SIGINT, unwinding=20)
    assert (code, "Traceback" in told) == (75, False), told
    assert "next:  crm-migrate resume" in told

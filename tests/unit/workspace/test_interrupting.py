"""Ctrl-C in the middle of a query is Ctrl-C, and no bug of ours."""

import os
import signal
import threading
from pathlib import Path

import pytest

from crm_migrate.workspace.sql import connected


@pytest.mark.skipif(os.name != "posix", reason="a process cannot send itself Ctrl-C there")
def test_an_interrupted_query_is_a_keyboard_interrupt(tmp_path: Path) -> None:
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt), connected(tmp_path) as connection:
        timer.start()
        connection.execute("SELECT sum(a.range * b.range % 7) FROM range(3000000) a, range(30000) b").fetchall()

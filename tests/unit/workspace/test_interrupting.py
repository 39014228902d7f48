"""Ctrl-C in the middle of a query is Ctrl-C, and no bug of ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own, so that the signal is for nobody else.
INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from crm_migrate.workspace.sql import connected

try:
    with connected(Path(sys.argv[1])) as connection:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        connection.execute("SELECT sum(a.range * b.range % 7) FROM range(3000000) a, range(30000) b").fetchall()
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name != "posix", reason="a process cannot send itself Ctrl-C there")
def test_an_interrupted_query_is_a_keyboard_interrupt(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler){INTERRUPTED}",
    ]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "interrupted", done.stderr

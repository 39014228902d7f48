"""What tests cost is booked where it was spent, also by programs that outlive the test."""

import subprocess
import sys
from pathlib import Path

import pytest
from processor import spent

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs /proc")
BUSY = "import time; begin = time.process_time()\nwhile time.process_time() < begin + 0.4: pass\n"
WARM = f"import subprocess, sys; {BUSY}subprocess.run([sys.executable, '-c', sys.argv[1]]); print(flush=True); input()"


def test_a_program_that_goes_on_and_what_it_started_are_counted_while_they_run_and_once() -> None:
    before = spent()
    with subprocess.Popen([sys.executable, "-c", WARM, BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as warm:
        assert warm.stdout is not None
        warm.stdout.readline()
        running = spent() - before
        warm.communicate(b"\n")
    assert 0.8 <= running <= 1.6
    assert spent() - before == pytest.approx(running, abs=0.2)

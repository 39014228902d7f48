"""A signal to stop during a load: between two batches, and in the middle of what the target itself waits for."""

import signal
import threading
import time
from pathlib import Path

import pytest

from crm_migrate.connecting.contract import Interruptible
from crm_migrate.connecting.http.waiting import Waiting
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.errors import Interrupted
from crm_migrate.stages.load import stoppable
from crm_migrate_rest import CONNECTOR as REST
from crm_migrate_sql.target import SqlTarget


class Patient(MemoryTarget):
    """A target that waits by itself, as those behind HTTP do."""

    def __init__(self) -> None:
        super().__init__(Store())
        self.waiting = Waiting()
        self.stop = self.waiting.stop


def test_ctrl_c_ends_what_the_target_waits_for() -> None:
    target = Patient()
    with stoppable(target, lambda: False) as stopped:
        assert not stopped()
        began = time.monotonic()
        timer = threading.Timer(0.1, lambda: signal.raise_signal(signal.SIGTERM))  # the handler runs in this thread
        timer.start()
        with pytest.raises(Interrupted):
            target.waiting.wait(30)
        timer.join()
        assert stopped()
        assert time.monotonic() - began < 10


def test_who_waits_by_itself_says_so(tmp_path: Path) -> None:
    options = {"url": "http://127.0.0.1:9", "client_id": "x", "client_secret": "y"}
    rest = REST.target(options)
    sql = SqlTarget({"url": f"sqlite:///{tmp_path / 'crm.db'}"})
    assert isinstance(rest, Interruptible)
    assert not isinstance(sql, Interruptible)
    with stoppable(sql, lambda: False) as stopped:
        signal.raise_signal(signal.SIGTERM)
        assert stopped()
    rest.close()
    sql.close()

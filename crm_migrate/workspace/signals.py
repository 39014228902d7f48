"""Signals that ask us to stop: which they are, and who answers them for a while."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What asks a process to end: Ctrl-C, a supervisor, a terminal that closes, Ctrl-Break on Windows.
STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


def stop_now(_number: int, _frame: object) -> None:
    """The handler of every such signal outside a load: what Ctrl-C does in Python."""
    raise KeyboardInterrupt


@contextmanager
def handled(handler: Callable[[int, object], None]) -> Iterator[None]:
    """While this lasts, every signal that asks us to stop is given to `handler`; what is ignored stays ignored (nohup).

    Outside the main thread, which alone may set handlers, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in STOPPING}
    mine = [number for number, earlier in before.items() if earlier not in (signal.SIG_IGN, None)]
    try:
        for number in mine:
            signal.signal(number, handler)
        yield
    finally:
        for number in mine:
            signal.signal(number, before[number])

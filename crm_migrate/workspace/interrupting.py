"""Ctrl-C reaches a query at once: DuckDB may wait for its own threads without looking at signals, for minutes."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from crm_migrate.workspace.signals import stop_now


@contextmanager
def interruptible(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """While this lasts, Ctrl-C interrupts a query of the connection. Outside the main thread nothing is done.

    The signal's handler in C writes a byte to a socket even while Python cannot run (`signal.set_wakeup_fd`); a thread
    reads it and tells DuckDB.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reader, connection), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        writer.close()
        watcher.join()
        reader.close()


def _watch(reader: socket.socket, connection: duckdb.DuckDBPyConnection) -> None:
    """Until the other end is closed. Who handles Ctrl-C otherwise (the load ends its batch first) is left alone."""
    while signals := reader.recv(64):
        if any(signal.getsignal(number) in (signal.default_int_handler, stop_now) for number in set(signals)):
            connection.interrupt()

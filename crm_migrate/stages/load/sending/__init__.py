"""Sending: for every request the intent, the request and the outcome, in this order, exactly once.

`states` is the table of what may follow what, `requests` the pure part, `dispatching` real requests and real time.
"""

from crm_migrate.stages.load.sending.batches import KINDS, Batch, Kind, cut, slices
from crm_migrate.stages.load.sending.dispatching import Sender, call, check_journal

__all__ = ["KINDS", "Batch", "Kind", "Sender", "call", "check_journal", "cut", "slices"]

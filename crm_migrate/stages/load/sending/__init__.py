"""Sending: for every request the intent, the request and the outcome, in this order, exactly once.

`states` is the table of what may follow what, `requests` the pure part, `dispatching` real requests and real time.
"""

from crm_migrate.stages.load.sending.batches import ACTIONS, KINDS, Batch, Kind, cut, slices
from crm_migrate.stages.load.sending.carrying import batch_limits, call
from crm_migrate.stages.load.sending.dispatching import Sender, check_journal

__all__ = ["ACTIONS", "KINDS", "Batch", "Kind", "Sender", "batch_limits", "call", "check_journal", "cut", "slices"]

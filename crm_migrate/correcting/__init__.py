"""Rows that did not arrive, given back to people in the shape of their source, and their corrections taken.

`rejects` says which rows and why, `workbook` writes them for Excel, `taking` reads the corrected workbook back.
"""

from crm_migrate.correcting.rejects import Returned, returned
from crm_migrate.correcting.taking import Taken, take
from crm_migrate.correcting.workbook import render

__all__ = ["Returned", "Taken", "render", "returned", "take"]

"""Asking an installation what it holds. It finds nothing by our key, as its tags are encrypted: all is read.

Contacts come in pages by name. Each page begins with the last record of the one before, so that a contact that came or
went meanwhile, or has another name, is noticed: then they are read anew.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from crm_migrate.connecting.http import Answer as Reply
from crm_migrate.connecting.http import Http, Request
from crm_migrate.errors import Retryable
from crm_migrate_amagi import answers, requests
from crm_migrate_amagi.records import Names, Record
from crm_migrate_amagi.shapes import CONTACTS

PAGE = 1000  # contacts; the most that it gives
READINGS = 5  # of contacts that change meanwhile, or of an answer that cannot be read

Told = TypeVar("Told")


class Looking:
    """One installation."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def ask(self, request: Request, read: Callable[[Reply], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read, READINGS)

    def names(self) -> Names:
        """What names stand for now: records that were read before hold no stage that it does not name."""
        return Names(self.ask(requests.STAGES, answers.stages))

    def records(self, model: str) -> list[Record]:
        """All records of a model, in the order of their ids."""
        found = self._contacts() if model == CONTACTS else self.ask(requests.whole(model), answers.records)
        return sorted(found, key=lambda record: int(record["id"]))

    def _contacts(self) -> Sequence[Record]:
        for _ in range(READINGS):
            found = self._pages()
            if found is not None:
                return found
        raise Retryable("the contacts of amagi-crm change while they are read", hint="see who changes them")

    def _pages(self) -> Sequence[Record] | None:
        """The contacts as they were at one moment; None where that cannot be said."""
        page = self.ask(requests.page(0, PAGE), answers.page)
        found, total = list(page.records), page.total
        while len(found) < total:
            if not found:
                return None
            page = self.ask(requests.page(len(found) - 1, PAGE), answers.page)
            if page.total != total or len(page.records) < 2 or page.records[0]["id"] != found[-1]["id"]:
                return None
            found += page.records[1:]
        return found if len({record["id"] for record in found}) == total else None

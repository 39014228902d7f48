"""A gateway that answers by itself with a page, and a target that waits for nothing meanwhile."""

import pyarrow as pa
from exactly_once.gateway import Asked, Exchange, Said, Strike

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, TargetObject, WriteBatch
from crm_migrate.connecting.http import Waiting

PAGE = b"<!DOCTYPE html><html><head><title>Not Found</title></head><body>the backend is being moved</body></html>"
STATUSES = (400, 404, 403)


class Hasty(Waiting):
    """Waits for nothing."""

    def wait(self, seconds: float) -> None:
        super().wait(0)


class Wrath:
    """Whom the gateway answers by itself: a part of a request; the status, and the page.

    With `only`, it lets so many of these requests pass, and answers the next one, however often that comes.
    """

    def __init__(self) -> None:
        self.path, self.status, self.body = "", 404, PAGE
        self.only: int | None = None
        self.struck = b""

    def strike(self, only: int) -> None:
        """Answer one request of all that come."""
        self.path, self.only, self.struck = "/", only, b""

    def __call__(self, asked: Asked) -> Strike | None:
        if not self.path or self.path.encode() not in bytes(asked):
            return None
        if self.only is None:
            return self._page
        self.only -= 1
        if self.only == -1:
            self.struck = bytes(asked)
        return self._page if self.struck == bytes(asked) else None

    def _page(self, exchange: Exchange) -> None:
        exchange.answer(Said(self.status, self.body, {"Content-Type": "text/html"}))


def removal_of(object: TargetObject, id: str) -> WriteBatch:
    """That a record of ours goes."""
    return WriteBatch("p", "r", "b", object, "remove", pa.table({ENTITY: ["a"], TARGET_ID: [id]}), "d")

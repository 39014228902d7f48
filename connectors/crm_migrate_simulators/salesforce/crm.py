"""A simulated Salesforce as the engine knows it: which route a request is, and its answer."""

from dataclasses import replace
from typing import cast

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce import soap
from crm_migrate_simulators.salesforce.all_routes import found, methods
from crm_migrate_simulators.salesforce.bulk.batches import go_on_with_batches
from crm_migrate_simulators.salesforce.bulk.going_on import go_on
from crm_migrate_simulators.salesforce.failures import Failure, failure, not_found
from crm_migrate_simulators.salesforce.furniture import api_user, other_user
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.refusing import worded
from crm_migrate_simulators.salesforce.work import Work, work_of
from crm_migrate_simulators.wire import Reply, Request

_RETIRED = 30.0  # versions up to this one were retired in 2025
_WRITES = (b'"POST"', b'"PATCH"', b'"PUT"', b'"DELETE"')


class SalesforceCrm(Org):
    """Routes of a simulated Salesforce."""

    def route(self, request: Request) -> tuple[str, str]:
        """Template and scope; what is not known is a read of `?`. A composite that only asks is a read."""
        known = found(request)
        if known is None:
            return "?", "read"
        route = known[0]
        if route.template.endswith(("/composite", "/composite/batch")):
            return route.template, "write" if any(word in request.body for word in _WRITES) else "read"
        return route.template, "read" if route.scope == "open" else route.scope

    def answer(self, call: Call) -> Reply:
        """Find the route, see who asks, and do it."""
        store = cast(OrgStore, call.store)
        work = work_of(call, self.habits, api_user(store), self.habits.latest)
        self.other_owner = other_user(store)
        with store.lock:  # two requests at a time must not work off the same rows
            go_on(self.habits, work)
            go_on_with_batches(work)
        try:
            reply = self.dispatch(work, session=_session(call.request))
        except Refused as refused:
            reply = worded(self, call.request, failure(refused))
        used, allowed = self.usage(call)
        reply.headers.setdefault("Sforce-Limit-Info", f"api-usage={used}/{allowed}")
        return reply

    def dispatch(self, work: Work, *, session: str | None) -> Reply:
        """The answer of the route of a request; `session` None: it was checked already. Raises Refused."""
        request = work.call.request
        known = found(request)
        if known is None:
            allowed = methods(request.path)
            if allowed:
                words = f"HTTP Method '{request.method}' not allowed. Allowed are {','.join(allowed)}"
                raise Failure("METHOD_NOT_ALLOWED", words)
            raise not_found()
        route, at = known
        if session is not None and route.scope in ("read", "write") and not self.sessions.good(session):
            raise Failure("INVALID_SESSION_ID", "Session expired or invalid")
        if "version" in at:
            work = replace(work, version=self._version(at["version"]))
        return route.answer(self, work, at)

    def _version(self, said: str) -> float:
        version = float(said)
        if version <= _RETIRED:
            raise Failure("UNSUPPORTED_API_VERSION", f"The API version {said} was retired")
        if version > self.habits.latest:
            raise not_found()
        return version


def _session(request: Request) -> str:
    word, _, token = request.headers.get("authorization", "").partition(" ")
    if word in ("Bearer", "OAuth"):
        return token.strip()
    return request.headers.get("x-sfdc-session") or soap.session(request)

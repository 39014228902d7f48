"""What is asked of Salesforce, as data. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Content
from crm_migrate.connecting.http import Form, Request, multipart
from crm_migrate_salesforce.describe import Missing

COLLECTION = "/services/data/{version}/composite/sobjects"
JOBS = "/services/data/{version}/jobs/ingest"
QUERY_JOBS = "/services/data/{version}/jobs/query"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """One version of the API, and what goes along with everything that is written."""

    version: str
    allow_duplicates: bool = False
    assignment_rules: bool = False

    def query(self, soql: str, *, every: bool = False) -> Request:
        """Records; with `every` those in the archive and in the recycle bin, too."""
        return self._get(f"/services/data/{{version}}/{'queryAll' if every else 'query'}", query={"q": soql})

    def describing(self, object: str) -> Request:
        """An object with its fields, record types and children."""
        return self._get("/services/data/{version}/sobjects/{object}/describe", {"object": object})

    def objects(self) -> Request:
        """All objects, without their fields."""
        return self._get("/services/data/{version}/sobjects")

    def versions(self) -> Request:
        """The versions of the API that the organisation speaks."""
        return Request("GET", "/services/data/")

    def limits(self) -> Request:
        """What is left of the limits of the organisation."""
        return self._get("/services/data/{version}/limits")

    def creating(self, records: Sequence[Record]) -> Request:
        """Records, each by itself: one that is refused refuses no other. `attributes` stands first in each."""
        return self._written("POST", {"allOrNone": False, "records": list(records)})

    def changing(self, records: Sequence[Record]) -> Request:
        """Changes of records by their ids, each by itself."""
        return self._written("PATCH", {"allOrNone": False, "records": list(records)})

    def deleting(self, ids: Sequence[str]) -> Request:
        """Records that go into the recycle bin, each by itself."""
        query = {"ids": ",".join(ids), "allOrNone": "false"}
        return Request("DELETE", COLLECTION, {"version": self.version}, query, headers=self._headers())

    def sending(self, object: str, values: Record, content: Content) -> Request:
        """One version of a file, as a form of two parts: JSON of up to 37.5 MB would have to be held whole."""
        texts = {"entity_content": ("application/json", json.dumps(dict(values), ensure_ascii=False))}
        name = content.name if content.name.isascii() else "file"  # what it is called, PathOnClient says
        kind, stream = multipart(Form(texts, "VersionData", name, content.size, content.chunks))
        route = "/services/data/{version}/sobjects/{object}"
        at = {"version": self.version, "object": object}
        return Request("POST", route, at, stream=stream, content_type=kind, headers=self._headers())

    def job(self, object: str, operation: str) -> Request:
        """A new job that holds nothing. A second one does no harm, so it may be asked for twice."""
        body = {
            "object": object, "operation": operation, "contentType": "CSV", "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }  # fmt: skip
        return Request("POST", JOBS, {"version": self.version}, json=body, writes=False)

    def uploading(self, job: str, sheet: bytes) -> Request:
        """The records of a job, as a sheet."""
        at = {"version": self.version, "job": job}
        return Request("PUT", f"{JOBS}/{{job}}/batches", at, body=sheet, content_type="text/csv")

    def job_state(self, job: str, state: str) -> Request:
        """Let a job begin (`UploadComplete`), or end it (`Aborted`)."""
        at = {"version": self.version, "job": job}
        return Request("PATCH", f"{JOBS}/{{job}}", at, json={"state": state})

    def job_of(self, job: str) -> Request:
        """A job as it is now."""
        return self._get(f"{JOBS}/{{job}}", {"job": job})

    def job_results(self, job: str, which: str) -> Request:
        """`successfulResults`, `failedResults` or `unprocessedrecords` of a job, as a sheet."""
        return self._get(f"{JOBS}/{{job}}/{which}", {"job": job})

    def query_job(self, soql: str, *, every: bool = False) -> Request:
        """A new job that answers a query; with `every` from the archive and the recycle bin, too. Asked for twice, one
        of the two is read by nobody."""
        body = {
            "operation": "queryAll" if every else "query", "query": soql, "contentType": "CSV", "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }  # fmt: skip
        return Request("POST", QUERY_JOBS, {"version": self.version}, json=body, writes=False)

    def query_job_of(self, job: str) -> Request:
        """A query job as it is now."""
        return self._get(f"{QUERY_JOBS}/{{job}}", {"job": job})

    def query_results(self, job: str, most: int, locator: str = "") -> Request:
        """At most so many records of the answer, from the place on that a locator names."""
        query = {"maxRecords": str(most)} | ({"locator": locator} if locator else {})
        return self._get(f"{QUERY_JOBS}/{{job}}/results", {"job": job}, query)

    def adding(self, field: Missing) -> Request:
        """A custom field that an object lacks. Nobody sees it until somebody is permitted to. Asked for twice it is
        there once."""
        body = {"FullName": field.full, "Metadata": dict(field.words)}
        route = "/services/data/{version}/tooling/sobjects/CustomField"
        return Request("POST", route, {"version": self.version}, json=body, writes=False)

    def making(self, object: str, values: Record) -> Request:
        """One record of the set-up: a permission set, what it permits, who has it. Asked for twice it is there once."""
        route = "/services/data/{version}/sobjects/{object}"
        return Request("POST", route, {"version": self.version, "object": object}, json=dict(values), writes=False)

    def who(self) -> Request:
        """The user that the token is for."""
        return Request("GET", "/services/oauth2/userinfo")

    def _get(self, route: str, at: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> Request:
        return Request("GET", route, {"version": self.version, **(at or {})}, query or {})

    def _written(self, method: str, body: Record) -> Request:
        return Request(method, COLLECTION, {"version": self.version}, json=body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        """Rules that would give records to others, or refuse them for being alike."""
        alike = {"Sforce-Duplicate-Rule-Header": "allowSave=true"} if self.allow_duplicates else {}
        return {"Sforce-Auto-Assign": "TRUE" if self.assignment_rules else "FALSE"} | alike

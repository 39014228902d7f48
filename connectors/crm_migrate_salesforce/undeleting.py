"""Bringing back what lies in the recycle bin, with its old id: only the partner API in SOAP can."""

from collections.abc import Mapping, Sequence

from crm_migrate.connecting.contract import Refusal, TargetObject
from crm_migrate.connecting.http import Http
from crm_migrate_salesforce import answers, soap, soql
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.following import LEFT
from crm_migrate_salesforce.looking import MANY
from crm_migrate_salesforce.soap import MOST

SILENT = Refusal("Salesforce does not say why", "UNKNOWN")


class Undeleting:
    """The recycle bin of an organisation."""

    def __init__(self, calls: Calls, changes: Http) -> None:
        self._calls, self._looking, self._changes = calls, calls.looking, changes

    def deleted(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """Those in the recycle bin that carry a key of ours; who was merged into another record is followed instead."""
        described = self._calls.described(object)
        if not described.undeletable or not described.keyed(object.key_field):
            return {}
        fields = [object.key_field, *([LEFT] if LEFT in described.fields else [])]
        found: dict[str, str] = {}
        for some in soql.parted(sorted({id for id in ids if soql.is_id(id)}), MANY):
            query = soql.select(fields, described.object, [soql.among("Id", some), "IsDeleted = true"])
            page = self._looking.ask(self._looking.api.query(query, every=True), answers.page)
            for record in page.records:
                if record.get(object.key_field) and not record.get(LEFT):
                    found[str(record["Id"])] = str(record[object.key_field])
        return found

    def undelete(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, Refusal]:
        """Who is there afterwards is back, whatever was answered; why somebody is not is asked for one by one, as a
        result that failed has no id."""
        refused: dict[str, Refusal] = {}
        for start in range(0, len(ids), MOST):
            some = [id for id in ids[start : start + MOST] if soql.is_id(id)]
            left = self._lacking(object, some)  # some came back together with their parents
            said = self._called(left)
            left = self._lacking(object, left)
            if len(said) == len(some) == 1:
                refused |= dict.fromkeys(left, said[0].refusal or SILENT)
                continue
            for id in left:
                (one,) = self._called([id]) or [soap.Result(id)]
                refused |= dict.fromkeys(self._lacking(object, [id]), one.refusal or SILENT)
        return refused

    def _called(self, ids: Sequence[str]) -> list[soap.Result]:
        if not ids:
            return []
        request = soap.undelete(self._looking.api.version, self._changes.credential(), ids)
        return self._changes.ask(request, soap.undeleted)

    def _lacking(self, object: TargetObject, ids: Sequence[str]) -> list[str]:
        """Who is not there. That it is asked renews a session that has ended, which SOAP would refuse."""
        described = self._calls.described(object)
        found = {str(r["Id"]) for page in self._looking.among(described.object, [], "Id", ids) for r in page}
        return [id for id in ids if id not in found]

"""Rules that single objects have beside those of their fields: what is derived, what has to fit, what follows."""

from collections.abc import Callable
from typing import Any

from crm_migrate_simulators.salesforce import activities, content, persons, selling
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.validation import broken
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record

Values = dict[str, Any]
Before = Callable[[Work, Values, Record | None], Values]
After = Callable[[Work, Record, Record | None], None]


def before(work: Work, object: str, after: Values, was: Record | None) -> Values:
    """The values that will be stored, with what follows from them. Raises Failure."""
    if was is None:
        after = _assigned(work, object, after)
    rule = _BEFORE.get(object)
    return rule(work, after, was) if rule else after


def after(work: Work, record: Record, was: Record | None) -> None:
    """What else changes when a record is stored."""
    rule = _AFTER.get(record.object)
    if rule:
        rule(work, record, was)


def before_delete(work: Work, object: str, id: str) -> None:
    """Raises Failure where a record may not go."""
    if object == "Pricebook2" and work.store.get(object, id).values.get("IsStandard"):  # type: ignore[union-attr]
        raise Failure("DELETE_FAILED", "The standard price book cannot be deleted")


def owner_is_active(work: Work, object: str, after: Values | Any, was: Record | None) -> None:
    """Raises Failure where a record is given to a user who is not active."""
    owner = after.get("OwnerId")
    if owner is None or work.habits.inactive_owners or (was and was.values.get("OwnerId") == owner):
        return
    user = work.store.get("User", owner) if owner.startswith("005") else None
    if user is not None and not user.values.get("IsActive"):
        words = f"operation performed with inactive user [{owner}] as owner of {object.lower()}"
        raise Failure("INACTIVE_OWNER_OR_USER", words, "OwnerId")


def own_rules(work: Work, object: str, after: Values | Any) -> None:
    """The validation rules that the schema gives an object. Raises Failure."""
    for rule in work.store.compact(object).get("validationRules", []):
        if broken(rule, after):
            field = (rule["field"],) if rule.get("field") else ()
            raise Failure("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.get("message", rule["name"]), *field)


def _assigned(work: Work, object: str, after: Values) -> Values:
    if object not in ("Lead", "Case") or not (work.habits.assignment_rule and work.auto_assign) or work.text:
        return after
    queue = next((record for record in work.store.all("Group") if record.values.get("Type") == "Queue"), None)
    return after | ({"OwnerId": queue.id} if queue else {})


def _case(work: Work, after: Values, was: Record | None) -> Values:
    if was is None:
        after["CaseNumber"] = f"{len(work.store.everything('Case')) + 1000:08d}"
    after["IsClosed"] = after.get("Status") == "Closed"
    return after


def _contract(work: Work, after: Values, was: Record | None) -> Values:
    if was is None:
        after["ContractNumber"] = f"{len(work.store.everything('Contract')) + 100:08d}"
    after["StatusCode"] = {"Activated": "Activated", "In Approval Process": "InApproval"}.get(after["Status"], "Draft")
    return after


def _user(work: Work, after: Values, was: Record | None) -> Values:
    taken = work.store.having("User", "Username", after.get("Username"))
    if any(record.id != (was and was.id) for record in taken):
        words = "Duplicate Username.The username already exists in this or another Salesforce organization."
        raise Failure("DUPLICATE_USERNAME", words, "Username")
    return after


def _relation(work: Work, after: Values, was: Record | None) -> Values:
    if was is None:
        same = work.store.having("AccountContactRelation", "ContactId", after.get("ContactId"))
        if any(record.values["AccountId"] == after.get("AccountId") for record in same):
            words = "A relationship already exists between this account and contact."
            raise Failure("DUPLICATE_VALUE", words, "AccountId", "ContactId")
    return after


def _granted(work: Work, after: Values, was: Record | None) -> Values:
    if was is None:
        given = work.store.having("PermissionSetAssignment", "AssigneeId", after.get("AssigneeId"))
        if any(record.values["PermissionSetId"] == after.get("PermissionSetId") for record in given):
            who, what = str(after["AssigneeId"])[:15], str(after["PermissionSetId"])[:15]
            words = f"Duplicate PermissionSetAssignment.  Assignee: {who}; Permission Set: {what}"
            raise Failure("DUPLICATE_VALUE", words, "AssigneeId", "PermissionSetId")
    return after


def _permission(work: Work, after: Values, was: Record | None) -> Values:
    object, _, field = str(after.get("Field", "")).partition(".")
    fields = work.store.schema.objects[object].fields if object in work.store.schema.objects else {}
    if after.get("SobjectType") != object or field not in fields:
        raise Failure("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                      f"Field: bad value for restricted picklist field: {after.get('Field')}", "Field")  # fmt: skip
    if not fields[field].more.get("permissionable"):
        words = f"You can't set field permissions of a required field: {object}.{field}"
        raise Failure("FIELD_INTEGRITY_EXCEPTION", words, "Field")
    if after.get("PermissionsEdit"):
        after["PermissionsRead"] = True
    return after


def _contact_related(work: Work, record: Record, was: Record | None) -> None:
    """A contact's account is its direct relation, where contacts may have several."""
    account = record.values.get("AccountId")
    known = "AccountContactRelation" in work.store.schema.objects
    if not known or record.values.get("IsPersonAccount") or (was and was.values.get("AccountId") == account):
        return
    for relation in work.store.having("AccountContactRelation", "ContactId", record.id):
        if relation.values.get("IsDirect"):
            work.store.delete("AccountContactRelation", relation.id, work.now)
    if account:
        given = {"AccountId": account, "ContactId": record.id, "IsDirect": True, "IsActive": True}
        work.store.create("AccountContactRelation", given, work.now)


def _lead(work: Work, after: Values, was: Record | None) -> Values:
    if was is not None and was.values.get("IsConverted"):
        raise Failure("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    return after


_BEFORE: dict[str, Before] = {
    "Account": persons.before,
    "CampaignMember": selling.member,
    "Case": _case,
    "Contract": _contract,
    "AccountContactRelation": _relation,
    "PermissionSetAssignment": _granted,
    "FieldPermissions": _permission,
    "Lead": _lead,
    "User": _user,
    "Opportunity": selling.opportunity,
    "OpportunityLineItem": selling.line,
    "PricebookEntry": selling.price,
    "Task": activities.task,
    "Event": activities.event,
    "ContentVersion": content.version,
    "ContentDocumentLink": content.link,
    "Attachment": content.attachment,
}
_AFTER: dict[str, After] = {
    "Account": persons.after,
    "Contact": _contact_related,
    "ContentVersion": content.after_version,
    "Opportunity": selling.after_opportunity,
    "OpportunityLineItem": selling.after_line,
}

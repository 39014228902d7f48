"""The models of a fresh database with Contacts and CRM: fields that a migration meets, in Odoo's own words.

A field is (name, label, type): char, text, html, integer, float, monetary, boolean, date, datetime;
`selection a=A,b=B`, `many2one MODEL`, `many2many MODEL`, `many2one_reference` (of which model, another field says).
`!` behind the type: required; `~`: Odoo fills it, and forms do not.
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.schema import SchemaError

KEY = "__external"  # of the witness: the name of the external id that a record was loaded with; never told
LOGGED = ("create_uid", "create_date", "write_uid", "write_date")  # that Odoo fills; what is sent is dropped
XMLIDS, FIELDS = "ir.model.data", "ir.model.fields"
_ACTIVE = ("active", "Active", "boolean")
_PRIORITY = "selection 0=Low,1=Medium,2=High,3=Very High"
MODELS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "res.partner": (
        ("name", "Name", "char"), ("is_company", "Is a Company", "boolean"), ("parent_id", "Related Company", "many2one res.partner"),
        ("type", "Address Type", "selection contact=Contact,invoice=Invoice Address,delivery=Delivery Address,other=Other Address"),
        ("email", "Email", "char"), ("phone", "Phone", "char"), ("mobile", "Mobile", "char"), ("website", "Website Link", "char"),
        ("function", "Job Position", "char"), ("vat", "Tax ID", "char"), ("ref", "Reference", "char"),
        ("street", "Street", "char"), ("street2", "Street2", "char"), ("city", "City", "char"), ("zip", "Zip", "char"),
        ("state_id", "State", "many2one res.country.state"), ("country_id", "Country", "many2one res.country"),
        ("user_id", "Salesperson", "many2one res.users"), ("industry_id", "Industry", "many2one res.partner.industry"),
        ("category_id", "Tags", "many2many res.partner.category"), ("comment", "Notes", "html"),
        ("lang", "Language", "selection en_US=English (US)"), _ACTIVE,
    ),
    "crm.lead": (
        ("name", "Opportunity", "char!"), ("type", "Type", "selection lead=Lead,opportunity=Opportunity!"),
        ("partner_id", "Customer", "many2one res.partner"), ("contact_name", "Contact Name", "char"),
        ("partner_name", "Company Name", "char"), ("email_from", "Email", "char"), ("phone", "Phone", "char"),
        ("expected_revenue", "Expected Revenue", "monetary"), ("probability", "Probability", "float"),
        ("stage_id", "Stage", "many2one crm.stage"), ("user_id", "Salesperson", "many2one res.users"),
        ("date_deadline", "Expected Closing", "date"), ("date_closed", "Closed Date", "datetime~"),
        ("lost_reason_id", "Lost Reason", "many2one crm.lost.reason"), ("tag_ids", "Tags", "many2many crm.tag"),
        ("priority", "Priority", _PRIORITY), ("description", "Notes", "html"), ("function", "Job Position", "char"),
        ("mobile", "Mobile", "char"), ("website", "Website", "char"), ("referred", "Referred By", "char"),
        ("street", "Street", "char"), ("street2", "Street2", "char"), ("city", "City", "char"), ("zip", "Zip", "char"),
        ("state_id", "State", "many2one res.country.state"), ("country_id", "Country", "many2one res.country"), _ACTIVE,
    ),
    "mail.activity": (
        ("res_model_id", "Document Model", "many2one ir.model!"), ("res_id", "Related Document ID", "many2one_reference"),
        ("activity_type_id", "Activity Type", "many2one mail.activity.type"), ("summary", "Summary", "char"),
        ("note", "Note", "html"), ("date_deadline", "Due Date", "date!"), ("user_id", "Assigned to", "many2one res.users!"),
    ),
    "mail.message": (
        ("model", "Related Document Model", "char"), ("res_id", "Related Document ID", "many2one_reference"),
        ("message_type", "Type", "selection email=Incoming Email,comment=Comment,notification=System notification!"),
        ("subtype_id", "Subtype", "many2one mail.message.subtype"), ("subject", "Subject", "char"),
        ("body", "Contents", "html"), ("date", "Date", "datetime"), ("author_id", "Author", "many2one res.partner"),
    ),
    "mail.message.subtype": (("name", "Message Type", "char!"), ("internal", "Internal Only", "boolean")),
    "calendar.event": (
        ("name", "Meeting Subject", "char!"), ("start", "Start", "datetime!"), ("stop", "Stop", "datetime!"),
        ("description", "Description", "html"), ("location", "Location", "char"), ("user_id", "Organizer", "many2one res.users"),
        ("partner_ids", "Attendees", "many2many res.partner"), ("res_model_id", "Document Model", "many2one ir.model"),
        ("res_id", "Document ID", "many2one_reference"), _ACTIVE,
    ),
    "mail.blacklist": (("email", "Email Address", "char!"), _ACTIVE),
    "res.partner.category": (("name", "Name", "char!"), ("color", "Color", "integer"), _ACTIVE),
    "res.partner.industry": (("name", "Name", "char"), _ACTIVE),
    "crm.stage": (("name", "Stage Name", "char!"), ("sequence", "Sequence", "integer"), ("is_won", "Is Won Stage?", "boolean")),
    "crm.tag": (("name", "Tag Name", "char!"), ("color", "Color", "integer")),
    "crm.lost.reason": (("name", "Description", "char!"), _ACTIVE),
    "mail.activity.type": (("name", "Name", "char!"), _ACTIVE),
    "res.country": (("name", "Country Name", "char!"), ("code", "Country Code", "char!")),
    "res.country.state": (
        ("name", "State Name", "char!"), ("code", "State Code", "char!"), ("country_id", "Country", "many2one res.country!"),
    ),
    "res.users": (("name", "Name", "char!"), ("login", "Login", "char!"), ("email", "Email", "char"), _ACTIVE),
    "ir.model": (
        ("name", "Model Description", "char!"), ("model", "Model", "char!"), ("transient", "Transient Model", "boolean"),
    ),
    FIELDS: (
        ("name", "Field Name", "char!"), ("field_description", "Field Label", "char"), ("model", "Model Name", "char"),
        ("model_id", "Model", "many2one ir.model!"), ("ttype", "Field Type", "char!"), ("relation", "Related Model", "char"),
        ("state", "Type", "selection manual=Custom Field,base=Base Field"), ("store", "Stored", "boolean"), ("readonly", "Readonly", "boolean"),
    ),
    XMLIDS: (
        ("module", "Module", "char!"), ("name", "External Identifier", "char!"), ("model", "Model Name", "char!"),
        ("res_id", "Record ID", "integer"), ("complete_name", "Complete ID", "char"), ("noupdate", "Non Updatable", "boolean"),
    ),
}  # fmt: skip
BESIDE: Mapping[str, tuple[str, ...]] = {"users": ("login", "name"), "states": ("name", "code", "country")}
TRANSLATED = {
    "tr_TR": {"New": "Yeni", "Qualified": "Nitelikli", "Proposition": "Teklif", "Won": "Kazanıldı"},
}  # names of stages
UNIQUE = {(XMLIDS, "complete_name"), ("crm.tag", "name"), ("mail.blacklist", "email"), ("res.users", "login")}
_STORED = {
    "integer": "integer", "many2one_reference": "integer", "float": "decimal", "monetary": "decimal", "boolean": "boolean", "date": "date",
    "datetime": "datetime", "many2one": "reference",
}  # fmt: skip


def stored(model: str, name: str, label: str, type: str) -> dict[str, Any]:
    """A field in the words of the store."""
    word, _, rest = type.rstrip("!~").partition(" ")
    more = {"label": label, "type": word, "required": type.endswith("!"), "readonly": type.endswith("~")}
    said: dict[str, Any] = {"more": more}
    if word in _STORED:
        said["type"] = _STORED[word]
    if word == "many2one":
        said["reference"] = [rest]
    if word == "many2many":
        said["more"]["to"] = rest
    if word == "selection":
        said["more"]["selection"] = [each.split("=", 1) for each in rest.split(",")]
    return said | ({"unique": True} if (model, name) in UNIQUE else {})


def furnished(schema: Any) -> Any:
    """The models of a fresh database, with the fields that a person's schema adds (`x_...`). Raises SchemaError."""
    schema = {} if schema is None else schema
    asked = schema.get("objects", {}) if isinstance(schema, Mapping) else None
    if not isinstance(asked, Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    objects = {
        model: {"fields": {KEY: {"external": True}, **{f[0]: stored(model, *f) for f in fields}}}
        for model, fields in MODELS.items()
    }
    for model, said in asked.items():
        if model not in MODELS:
            raise SchemaError(f"{model}: there are {', '.join(MODELS)}")
        for name, words in said.get("fields", {}).items():
            if (
                not name.startswith("x_")
                or words.get("type", "char") not in ("char", "text", *_STORED)
                or len(words) > 1
            ):
                raise SchemaError(f"{model}.{name}: a field of one's own begins with x_ and has a `type` of Odoo's")
            if words.get("type") == "many2one":
                raise SchemaError(f"{model}.{name}: a field of one's own is no many2one here")
            objects[model]["fields"][name] = stored(model, name, name.removeprefix("x_"), words.get("type", "char"))
    more = {word: _listed(schema, word, names) for word, names in BESIDE.items()}
    return {"organisation": schema.get("organisation", "simulated"), "objects": objects, "more": more}


def _listed(schema: Mapping[str, Any], word: str, names: tuple[str, ...]) -> list[Mapping[str, Any]]:
    said = schema.get(word, [])
    if not isinstance(said, list) or not all(isinstance(each, Mapping) and set(each) == set(names) for each in said):
        raise SchemaError(f"`{word}` is a list of objects with {', '.join(names)}")
    return said

"""How we know that vtiger behaves as this simulator does; what is assumed says so.

No live server was seen. `SOURCE` are facts of its published source, `TOLD` answers that the author of a client keeps
beside its tests.
"""

from crm_migrate_simulators.evidence import Ground, Rule

SOURCE = "source of vtiger 7 (vtiger-crm/vtigercrm, include/Webservices)"
TOLD = "answers of a vtiger 7 in javanile/vtiger-client, tests/fixtures"
_DOCS = "community.vtiger.com, Third Party App Integration"
_ROOMS: dict[str, tuple[tuple[str, Ground, str], ...]] = {
    "Access": (
        ("getchallenge, then login with the MD5 digest of challenge and access key; a session has a name", "document", _DOCS),
        ("login, create, revise and delete are told by a form, the others by the address, whatever the method", "document", f"{_DOCS}; {SOURCE}: OperationManager; that one without a form is refused at once is assumed"),
        ("A challenge is good once", "assumed", ""),
        ("A session that is over: INVALID_SESSIONID", "document", f"{SOURCE}: WebServiceErrorCode; that nothing was done is assumed"),
        ("An answer has success and result, or error with code and message; the status is 200", "document", f"{_DOCS}; the status is assumed"),
        ("There are no limits of requests", "assumed", "those of vtiger Cloud are another API"),
    ),
    "Records": (
        ("An id is the number of its module, an x, and a number: 12x34", "document", _DOCS),
        ("The numbers of modules", "assumed", "each installation has its own; describe tells them"),
        ("Everything is told as text; nothing is an empty text, yes is 1", "document", f"{SOURCE}: DataTransform"),
        ("A field that is made is called cf_ and a number, and known by its label", "document", SOURCE),
        ("What is no field is dropped without a word", "document", f"{SOURCE}: column_fields"),
        ("A line of text that is too long is cut off at 100 characters", "assumed", "the lengths of its columns; the harder case"),
        ("A number that is none becomes 0", "assumed", "the harder case"),
        ("Mandatory fields: MANDATORY_FIELDS_MISSING; the owner is one of them", "document", f"{SOURCE}: Create; {TOLD}"),
        ("A link to a module that it does not lead to: REFERENCE_INVALID", "document", f"{SOURCE}: Create"),
        ("A link to a record that is gone is told as none", "document", f"{SOURCE}: sanitizeReferences"),
        ("An empty link in a change is left as it was", "document", f"{SOURCE}: Revise"),
        ("An owner who is not there: ACCESS_DENIED", "document", f"{SOURCE}: Create"),
        ("A choice that is not there is taken", "assumed", "no check in its source"),
        ("Deleted: status successful; then RECORD_NOT_FOUND", "document", f"{SOURCE}: Delete, Revise"),
        ("The deals of an organisation go with it", "assumed", "unlinkDependencies of its source; the harder case"),
        ("A rule against doubles: DUPLICATE_RECORD_FOUND", "assumed", "the code"),
        ("Amounts are those of the user's currency, dates ISO 8601", "document", f"{SOURCE}: DataTransform; no conversion here"),
    ),
    "Queries": (
        ("SELECT * FROM Module WHERE field IN (...) ORDER BY field LIMIT offset, count; with its semicolon", "document", "corebos.com/documentation, Web Service Query Language (of vtiger)"),
        ("100 rows at most", "document", "the same"),
        ("ORDER BY id", "assumed", ""),
        ("Texts are compared without regard to capitals", "assumed", "the collation of MySQL"),
        ("Anything else of the language is a syntax error here", "assumed", "a choice"),
    ),
    "Modules": (
        ("describe tells name, label, type, mandatory, editable, default; refersTo and picklistValues; idPrefix", "document", f"{SOURCE}: describe; {TOLD}"),
        ("Lengths are not told", "document", TOLD),
        ("Users are asked for by a query: email1, status, is_admin", "assumed", "fields of its table"),
    ),
}  # fmt: skip
RULES: tuple[Rule, ...] = tuple(
    Rule(room, words, ground, source) for room, rules in _ROOMS.items() for words, ground, source in rules
)

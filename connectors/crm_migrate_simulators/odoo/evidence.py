"""How we know that Odoo behaves as this simulator does. Odoo is open: its own source and its tests of imports are public;
what they say counts as a document. No line of it is here."""

from crm_migrate_simulators.evidence import Ground, Rule

_DOCS = "odoo.com/documentation: external API"
_LOAD = "Odoo's own tests of imports (test_impex: test_load) and the source of `load` and ir.fields.converter"
_ORM = "the source of Odoo's ORM (odoo/models.py)"
_ROOMS: dict[str, tuple[tuple[str, Ground, str], ...]] = {
    "Calls": (
        ("POST /jsonrpc with service, method and args; common.version, common.authenticate, object.execute_kw", "document", _DOCS),
        ("authenticate answers the id of a user, or False", "document", _DOCS),
        ("A key of the API stands in place of the password", "document", _DOCS),
        ("Every answer is 200; an error has code 200, `Odoo Server Error`, and names its exception", "document", "the clients OdooRPC 0.10 and odooly 2.6 (PyPI), which read it so"),
        ("A wrong password: odoo.exceptions.AccessDenied", "document", _DOCS),
        ("A request is one transaction", "document", _ORM),
        ("Odoo itself has no limits of requests", "document", "Odoo.sh and odoo.com have their own; which, no document at hand says"),
        ("Methods that this simulator does not know are refused", "assumed", "a choice"),
    ),
    "load": (
        ("Rows are made or changed by their external ids (`id`); without a module they are of `__import__`", "document", _LOAD),
        ("One error in any row: `ids` is False and nothing was done", "document", _LOAD),
        ("A message tells type, message, rows (from, to), record, and of a cell field and field_name", "document", _LOAD),
        ("Ten rows that could not be made, and more than one of ten: the rest is not tried, which a last message says without a row", "document", _LOAD),
        ("A row with a cell that cannot be taken is tried without it, so that a second message may follow from the first", "document", _LOAD),
        ("What spoils all rows at once is told of the first row as well, whichever it was", "document", _LOAD),
        ("Messages about cells come before those about rows", "assumed", "Odoo mixes them where a row names one before it"),
        ("`parent_id/id` names an external id, `/.id` one of the database, neither a name", "document", _LOAD),
        ("A name that several have: a warning, and the first is taken", "document", _LOAD),
        ("A name that nobody has: an error", "document", _LOAD),
        ("A word that is no yes or no: an error (old versions took it for yes, with a warning)", "document", _LOAD),
        ("Integers, numbers, days, moments, choices that are none: an error of their cell", "document", _LOAD),
        ("A moment is one in the time zone of who imports; a day is its midnight", "document", _LOAD),
        ("create_date and its like are dropped without a word", "document", _ORM),
        ("A column that is no field: an error of the call, not of a row", "assumed", "its name may be another one"),
        ("check_object_reference tells the record of an external id, or that there is none", "document", "OdooRPC 0.10, whose `ref` asks so"),
        ("A row by its `.id` changes that record and makes none; one that is archived is unknown unless active_test is False", "document", "the source of Odoo's ORM (odoo/models.py)"),
        ("An external id that another model has: an error", "document", _ORM),
        ("nextrow is 0", "document", _LOAD),
    ),
    "Records": (
        ("create takes values or a list of them; an unknown field is an error", "document", _ORM),
        ("Nothing is False; a many2one is [id, name]; a many2many a list of ids; moments are UTC without a zone", "document", _DOCS),
        ("read gives a many2one as its id alone where it is asked with another `load` than _classic_read", "document", _ORM),
        ("default_get tells what create fills where nothing is said", "document", _ORM),
        ("Commands of a many2many: 4 links, 3 unlinks, 5 clears, 6 replaces", "document", _DOCS),
        ("Searches: domains in Polish notation, offset, limit, order", "document", _DOCS),
        ("Archived records are found where a domain speaks of `active`, or with active_test False", "document", _ORM),
        ("unlink takes a record for good, with its external ids; what pointed to it is emptied", "document", _ORM),
        ("A contact of an active user cannot be deleted", "document", "the source of Odoo's base (res_partner)"),
        ("A contact takes over the address of its company where that has one, and its tax number and industry; changes of those reach its contacts", "document", "the source of Odoo's base (res_partner: _fields_sync, _children_sync)"),
        ("The address of the first contact of a company that has none becomes that of the company", "document", "the source of Odoo's base (res_partner: _handle_first_contact_creation)"),
        ("Names of stages are those of the language that the context names, else the original ones", "document", _ORM),
        ("A contact wants a name", "document", "the source of Odoo's base: a constraint of res_partner"),
        ("What is missing: a sentence that names label and field", "document", _LOAD),
        ("Companies and people are one model; leads and opportunities are one", "document", _DOCS),
        ("A lead without a salesperson is of the user who makes it, and in the first stage", "document", "the source of Odoo's crm (crm_lead)"),
        ("Names of tags of deals, and suppressed mailboxes, are there once", "document", "the source of Odoo's crm and mail"),
        ("A phone, a mailbox and a tax number may be there twice", "document", "the source of Odoo's base"),
        ("Values of create and write have to be of the type of their field", "assumed", "Odoo takes some texts for numbers, too"),
        ("Tax numbers are not looked at", "assumed", "the module base_vat does, where it is installed"),
        ("A text in a field of HTML stands in a paragraph", "document", "the source of Odoo (tools/mail.py: html_sanitize)"),
        ("Fields of one's own begin with x_ and are there once their record in ir.model.fields is", "document", "the source of Odoo's base (ir_model)"),
        ("Of which model the record is that `res_id` names, another field says", "document", _ORM),
        ("Which fields a model has", "document", "the source of Odoo 18, in part: those that a migration meets"),
        ("Users, stages, reasons and kinds of activity of a fresh database", "document", "the data of Odoo's crm and mail, in part"),
    ),
}  # fmt: skip
RULES: tuple[Rule, ...] = tuple(
    Rule(room, words, ground, source) for room, rules in _ROOMS.items() for words, ground, source in rules
)

"""How we know that Freshsales behaves as this simulator does; what is assumed says so.

No answer of Freshsales was recorded by us. `SAMPLES` are answers of a trial account of 2023 that the author of a client
keeps beside its tests: their shapes count as a document, what they do not show as assumed.
"""

from crm_migrate_simulators.evidence import Ground, Rule

SAMPLES = "sample answers of python-freshworks-crm 1.1 (robertvy/python-freshworksCRM, BSD)"
_CLIENT = "python-freshworks-crm 1.1.2 (PyPI)"
_DOCS = "developers.freshworks.com/crm/api"
_ROOMS: dict[str, tuple[tuple[str, Ground, str], ...]] = {
    "Access": (
        ("The address is /crm/sales/api behind the bundle alias", "document", _DOCS),
        ("A key stands behind `Token token=`, and is that of a user", "document", _DOCS),
        ("A key that is not known: 401; the words", "assumed", ""),
        ("Requests of an hour, by plan (1,000, 2,000, 5,000), and 400 of a minute; 429 behind them", "document", "support.freshsales.io 50000010026, crmsupport.freshworks.com 50000005599"),
        ("429 tells Retry-After in seconds", "document", f"{_CLIENT} and tap-freshworkscrm 0.1.0, which read it"),
        ("No header tells what is left of an hour", "assumed", "no client and no document at hand reads one"),
    ),
    "Records": (
        ("A record stands under the name of its module, beside `meta: null`", "document", SAMPLES),
        ("Ids are numbers, amounts of deals texts, revenues numbers", "document", SAMPLES),
        ("Times carry the offset of the account's time zone", "document", SAMPLES),
        ("custom_field holds all custom fields, the empty ones too", "document", f"{SAMPLES}; the recording legacy_get_lead"),
        ("A body may name its module or not", "document", f"{_CLIENT}: create_contact sends plain fields, update_task wrapped ones"),
        ("Created: 201; changed: 200", "assumed", "tests of others say so, no recording"),
        ("The owner of contacts and deals, a deal's account, contacts and currency are told where `include` asks for them", "document", f"{SAMPLES}; tap-freshworkscrm asks for owner, sales_account; that the ids come with it is assumed"),
        ("`include` works with POST and PUT, too", "document", f"{_CLIENT}: PUT /deals/ID?include=products; others are assumed"),
        ("The accounts of a contact are a list, one of them primary", "document", SAMPLES),
        ("Who is not named in `sales_accounts` stays a member; `_destroy` ends it", "assumed", "as `_destroy` of emails, which the samples show"),
        ("Contacts of a deal: contacts_added_list", "document", "code of several integrations in public repositories"),
        ("... and contacts_removed_list", "document", "one integration in a public repository"),
        ("A field that the module does not have is dropped without a word", "assumed", "the harder case"),
        ("A contact wants a name, a mailbox or a mobile number", "assumed", "which of them, no document at hand says"),
        ("Accounts want a name; deals a name and a value", "document", f"{SAMPLES}: required of settings/.../fields"),
        ("Names of accounts are there once, in capitals or not", "document", "help on import; that case does not count is assumed"),
        ("A mailbox is there once among contacts, in capitals or not", "document", "`Email is not unique` in code of integrations; that case does not count is assumed"),
        ("An external id is there once", "assumed", "it is one of the unique identifiers of upsert"),
        ("A contact keeps one mailbox here", "assumed", "a choice: the real one keeps several"),
        ("A text has 255 characters, a text area 65,535; more are refused", "assumed", ""),
        ("An id that is no choice, user or record: 400", "assumed", ""),
        ("A stage has to be one of its pipeline; probability comes from the stage", "document", f"{SAMPLES}: selector/deal_pipelines; the refusal is assumed"),
        ("A new deal has no owner unless one is named", "document", f"{SAMPLES}: `Test Deal` was never assigned"),
        ("A new contact is a lead, of the first status, not subscribed", "assumed", ""),
        ("Errors: `{errors: {code, message: [...]}}` with 400", "document", "code of integrations in public repositories (errors.message, errors.code)"),
        ("created_at and updated_at cannot be set", "assumed", "they are dropped like any unknown field"),
    ),
    "Upsert and deletion": (
        ("upsert finds by unique_identifier: emails, mobile_number, external_id; name of an account", "document", f"{_CLIENT}: upsert_contact, upsert_account; external_id is told by others"),
        ("... of a deal by its name, the first one", "assumed", f"{_CLIENT}: upsert_deal does so; which of several is assumed"),
        ("DELETE of contacts, accounts and deals: true; of activities {success: 200}", "document", f"{_CLIENT}: tests"),
        ("What was deleted is not found by its id", "assumed", "records tell is_deleted, so it may be found"),
        ("What pointed to it stays as it is", "assumed", ""),
        ("forget deletes, too", "document", _CLIENT),
        ("bulk_upsert: none here", "assumed", "a choice: three third parties describe three shapes; no connector of ours uses it"),
    ),
    "Lists": (
        ("Contacts, accounts and deals are listed by views, which filters name", "document", SAMPLES),
        ("There is All Contacts and All Accounts, and of deals Open, Won and Lost", "document", SAMPLES),
        ("page, per_page up to 100, sort, sort_type; meta tells total and total_pages", "document", f"{SAMPLES}; {_CLIENT}"),
        ("A per_page that is no number counts as not said", "document", f"{_CLIENT}: list_activities sends one"),
        ("A list is behind (habit index_seconds)", "assumed", "no document says so; the harder case"),
        ("Sales activities have a list of their own", "document", f"{SAMPLES}; {_CLIENT}"),
        ("Tasks and appointments are listed by a filter", "document", f"{_CLIENT}; tap-freshworkscrm"),
        ("filtered_search tells records in part", "document", SAMPLES),
        ("lookup takes q, f and entities", "document", "public code of integrations; fields beside the module's own are assumed"),
        ("Notes, tasks, appointments of a record stand behind its links", "document", f"{SAMPLES}: links; the shape of the answers is assumed"),
    ),
    "Settings": (
        ("settings/MODULE/fields tells name, label, type, choices, whether it is required", "document", SAMPLES),
        ("selector/... tells users, pipelines with their stages, currencies and other choices", "document", SAMPLES),
        ("A custom field is made by administrators in the program, not by the API", "assumed", "no public document of such a route is known"),
        ("Which choices a fresh account has", "document", f"{SAMPLES}, in part"),
    ),
    "Activities": (
        ("They are about one contact, account or deal: targetable_id and targetable_type; told as targetables, too", "document", SAMPLES),
        ("Sales activities have custom fields, tasks, appointments and notes have none", "document", SAMPLES),
        ("A sales activity has a type of selector/sales_activity_types", "document", SAMPLES),
    ),
}  # fmt: skip
RULES: tuple[Rule, ...] = tuple(
    Rule(room, words, ground, source) for room, rules in _ROOMS.items() for words, ground, source in rules
)

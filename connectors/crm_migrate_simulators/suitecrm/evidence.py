"""How we know that SuiteCRM behaves as this simulator does; what is assumed says so.

No live server was seen. `SOURCE` are facts of its published source, issues those that others filed about it.
"""

from crm_migrate_simulators.evidence import Ground, Rule

SOURCE = "source of SuiteCRM 7 (salesagility/SuiteCRM)"
_DOCS = "docs.suitecrm.com, JSON API"
_V8 = f"{SOURCE}, Api/V8"
_ISSUE = "SuiteCRM/SuiteCRM, issue"
_ROOMS: dict[str, tuple[tuple[str, Ground, str], ...]] = {
    "Access": (
        ("A token for client credentials at /Api/access_token, good for an hour; it is of the user that the client names", "document", f"{_DOCS}; {_V8}/Config/services/middlewares.php, OAuth2/Repository/AccessTokenRepository.php"),
        ("A client proves itself by the header or in the form (RFC 6749, 2.3.1)", "document", "league/oauth2-server, AbstractGrant; the client PySuiteCRM"),
        ("A token that is over: 401 access_denied, and nothing was done", "document", "league/oauth2-server, OAuthServerException; ResourceServerMiddleware stands before every route"),
        ("Whoever is no administrator may see some records only; current-user tells is_admin", "document", f"{_V8}/Service/UserService.php"),
        ("There are no limits of requests; a 429 is of a web server before it, and without words", "assumed", "none in its source"),
        ("An error is 400 with one object `errors`, whatever it is about; its detail alone tells what", "document", f"{_V8}/Controller/ModuleController.php, JsonApi/Response/ErrorResponse.php, Middleware/ParamsMiddleware.php"),
        ("What no exception was made for is a page", "assumed", "Slim"),
    ),
    "Records": (
        ("A client may name the id of a new record, a GUID", "document", f"{_V8}/Param/CreateModuleDataParams.php"),
        ("An id that is there, also of a deleted record: `Bean Accounts with id ... is already exist`, and nothing was done", "document", f"{_V8}/Service/ModuleService.php: createRecord asks without regard to deleted"),
        ("A field that is none: `Property x in Account module is invalid`, and nothing was done", "document", f"{_V8}/Param/Options/Attributes.php"),
        ("Whether what users must fill is filled nobody looks", "document", f"{SOURCE}, data/SugarBean.php: save"),
        ("A choice and an owner that are not there are kept", "document", f"{SOURCE}, data/SugarBean.php: save"),
        ("Tags of HTML go, signs written as HTML has them become what they mean, and lines end alike", "document", f"{SOURCE}, data/SugarBean.php: cleanBean; include/SugarCleaner.php; from_html of include/utils/db_utils.php"),
        ("Texts are told as HTML has them: quotes, apostrophes and angle brackets as entities", "document", f"{_ISSUE} 8101"),
        ("What is longer than its column is cut off", "document", f"{SOURCE}, include/database/DBManager.php: truncate"),
        ("A null changes nothing; an empty text empties, or puts the default", "document", f"{_ISSUE} 10210; DBManager.php"),
        ("A number that is none becomes 0, a day that is none becomes nothing", "assumed", "the harder case; unformat_number and to_db take what they can"),
        ("Moments are sent as `2027-01-15 10:30:00`, in UTC", "document", f"{SOURCE}, data/SugarBean.php: fixUpFormatting"),
        ("Moments are told without their seconds", "document", f"{_ISSUE} 10912 (7.15.2)"),
        ("The zone behind a moment may be wrong, its hour is that of UTC", "document", f"{_ISSUE} 9952"),
        ("A change of a record takes the seconds of all its moments", "assumed", "the harder case; they are read as the screen shows them, and saved"),
        ("The account of a contact or a deal has a table of its own: one that is not there is dropped", "document", f"{SOURCE}, data/SugarBean.php: handle_preset_relationships"),
        ("Any other link keeps an id that leads nowhere", "document", f"{SOURCE}, data/SugarBean.php: save"),
        ("Deleted: `Record with id ... is deleted`, then `is not found`; links to it are emptied", "document", f"{_V8}/Service/ModuleService.php; that all links are emptied is assumed (mark_relationships_deleted)"),
        ("The probability of a deal is that of its stage, where none is sent; its currency that which the user of the client prefers", "document", f"{SOURCE}, modules/Opportunities/Opportunity.php: save; the figures of stages are assumed"),
        ("The moment of making is the one that is sent, else now", "document", f"{SOURCE}, data/SugarBean.php: save"),
        ("A logic hook that fails is told with 400, also one behind a record that is saved by then", "document", f"{_V8}/Controller/ModuleController.php: an exception of any kind; its words are assumed"),
    ),
    "Mailboxes": (
        ("A mailbox is one record for all who have it; its spelling is that of whoever was saved last", "document", f"{SOURCE}, include/SugarEmailAddress/SugarEmailAddress.php: AddUpdateEmailAddress"),
        ("Its marks become those of whoever was saved last: a new record without an opt-out takes that of all others away", "document", "the same"),
        ("A text that is no mailbox is dropped", "document", "the same: addAddress"),
        ("A change reaches neither mailbox nor marks", "document", f"{_ISSUE} 10513 (7.14.4); habit mailbox_changes for what its source has later"),
    ),
    "Lists": (
        ("filter[field][eq, neq, gt, gte, lt, lte], joined by and; own fields by their table", "document", f"{_V8}/JsonApi/Repository/Filter.php"),
        ("7.12.2 cannot filter by a field that people made (400 with `Database failure`), later ones can; the simulator is a later one", "document", f"{_ISSUE} 9493, 10319; Filter.php; the client PySuiteCRM"),
        ("page[size], page[number], sort by one field; meta with total-pages where there are records", "document", f"{_V8}/Service/ModuleService.php, JsonApi/Repository/Sort.php"),
        ("200 records of an answer at most", "assumed", "no bound in its source; the harder case"),
        ("A filter for deleted records finds them, and fails as they cannot be read", "document", f"{_V8}/Service/ModuleService.php: getRecords reads each one again"),
        ("fields[Module] names attributes; one that is none fails", "document", f"{_V8}/Param/Options/Fields.php"),
        ("Texts are compared without regard to capitals", "assumed", "the collation of MySQL"),
    ),
    "Modules": (
        ("meta/fields tells type, length, default, source, required; no choices, and not where a link leads", "document", f"{_V8}/Service/MetaService.php: allowedVardefFields"),
        ("Names, types, lengths, defaults and what must be filled", "document", f"{SOURCE}, vardefs of its modules and of the templates company and person"),
        ("A field that is made ends with _c", "document", "docs.suitecrm.com, Studio"),
        ("Users and mailboxes are asked for as modules are", "assumed", "beans like any other"),
        ("Lists beside records (contacts of a deal) are not here", "assumed", "a choice"),
    ),
}  # fmt: skip
RULES: tuple[Rule, ...] = tuple(
    Rule(room, words, ground, source) for room, rules in _ROOMS.items() for words, ground, source in rules
)

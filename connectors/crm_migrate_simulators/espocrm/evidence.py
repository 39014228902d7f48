"""How we know that EspoCRM behaves as this simulator does; what is assumed says so.

No live server was seen. `SOURCE` are facts of its published source, `LIVE` notes that others published of an
installation of theirs, with its answers word for word.
"""

from crm_migrate_simulators.evidence import Ground, Rule

SOURCE = "source of EspoCRM 9 (espocrm/espocrm)"
LIVE = "milojarow/espocrm-skills, reference/common-errors.md: answers of a live installation"
_DOCS = "docs.espocrm.com/development/api"
_ROOMS: dict[str, tuple[tuple[str, Ground, str], ...]] = {
    "Access": (
        ("The key of an API user stands in X-Api-Key", "document", _DOCS),
        ("A key that is not known: 401", "document", _DOCS),
        ("App/user tells what our role may do, by entity", "document", f"{_DOCS}; its shape: {LIVE}"),
        ("An API user cannot change metadata", "document", LIVE),
        ("There are no limits of requests", "assumed", "no document tells of any"),
    ),
    "Records": (
        ("POST, GET, PUT and DELETE of /api/v1/Entity/ID; a success tells all attributes, a deletion true", "document", f"{_DOCS}/crud"),
        ("Created: 200", "document", f"{LIVE}; the PyPI client espo 0.1 takes nothing else"),
        ("A link is written as accountId, a parent as parentId and parentType", "document", f"{_DOCS}/crud: assignedUserId; {SOURCE}"),
        ("Moments are in UTC, without a zone", "document", _DOCS),
        ("What is no attribute, or read only, is dropped without a word", "document", f"{SOURCE}: Record/Service filterInput"),
        ("Blanks at the ends of texts, mailboxes, numbers and addresses go; an empty text is none", "document", f"{SOURCE}: StringTrim of fields varchar, email, phone, url"),
        ("A refused value: 400 with X-Status-Reason and messageTranslation", "document", f"{LIVE}; {SOURCE}"),
        ("A value that is too long is refused and not cut off; a custom text has 100", "document", LIVE),
        ("A choice that is not there is refused", "document", LIVE),
        ("A number is international, with its plus; blanks are taken out of it", "document", LIVE),
        ("A mailbox without an at sign, a site without a dot: 400", "document", f"{SOURCE}: emailAddress and valid of its fields; the patterns are assumed"),
        ("Names have none of < > =", "document", f"{SOURCE}: $noBadCharacters; which characters is assumed"),
        ("A text without a length of its own has 255 characters, a number 36", "assumed", "lengths of its columns"),
        ("A link to a record that is not there: 403, cannotRelate...", "document", f"{LIVE} (cannotRelateForbidden); of one that is not there assumed"),
        ("Doubles: 409 with the list of them, unless X-Skip-Duplicate-Check says true", "document", f"{_DOCS}/crud; {SOURCE}"),
        ("Who is a double: one name, or one mailbox", "assumed", ""),
        ("A mailbox is one thing for all who have it: its spelling and its marks", "document", f"{SOURCE}: EmailAddress with optOut and invalid"),
        ("The title of a contact is that in its account: without an account there is none", "document", f"{SOURCE}: Contact.title is accountContactPrimary.role; that it is dropped is assumed"),
        ("A deal's probability comes from its stage where nobody says one", "assumed", "probabilityMap of its source"),
        ("An amount wants a deal, and a deal an amount and a day", "document", f"{SOURCE}: Opportunity"),
        ("Who has an account as contact is one of its contacts", "document", f"{SOURCE}: links account and accounts"),
        ("A deleted record is marked so; links to it stay as they are; a question for it: 404", "document", f"{SOURCE}: restoreDeleted; that links stay is assumed"),
        ("versionNumber tells how often a record was saved; nobody is asked for it here", "document", SOURCE),
        ("Currencies are USD, EUR, TRY, GBP and CHF", "assumed", "an administrator's choice"),
    ),
    "Lists": (
        ("maxSize, offset, orderBy, order, select, where; list and total", "document", f"{_DOCS}/crud"),
        ("More than 200 records are refused with 403", "document", f"{SOURCE}: handleMaxSize; issue 1424"),
        ("A total of -1 (more) or -2 (no more) where counts are off", "document", f"{_DOCS}/crud"),
        ("Long texts are cut off at 10,000 characters", "document", "docs.espocrm.com/administration/config-params: maxSelectTextAttributeLengthForList"),
        ("where[0][type]: equals, in, isNull, isNotNull, isTrue, linkedWith", "document", f"{_DOCS}-search-params"),
        ("Texts are compared without regard to capitals", "assumed", "the collation of MariaDB"),
        ("Records of one second stand in the order of their ids", "assumed", ""),
        ("An attribute that is not there in a filter: 403", "assumed", ""),
    ),
    "Metadata": (
        ("Metadata?key=entityDefs.Contact tells fields and links; since 8.2", "document", f"{_DOCS}/metadata"),
        ("A field that is made has a c before its name", "document", "docs.espocrm.com/administration/entity-manager"),
        ("What is not there: null", "assumed", ""),
    ),
}  # fmt: skip
RULES: tuple[Rule, ...] = tuple(
    Rule(room, words, ground, source) for room, rules in _ROOMS.items() for words, ground, source in rules
)

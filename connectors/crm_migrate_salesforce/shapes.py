"""What is known of Salesforce's own objects beyond what it says of them, and how an object of ours is named. Pure.

An object is `Account`, or a kind of one: `Task:TaskSubtype=Call` is the tasks whose field TaskSubtype is `Call`; who is
created so gets that value. A field is one of Salesforce (`AnnualRevenue`), a record that a reference leads to, by a
name of its own (`Owner.Email`, `RecordType.Name`, `Pricebook2.Name`, `PricebookEntry.Product2Id` of a line), or a
reference that may lead to several objects, where it leads to one of them: `What.Opportunity`, `Who.Lead`.
"""

from collections.abc import Mapping

KEY = "crm_migrate_id__c"  # where our key lives, unless the profile says another field
CUSTOM = "__c"
# Object that a reference leads to -> the fields by which one of its records is named.
NATURAL: Mapping[str, tuple[str, ...]] = {
    "User": ("Email", "Username"),
    "RecordType": ("Name", "DeveloperName"),
    "Pricebook2": ("Name",),
    "Product2": ("ProductCode",),
    "Group": ("DeveloperName",),
    "BusinessHours": ("Name",),
}
# How the ids of an object begin, of those that a reference to several objects may lead to.
PREFIXES: Mapping[str, str] = {
    "Account": "001", "Contact": "003", "User": "005", "Opportunity": "006", "Group": "00G", "Lead": "00Q",
    "Product2": "01t", "Asset": "02i", "Case": "500", "Solution": "501", "Campaign": "701", "Contract": "800",
    "Order": "801",
}  # fmt: skip
OWNER = "OwnerId"
# A line names its product; the entry of the price book is what Salesforce wants.
LINE, PRICED, ENTRY = "OpportunityLineItem", "PricebookEntry.Product2Id", "PricebookEntryId"
PRODUCT = "Product2Id"  # of a line as well
# Activities that are older than a year go to an archive that only a query of all records shows.
ARCHIVED = frozenset({"Task", "Event"})
# Where users see, and Salesforce's own mails obey, that somebody wants no mail.
OPTED_OUT: Mapping[str, str] = {
    "Account": "PersonHasOptedOutOfEmail",
    "Contact": "HasOptedOutOfEmail",
    "Lead": "HasOptedOutOfEmail",
}
NO_MAIL = frozenset({"withdrawn", "bounced"})
# States that lead the work of people; a value that is none of theirs would be taken and belong to no stage.
STATES = frozenset({"StageName", "Status", "TaskSubtype"})
# A lead that was converted is a contact by now. One that is created with such a state alone is an open lead; what says
# where it went is set once, where the organisation lets creations set it, and never corrected: we make none.
LEAD, CONVERTED, LEAD_STATE, LEAD_STATES = "Lead", "IsConverted", "Status", "LeadStatus"
CONVERSION = frozenset(
    {CONVERTED, "ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId"}
)
# Children that Salesforce itself makes or keeps as a part of their record: nobody's records go with them.
_PARTS = ("History", "Share", "Feed", "ChangeEvent", "__Tag", "CleanInfo")
_OWN = frozenset(
    {
        "AcceptedEventRelation", "ActivityHistory", "AttachedContentDocument", "AttachedContentNote",
        "CampaignMemberStatus", "CombinedAttachment", "ContentDocumentSubscription", "ContentVersion",
        "DeclinedEventRelation", "DuplicateRecordItem", "EntitySubscription", "EventRelation",
        "EventWhoRelation", "FeedComment", "FlowRecordRelation", "Name", "NoteAndAttachment", "OpenActivity",
        "OpportunityHistory", "ProcessInstance", "RecentlyViewed", "RecordAction", "RecordActionHistory",
        "TaskRelation", "TaskWhoRelation", "TopicAssignment", "UndecidedEventRelation",
        "UserEmailPreferredPerson", "UserRecordAccess", "Vote",
    }
)  # fmt: skip
# Of an organisation with person accounts: fields of an account that only people have, and the one they do not have.
PERSONS, NAMED = "IsPersonAccount", "Name"
_OF_PEOPLE = frozenset({"FirstName", "LastName", "MiddleName", "Salutation", "Suffix"})
# Records that Salesforce makes beside others are no records of users: the contact that a person account is, the
# relation of a contact with its own account, what a feed says of a change. Object -> a field, the condition of others.
SHADOWS: Mapping[str, tuple[str, str]] = {
    "Contact": (PERSONS, f"{PERSONS} = false"),
    "AccountContactRelation": ("IsDirect", "IsDirect = false"),
    "FeedItem": ("Type", "Type != 'TrackedChange'"),
}
# References that follow from others: the primary contact of an opportunity is one of its contact roles.
DERIVED = frozenset({("Opportunity", "ContactId")})


def of_people(field: str) -> bool:
    """Whether only accounts of people have a field."""
    return field in _OF_PEOPLE or field.startswith("Person") or field.endswith("__pc")


def is_part(object: str) -> bool:
    """Whether records of an object are parts of others that nobody makes by hand."""
    return object in _OWN or object.endswith(_PARTS)

"""What is known of Dataverse's own tables beyond what it says of them, and how a field of ours is named. Pure.

A field is a column (`emailaddress1`), a lookup (`parentaccountid`), the one of several tables that a lookup leads to
(`parentcustomerid.account`), a record by a name of its own (`ownerid.internalemailaddress`,
`transactioncurrencyid.isocurrencycode`), or `stage` of an opportunity: its sales stage while it is open, its
state (Won, Lost) when it is closed. `account:industrycode=Consulting` are the accounts whose column has that value.
"""

import re
from collections.abc import Mapping

KEY = "crm_migrate_id"  # where our key lives, unless the profile says another column
KEY_NAME = "crm_migrate_key"  # of its alternate key
OWN = re.compile(r"crm_[a-z0-9_]+")  # a column or table that may be made; what has another prefix is somebody else's
# Table that a lookup leads to -> the columns by which one of its records is named.
NATURAL: Mapping[str, tuple[str, ...]] = {
    "systemuser": ("internalemailaddress", "domainname"),
    "team": ("name",),
    "transactioncurrency": ("isocurrencycode",),
    "product": ("productnumber",),
    "pricelevel": ("name",),
    "uom": ("name",),
    "territory": ("name",),
}
OWNER = "ownerid"
ACCESS_TEAM = 1  # the type of a team that shares records and owns none
CURRENCY = "transactioncurrencyid"
RATE = "exchangerate"  # how many of a currency make one of the organisation's own
CREATED, GIVEN = "createdon", "overriddencreatedon"  # what is read, and what is sent for it at a creation
STATE, REASON = "statecode", "statuscode"
STAGE, STAGED = "stage", {"opportunity": "salesstage"}
# Where users see, and marketing obeys, that somebody wants no mail in bulk.
OPTED_OUT: Mapping[str, str] = dict.fromkeys(("account", "contact", "lead"), "donotbulkemail")
NO_MAIL = frozenset({"withdrawn", "bounced"})
# Table and state -> the message that leads there, the member that tells of the closing, and its lookup.
CLOSING: Mapping[tuple[str, int], tuple[str, str, str]] = {
    ("opportunity", 1): ("WinOpportunity", "OpportunityClose", "opportunityid"),
    ("opportunity", 2): ("LoseOpportunity", "OpportunityClose", "opportunityid"),
    ("incident", 1): ("CloseIncident", "IncidentResolution", "incidentid"),
}
READ_ONLY_WHEN_CLOSED = frozenset({"opportunity", "incident"})
# What a party of an activity is to it: its number in `participationtypemask`.
PARTY, ROLES = "activityparty", {
    "from": 1, "to": 2, "cc": 3, "bcc": 4, "requiredattendees": 5, "optionalattendees": 6, "organizer": 7,
}  # fmt: skip
# A lead that was qualified is a contact by now, with an account and an opportunity; we make none.
LEAD, QUALIFIED = "lead", 1
# Tables whose rows Dataverse itself makes or keeps as parts of others: nobody's records go with them.
PARTS = frozenset(
    {
        "activitypointer", "annotationattachment", "asyncoperation", "bulkdeletefailure", "connectionreference",
        "customeraddress", "customerrelationship", "duplicaterecord", "feedback", "fileattachment", "imagedescriptor",
        "mailboxtrackingfolder", "post", "postfollow", "postregarding", "principalobjectattributeaccess",
        "processsession", "sharepointdocument", "sharepointdocumentlocation", "slakpiinstance", "socialprofile",
        "syncerror", "userentityinstancedata",
    }
)  # fmt: skip
# A product of an opportunity is one of the catalogue, by this lookup, or is written in: then nothing but its line says
# what it is. The price that a line says holds, whatever price list there is.
LINE, PRODUCT = "opportunityproduct", "productid"
DEAL, OF_DEAL = "opportunity", "opportunityid"  # what a line belongs to, and by which lookup
WRITTEN_IN, PRICED = "isproductoverridden", "ispriceoverridden"
# Columns that have to be there, and that Dataverse fills where nothing is sent.
FILLED = frozenset(
    {
        (LINE, "opportunityproductname"), (LINE, "opportunitystatecode"), (LINE, "producttypecode"),
        (LINE, "propertyconfigurationstatus"),
    }
)  # fmt: skip
# Lookups that follow from others.
DERIVED = frozenset({("opportunity", "customerid")})

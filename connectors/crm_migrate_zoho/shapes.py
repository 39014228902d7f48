"""What is known of Zoho's own modules beyond what they say of themselves, and how a field of ours is named. Pure.

A field is one of Zoho by its API name (`Billing_City`), a user by the mailbox (`Owner.email`), or a lookup that may
lead to several modules, where it leads to one of them (`What_Id.Accounts`).
"""

import re
from collections.abc import Mapping

KEY = "crm_migrate_id"  # where our key lives, unless the profile says another field
OWNER, EMAIL, USERS = "Owner", "email", "users"
# Where users see, and Zoho's own mails obey, that somebody wants no mail.
OPTED_OUT: Mapping[str, str] = {"Contacts": "Email_Opt_Out", "Leads": "Email_Opt_Out"}
NO_MAIL = frozenset({"withdrawn", "bounced"})
# Activities, which can be about records of several modules; their fields cannot be unique.
ACTIVITIES = frozenset({"Tasks", "Events", "Calls"})
MODULE_OF = "$se_module"  # beside `What_Id`: of which module the record is
# Fields that only settings of an organisation make; one of ours would look like it and do nothing.
RESERVED = frozenset({"Currency", "Exchange_Rate", "Pipeline", "Tag", "Layout", "Territories", "Owner", "id"})
TAG = "Tag"  # the list of tags of a record
MOST_TAGS = 10  # of a record
SUBFORM, PARENT = "subform", "Parent_Id"  # a field that holds rows; the record that a row belongs to
EMPTY = "-None-"  # how a picklist calls that nothing is chosen
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")


def can_be_made(name: str) -> bool:
    """Whether a field of that API name can be made by a label: Zoho writes an underscore for what is no letter."""
    return _NAME.fullmatch(name) is not None and name not in RESERVED


def label_of(name: str) -> str:
    """The label that a field of that API name is made by."""
    return name.replace("_", " ")

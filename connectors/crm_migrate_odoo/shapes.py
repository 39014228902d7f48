"""What is known of Odoo's own models beyond what it says of them, and how a field of ours is named. Pure.

A field is a column (`email`), a record by a name of its own (`user_id.login`, `country_id.code`), several of them
(`category_id.name`), a customer who is a company or a person (`partner_id.company`), the record that an activity or a
message is about (`res_id.person`, `res_id.opportunity`), or `stage` of a lead or an opportunity: its stage, or `Lost`.
`res.partner:is_company=true` are the records whose column has that value.
"""

from collections.abc import Mapping

from crm_migrate.connecting.kinds import Kind

KEY = "crm_migrate_id"  # what our key is called to the loader; in Odoo it is an external id of our own module
MODULE, BESIDE = "crm_migrate", "crm_migrate_beside"  # of our keys; of what is made beside: tags, blocked mailboxes
XMLIDS, MODELS, FIELDS = "ir.model.data", "ir.model", "ir.model.fields"
PARTNER, LEAD, BLACKLIST, MESSAGE = "res.partner", "crm.lead", "mail.blacklist", "mail.message"
USERS, OWNER = "res.users", "user_id"
PARENT, TYPE = "parent_id", "type"  # of a partner: its company, and what its address is to that
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
# Model that a column leads to -> the columns by which one of its records is named.
NATURAL: Mapping[str, tuple[str, ...]] = {
    USERS: ("login", "email"),
    "res.country": ("code", "name"),
    "res.country.state": ("name", "code"),
    "res.currency": ("name",),
    "res.lang": ("code",),
    "mail.message.subtype": ("name",),
    **dict.fromkeys(
        ("res.partner.industry", "res.partner.title", "res.partner.category", "crm.stage", "crm.lost.reason", "crm.tag",
         "crm.team", "mail.activity.type", "utm.source", "utm.medium", "utm.campaign"), ("name",),
    ),
}  # fmt: skip
TAGS = frozenset({"res.partner.category", "crm.tag"})  # of which one is made where a row names one that is not there
LISTED = frozenset({"res.partner.industry", "crm.stage", "crm.lost.reason", "mail.activity.type"})  # told as choices
# Whom a column leads to, where it leads to several: what we call it, and how the record is known.
WHOSE: Mapping[str, Kind] = {
    "company": Kind(PARTNER, "is_company", "true"),
    "person": Kind(PARTNER, "is_company", "false"),
    "lead": Kind(LEAD, "type", "lead"),
    "opportunity": Kind(LEAD, "type", "opportunity"),
}
STAGE, STAGED, LOST = "stage", "stage_id", "Lost"
ACTIVE, PROBABILITY, WON = "active", "probability", "is_won"
ABOUT, ABOUT_MODEL, ABOUT_NAME = "res_id", "res_model_id", "model"
LOGGED = frozenset({"create_uid", "create_date", "write_uid", "write_date"})  # what Odoo drops without a word
NO_MAIL = frozenset({"withdrawn", "bounced"})  # states of consent
OWN = "x_"  # how a field begins that people make, and we may
# Models whose records go with what they are about, and are no work of users: they are parts of it.
PARTS = frozenset({"mail.followers", "mail.notification", "mail.tracking.value", "bus.presence", "ir.model.data"})
# Models whose records hang on any record by `res_id`: the column that says on one of which model (its id, or its name),
# and which of them are meant.
HANGING: Mapping[str, tuple[str, list[list[str]]]] = {
    "mail.activity": (ABOUT_MODEL, []),
    "calendar.event": (ABOUT_MODEL, []),
    MESSAGE: (ABOUT_NAME, [["message_type", "!=", "notification"]]),
    "ir.attachment": ("res_model", []),
}

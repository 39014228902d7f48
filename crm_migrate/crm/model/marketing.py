"""Marketing: campaigns and who is in them, what people allowed and forbade, and mailboxes that nobody may write to."""

from crm_migrate.crm.model.shapes import HISTORY, thing

SUPPRESSIONS = "suppressions"  # mailboxes that must never be written to, also of people who are no record of ours

MARKETING = (
    thing(
        "campaigns",
        "a mailing, a fair, an advertisement",
        "name:text! type:choice status:choice starts_on:date ends_on:date budget:money actual_cost:money "
        "expected_revenue:money currency:currency sent:integer description:long_text tags:tags parent>campaigns",
        HISTORY,
    ),
    thing(
        "campaign_members",
        "somebody whom a campaign addressed",
        "campaign>campaigns! contact>contacts lead>leads company>accounts status:choice has_responded:boolean "
        "joined_at:instant responded_at:instant",
    ),
    thing(
        "consents",
        "what somebody allowed or forbade, on which channel and when: one line per time it was said",
        "contact>contacts lead>leads company>accounts email:email phone:phone channel:choice! topic:choice "
        "state:consent_event! happened_at:instant legal_basis:choice source:text wording:long_text evidence:text "
        "expires_on:date",
    ),
    thing(
        SUPPRESSIONS,
        "a mailbox that nobody may write to",
        "email:email! state:consent! reason:text evidence:text",
    ),
)

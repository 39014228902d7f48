"""Service: tickets with what was said about them, and what customers answered when they were asked."""

from crm_migrate.crm.model.shapes import HISTORY, thing

SERVICE = (
    thing(
        "tickets",
        "a question or complaint that somebody has to answer: a ticket, a case",
        "number:id subject:text! description:long_text status:choice priority:choice type:choice category:choice "
        "channel:choice company>accounts contact>contacts lead>leads deal>deals order>orders booking>bookings "
        "product>products parent>tickets due_at:instant first_reply_at:instant resolved_at:instant closed_at:instant "
        "time_spent:duration resolution:long_text is_escalated:boolean tags:tags",
        HISTORY,
    ),
    thing(
        "ticket_comments",
        "what was written in a ticket",
        "ticket>tickets! body:long_text! happened_at:instant is_public:boolean direction:choice channel:choice "
        "contact>contacts author:text",
        HISTORY,
    ),
    thing(
        "survey_responses",
        "what somebody answered: CSAT, NPS, a review",
        "survey:text type:choice! score:score scale:score question:text comment:long_text channel:choice "
        "sent_at:instant responded_at:instant contact>contacts company>accounts lead>leads deal>deals ticket>tickets "
        "order>orders booking>bookings campaign>campaigns",
        HISTORY,
    ),
)

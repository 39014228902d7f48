"""What was done and is to be done with somebody, about something; who took part; and the files beside it."""

from crm_migrate.crm.model.shapes import ABOUT, HISTORY, thing

ATTACHMENTS = "attachments"  # files beside records
_ACTIVITY = "activity>activities task>tasks call>calls meeting>meetings email>emails"

ACTIVITIES = (
    thing(
        "tasks",
        "something that is to be done",
        "subject:text! description:long_text type:choice status:choice priority:choice starts_at:instant "
        "due_at:instant completed_at:instant reminder_at:instant",
        ABOUT,
        "tags:tags",
        HISTORY,
    ),
    thing(
        "calls",
        "a telephone call",
        "subject:text description:long_text direction:choice status:choice outcome:choice phone:phone "
        "happened_at:instant duration:duration recording:url",
        ABOUT,
        HISTORY,
    ),
    thing(
        "meetings",
        "a meeting, an appointment, an event in a calendar",
        "subject:text! description:long_text type:choice status:choice outcome:choice location:text "
        "starts_at:instant ends_at:instant duration:duration is_all_day:boolean",
        ABOUT,
        HISTORY,
    ),
    thing(
        "emails",
        "an e-mail that was written or received",
        "subject:text body:long_text direction:choice status:choice sent_at:instant from_address:email "
        "to_addresses:list cc_addresses:list bcc_addresses:list message_id:text thread_id:text",
        ABOUT,
        HISTORY,
    ),
    thing(
        "activities",
        "something that was done, where a CRM has one list for all kinds of it",
        "type:choice! subject:text description:long_text status:choice priority:choice direction:choice "
        "outcome:choice location:text happened_at:instant due_at:instant ends_at:instant duration:duration "
        "parent>activities",
        ABOUT,
        "tags:tags",
        HISTORY,
    ),
    thing(
        "participants",
        "somebody who took part in an activity, was invited to it, or has to do it",
        _ACTIVITY,
        "contact>contacts lead>leads company>accounts household>households user>users role:choice status:choice",
    ),
    thing(
        "notes",
        "a text beside a record",
        "subject:text body:long_text! happened_at:instant is_pinned:boolean",
        ABOUT,
        "product>products",
        HISTORY,
    ),
    thing(
        ATTACHMENTS,
        "a file beside a record: where it lies and what it is, not its content",
        "name:text! path:text! size:integer sha256:text md5:text mime_type:text description:long_text",
        ABOUT,
        "product>products contract>contracts invoice>invoices comment>ticket_comments note>notes",
        _ACTIVITY,
        HISTORY,
    ),
    thing(
        "tag_assignments",
        "a tag on a record",
        "tag>tags!",
        ABOUT,
        "product>products",
        _ACTIVITY,
        "created_at:created_at",
    ),
)

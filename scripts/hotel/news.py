"""The newsletter tool (`news/contacts.csv`): what may be sent to whom, channel by channel."""

from hotel.guests import Guest, moment
from hotel.rows import ADDS, EXCLUDED, House, Row

CHANNELS = ("email", "sms", "post")
SAYS = {"subscribed": "granted", "unsubscribed": "withdrawn", "pending": "unknown", "bounced": "bounced", "": ""}
STRICTEST = ("withdrawn", "bounced", "unknown", "granted")
NEWS = (
    "contact_id", "email", "first_name", "last_name", "email_status", "sms_status", "post_status", "opted_in_at",
    "opted_out_at", "opt_out_reason", "last_changed",
)  # fmt: skip


class News:
    """Plants contacts of the tool and remembers what each mailbox said, channel by channel."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.says: dict[tuple[str, str], list[str]] = {}  # (mailbox in small letters, channel) -> words

    def row(self, box: str, email: str, sms: str = "", post: str = "", guest: Guest | None = None) -> Row:
        """One contact of the tool."""
        random, key = self.house.random, self.house.number("news", 70001)
        out = "unsubscribed" in (email, sms, post)
        cells: dict[str, object] = {
            "contact_id": key, "email": box, "first_name": guest.given if guest else "",
            "last_name": guest.family if guest else "", "email_status": email, "sms_status": sms,
            "post_status": post, "opted_in_at": moment(random, 2018, 2022),
            "opted_out_at": moment(random, 2023, 2025) if out else "",
            "opt_out_reason": random.choice(("too many letters", "", "nicht mehr interessiert")) if out else "",
            "last_changed": moment(random, 2023, 2025),
        }  # fmt: skip
        row = self.house.add(Row("news", key, cells, "contacts", guest.entity if guest else "", ADDS))
        for channel, said in zip(CHANNELS, (email, sms, post), strict=True):
            self.says.setdefault((box.strip().lower(), channel), []).append(SAYS[said])
        return row

    def strictest(self, box: str, channel: str, also: list[str]) -> str:
        """The strictest of what the tool and others said; nothing where nobody said anything."""
        words = [word for word in (*self.says.get((box, channel), ()), *also) if word]
        return min(words, key=STRICTEST.index) if words else ""


def plant_news(news: News, kinds: dict[str, list[Guest]]) -> None:
    """Contacts whom the CRM knows by their first or their other mailbox, shared mailboxes, and those nobody knows."""
    plain = kinds["plain"]
    words = (
        ("subscribed", "subscribed", ""), ("subscribed", "unsubscribed", "subscribed"), ("unsubscribed", "", ""),
        ("subscribed", "", "unsubscribed"), ("pending", "pending", "subscribed"),
        ("bounced", "subscribed", "subscribed"), ("unsubscribed", "unsubscribed", "unsubscribed"),
    )  # fmt: skip
    for index, guest in enumerate(plain[:170]):
        box = guest.boxes[0].upper() if index % 13 == 0 else guest.boxes[0]
        news.row(box, *words[index % len(words)], guest)
    for index, guest in enumerate(kinds["second"][:12]):  # by the mailbox that is not the first: it said so, not she
        news.row(guest.boxes[1], ("unsubscribed", "subscribed")[index % 2], "", "", guest)
    for index, guest in enumerate((*kinds["couples"][::2], *kinds["fathers"][::2])):
        news.row(guest.boxes[0], ("unsubscribed", "subscribed")[index % 2], "subscribed", "")
    for index, guest in enumerate((*kinds["twice"][:8], *kinds["moved"][:4], *kinds["loyal"][:4])):
        news.row(guest.boxes[0], ("subscribed", "unsubscribed")[index % 2], "subscribed", "subscribed", guest)
    for guest in (kinds["agency"][0], kinds["agency"][-1]):
        news.row(guest.boxes[0], "unsubscribed")
    for guest in plain[170:174]:  # once yes and once no, in another case: the strictest word holds
        news.row(guest.boxes[0], "subscribed", "", "subscribed", guest)
        news.row(guest.boxes[0].upper(), "unsubscribed", "subscribed", "", guest)
    for number in range(22):
        news.row(f"leser{number}@gazette.example", ("subscribed", "unsubscribed", "bounced")[number % 3])
    for guest in (*kinds["waiting"][:2], *kinds["deleted"][:2]):  # they do not arrive, what they said must hold
        news.row(guest.boxes[0], "unsubscribed", "unsubscribed", "unsubscribed", guest)
    for guest in kinds["erased"][:2]:  # who asked to be forgotten is forgotten here, too
        news.row(guest.boxes[0], "subscribed", "", "", guest).is_now(EXCLUDED, "asked to be forgotten")

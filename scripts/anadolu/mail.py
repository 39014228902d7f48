"""The mailing tool: three files, one per state of a subscriber (`mc/`)."""

from anadolu.people import People, Person
from anadolu.rows import Fate, Row

AUDIENCE = (
    "Email Address", "First Name", "Last Name", "Address", "Phone Number", "Birthday", "MEMBER_RATING", "OPTIN_TIME",
    "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION",
    "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS",
)  # fmt: skip
MORE = {
    "subscribed": (),
    "unsubscribed": ("UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER"),
    "cleaned": ("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID"),
}
FILES = {state: f"mc/{state}_members_export_4f1d0a.csv" for state in MORE}
CONSENT = {"subscribed": "granted", "unsubscribed": "withdrawn", "cleaned": "unknown"}


class Mail:
    """Plants the subscribers; remembers what the tool says about each mailbox."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.next_id = 300001
        self.says: dict[str, list[str]] = {}  # mailbox in lower case -> states

    def row(self, state: str, email: str, person: Person | None = None) -> Row:
        """One subscriber; fates: it adds to people, or waits in the list of suppressions."""
        random = self.people.random
        day = self.people.firms.day(2020, 2024)
        cells = dict.fromkeys((*AUDIENCE, *MORE[state]), "")
        cells |= {
            "Email Address": email,
            "First Name": person.given if person else "",
            "Last Name": person.family if person else "",
            "MEMBER_RATING": str(random.randint(1, 5)),
            "OPTIN_TIME": day,
            "CONFIRM_TIME": day,
            "LAST_CHANGED": day,
            "LEID": str(self.next_id),
            "EUID": f"{random.getrandbits(40):010x}",
            "TAGS": random.choice(("", "", '"Fuar 2024"', '"VIP","Bülten"')),
        }
        if state == "unsubscribed":
            cells |= {"UNSUB_TIME": self.people.firms.day(2024, 2024), "UNSUB_REASON": "NORMAL"}
        if state == "cleaned":
            cells["CLEAN_TIME"] = day
        self.next_id += 1
        self.says.setdefault(email.strip().lower(), []).append(state)
        fates = [Fate("contacts", "enrichment", "", person.entity if person else "")]
        return self.people.company.add(Row("mail", FILES[state], dict(cells), email, fates))


def plant_mail(mail: Mail, people: dict[str, list[Person]]) -> None:
    """Subscribers whom the CRM knows, mailboxes that are shared, and mailboxes that nobody knows."""
    plain = people["plain"]
    for index, person in enumerate(plain[60:250]):
        state = ("subscribed", "subscribed", "subscribed", "unsubscribed", "subscribed", "cleaned")[index % 6]
        mail.row(state, person.email.upper() if index % 11 == 0 else person.email, person)
    for index, person in enumerate(people["twins"]):
        mail.row(("subscribed", "unsubscribed")[index % 2], person.email, person)
    for person in people["alone"][:6]:
        mail.row("subscribed", person.email, person)
    for number, box in enumerate(dict.fromkeys(p.email for p in people["shared"])):
        mail.row(("unsubscribed", "subscribed", "unsubscribed", "cleaned")[number % 4], box)
    _both(mail, plain[250:254])
    for number in range(14):
        mail.row("subscribed", f"okur{number}@bulten.example")
    for number in range(8):
        mail.row("unsubscribed", f"ayrilan{number}@bulten.example")
    for number in range(5):
        mail.row("cleaned", f"olu{number}@bulten.example")
    for person in people["waiting"]:  # their records do not arrive: what they said must hold all the same
        mail.row("unsubscribed", person.email, person)


def _both(mail: Mail, persons: list[Person]) -> None:
    """Once subscribed and once unsubscribed, in another case: the strictest word holds."""
    for person in persons:
        mail.row("subscribed", person.email, person)
        mail.row("unsubscribed", person.email.upper(), person)

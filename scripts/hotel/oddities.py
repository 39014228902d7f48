"""Guests whose record does not arrive, or arrives with something that had to be read twice."""

from hotel.guests import Guest, Guests
from hotel.rows import EXCLUDED, HELD, REJECTED
from hotel.words import BRITAIN, GERMANY, INDONESIA, TURKEY, slug

LONG_AGO = "2014-07-01 09:30:00"


def plant_oddities(guests: Guests) -> dict[str, list[Guest]]:
    """By the kind of trap that they are."""
    return {
        "test": _tests(guests),
        "deleted": _deleted(guests),
        "long_ago": _long_ago(guests),
        "erased": _erased(guests),
        "unreachable": _unreachable(guests),
        "waiting": _waiting(guests),
        "capitals": _capitals(guests),
        "odd": _odd_cells(guests),
    }


def _tests(guests: Guests) -> list[Guest]:
    """Made for training (D-004)."""
    found = [guests.invent(TURKEY, name) for name in (("Test", "Misafir"), ("Deneme", "Kayıt"), ("Max", "Mustergast"))]
    for guest in found:
        guest.plain = False
        guests.row(guest, EXCLUDED, "test guest", is_test="1")
    return found


def _deleted(guests: Guests) -> list[Guest]:
    """Deleted in the old CRM, which only marks them (D-005)."""
    found = [guests.invent() for _ in range(6)]
    for guest in found:
        guests.row(guest, EXCLUDED, "deleted", deleted="1")
    return found


def _long_ago(guests: Guests) -> list[Guest]:
    """Nothing has been heard of them for ten years: the hotel may not keep them (D-020)."""
    found = [guests.invent() for _ in range(8)]
    for guest in found:
        guests.row(guest, EXCLUDED, "kept too long", changed_at=LONG_AGO, created_at="2011-03-02 08:00:00", says="")
        guests.house.secrets.append(("kept too long", guest.boxes[0]))
    return found


def _erased(guests: Guests) -> list[Guest]:
    """They asked to be forgotten (D-021): each is named in refs/erased.csv by something else."""
    names = (
        (TURKEY, ("Belkıs", "Unutmaz")), (GERMANY, ("Adalbert", "Vergissmich")), (BRITAIN, ("Wilfred", "Forgetmenot")),
        (INDONESIA, ("Sulastri", "")), (GERMANY, ("Ottilie", "Fernweh")),
    )  # fmt: skip
    found = [guests.invent(country, name) for country, name in names]
    found[2].loyalty = "SAR-800003"
    for guest in found:
        guest.plain = False
        guests.row(guest, EXCLUDED, "asked to be forgotten", says="yes")
        name = guest.family or guest.given
        guests.house.secrets += [("erased", text) for text in (guest.boxes[0], guest.phone, name)]
    twice = found[4]  # one request, two records under one mailbox
    guests.row(twice, EXCLUDED, "asked to be forgotten", given_name="OTTILIE", says="")
    return found


def _unreachable(guests: Guests) -> list[Guest]:
    """No mailbox, no telephone, no street: there is no way to reach them (C1)."""
    found = [guests.invent(box="") for _ in range(4)]
    for guest in found:
        guest.plain, guest.phone = False, ""
        guests.row(guest, REJECTED, "nothing to reach", street="", postal_code="", city="", says="")
    return found


def _waiting(guests: Guests) -> list[Guest]:
    """Looked after by somebody whom nobody knows; and two records without any name (C2)."""
    found = [guests.invent() for _ in range(2)]
    for guest in found:
        guests.row(guest, HELD, "owner unknown", owner="stajyer3", says="yes")
    for box in ("kim.bu@posta.example", "wer.ist.das@briefkasten.example"):
        guest = guests.invent(TURKEY, ("", ""), box=box)
        guest.plain = False
        guests.row(guest, REJECTED, "no name", says="")
        found.append(guest)
    return found


def _capitals(guests: Guests) -> list[Guest]:
    """Typed in capitals: what is İ and I in Turkish is i and ı, in German and English I is i."""
    names = (
        (TURKEY, ("Işılay", "Kıraçlı"), ("IŞILAY", "KIRAÇLI")),
        (TURKEY, ("İlkim", "Dinçer"), ("İLKİM", "DİNÇER")),
        (GERMANY, ("Ingrid", "Iffland"), ("INGRID", "IFFLAND")),
        (GERMANY, ("Christian", "Dietrich"), ("CHRISTIAN", "DIETRICH")),
        (BRITAIN, ("Iris", "Whitfield"), ("IRIS", "WHITFIELD")),
        (INDONESIA, ("Indriani", "Siswanto"), ("INDRIANI", "SISWANTO")),
    )
    found = []
    for country, name, typed in names:
        guest = guests.invent(country, name)
        guests.row(guest, given_name=typed[0], family_name=typed[1])
        found.append(guest)
    return found


def _odd_cells(guests: Guests) -> list[Guest]:
    """Cells that are none: mailboxes, birthdays, a German number without its country, two mailboxes marked as first."""
    found = []
    for box in ("ayse.posta.example", "mail@@posta.example", "yok", "hans at briefkasten.example"):
        guest = guests.invent(TURKEY, box="")
        guests.row(guest, boxes="")
        guests.mailbox(guest.key, box, primary=True)
        found.append(guest)
    for birth in ("0000-00-00", "1900-01-01", "31.02.1970", "-"):
        guest = guests.invent()
        guest.birth = None
        guests.row(guest, birth_date=birth)
        found.append(guest)
    for _ in range(4):
        guest = guests.invent(GERMANY)
        guests.row(guest, phone=f"030 2312{guest.number}")
        found.append(guest)
    for _ in range(3):
        guest = guests.invent()
        later = f"{slug(guest.given)}.neu{guest.number}@posta.example"
        guest.boxes.insert(0, later)  # of two that are marked as first the one that was written down later
        guests.row(guest, boxes=guest.boxes[1])
        guests.mailbox(guest.key, later, primary=True)
        found.append(guest)
    for _ in range(3):  # Elif took over from Sabine, who left
        guests.row(guests.invent(), owner="sabine")
    guests.row(guests.invent(), HELD, "owner left", owner="tolga")  # nobody took over: somebody has to say who does
    return found

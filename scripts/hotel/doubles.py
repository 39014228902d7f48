"""Guests who are in the CRM twice, and guests who only look as if they were."""

from datetime import date, timedelta

from hotel.companies import MAILBOXES
from hotel.guests import Guest, Guests
from hotel.words import GERMANY, INDONESIA, TURKEY, slug, typewriter, without_marks

OLD = "2016-05-04 10:00:00"


def plant_doubles(guests: Guests) -> dict[str, list[Guest]]:
    """All pairs, by the kind of trap that they are."""
    found = {
        "twice": _other_spelling(guests),
        "loyal": _same_card(guests),
        "moved": _new_mailbox(guests),
        "maiden": _new_family_name(guests),
    }
    return found | {
        "couples": _couples(guests),
        "fathers": _fathers_and_sons(guests),
        "siblings": _siblings(guests),
        "agency": _by_an_agency(guests),
        "namesakes": _namesakes(guests),
    }


def _doubled(guests: Guests, guest: Guest) -> Guest:
    """A guest with a birthday and no card: what makes two records one is what was planted, nothing else."""
    guest.plain = False
    guest.birth = guest.birth or date(1971, 2, 3) + timedelta(days=guest.number)
    guest.loyalty = ""
    guests.row(guest)
    return guest


def _other_spelling(guests: Guests) -> list[Guest]:
    """One mailbox, the name as another keyboard writes it: Mueller, Isik, in capitals, with one letter wrong."""
    spelled = (
        (GERMANY, ("Jürgen", "Müllerstein"), ("Juergen", "Muellerstein")),
        (GERMANY, ("Käthe", "Großkopf"), ("Kaethe", "Grosskopf")),
        (GERMANY, ("Sören", "Jägermann"), ("SÖREN", "JÄGERMANN")),
        (TURKEY, ("Işıl", "Yıldıran"), ("Isil", "Yildiran")),
        (TURKEY, ("İbrahim", "Çığlık"), ("İBRAHİM", "ÇIĞLIK")),
        (TURKEY, ("Şule", "Öğüt"), ("Sule", "Ogut")),
        (TURKEY, ("Irmak", "Sığın"), ("IRMAK", "SIGIN")),
        (TURKEY, ("Çağrı", "Üstüner"), ("Çağri", "Üstünner")),
        (INDONESIA, ("Supriyadi", ""), ("Supriyadi", "-")),
        (INDONESIA, ("Hartini", ""), ("HARTINI", ".")),
    )
    found = []
    for country, name, typed in spelled:
        guest = _doubled(guests, guests.invent(country, name))
        guests.row(guest, given_name=typed[0], family_name=typed[1], changed_at=OLD, boxes=guest.boxes[0].upper())
        found.append(guest)
    for _ in range(8):
        guest = _doubled(guests, guests.invent())
        given, family = typewriter(guest.given), without_marks(guest.family)
        guests.row(guest, given_name=given, family_name=family, changed_at=OLD, birth_date="")
        found.append(guest)
    return found


def _same_card(guests: Guests) -> list[Guest]:
    """The same loyalty card and name, another mailbox and telephone number."""
    found = []
    for _ in range(6):
        guest = _doubled(guests, guests.invent())
        guest.loyalty = f"SAR-{900_000 + guest.number}"
        guests.house.by_key["guest", guest.key].cells["loyalty_no"] = guest.loyalty
        other = f"{slug(guest.family)}{guest.number}@buero.example"
        guests.row(guest, boxes=other, phone="", changed_at=OLD, loyalty_no=f" {guest.loyalty.lower()}")
        guest.boxes.append(other)
        found.append(guest)
    return found


def _new_mailbox(guests: Guests) -> list[Guest]:
    """Name, birthday and telephone are the same, the mailbox is a new one."""
    found = []
    for _ in range(6):
        guest = _doubled(guests, guests.invent())
        old = f"{slug(guest.given)}.alt{guest.number}@altpost.example"
        guests.row(guest, boxes=old, changed_at=OLD)
        guest.boxes.append(old)
        found.append(guest)
    return found


def _new_family_name(guests: Guests) -> list[Guest]:
    """She married: mailbox, telephone, birthday and given name are the same. One guest, but a person has to say so."""
    found = []
    for family in ("Sonnenschein", "Dağdelen", "Brouwer"):
        guest = _doubled(guests, guests.invent())
        again = guests.invent(guest.country, (guest.given, family), box=guest.boxes[0])
        again.plain, again.loyalty, again.birth = False, "", guest.birth
        again.phone, again.number = guest.phone, guest.number
        guests.row(again, changed_at=OLD)
        guests.house.pairs.append(("one who may stay two until somebody has looked", guest.entity, again.entity))
        found.append(guest)
    return found


def _apart(guests: Guests, kind: str, one: Guest, other: Guest) -> None:
    guests.house.pairs.append((kind, one.entity, other.entity))


def _couples(guests: Guests) -> list[Guest]:
    """Wife and husband with one mailbox and one telephone: two guests."""
    found = []
    for given, spouse in (("Heike", "Götz"), ("Nurçin", "Volkan"), ("Femke", "Joris"), ("Pınar", "Barış")):
        country = GERMANY if given == "Heike" else TURKEY
        family = guests.invent(country).family  # a name of a guest who never came: it has no row
        guests.all.pop()
        one = guests.invent(country, (given, f"{family}-Tan"), box=f"familie.{slug(family)}.tan@posta.example")
        other = guests.invent(country, (spouse, f"{family}-Tan"), box=one.boxes[0])
        other.phone, other.number = one.phone, one.number
        # Of the others no birthday is known: nothing but the given name tells wife and husband apart.
        one.birth, other.birth = (date(1974, 3, 9), date(1971, 8, 21)) if country is GERMANY else (None, None)
        for guest in (one, other):
            guests.row(guest)
            found.append(guest)
        _apart(guests, "couple with one mailbox", one, other)
    return found


def _fathers_and_sons(guests: Guests) -> list[Guest]:
    """One name, one street, one mailbox, two birthdays: two guests."""
    found = []
    for given, family in (("Osman", "Karaçam"), ("Friedrich", "Auerbach"), ("Yusuf", "Tığcı")):
        country = GERMANY if given == "Friedrich" else TURKEY
        father = guests.invent(country, (given, family))
        son = guests.invent(country, (given, family), box=father.boxes[0])
        father.birth, son.birth = date(1951, 5, 17), date(1982, 11, 2)
        father.loyalty, son.loyalty = f"SAR-{700_000 + father.number}", ""
        street = guests.row(father).cells["street"]
        guests.row(son, street=str(street))
        _apart(guests, "father and son with one name and mailbox", father, son)
        found += [father, son]
    return found


def _siblings(guests: Guests) -> list[Guest]:
    """Twins: one family name, birthday, street and telephone, two given names that are nearly one."""
    found = []
    for given, other in (("Ece", "Ece Su"), ("Alihan", "Alican")):
        one = guests.invent(TURKEY, (given, "Kuzgunoğlu" if given == "Ece" else "Yelkenci"))
        two = guests.invent(TURKEY, (other, one.family))
        one.birth = two.birth = date(1990, 4, 4)
        two.phone, two.number = one.phone, one.number
        street = guests.row(one).cells["street"]
        guests.row(two, street=str(street))
        _apart(guests, "twins", one, two)
        found += [one, two]
    return found


def _by_an_agency(guests: Guests) -> list[Guest]:
    """An agency booked for them with its own mailbox and telephone; two of them have one name and two birthdays."""
    found = []
    for place, box in enumerate(MAILBOXES):
        number = 9001 + place
        phone = f"+90555000{number}"
        for index in range(6):
            guest = guests.invent(box=box)
            guest.phone, guest.number, guest.birth = phone, number, date(1960 + index, 6, 1 + index)
            guests.row(guest, phone=f"+90 555 000 {number}")
            found.append(guest)
        twin = guests.invent(found[-1].country, (found[-1].given, found[-1].family), box=box)
        twin.phone, twin.number, twin.birth = phone, number, date(1999, 12, 12)
        guests.row(twin, phone=f"+90 555 000 {number}")
        _apart(guests, "one name by one agency, two birthdays", found[-1], twin)
        found.append(twin)
    return found


def _namesakes(guests: Guests) -> list[Guest]:
    """A usual name in one town, nothing else in common."""
    found = []
    names = ((TURKEY, ("Mehmet", "Yılmazer")), (INDONESIA, ("Suparman", "")), (GERMANY, ("Thomas", "Schmitt")))
    for country, name in names:
        boxes = [f"{slug(name[0])}.{place}@posta.example" for place in ("eins", "zwei")]
        one, other = (guests.invent(country, name, box) for box in boxes)
        one.birth, other.birth = date(1965, 1, 30), date(1993, 7, 7)
        for guest in (one, other):
            guests.row(guest)
            found.append(guest)
        _apart(guests, "namesakes", one, other)
    return found

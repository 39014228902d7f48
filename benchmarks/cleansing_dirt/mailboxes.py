"""Dirt of mailboxes and of web addresses, on reserved domains."""

import random
from collections.abc import Callable

from benchmarks.cleansing_dirt.damage import apostrophe, hard_blanks, invisible, quoted, wide
from benchmarks.cleansing_dirt.material import language, person
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

_PLAIN = str.maketrans(
    "àáâäãåąçćčđèéêëęğìíîïıİłñńòóôöõøśşšùúûüýÿźżžÀÁÂÉÈÍÎÖÜÇŚŞŻŁÓŁ",
    "aaaaaaacccdeeeeegiiiiiilnnoooooosssuuuuyyzzzaaaeeiioucsszlol",
)
_HOSTS = ("firma.example", "mail.kontor.example", "example.com", "shop.example.org", "ofis-42.example.net")
_PROFILES = (
    "www.linkedin.com/in/{}",
    "www.xing.com/profile/{}",
    "www.facebook.com/{}",
    "www.instagram.com/{}",
    "x.com/{}",
    "twitter.com/{}",
    "github.com/{}",
    "www.linkedin.com/company/{}",
    "www.youtube.com/@{}",
    "www.tiktok.com/@{}",
)


def _local(rng: random.Random) -> str:
    given, family = person(rng, language(rng))
    bare = "".join(
        c for c in f"{given}.{family}".lower().translate(_PLAIN) if c.isascii() and (c.isalnum() or c == ".")
    )
    return rng.choice((bare, f"{bare}{rng.randrange(100)}", bare.replace(".", "_"), f"{bare[0]}.{bare.split('.')[1]}"))


def _mail(write: Callable[[random.Random, str], str], *, lost: bool = False) -> Draw:
    def draw(rng: random.Random) -> Row:
        address = f"{_local(rng)}@{rng.choice(_HOSTS)}"
        return Row(write(rng, address), () if lost else (address,))

    return draw


def _capitals(rng: random.Random) -> Row:
    """The host has no letter case; the name before it may keep its own or lose it."""
    local, host = _local(rng).title(), rng.choice(_HOSTS)
    return Row(f"{local}@{host.upper()}", (f"{local}@{host}", f"{local.lower()}@{host}"))


def _two(rng: random.Random) -> Row:
    one, two = (f"{_local(rng)}@{host}" for host in rng.sample(_HOSTS, 2))
    return Row(rng.choice(("; ", ", ", " / ", " ", "\n", " or ")).join((one, two)), (f"{one}|{two}",))


def _display(rng: random.Random, address: str) -> str:
    name = " ".join(person(rng, language(rng)))
    return rng.choice((f"{name} <{address}>", f'"{name}" <{address}>', f"<{address}>", f"{name} [{address}]"))


def _at(rng: random.Random, address: str) -> str:
    local, host = address.split("@")
    return rng.choice((f"{local} (at) {host}", f"{local}[at]{host}", f"{local} AT {host}", f"{local}(a){host}"))


EMAIL: Dirts = {
    "clean": _mail(lambda rng, a: a),
    "capitals": _capitals,
    "blanks around": _mail(lambda rng, a: f"{rng.choice(('', ' ', '  '))}{a}{rng.choice((' ', chr(10), chr(9)))}"),
    "mailto": _mail(lambda rng, a: rng.choice(("mailto:", "MAILTO:", "e-mail: ", "Email: ", "E-Mail:")) + a),
    "name beside": _mail(_display),
    "sign behind": _mail(lambda rng, a: a + rng.choice((".", ",", ";", ">", ")", " ;", "/"))),
    "at in letters": _mail(_at),
    "quotes": _mail(quoted),
    "apostrophe": _mail(apostrophe),
    "invisible characters": _mail(invisible),
    "hard blanks": _mail(hard_blanks),
    "full-width letters": _mail(wide),
    "HTML entities": _mail(lambda rng, a: a.replace("@", rng.choice(("&#64;", "&#x40;", "&commat;")))),
    "two mailboxes": _two,
    "word behind": _mail(lambda rng, a: a + rng.choice((" (private)", " - work", " (privat)", " (iş)"))),
    "no @": _mail(lambda rng, a: a.replace("@", rng.choice(("", "."))), lost=True),
    "no ending": _mail(lambda rng, a: a.split(".example")[0].split("@")[0] + "@firma", lost=True),
    "two @": _mail(lambda rng, a: a.replace("@", "@@" if rng.random() < 0.5 else "@x@"), lost=True),
    "comma for a dot": _mail(lambda rng, a: a[::-1].replace(".", ",", 1)[::-1], lost=True),
    "two dots": _mail(lambda rng, a: a[::-1].replace(".", "..", 1)[::-1], lost=True),
    "letters lost": _mail(lambda rng, a: rng.choice("?\ufffd") + a, lost=True),
}


def _web(write: Callable[[random.Random, str, str], str], *, lost: bool = False) -> Draw:
    """A web address of a host and a path; the truth has a scheme."""

    def draw(rng: random.Random) -> Row:
        host = rng.choice((f"www.firma{rng.randrange(999)}.example", "kontor.example", "shop.example.com"))
        path = rng.choice(("", "", "/team", "/a/b.html", "/en?id=12"))
        return Row(write(rng, host, path), () if lost else (f"https://{host}{path}",))

    return draw


def _profile(rng: random.Random) -> Row:
    """Profile addresses: whether `/` stands behind says nothing."""
    where = rng.choice(_PROFILES).format(_local(rng).replace(".", "-"))
    scheme = rng.choice(("https://", "", "HTTPS://"))
    return Row(scheme + where + rng.choice(("/", "//", "/ ")), (f"https://{where}",))


def _profile_more(rng: random.Random) -> Row:
    """What copying from a browser leaves behind a profile address."""
    where = rng.choice(_PROFILES).format(_local(rng).replace(".", "-"))
    return Row(f"https://{where}{rng.choice(('/?', '/#', '?', '#', '///', '/,', '/ ;', '/.'))}", (f"https://{where}",))


def _tracked(rng: random.Random) -> Row:
    where = rng.choice(_PROFILES).format(_local(rng).replace(".", "-"))
    mark = rng.choice(("utm_source=share", "utm_medium=web&utm_campaign=x", "fbclid=AbC1", "gclid=12"))
    return Row(f"https://{where}{rng.choice(('/', ''))}?{mark}", (f"https://{where}",))


URL: Dirts = {
    "clean": _web(lambda rng, h, p: f"https://{h}{p}"),
    "no scheme": _web(lambda rng, h, p: h + p),
    "scheme twice": _web(lambda rng, h, p: f"{rng.choice(('http', 'https'))}://https://{h}{p}"),
    "scheme with one slash": _web(lambda rng, h, p: f"https:/{h}{p}"),
    "capitals": _web(lambda rng, h, p: rng.choice(("HTTPS://", "Https://")) + h.upper() + p),
    "slash behind the host": _web(lambda rng, h, p: f"https://{h}{p or '/'}"),
    "slash behind a profile": _profile,
    "signs behind a profile": _profile_more,
    "tracking": _tracked,
    "blanks around": _web(lambda rng, h, p: f"{rng.choice((' ', chr(9)))}{h}{p}{rng.choice(('  ', chr(10)))}"),
    "brackets": _web(lambda rng, h, p: f"<https://{h}{p}>"),
    "quotes": _web(lambda rng, h, p: f'"https://{h}{p}"'),
    "sign behind": _web(lambda rng, h, p: f"https://{h}{p}{rng.choice((',', ';', ' ,', ' ;'))}"),
    "label": _web(lambda rng, h, p: rng.choice(("Web: ", "URL: ", "Website: ", "Homepage: ")) + h + p),
    "invisible characters": _web(lambda rng, h, p: invisible(rng, h) + p),
    "hard blank behind": _web(lambda rng, h, p: f"https://{h}{p}\u00a0"),
    "backslashes": _web(lambda rng, h, p: f"https:\\\\{h}{p}", lost=True),
    "comma for a dot": _web(lambda rng, h, p: h.replace(".example", ",example") + p, lost=True),
    "a mailbox": _web(lambda rng, h, p: f"info@{h}", lost=True),
    "a handle": _web(lambda rng, h, p: "@" + _local(rng), lost=True),
    "nothing": lambda rng: Row(rng.choice(("http://", "https://", "www.", "n/a", "-", "http://www.")), ("",)),
}

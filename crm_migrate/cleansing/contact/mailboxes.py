"""What is known about mailboxes: free mail, roles, throw-away hosts, fillers, and near misses of big hosts."""

from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from crm_migrate.cleansing.vocabulary import phrases, words

# Consumer mail hosts by country; a company's domain is never one of these.
FREE_MAIL = words("free_mail")

# RFC 2142 and its everyday sisters, by language; a mailbox of a function, not of a person.
ROLES = words("mail_roles")

# Hosts that give anybody a mailbox for minutes (the well-known services and their main aliases).
DISPOSABLE = words("disposable_mail")

FILLER_HOSTS = words("mail_filler_hosts")
# Endings that no mail can reach; `.example` is kept, as examples and tests live by it.
_NOWHERE = words("mail_nowhere")
FILLER_LOCALS = words("mail_filler_names")

_BIG = tuple(w for line in phrases("mail_big_hosts") for w in line.split())
# Endings that are slips of the finger, not top-level domains (or so rarely meant with a big host that we only ask).
_SLIPS = {"con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "coom": "com",
          "cim": "com", "cpm": "com", "clm": "com", "om": "com", "co": "com", "cm": "com", "comn": "com", "comt": "com",
          "ent": "net", "nte": "net", "nett": "net", "met": "net", "ne": "net", "ogr": "org", "rog": "org",
          "ed": "de", "dee": "de", "e": "de", "d": "de", "ft": "fr", "rf": "fr", "ti": "it", "itt": "it"}  # fmt: skip


_NO_ENDINGS = words("mail_no_endings")
_NAMES = frozenset(host.rpartition(".")[0] for host in _BIG)


@lru_cache(maxsize=65_536)
def suggestion(domain: str) -> str | None:
    """The big mail host that this domain is one slip away from, or None; never applied, only suggested."""
    if (domain in FREE_MAIL or domain in DISPOSABLE) and domain not in {"hotmial.com", "gmial.com"}:
        return None
    name, _, end = domain.rpartition(".")
    if name in _NAMES and end in _SLIPS:
        return _best(f"{name}.{_SLIPS[end]}", name)
    if end in _NO_ENDINGS and end in _SLIPS:
        return f"{name}.{_SLIPS[end]}"
    return _near(domain)


def _best(wanted: str, name: str) -> str:
    """The host that is meant: with the wanted ending if it exists, else the first of that name."""
    return wanted if wanted in _BIG or wanted in FREE_MAIL else next(h for h in _BIG if h.rpartition(".")[0] == name)


@cache
def _big_by_letter() -> dict[str, list[str]]:
    """The big hosts with names of four letters and more, by their first letter."""
    groups: dict[str, list[str]] = {}
    for host in _BIG:
        if len(host.partition(".")[0]) >= 4:
            groups.setdefault(host[0], []).append(host)
    return groups


def _near(domain: str) -> str | None:
    """The first host within one edit (two for long names) whose first letter agrees; short names are never near."""
    if len(domain) > 20:
        return None
    for host in _big_by_letter().get(domain[:1], ()):
        allowed = 1 if len(host.partition(".")[0]) <= 6 else 2
        near = abs(len(host) - len(domain)) <= allowed and OSA.distance(domain, host, score_cutoff=allowed) <= allowed
        if near and domain != host and _same_end(domain, host):
            return host
    return None


def _same_end(domain: str, host: str) -> bool:
    """Near misses are slips in the name; another country's ending is another host."""
    end, wanted = domain.partition(".")[2], host.partition(".")[2]
    return end == wanted or (_SLIPS.get(end) == wanted)


@lru_cache(maxsize=65536)
def domain_flag(domain: str) -> tuple[str, str] | None:
    """Flag and note that a domain (lower case) gives every mailbox of it."""
    if domain in FILLER_HOSTS:
        return "placeholder", "a filler, not a mailbox"
    if domain.rpartition(".")[2] in _NOWHERE:
        return "invalid", "no mail goes there: the ending is reserved or used inside networks only"
    near = suggestion(domain)
    if near:
        return "typo", f"did you mean {near}?"
    if domain in DISPOSABLE:
        return "disposable", "a throw-away mailbox"
    return None


def local_flag(local: str) -> tuple[str, str] | None:
    """Flag and note that the part before the @ (lower case) gives."""
    if local in FILLER_LOCALS or (len(local) > 2 and len(set(local)) == 1):
        return "placeholder", "a filler, not a mailbox"
    if local.split("+")[0] in ROLES:
        return "role", "the mailbox of a function, not of a person"
    return None


def same_filler(local: str, domain: str) -> tuple[str, str] | None:
    """`test@test.com`, `a@a.com`: the same filler on both sides of the @."""
    name = local.lower()
    if name != domain.lower().partition(".")[0]:
        return None
    filler = (
        len(name) < 3
        or len(set(name)) == 1
        or name in {"test", "asdf", "abc", "abcd", "qwe", "qwerty", "demo", "mail", "email", "xyz", "foo", "example"}
    )
    return ("placeholder", "a filler, not a mailbox") if filler else None

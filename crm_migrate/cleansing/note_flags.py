"""What notes ask of us: deceased, do not call, erase ... in six languages and more, with negations and look-alikes.

Precision first: a flag stops somebody's mail or marks somebody dead. Patterns run on folded text (lower case, no
diacritics); a sentence that denies the phrase, speaks of somebody else, or only limits the hours raises none.
"""

import re
from functools import cache

from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.vocabulary import table

FLAGS = (
    "deceased",
    "erase",
    "do_not_contact",
    "do_not_call",
    "do_not_email",
    "do_not_mail",
    "email_invalid",
    "inactive",
    "duplicate",
)

_PHRASES = table("note_phrases")

# Before or behind a phrase: it is denied, asked, or about somebody else.
_DENIED = re.compile(
    r"(?:\b(?:not|isn'?t|wasn'?t|never|no|n't|false|wrongly|incorrectly|mistakenly|non|nicht|kein\w*|nie|"
    r"pas|no es|no esta|n'est pas|bukan|tidak|belum|jangan|niet|geen|nao|не)\s+"
    r"(?:(?:a|an|the|on|yet|been|marked|really|actually|as|is|etre|ein\w*|als|der|die|un|une|una|es|estar|"
    r"mehr|encore|seorang|data|flagged|longer|to be|est|pas|ha|si e|foi|een)\s+){0,3}$)"
    r"|(?:\b(?:widow|widower|estate|heirs?|executor|family|son|daughter|relative)s? of (?:the |a )?(?:\w+ )?$)"
    r"|(?:\b(?:wife|husband|spouse|father|mother|dad|mum|mom|parent|parents|brother|sister|son|daughter|"
    r"partner|uncle|aunt|grand\w+|boss|colleague|predecessor|founder|owner|dog|cat|friend|"
    r"frau|ehefrau|mann|ehemann|gatte|gattin|vater|mutter|bruder|schwester|sohn|tochter|chef|hund|opa|oma|"
    r"mari|femme|epouse|epoux|pere|mere|frere|soeur|fils|fille|esposo|esposa|marido|mujer|"
    r"padre|madre|hermano|hermana|hijo|hija|abuelo|abuela|esi|babasi|annesi|kardesi|oglu|kizi|dedesi|"
    r"kocasi|karisi|suami|istri|suaminya|istrinya|ayah|ayahnya|ibunya|anaknya|bapaknya)(?:'s|)\s+"
    r"(?:(?:is|has|was|had|recently|ist|hat|wurde|vor|est|a|ha|es|sudah|telah|baru|gecen|yil|kurzlich|"
    r"just|sadly|who|der|die)\s+){0,3}$)"
)
_DENIED_AFTER = re.compile(
    r"^\s*(?:degil\w*|mi\b|mu\b|\?|is (?:false|wrong|not true)|etmedi|edilmedi|oldugu dogru degil|bukan|nicht\b)"
)
# Behind a request: it only limits hours, days or ways.
_LIMITED_AFTER = re.compile(
    r"^\s*(?:before|after|until|till|between|on|during|at|outside|vor|nach|zwischen|am|an|avant|apres|"
    r"entre|le|los|antes|despues|sebelum|setelah|pada|hari|un?til|weekends?|while|when|if|unless|"
    r"without|wahrend|pendant|durante|sin|sans|ohne)\s"
    r"(?!(?:death|request|notice|hesitat|marketing))"
)
# A request that was made on a day (`unsubscribed on 3/4/21`) limits nothing.
_DATED_AFTER = re.compile(
    r"^\s*(?:on|am|le|el|pada|at)\s+(?:the )?\d{1,4}(?:[./\-]\d|(?:st|nd|rd|th|er|\.)?\s+[^\W\d_]{3,}\s+\d{4})"
)
_REQUESTS = frozenset(("do_not_contact", "do_not_call", "do_not_email", "do_not_mail"))
_HOURS_BEFORE = re.compile(
    r"(?:\b(?:saat|sabah|aksam|ogleden|hafta sonu|mesai|pazar|cumartesi|pazartesi|sali|carsamba|persembe|"
    r"cuma)(?:lari|leri|i)?\s*(?:\S+\s+){0,4}(?:once|sonra|disinda|gunu|gunleri|saatlerinde)?\s*$)"
)
_RESUBSCRIBED = re.compile(
    r"\bre-?subscribed\b|\bopted (?:back )?in\b|\bwieder angemeldet\b|\bno longer unsubscribed\b|\breactivated\b"
)
_LOOKALIKE = re.compile(
    r"\b(?:do not|don'?t|dont) hesitate to (?:call|contact|e-?mail|phone|write|ring)|\bzogern sie nicht|"
    r"n'?hesitez pas a (?:appeler|contacter)|no dude en (?:llamar|contactar)|"
    r"\bdon'?t forget to (?:call|e-?mail|contact|phone)|\bdo not forget to (?:call|e-?mail|contact|phone)|"
    r"nicht vergessen|ne pas oublier d|no olvidar|aramayi unutma\w*|jangan lupa|"
    r"\bif (?:deceased|undeliverable|unsubscribed)|\bunsubscribe link|\bbounce(?:d)? (?:back|rate|ideas?|"
    r"cheque|check|payment|around)|cheque bounced|check bounced|\bbounced (?:cheque|check|payment)|"
    r"\bduplicate (?:key|keys|copy|copies|invoice|bill|print|slide)|\b(?:retired|inactive) (?:product|"
    r"licen[cs]e|sku|item)s?|\bleft (?:a )?(?:message|voicemail|vm|word)|"
    r"\bno calls? (?:today|yet|made|logged|so far|answered|received)|no (?:e-?mails?) (?:yet|received|on "
    r"file|so far|address|found|available)|no (?:contact|e-?mail|marketing) (?:person|name|details|"
    r"info\w*|history|budget|yet|made|team|department)|"
    r"kein\w* (?:kontaktdaten|kontaktperson|e-?mail-?adresse|e-?mail bekannt|telefonnummer|telefon "
    r"vorhanden|post erhalten)|pas de (?:contact|mail|telephone) connu|sin (?:telefono|correo) conocido|"
    r"\bno contact (?:since|for|in)\b|not (?:be )?retired|rip(?:ped|ping|\.com)|\bdelete (?:old|draft|"
    r"test|this (?:note|task|line))\b|\bdead(?:line| ?end)|\bdeceased estates?\b"
)

_DIED_TR = re.compile(r"(?<!\w)öl(?:dü|müş|müştür)(?!\w)(?!\s+mü)")  # folded, `öldü` would be `oldu` ("became")


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    """Patterns by flag, at word boundaries."""
    return {flag: re.compile(rf"(?<!\w)(?:{text})(?!\w)") for flag, text in _PHRASES.items()}


def note_flags(text: str) -> list[str]:
    """Flags that a note raises, gravest first; none where the phrase is denied, limited to hours, or about another."""
    folded = re.sub(r"[‘’`´]", "'", " ".join(fold(text).split()))
    looked = _LOOKALIKE.sub(" ~ ", folded)
    found = [
        flag for flag, pattern in _compiled().items() if any(_holds(m, looked, flag) for m in pattern.finditer(looked))
    ]
    if "deceased" not in found and re.search(r"[†✝]\s*(?:\d|$)", text):
        found.insert(0, "deceased")
    if "deceased" not in found and _DIED_TR.search(text.replace("İ", "i").lower()):
        found.insert(0, "deceased")
    if _RESUBSCRIBED.search(folded):
        found = [f for f in found if f not in {"do_not_email", "do_not_contact"}]
    if "do_not_contact" in found:
        found = [f for f in found if f not in {"do_not_call", "do_not_email", "do_not_mail"}]
    return found


def _holds(match: re.Match[str], text: str, flag: str) -> bool:
    """The phrase is meant: nothing before or behind it takes it back."""
    before, after = text[: match.start()], text[match.end() :]
    clause = re.split(r"[.;!?,]\s|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bama\b|\btapi\b", before)[-1]
    if _DENIED.search(clause) or _DENIED_AFTER.search(after):
        return False
    limited = _LIMITED_AFTER.search(after) and not _DATED_AFTER.search(after)
    return flag not in _REQUESTS or not (limited or _HOURS_BEFORE.search(clause))

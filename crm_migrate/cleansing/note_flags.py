"""What notes ask of us: deceased, do not call, erase ... in six languages and more, with negations and look-alikes.

Precision first: a flag stops somebody's mail or marks somebody dead. Patterns run on folded text (lower case, no
diacritics); a sentence that denies the phrase, speaks of somebody else, or only limits the hours raises none.
"""

import re
from functools import cache

from crm_migrate.cleansing.letters import fold

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

# One alternative per phrase; English, German, French, Spanish, Italian, Portuguese, Dutch, Turkish, Indonesian, Polish, Russian.
_PHRASES = {
    "deceased": r"""deceased|passed away|passed on|has died|died (?:in|on|last|this|of|suddenly|\d)|(?:customer|client|contact|he|she|person) (?:has )?died|^died|is dead|^dead$|r\.?i\.?p\.?(?!\w)
        |verstorben|gestorben|ist tot|todesfall|deceede?e?|decede|est mort|morte? (?:en|le|depuis)|fallecid[oa]|fallecio|ha muerto|difunt[oa]|deceduto|deceduta|morto il|falecid[oa]|faleceu|overleden
        |vefat|merhum|merhume|hayatini kaybetti|rahmetli|almarhum|almarhumah|meninggal(?: dunia)?|wafat|alm\.|zmarl[ay]?|nie zyje|умер(?:ла)?|скончал(?:ся|ась)|avliden|afdod|dod den|zemrel[a]?|elhunyt""",
    "erase": r"""gdpr (?:erase|erasure|delete|deletion|request)|erase(?: (?:all|my|his|her|their|personal))? (?:data|record|request|details)|right to (?:be forgotten|erasure)|delete (?:my|his|her|their|all|personal) (?:data|details|account|record)|data deletion|erasure request|request(?:ed|s)? (?:erasure|deletion)|forget me|^erase$|(?:please )?erase (?:me|him|her|this contact|contact)|ccpa delet\w+
        |dsgvo.?losch\w*|loschung (?:nach|gem|beantragt|verlangt|aller|seiner|ihrer|der|gefordert|gewunscht)|losch(?:antrag|anfrage|begehren|wunsch|ersuchen)|(?:daten|kontakt|alles) (?:bitte )?losch(?:en|t)|bitte loschen|recht auf (?:vergessen|loschung)|dsgvo.{0,20}losch\w*
        |rgpd.{0,25}(?:effac\w*|suppr\w*)|droit a l'?oubli|(?:effacer|supprimer) (?:ses|mes|les|toutes les|ces) donnees|demande (?:d'?effacement|de suppression)|suppression (?:des|de ses|de toutes)
        |rgpd.{0,25}(?:borr\w*|elimin\w*|supr\w*)|derecho (?:al olvido|de supresion)|(?:borrar|eliminar|suprimir) (?:sus|mis|los|todos los) datos|solicita (?:la )?(?:supresion|eliminacion|baja de datos)
        |kvkk.{0,30}sil\w*|(?:veri|bilgi|kayit|kisisel veri)\w* (?:silin|silinsin|sil|silinmesi)\w*|unutulma hakki|silinmesini (?:istiyor|talep)|hapus data|penghapusan data|data (?:saya|pribadi)? ?(?:harus |minta |mohon )?(?:di)?hapus|minta (?:di)?hapus
        |diritto all'?oblio|cancell\w+ (?:i|dei|dati)|apagar (?:os )?dados|avg.{0,20}verwijder\w*|gegevens (?:verwijderen|wissen)|usun(?:ac)? dane|rodo.{0,20}usun\w*|удалить (?:персональные )?данные""",
    "do_not_contact": r"""(?:do not|don'?t|dont|never|must not|no longer) (?:contact|solicit|disturb|market|approach|get in touch)|dnc|no (?:contact|marketing|solicitation|advertising|promotions?|mailings?|ads)|not to be contacted|do not (?:send|mail) (?:any ?thing|anything|any marketing|advertising|marketing|ads)|does(?: not|n'?t) (?:want|wish) (?:to be contacted|any contact|contact|marketing|advertising)|opt(?:ed)?[ -]?out(?: of)? (?:of )?(?:all|marketing|everything|all marketing|communications?|all communications?)|^opt(?:ed)?[ -]?out$|marketing opt[ -]?out|stop contacting|withdr(?:ew|awn) (?:\w+ )?consent|consent (?:withdrawn|revoked)|robinson(?: ?liste?)?
        |keine? (?:werbung|kontakt\w*|mailings?|zusendung\w*|ansprache)|nicht (?:mehr )?(?:kontaktieren|anschreiben|ansprechen|bewerben)|kontakt(?:aufnahme)? (?:nicht erwunscht|unerwunscht|verboten|gesperrt)|werbe(?:sperre|widerspruch|verbot)|wunscht kein\w* (?:kontakt|werbung|kontaktaufnahme)|kontaktsperre|widerspruch (?:gegen )?werbung
        |ne (?:pas|plus) (?:contacter|solliciter|deranger|demarcher|relancer)|pas de (?:publicite|pub|demarchage|contact|sollicitation)|ne (?:souhaite|veut|desire) (?:pas|plus) etre (?:contacte|sollicite|demarche)e?|stop pub|plus de contact
        |no contactar|no (?:quiere|desea) (?:ser contactad[oa]|publicidad|contacto)|no molestar|no enviar publicidad|sin publicidad|nao contact\w+|non contattare|no pubblicita|niet (?:benaderen|contacteren)|geen (?:reclame|contact)
        |iletisime gec(?:me|ilme)\w*|rahatsiz etme\w*|reklam (?:istemiyor|gondermeyin|yapmayin|yok)|iletisim (?:istemiyor|kurmayin|kurulmasin)|temas kurmayin|ulasmayin|irtibat kurmayin|pazarlama istemiyor|ileti izni yok|iys ret
        |jangan (?:di ?)?(?:hubungi|kontak|ganggu)|tidak (?:mau|ingin|boleh|bersedia) (?:di ?)?hubungi|tidak ingin promosi|tolak promosi|nie kontaktowac|не связываться|не беспокоить|kontakta (?:ej|inte)|ma ikke kontaktes""",
    "do_not_call": r"""(?:do not|don'?t|dont|never|must not) (?:phone|call|ring|telephone|cold[ -]?call)|no (?:phone )?calls?|no (?:tele)?phoning|not to be called|stop calling|do-?not-?call|tps registered|(?:does(?: not|n'?t)) want (?:to be called|(?:any )?(?:phone )?calls)|opt(?:ed)?[ -]?out(?: of)? (?:phone|calls?|telephone|phone calls)
        |nicht (?:mehr )?(?:anrufen|telefonieren|telefonisch\w* (?:kontaktieren|anfragen))|kein\w* (?:anrufe?|telefon(?:at|ische\w*|werbung|kontakt)?)\b|telefonsperre|anrufe? (?:unerwunscht|nicht erwunscht)
        |ne (?:pas|plus|jamais) (?:(?:l'|la |le )?(?:appeler|telephoner))|pas d'?appels?|ne (?:souhaite|veut) pas (?:etre appelee?|d'?appel)|plus d'?appel\w*|stop appels?
        |no (?:le |la |les )?(?:llamar|llame\w*|telefonear|llamarle|llamarla)|sin llamadas|no (?:quiere|desea) (?:llamadas|que le llamen|que la llamen)|nao (?:ligar|telefonar)|non (?:chiamare|telefonare)|niet (?:bellen|opbellen)
        |arama(?:yin|yiniz|yalim|sinlar|)\b(?<!arama)|telefonla aranma\w*|aranmak istemiyor|aranmasin|aramak yasak|telefon etme\w*|telefonla arama(?:yin|yiniz)|aranmayacak
        |jangan (?:di ?)?(?:telepon|telpon|telfon|tlp|call|menelepon|menelpon)|tidak (?:mau|ingin|boleh) (?:di ?)?(?:telepon|telpon)|nie dzwonic|не звонить|ring (?:ej|inte|ikke)|no whatsapp""",
    "do_not_email": r"""unsubscribed?|(?:do not|don'?t|dont|never|must not) (?:send )?(?:e-?mails?|newsletters?)|do not send (?:any )?(?:e-?mails?|newsletters?)|no (?:more )?(?:e-?mails?|newsletters?|mailing list)|stop e-?mailing|opt(?:ed)?[ -]?out(?: of| from)? (?:of )?(?:our |the |all )?(?:e-?mails?|newsletters?|mailing list|mailings|e-?mail marketing)|e-?mail opt[ -]?out|remove(?:d)? from (?:the |our )?(?:mailing|e-?mail|newsletter) ?(?:list)?|does(?: not|n'?t) want (?:any )?(?:e-?mails?|newsletters?)
        |abgemeldet|newsletter (?:abbestellt|abgemeldet|gekundigt)|kein\w* (?:e-?mails?|newsletter|mails?)|nicht (?:per e-?mail|mailen|anmailen)|(?:vom newsletter|vom verteiler) (?:abgemeldet|nehmen|genommen|streichen)|e-?mail-?sperre|aus (?:dem )?verteiler
        |desabonne\w*|desinscrit\w*|pas d'?(?:e-?mails?|courriels?)|pas de (?:newsletters?|mails?)|ne (?:pas|plus) (?:envoyer|recevoir) (?:de |d'?)?(?:e-?mails?|mails?|newsletters?|courriels?)|plus (?:de mails?|d'?e-?mails?)
        |dado de baja(?: del| de la)? ?(?:newsletter|boletin|correo)?|no (?:enviar|mandar) (?:mas )?(?:e-?mails?|correos?|boletin\w*|newsletters?)|no (?:quiere|desea) (?:recibir )?(?:e-?mails?|correos?)|sin correos|descadastrad[oa]|nao enviar e-?mails?|disiscritt[oa]|non inviare (?:e-?mail|mail)|uitgeschreven|geen (?:e-?mails?|mails?|nieuwsbrief)
        |abonelikten (?:cikti|cikmis|ayrildi)|e-?(?:posta|mail|bulten) (?:gonderme\w*|atma\w*|istemiyor|almak istemiyor)|mail (?:gonderme\w*|atma\w*|istemiyor)|bulten(?:den)? (?:cikti|istemiyor|ayrildi)|listeden (?:cikti|cikarilsin|cikar)
        |berhenti (?:ber)?langganan|jangan (?:kirim|di ?kirim\w*) (?:e-?mail|surel|newsletter)|tidak (?:mau|ingin) (?:menerima |terima )?(?:e-?mail|newsletter)|nie wysylac (?:e-?maili|maili)|отписал(?:ся|ась)|не присылать (?:письма|почту)""",
    "do_not_mail": r"""(?:do not|don'?t|dont|no) (?:send )?(?:postal mail|direct mail|post mail|letters|brochures|catalog(?:ue)?s?)|kein\w* (?:post|briefe?|katalog\w*|postwerbung)\b|pas de courrier(?! electronique)|ne pas envoyer de courrier(?! electronique)|no enviar (?:cartas|correo postal|catalogos?)|posta ile gondermeyin|jangan kirim surat""",
    "email_invalid": r"""(?:e-?mail |mail )?(?:hard[ -]?|soft[ -]?)?bounce[ds]?|bouncing|undeliverable|mailer.?daemon|(?:e-?mail|mail)(?: address)?(?: is)? (?:invalid|not valid|wrong|dead|no longer valid|does ?n.?t work|not working)|invalid e-?mail|wrong e-?mail|returned mail|unzustellbar|e-?mail (?:ungultig|falsch|kommt zuruck)|mail kommt zuruck|adresse (?:e-?mail )?invalide|(?:e-?mail|mail) (?:invalide|en erreur)|npai|rebotad[oa]|rebota|correo (?:invalido|no valido)|e-?(?:posta|mail) (?:gecersiz|hatali|geri dond\w+)|mail geri dond\w+|e-?mail (?:tidak valid|salah|mental|gagal)""",
    "inactive": r"""no longer (?:with|at|works?|working|employed|there|here|in business|active)|(?:has )?left (?:the )?(?:company|firm|business|organi[sz]ation|job)|(?:is )?(?:retired|inactive)|out of business|company (?:closed|dissolved|liquidated)|ceased trading|former employee|ex-?employee|moved (?:to another company|on to)|not (?:active|working) (?:any ?more|any longer)|does(?: not|n'?t) work (?:here|there) any ?more|closed down|gone bankrupt|in liquidation|ceased operations
        |nicht mehr (?:im unternehmen|in der firma|bei der firma|beschaftigt|tatig|da|aktiv|dort|im haus)|ausgeschieden|(?:hat|hat die) (?:firma|unternehmen|das unternehmen) verlassen|im ruhestand|pensioniert|in rente|firma (?:erloschen|geschlossen|aufgelost|insolvent)|inaktiv|insolvent
        |ne travaille plus|n'?est plus (?:dans|chez|en poste|la|employee?|salariee?|active?|actif)|a quitte (?:la societe|l'?entreprise|son poste)|(?:a la|en) retraite|retraitee?|inacti(?:f|ve)|societe (?:fermee|dissoute|radiee|liquidee)|parti(?:e)? de la societe|liquidation judiciaire
        |ya no (?:trabaja|esta|labora|pertenece)|dejo (?:la empresa|de trabajar)|jubilad[oa]|inactiv[oa]|empresa (?:cerrada|disuelta|liquidada)|exempleado|no trabaja mas|inativ[oa]|nao trabalha mais|aposentad[oa]|non lavora piu|in pensione|niet meer (?:werkzaam|in dienst)|uit dienst|met pensioen
        |artik (?:calismiyor|burada degil|burada calismiyor|sirkette degil)|(?:isten|sirketten|firmadan|gorevden) (?:ayrildi|ayrilmis|cikti)|emekli(?: oldu)?|pasif (?:musteri|kayit|kisi|firma)|^pasif$|firma kapandi|sirket kapandi|iflas etti|kapandi
        |sudah (?:tidak (?:bekerja|aktif|kerja|di sini)|resign|keluar|pensiun)|tidak (?:lagi )?(?:bekerja|aktif)(?: lagi)?|pensiun|mengundurkan diri|perusahaan (?:tutup|bangkrut|sudah tutup)|nonaktif|nie pracuje|уволил(?:ся|ась)|больше не работает|на пенсии|slutat|pensionerad""",
    "duplicate": r"""duplicate(?: (?:of|record|entry|contact|account|see|with))?(?=\W|$)|duplicated?|dupe|^dup$|\(dup\)|dup of|see also (?:record|contact|account) #?\d+|merge with #?\d*|double entry|same (?:person|contact|company) as
        |doppelt(?:e[rs]?)?(?: (?:angelegt|vorhanden|erfasst|eintrag|datensatz))?|dublette|duplikat|doublon|en double|duplicad[oa]|duplicato|doppione|dubbel(?:e)?(?: invoer)?|mukerrer|cift kayit|kopya kayit|ayni kisi|tekrar(?:li)? kayit|duplikasi|data ganda|ganda|dobel|zdublowany|дубль|дубликат|dubblett""",
}  # fmt: skip

# Before or behind a phrase: it is denied, asked, or about somebody else.
_DENIED = re.compile(
    r"(?:\b(?:not|isn'?t|wasn'?t|never|no|n't|false|wrongly|incorrectly|mistakenly|non|nicht|kein\w*|nie|pas|no es|no esta|n'est pas|bukan|tidak|belum|jangan|niet|geen|nao|не)\s+"
    r"(?:(?:a|an|the|yet|been|marked|really|actually|as|is|etre|ein\w*|als|der|die|un|une|una|es|estar|mehr|encore|seorang|data|flagged|longer|to be|est|pas|ha|si e|foi|een)\s+){0,3}$)"
    r"|(?:\b(?:widow|widower|estate|heirs?|executor|family|son|daughter|relative)s? of (?:the |a )?(?:\w+ )?$)"
    r"|(?:\b(?:wife|husband|spouse|father|mother|dad|mum|mom|parent|parents|brother|sister|son|daughter|partner|uncle|aunt|grand\w+|boss|colleague|predecessor|founder|owner|dog|cat|friend|"
    r"frau|ehefrau|mann|ehemann|gatte|gattin|vater|mutter|bruder|schwester|sohn|tochter|chef|hund|opa|oma|mari|femme|epouse|epoux|pere|mere|frere|soeur|fils|fille|esposo|esposa|marido|mujer|"
    r"padre|madre|hermano|hermana|hijo|hija|abuelo|abuela|esi|babasi|annesi|kardesi|oglu|kizi|dedesi|kocasi|karisi|suami|istri|suaminya|istrinya|ayah|ayahnya|ibunya|anaknya|bapaknya)(?:'s|)\s+"
    r"(?:(?:is|has|was|had|recently|ist|hat|wurde|vor|est|a|ha|es|sudah|telah|baru|gecen|yil|kurzlich|just|sadly|who|der|die)\s+){0,3}$)"
)
_DENIED_AFTER = re.compile(
    r"^\s*(?:degil\w*|mi\b|mu\b|\?|is (?:false|wrong|not true)|etmedi|edilmedi|oldugu dogru degil|bukan|nicht\b|(?:before|after|until|till|between|on|during|at|outside|vor|nach|zwischen|am|an|avant|apres|entre|le|los|antes|"
    r"despues|sebelum|setelah|pada|hari|un?til|am wochenende|weekends?|outside|while|when|while|if|unless|without|wahrend|pendant|durante|sin|sans|ohne)\s"
    r"(?!(?:death|request|notice|hesitat|marketing)))"
)
_HOURS_BEFORE = re.compile(
    r"(?:\b(?:saat|sabah|aksam|ogleden|hafta sonu|mesai|pazar|cumartesi|pazartesi|sali|carsamba|persembe|cuma)(?:lari|leri|i)?\s*(?:\S+\s+){0,4}(?:once|sonra|disinda|gunu|gunleri|saatlerinde)?\s*$)"
)
_RESUBSCRIBED = re.compile(
    r"\bre-?subscribed\b|\bopted (?:back )?in\b|\bwieder angemeldet\b|\bno longer unsubscribed\b|\breactivated\b"
)
_LOOKALIKE = re.compile(
    r"\b(?:do not|don'?t|dont) hesitate to (?:call|contact|e-?mail|phone|write|ring)|\bzogern sie nicht|n'?hesitez pas a (?:appeler|contacter)|no dude en (?:llamar|contactar)|"
    r"\bdon'?t forget to (?:call|e-?mail|contact|phone)|\bdo not forget to (?:call|e-?mail|contact|phone)|nicht vergessen|ne pas oublier d|no olvidar|aramayi unutma\w*|jangan lupa|"
    r"\bif (?:deceased|undeliverable|unsubscribed)|\bunsubscribe link|\bbounce(?:d)? (?:back|rate|ideas?|cheque|check|payment|around)|cheque bounced|check bounced|\bbounced (?:cheque|check|payment)|"
    r"\bduplicate (?:key|keys|copy|copies|invoice|bill|print|slide)|\b(?:retired|inactive) (?:product|licen[cs]e|sku|item)s?|\bleft (?:a )?(?:message|voicemail|vm|word)|"
    r"\bno calls? (?:today|yet|made|logged|so far|answered|received)|no (?:e-?mails?) (?:yet|received|on file|so far|address|found|available)|no (?:contact|e-?mail|marketing) (?:person|name|details|info\w*|history|budget|yet|made|team|department)|"
    r"kein\w* (?:kontaktdaten|kontaktperson|e-?mail-?adresse|e-?mail bekannt|telefonnummer|telefon vorhanden|post erhalten)|pas de (?:contact|mail|telephone) connu|sin (?:telefono|correo) conocido|"
    r"\bno contact (?:since|for|in)\b|not (?:be )?retired|rip(?:ped|ping|\.com)|\bdelete (?:old|draft|test|this (?:note|task|line))\b|\bdead(?:line| ?end)"
)

_DIED_TR = re.compile(r"(?<!\w)öl(?:dü|müş|müştür)(?!\w)(?!\s+mü)")  # folded, `öldü` would be `oldu` ("became")


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    """Patterns by flag, at word boundaries."""
    clean = {flag: re.sub(r"\s*\n\s*", "", text) for flag, text in _PHRASES.items()}
    return {flag: re.compile(rf"(?<!\w)(?:{text})(?!\w)") for flag, text in clean.items()}


def note_flags(text: str) -> list[str]:
    """Flags that a note raises, gravest first; none where the phrase is denied, limited to hours, or about another."""
    folded = re.sub(r"[‘’`´]", "'", " ".join(fold(text).split()))
    looked = _LOOKALIKE.sub(" ~ ", folded)
    found = [flag for flag, pattern in _compiled().items() if any(_holds(m, looked) for m in pattern.finditer(looked))]
    if "deceased" not in found and _DIED_TR.search(text.replace("İ", "i").lower()):
        found.insert(0, "deceased")
    if _RESUBSCRIBED.search(folded):
        found = [f for f in found if f not in {"do_not_email", "do_not_contact"}]
    if "do_not_contact" in found:
        found = [f for f in found if f not in {"do_not_call", "do_not_email", "do_not_mail"}]
    return found


def _holds(match: re.Match[str], text: str) -> bool:
    """The phrase is meant: nothing before or behind it takes it back."""
    before, after = text[: match.start()], text[match.end() :]
    clause = re.split(r"[.;!?,]\s|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bama\b|\btapi\b", before)[-1]
    return not (_DENIED.search(clause) or _DENIED_AFTER.search(after) or _HOURS_BEFORE.search(clause))

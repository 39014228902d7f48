"""What is known about mailboxes: free mail hosts, role names, throw-away hosts, fillers, and near misses of big hosts."""

from functools import lru_cache

from rapidfuzz.distance import OSA

# Consumer mail hosts by country; a company's domain is never one of these.
FREE_MAIL = frozenset(
    ["gmail.com", "googlemail.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "hotmail.it", "hotmail.es", "hotmail.nl", "hotmail.be", "hotmail.com.tr", "hotmail.com.br", "hotmail.com.ar", "hotmail.se", "outlook.com", "outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.com.tr", "outlook.com.br", "outlook.jp", "outlook.co.id", "outlook.be", "outlook.at", "outlook.dk", "outlook.ie", "outlook.pt", "live.com", "live.co.uk", "live.fr", "live.de", "live.it", "live.nl", "live.be", "live.se", "live.dk", "live.no", "live.com.au", "live.com.mx", "live.com.pt", "live.ca", "live.cn", "msn.com", "windowslive.com", "passport.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.it", "yahoo.es", "yahoo.ca", "yahoo.co.in", "yahoo.in", "yahoo.co.id", "yahoo.co.jp", "yahoo.com.br", "yahoo.com.mx", "yahoo.com.ar", "yahoo.com.au", "yahoo.com.tr", "yahoo.gr", "yahoo.ie", "yahoo.se", "yahoo.dk", "yahoo.no", "yahoo.pl", "yahoo.ro", "yahoo.com.sg", "yahoo.com.my", "yahoo.com.ph", "yahoo.com.vn", "yahoo.com.hk", "yahoo.com.tw", "yahoo.co.th", "yahoo.co.kr", "yahoo.co.nz", "yahoo.co.za", "ymail.com", "rocketmail.com", "myyahoo.com", "aol.com", "aol.de", "aol.co.uk", "aol.fr", "aim.com", "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "gmx.fr", "gmx.es", "gmx.co.uk", "web.de", "t-online.de", "freenet.de", "arcor.de", "email.de", "posteo.de", "mailbox.org", "online.de", "vodafone.de", "kabelmail.de", "bluewin.ch", "hispeed.ch", "sunrise.ch", "aon.at", "chello.at", "a1.net", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "neuf.fr", "bbox.fr", "numericable.fr", "libero.it", "virgilio.it", "tiscali.it", "alice.it", "tin.it", "inwind.it", "iol.it", "fastwebnet.it", "telefonica.net", "terra.es", "ya.com", "terra.com.br", "uol.com.br", "bol.com.br", "ig.com.br", "globo.com", "r7.com", "sapo.pt", "mail.pt", "iol.pt", "netcabo.pt", "clix.pt", "planet.nl", "ziggo.nl", "kpnmail.nl", "hetnet.nl", "home.nl", "xs4all.nl", "casema.nl", "upcmail.nl", "telenet.be", "skynet.be", "proximus.be", "scarlet.be", "btinternet.com", "sky.com", "talktalk.net", "ntlworld.com", "virginmedia.com", "blueyonder.co.uk", "tiscali.co.uk", "o2.co.uk", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net", "earthlink.net", "juno.com", "netzero.net", "optonline.net", "rogers.com", "shaw.ca", "sympatico.ca", "telus.net", "videotron.ca", "bigpond.com", "bigpond.net.au", "optusnet.com.au", "iinet.net.au", "xtra.co.nz", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "yandex.ru", "yandex.com", "yandex.com.tr", "ya.ru", "rambler.ru", "ukr.net", "i.ua", "meta.ua", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "op.pl", "poczta.onet.pl", "gazeta.pl", "tlen.pl", "vp.pl", "seznam.cz", "centrum.cz", "email.cz", "volny.cz", "post.cz", "azet.sk", "zoznam.sk", "centrum.sk", "freemail.hu", "citromail.hu", "indamail.hu", "t-online.hu", "abv.bg", "mail.bg", "inbox.lv", "inbox.lt", "hot.ee", "mail.ee", "online.no", "telia.com", "spray.se", "bredband.net", "telenor.dk", "jubii.dk", "luukku.com", "suomi24.fi", "mynet.com", "superonline.com", "ttmail.com", "turk.net", "qq.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com", "foxmail.com", "139.com", "189.cn", "21cn.com", "aliyun.com", "naver.com", "daum.net", "hanmail.net", "nate.com", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp", "nifty.com", "biglobe.ne.jp", "plala.or.jp", "rediffmail.com", "sify.com", "telkom.net", "plasa.com", "cbn.net.id", "otenet.gr", "in.gr", "protonmail.com", "proton.me", "pm.me", "tutanota.com", "tuta.io", "fastmail.com", "fastmail.fm", "hushmail.com", "zoho.com", "mail.com", "email.com", "usa.com", "lycos.com", "excite.com", "inbox.com", "hey.com", "duck.com", "walla.com", "walla.co.il"]
)

# RFC 2142 and its everyday sisters, by language; a mailbox of a function, not of a person.
ROLES = frozenset(
    ["abuse", "accounting", "accounts", "accountspayable", "accountsreceivable", "admin", "administration", "administrator", "all", "ap", "ar", "billing", "bookings", "booking", "bookkeeping", "business", "careers", "central", "cfo", "ceo", "clientservices", "commercial", "compliance", "contact", "contactus", "contracts", "customercare", "customerservice", "customersupport", "cs", "data", "dataprotection", "desk", "dev", "dispatch", "dns", "donations", "dpo", "editor", "editorial", "email", "enquiries", "enquiry", "events", "everyone", "export", "facilities", "feedback", "finance", "frontdesk", "ftp", "general", "headoffice", "hello", "help", "helpdesk", "hi", "hostmaster", "hr", "info", "information", "inquiries", "inquiry", "invest", "investors", "investorrelations", "invoice", "invoices", "invoicing", "it", "itsupport", "jobs", "legal", "list", "listserv", "logistics", "mail", "mailbox", "mailer-daemon", "mailerdaemon", "management", "manager", "marketing", "me", "media", "members", "membership", "news", "newsletter", "no-reply", "noreply", "donotreply", "do-not-reply", "noc", "office", "operations", "ops", "order", "orders", "orderdesk", "parts", "partners", "partnerships", "payable", "payables", "payment", "payments", "payroll", "people", "postmaster", "pr", "press", "privacy", "procurement", "production", "projects", "purchase", "purchasing", "quality", "quote", "quotes", "receivables", "reception", "recruiting", "recruitment", "registrar", "remittance", "reply", "requests", "reservations", "returns", "root", "sales", "salesteam", "schedule", "secretary", "security", "service", "services", "shipping", "shop", "spam", "staff", "store", "subscribe", "subscriptions", "supplier", "suppliers", "support", "sysadmin", "team", "tech", "technical", "techsupport", "tickets", "training", "undisclosed-recipients", "unsubscribe", "usenet", "users", "uucp", "vendor", "vendors", "warehouse", "web", "webadmin", "webmaster", "website", "welcome", "www", "anfrage", "anfragen", "angebot", "angebote", "auftrag", "auftraege", "bestellung", "bestellungen", "bewerbung", "bewerbungen", "buchhaltung", "buchung", "datenschutz", "einkauf", "empfang", "finanzbuchhaltung", "fibu", "geschaeftsfuehrung", "geschaeftsleitung", "kanzlei", "karriere", "kasse", "kontakt", "kundendienst", "kundenservice", "lager", "logistik", "personal", "personalabteilung", "poststelle", "praxis", "presse", "rechnung", "rechnungen", "rechnungswesen", "redaktion", "reklamation", "sekretariat", "technik", "verkauf", "versand", "vertrieb", "verwaltung", "werkstatt", "zentrale", "buero", "service-center", "muhasebe", "bilgi", "satis", "satinalma", "destek", "insankaynaklari", "ik", "iletisim", "finans", "lojistik", "sekreter", "yonetim", "pazarlama", "ihracat", "ithalat", "musteri", "musterihizmetleri", "siparis", "teklif", "uretim", "kalite", "depo", "sevkiyat", "fatura", "kariyer", "basin", "teknik", "servis", "accueil", "achat", "achats", "administratif", "commande", "commandes", "commerciale", "communication", "compta", "comptabilite", "comptable", "contacts", "devis", "direction", "facturation", "facture", "factures", "livraison", "recrutement", "rh", "secretariat", "service-client", "serviceclient", "standard", "vente", "ventes", "formation", "gestion", "administracion", "atencion", "atencionalcliente", "cobranza", "cobranzas", "compras", "comercial", "contabilidad", "contacto", "empleo", "factura", "facturacion", "facturas", "finanzas", "gerencia", "informacion", "informes", "pedidos", "proveedores", "recepcion", "reservas", "rrhh", "secretaria", "soporte", "tienda", "ventas", "calidad", "almacen", "acquisti", "amministrazione", "assistenza", "clienti", "commerciale", "contabilita", "fatture", "fatturazione", "informazioni", "logistica", "ordini", "prenotazioni", "preventivi", "risorseumane", "segreteria", "ufficio", "ufficioacquisti", "vendite", "magazzino", "qualita", "administracao", "atendimento", "cobranca", "comercial", "contabilidade", "contato", "contacto", "compras", "faturamento", "financeiro", "fiscal", "licitacao", "sac", "suporte", "vendas", "secretaria", "rh", "recursoshumanos", "orcamento", "ouvidoria", "nfe", "administratie", "afspraken", "bestellingen", "boekhouding", "crediteuren", "debiteuren", "facturen", "facturatie", "inkoop", "klantenservice", "planning", "receptie", "sollicitatie", "verkoop", "personeelszaken", "biuro", "faktury", "handel", "handlowy", "kadry", "kancelaria", "ksiegowosc", "reklamacje", "rekrutacja", "sekretariat", "sklep", "sprzedaz", "zamowienia", "zakupy", "zarzad", "serwis", "ekonomi", "faktura", "kundservice", "kundtjanst", "bokning", "regnskap", "ordre", "post", "salg", "salgs", "ordrer", "indkoeb", "bogholderi", "asiakaspalvelu", "laskutus", "myynti", "tilaukset", "toimisto", "akuntansi", "keuangan", "layanan", "pemasaran", "penjualan", "pembelian", "pengadaan", "personalia", "sekretariat", "marketing-id", "cs.id", "humas", "buhgalteria", "buh", "zakaz", "zakazy", "sklad", "otdel", "otdelkadrov", "priemnaya", "reklama", "prodazhi", "obchod", "fakturace", "ucetni", "objednavky", "podpora", "ucto", "penzugy", "ertekesites", "szamlazas", "ugyfelszolgalat", "iroda", "titkarsag"]
)

# Hosts that give anybody a mailbox for minutes (the well-known services and their main aliases).
DISPOSABLE = frozenset(
    ["mailinator.com", "mailinator.net", "mailinator2.com", "guerrillamail.com", "guerrillamail.net", "guerrillamail.org", "guerrillamail.biz", "guerrillamail.de", "guerrillamailblock.com", "sharklasers.com", "grr.la", "pokemail.net", "spam4.me", "10minutemail.com", "10minutemail.net", "10minutemail.co.uk", "10minutemail.org", "20minutemail.com", "30minutemail.com", "tempmail.com", "temp-mail.org", "temp-mail.io", "tempmail.net", "tempmail.de", "tempmailo.com", "tempmail.plus", "tempmailaddress.com", "tempinbox.com", "tempr.email", "temporarymail.com", "throwaway.email", "throwawaymail.com", "trashmail.com", "trashmail.net", "trashmail.de", "trashmail.org", "trashmail.me", "trash-mail.com", "trash-mail.de", "yopmail.com", "yopmail.fr", "yopmail.net", "cool.fr.nf", "jetable.fr.nf", "jetable.org", "jetable.com", "nospam.ze.tc", "nomail.xl.cx", "mega.zik.dj", "speed.1s.fr", "courriel.fr.nf", "moncourrier.fr.nf", "monemail.fr.nf", "monmail.fr.nf", "getnada.com", "nada.email", "nada.ltd", "dispostable.com", "discard.email", "discardmail.com", "discardmail.de", "disposableaddress.com", "disposableemailaddresses.com", "disposable.com", "maildrop.cc", "mailnesia.com", "mailcatch.com", "mailexpire.com", "mailforspam.com", "mailmoat.com", "mailnull.com", "mailsac.com", "mailtothis.com", "mailzilla.com", "mailshell.com", "mail-temporaire.fr", "mail-temp.com", "mytemp.email", "mytrashmail.com", "mt2009.com", "thankyou2010.com", "fakeinbox.com", "fakemailgenerator.com", "fakemail.net", "fake-mail.net", "armyspy.com", "cuvox.de", "dayrep.com", "einrot.com", "fleckens.hu", "gustr.com", "jourrapide.com", "rhyta.com", "superrito.com", "teleworm.us", "emailondeck.com", "emailfake.com", "email-fake.com", "emailtemporanea.com", "emailtemporanea.net", "emailtemporario.com.br", "emailsensei.com", "emailwarden.com", "emailias.com", "anonbox.net", "anonymbox.com", "antispam24.de", "bugmenot.com", "burnermail.io", "byom.de", "crazymailing.com", "deadaddress.com", "despammed.com", "dodgeit.com", "dodgit.com", "dontsendmespam.de", "e4ward.com", "easytrashmail.com", "eyepaste.com", "filzmail.com", "frapmail.com", "getairmail.com", "getonemail.com", "gishpuppy.com", "great-host.in", "haltospam.com", "harakirimail.com", "hidemail.de", "hmamail.com", "hochsitze.com", "inboxalias.com", "inboxbear.com", "inboxkitten.com", "incognitomail.com", "incognitomail.org", "instant-mail.de", "kasmail.com", "klzlk.com", "kurzepost.de", "linshiyouxiang.net", "lroid.com", "mailde.de", "mailbidon.com", "mailbox92.biz", "mailimate.com", "mailpoof.com", "mailinater.com", "mailnator.com", "mailtemp.info", "minuteinbox.com", "moakt.com", "moakt.cc", "mohmal.com", "mintemail.com", "mvrht.com", "nepwk.com", "nobulk.com", "noclickemail.com", "nogmailspam.info", "nowmymail.com", "objectmail.com", "onewaymail.com", "owlpic.com", "pookmail.com", "privacy.net", "proxymail.eu", "quickinbox.com", "rcpt.at", "recode.me", "rmqkr.net", "safetymail.info", "sendspamhere.com", "shieldemail.com", "shitmail.me", "slopsbox.com", "smellfear.com", "sneakemail.com", "sofort-mail.de", "sogetthis.com", "soodonims.com", "spam.la", "spamavert.com", "spambob.com", "spambog.com", "spambog.de", "spambog.ru", "spambox.us", "spamcannon.com", "spamcero.com", "spamcorptastic.com", "spamday.com", "spamex.com", "spamfree24.org", "spamfree24.de", "spamgourmet.com", "spamherelots.com", "spamhole.com", "spamify.com", "spaml.com", "spaml.de", "spammotel.com", "spamobox.com", "spamspot.com", "spamthis.co.uk", "supergreatmail.com", "suremail.info", "tafmail.com", "teewars.org", "tempail.com", "tempalias.com", "tempe-mail.com", "tempemail.co.za", "tempemail.com", "tempemail.net", "tempmail.it", "tempmail2.com", "tempmaildemo.com", "tempmailer.com", "tempmailer.de", "tempomail.fr", "temporaryemail.net", "temporaryforwarding.com", "temporaryinbox.com", "thisisnotmyrealemail.com", "tmail.com", "tmailinator.com", "tradermail.info", "tyldd.com", "veryrealemail.com", "vpn.st", "vsimcard.com", "wegwerfadresse.de", "wegwerfemail.com", "wegwerfemail.de", "wegwerfmail.de", "wegwerfmail.net", "wegwerfmail.org", "wegwerf-email.net", "whyspam.me", "willselfdestruct.com", "wuzup.net", "xagloo.com", "yep.it", "zehnminutenmail.de", "zippymail.info", "zoemail.org", "binkmail.com", "bobmail.info", "chammy.info", "devnullmail.com", "letthemeatspam.com", "reallymymail.com", "safetypost.de", "thisisnotmyrealemail.com", "tempsky.com", "dropmail.me", "10mail.org", "emlpro.com", "emlhub.com", "yomail.info", "mailto.plus", "fexpost.com", "fexbox.org", "mailbox.in.ua", "rover.info", "inpwa.com", "chitthi.in", "1secmail.com", "1secmail.net", "1secmail.org", "esiix.com", "wwjmp.com", "xojxe.com", "yoggm.com", "luxusmail.org", "mail7.io", "gufum.com", "ruutu.net", "internxt.com", "smailpro.com", "cs.email", "tmpmail.org", "tmpmail.net", "tmpeml.com", "tempinbox.xyz", "internal.temp.mail", "spamdecoy.net", "mailhazard.com", "mailnow2.com", "meltmail.com"]
)

_FILLER_HOSTS = frozenset(
    ["none.com", "no.com", "nomail.com", "noemail.com", "noreply.com", "na.com", "unknown.com", "nowhere.com", "none.none", "test.test", "asdf.com", "asd.com", "abc.abc", "xxx.xxx", "xyz.xyz", "aaa.com", "aaa.aaa", "a.a", "x.x", "yok.com", "none.net", "none.org", "noemail.invalid", "noone.com", "nobody.com", "asdasd.com", "qwe.com", "qwerty.qwerty", "notprovided.com", "notavailable.com", "fake.com", "dummy.com"]
)
_FILLER_LOCALS = frozenset(
    ["none", "na", "n/a", "null", "noemail", "no-email", "nomail", "nomail", "nobody", "noone", "unknown", "xxx", "xxxx", "aaa", "asdf", "asd", "qwerty", "qwe", "notavailable", "notprovided", "not.provided", "no.email", "yok", "keine", "keinemail", "sinemail", "sincorreo", "emailyok", "dummy", "fake", "placeholder", "donthave", "dont.have", "nil", "nicht.vorhanden", "kein.email", "pasdemail"]
)

_BIG = ("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "aol.com", "live.com",
        "msn.com", "comcast.net", "gmx.de", "gmx.net", "web.de", "t-online.de", "hotmail.co.uk", "yahoo.co.uk",
        "hotmail.fr", "yahoo.fr", "orange.fr", "wanadoo.fr", "laposte.net", "libero.it", "hotmail.it", "yahoo.it",
        "yandex.com", "yandex.ru", "mail.ru", "protonmail.com", "btinternet.com", "verizon.net", "sbcglobal.net",
        "yahoo.co.id", "yahoo.co.in", "rediffmail.com", "uol.com.br", "bol.com.br", "terra.com.br", "hotmail.de",
        "hotmail.es", "yahoo.es", "freenet.de", "bigpond.com", "rocketmail.com", "ymail.com", "mynet.com",
        "hotmail.com.tr", "yahoo.com.tr", "yahoo.com.br", "hotmail.com.br", "seznam.cz", "naver.com")  # fmt: skip
# Endings that are slips of the finger, not top-level domains (or so rarely meant with a big host that we only ask).
_SLIPS = {"con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "coom": "com",
          "cim": "com", "cpm": "com", "clm": "com", "om": "com", "co": "com", "cm": "com", "comn": "com", "comt": "com",
          "ent": "net", "nte": "net", "nett": "net", "met": "net", "ne": "net", "ogr": "org", "rog": "org",
          "ed": "de", "dee": "de", "e": "de", "d": "de", "ft": "fr", "rf": "fr", "ti": "it", "itt": "it"}  # fmt: skip


@lru_cache(maxsize=65536)
def suggestion(domain: str) -> str | None:
    """The big mail host that this domain is one slip away from, or None; never applied, only suggested."""
    if domain in FREE_MAIL or domain in DISPOSABLE:
        if domain not in {"hotmial.com", "gmial.com"}:
            return None
    name, _, end = domain.rpartition(".")
    hosts = {host.rpartition(".")[0] for host in _BIG}
    if name in hosts and end in _SLIPS:
        return _best(f"{name}.{_SLIPS[end]}", name)
    return _near(domain)


def _best(wanted: str, name: str) -> str:
    """The host that is meant: with the wanted ending if it exists, else the first of that name."""
    return wanted if wanted in _BIG or wanted in FREE_MAIL else next(h for h in _BIG if h.rpartition(".")[0] == name)


def _near(domain: str) -> str | None:
    """The one host within one edit (two for long names) whose first letter agrees; short names are never near."""
    for host in _BIG:
        name = host.partition(".")[0]
        allowed = 1 if len(name) <= 6 else 2
        if len(name) < 4 or domain[:1] != host[:1] or domain == host:
            continue
        if OSA.distance(domain, host, score_cutoff=allowed) <= allowed and _same_end(domain, host):
            return host
    return None


def _same_end(domain: str, host: str) -> bool:
    """Near misses are slips in the name; another country's ending is another host."""
    end, wanted = domain.partition(".")[2], host.partition(".")[2]
    return end == wanted or (_SLIPS.get(end) == wanted)


@lru_cache(maxsize=65536)
def domain_flag(domain: str) -> tuple[str, str] | None:
    """Flag and note that a domain (lower case) gives every mailbox of it."""
    if domain in _FILLER_HOSTS:
        return "placeholder", "a filler, not a mailbox"
    near = suggestion(domain)
    if near:
        return "typo", f"did you mean {near}?"
    if domain in DISPOSABLE:
        return "disposable", "a throw-away mailbox"
    return None


def local_flag(local: str) -> tuple[str, str] | None:
    """Flag and note that the part before the @ (lower case) gives."""
    if local in _FILLER_LOCALS or (len(local) > 2 and len(set(local)) == 1):
        return "placeholder", "a filler, not a mailbox"
    if local.split("+")[0] in ROLES:
        return "role", "the mailbox of a function, not of a person"
    return None

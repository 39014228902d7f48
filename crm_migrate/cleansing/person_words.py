"""Words around names in many languages: honorifics, degrees, particles, joiners, fillers, departments.

Keys are folded and without dots (`fold`). Sources: CLDR has none of these; the lists follow the academic and civil
titles in use in the countries named beside them.
"""

# Before the name. Civil address, academic, religious, military and noble titles.
PREFIXES = frozenset(
    """
mr mrs ms miss mx messrs mister sir dame lord lady madam madame master
dr drs dra dres prof profs professor profa assoc asst emer emeritus
rev reverend fr father pastor rabbi imam sheikh shaikh bishop archbishop cardinal brother sister
hon honorable honourable judge justice senator sen rep gov governor amb ambassador president
capt captain cpt lt ltcol col colonel maj gen general sgt sergeant cpl cmdr commander adm admiral brig
herr herrn frau hr fr frl fraulein familie fam dipl dipl-ing dipl-kfm dipl-kffr dipl-oec dipl-psych dipl-inf dipl-betrw
mag maga ing di ddr habil med phil jur rer nat pol oec theol vet dent techn ra rae rain stb wp hofrat kommr ir dkfm
m mm mme mmes mlle mlles monsieur maitre me docteur professeur
sr sra srta sres senor senora senorita don dona d da lic licda arq abg cp ingo mtro mtra c
exmo exma ilmo ilma sto srs eng engo enga adv
sig sigg signor signora sigra sigre signorina dott dottssa dottoressa avv geom rag arch
dhr mevr mw heer mevrouw mej drs ir ing mr bc
hr fru frk herr fröken froken dosent
pan pani p mgr inz hab dr dypl
pan pani mudr judr mvdr phdr rndr ing bc mga phmr thdr paedr
ur dr id ifj ozv
dl dna dra
kyrios kyria k kos ka
bay bayan sn sayin av uzm op yrd doc dt muh mim ecz hoca haci ars gor
bpk bapak ibu bu pak sdr sdri tn ny nn h hj kh drg drh r rr ra raden gus ust ustadz apt letkol kol
tuan puan encik en cik datuk dato datin tan sri tun haji hajah
ong ba co thay
shri sri smt kumari km er ca adv
u daw
г гн госпожа господин гспн гжа
""".split()
)
# Words of the list above that are also names or initials: titles only with a dot, or before two more words.
DOTTED = frozenset("m p k c d u r h ra en sen rep fr co ba bc id di da me don dona sister brother general master er ca km ong pan "
                   "bu bay sri sr mag med nat rag arch gus tun ing dr-x lord president judge justice bishop father cardinal pastor "
                   "major maj col gen sir dame lady father earl duke prince king tan hoca haci ars gor doc op".split())  # fmt: skip
# Behind the name, with or without a comma.
SUFFIXES = frozenset(
    """
jr sr junior senior ii iii iv v vi jnr snr fils pere 2nd 3rd 4th filho neto sobrinho
phd dphil md do dds dmd dvm jd llm llb llmeur esq esquire mba emba ma msc bsc ba bs ms meng beng mphil mres mfa bfa bcom mcom edd psyd
dsc rn np pa cpa cfa cfp ca acca fcca frcp frcs mrcp pe pmp cissp pharmd dpt od dc obe mbe cbe kbe om qc kc mp msw lcsw mph dnp aprn
fca frics mrics ceng fimeche phr sphr shrm cissp rpt dba mbbs frsc
usa ret
mag ba bsc msc bed beng llm mba fh mas eth rer dipl ing
csc drsc phd dis
se sh st ssos sip sip spd skom ssi ssn sked skep skm sfarm spt spi shut stp sp spsi ss sag sst sth sikom sag spdi amd amk ak mm mh mt msi mpd mkom mhum
mkes mag msc ma mak mkn mp mph ca cpa spog spa spm sppd spb spjp spkk spot lc
oab cpf
""".split()
) | {"s-pd"}  # fmt: skip
# Suffixes that are also surnames or initials: only behind a comma, with dots, or in capitals behind two more words.
UNSURE_SUFFIXES = frozenset(
    "ma ba do se st sh mm pa om ca v vi ms pe mp od dc np ss sp ak mh mt mas lc usa ret se od ing spa spi spot ms sth dis neto junior senior".split()
)
# Titles that are titles in one language only (initials and words elsewhere).
LOCAL_TITLES = {"es": ("d", "da", "dna", "don", "dona"), "fr": ("me",), "id": ("h", "r", "ra", "rr", "kh", "bu", "pak"), "ms": ("seri", "tan"), "pt": ("d", "dona"), "it": ("don",), "de": ("freiherr",)}  # fmt: skip
# Between given and family name; belong to the family name and are written small in most languages.
PARTICLES = frozenset("van von vom zu zum zur der den dem de del dela della dello dei degli delle di da das do dos du des d la las le les los l "
                      "ten ter te tho thor op 't af av auf aus y e i bin binti bint ibn ben bar al el ul ur abu umm abd st san santa mac mc o "
                      "fitz nic ap ab lo li uit in".split())  # fmt: skip
# Particles that start a family name only in the middle of a name; the first word is always a given name.
SMALL = frozenset("van von vom zu zum zur der den dem de del dela della dei di da das do dos du des la las le los ten ter te af av auf aus y e "
                  "bin binti bint ibn op 't uit in het".split())  # fmt: skip
PATRONYMS = frozenset("bin binti bint ibn binte a/l a/p s/o d/o anak".split())
# Words between two people, by language ("" is any).
JOINERS = {"": ("&", "+", "and", "und", "et", "ve", "och", "og", "ja", "και", "и", "та"), "es": ("y", "e"), "pt": ("e",), "it": ("e", "ed"), "nl": ("en",),
           "id": ("dan",), "ms": ("dan",), "pl": ("i",), "cs": ("a",), "sk": ("a",), "hr": ("i",), "hu": ("és", "es"), "ro": ("si", "și"), "ca": ("i",)}  # fmt: skip
# Behind a first name or a whole name: "Mr" and "Ms" of Turkish and Azeri, Japanese, Korean, Hindi.
AFTER = {"tr": frozenset("bey hanim beyefendi hanimefendi efendi hocam abi abla".split()), "az": frozenset("bey xanim muellim".split()),
         "ja": frozenset("san sama kun chan sensei 様 さん 氏 先生 殿".split()), "ko": frozenset("nim ssi 님 씨".split()), "hi": frozenset(("ji",)),
         "": frozenset("hanim hanimefendi beyefendi 様 さん 先生 님 씨".split())}  # fmt: skip

FICTION = frozenset(
    "mickey mouse|minnie mouse|donald duck|daisy duck|bugs bunny|homer simpson|bart simpson|john doe|jane doe|joe bloggs|fred bloggs|joe public|"
    "max mustermann|erika mustermann|maxi musterfrau|otto normalverbraucher|lieschen muller|"
    "fulano de tal|batman|superman|spider man|harry potter|darth vader|james bond|sherlock holmes|santa claus|"
    "peter pan|john smith test|fulan bin fulan|joao ninguem|clark kent|bruce wayne".split("|")
)
FILLERS = frozenset(
    "qwerty qwertz qwe asd asdf asdfg asdfgh asdasd asdfasdf zxc zxcv zxcvbn jkl hjkl abc abcd abcdef xyz test tester testing test1 test123 demo dummy "
    "sample example foo bar foobar foo-bar blah blabla xxx xx yyy zzz aaa bbb deneme prueba prova essai teste probe tes coba tbd noname "
    "lorem name vorname nachname firstname lastname first-name last-name isim soyad nombre apellido nom prenom nama anonymous anonym".split()
)
NOBODY = frozenset(
    "unknown|not known|no name|unnamed|name unknown|unbekannt|inconnu|inconnue|desconocido|desconocida|desconhecido|sconosciuto|onbekend|bilinmiyor|"
    "tidak diketahui|n/a|n.a.|k.a.|none given|not given|not provided|tbd|tbc|tba|to be confirmed|to be determined|no contact|kein name|ohne namen|sin nombre|"
    "sem nome|senza nome|sans nom|isimsiz|tanpa nama|без имени|неизвестно|vacant|s/n|nn|n.n.".split("|")
)
# Departments and functions that stand in a person's field: the whole cell consists of such words (and small words).
DEPARTMENTS = frozenset(
    """
accounts accounting accountant payable receivable billing finance purchasing procurement sales marketing support service services customer
helpdesk reception receptionist front desk office administration admin administrator hr human resources personnel payroll it department dept team
manager management director secretary secretariat warehouse logistics shipping operations general enquiries inquiries info information contact
main switchboard owner buyer legal compliance technical maintenance facilities press media webmaster postmaster treasurer principal headmaster
occupant resident householder tenant the of and to whom it may concern staff crew bookkeeping bookkeeper orders order quality production
buchhaltung einkauf verkauf vertrieb personalabteilung personal geschaftsfuhrung geschaeftsfuehrung geschaftsleitung sekretariat empfang zentrale
rechnungswesen finanzbuchhaltung kreditorenbuchhaltung debitorenbuchhaltung lager versand verwaltung abteilung technik kundendienst hausverwaltung
comptabilite achats direction secretariat accueil ressources humaines commercial standard administratif
contabilidad compras ventas recepcion administracion departamento recursos humanos gerencia secretaria facturacion almacen atencion cliente de
contabilidade vendas financeiro recursos administracao departamento faturamento
amministrazione ufficio acquisti vendite contabilita segreteria risorse umane direzione
administratie boekhouding inkoop verkoop receptie afdeling crediteuren debiteuren
muhasebe satin alma satinalma satis insan kaynaklari genel mudurluk sekreter sekreterlik departmani departman bolumu birimi finans idari isler depo
resepsiyon danisma santral yonetim pazarlama
bagian keuangan pembelian penjualan personalia pemasaran akuntansi gudang sekretariat kantor umum bendahara
ksiegowosc kadry sprzedaz zakupy sekretariat dzial bogholderi ekonomi ekonomiavdelningen innkjop regnskap
бухгалтерия отдел кадров продаж закупок приемная секретарь
""".split()
)
_SMALL_WORDS = frozenset("the of and to whom it may de des du la le y e und et ve der die das".split())
# Words that only companies have in their name.
COMPANY_WORDS = frozenset(
    """
company industries enterprises solutions technologies technology consulting consultants logistics holding holdings foundation university universitat
universite universidad universidade universita universitesi ministry corporation incorporated limited associates partners group gruppe groupe grupo gruppo grubu
bank hotel restaurant hospital klinik krankenhaus stiftung verein handel handels handelsgesellschaft werke maschinenbau bau sanayi ticaret insaat makine
gida tekstil otomotiv muhendislik lojistik sirketi dernegi belediyesi vakfi koleji okulu otel eczanesi yayinlari perusahaan koperasi yayasan
toko bengkel rumah sakit imobiliaria comercio comercial industria construtora distribuidora ingenieria constructora societe etablissements ets
fabrik autohaus reisen immobilien versicherung agentur verlag druckerei gasthof apotheke praxis kanzlei bakery systems software media studio studios
pharmacy clinic school college church ltda gmbh llc inc plc
""".split()
)


def is_department(words: list[str]) -> bool:
    """Every word names a department or function, and not only small words."""
    return bool(words) and all(w in DEPARTMENTS for w in words) and any(w not in _SMALL_WORDS for w in words)

"""Legal forms of companies in some fifty countries (ISO 20275 names, everyday spellings), at the end or the front of a name."""

import re
from functools import cache

from crm_migrate.cleansing.letters import fold

# canonical spelling -> other spellings are found by folding and dropping dots and blanks
FORMS = {
    "DE AT CH": "GmbH|GmbH & Co. KG|GmbH & Co. KGaA|GmbH & Co. OHG|UG (haftungsbeschränkt)|UG|AG|AG & Co. KG|KG|KGaA|OHG|GbR|e.K.|e.Kfm.|eG|e.V.|gGmbH|"
    "mbH|PartG mbB|SE|SE & Co. KG|SE & Co. KGaA|OG|KEG|OEG|Ges.m.b.H.|GesmbH|Genossenschaft|Stiftung|Sàrl|SA|Einzelunternehmen|Gesellschaft mbH|"
    "Aktiengesellschaft|Gesellschaft mit beschränkter Haftung|Kommanditgesellschaft|eingetragener Verein",
    "US CA": "Inc.|Incorporated|Corp.|Corporation|Co.|Company|LLC|L.L.C.|LLP|LP|PLLC|PC|P.C.|Ltd.|Limited|ULC|PLC|Ltée|Inc. Co.|N.A.|LLLP|PBC",
    "GB IE AU NZ ZA IN": "Ltd|Limited|PLC|Public Limited Company|LLP|CIC|Pty Ltd|Pty. Ltd.|Pty Limited|Proprietary Limited|(Pty) Ltd|Pvt Ltd|Pvt. Ltd.|"
    "Private Limited|Pvt. Limited|DAC|CLG|Teoranta|OPC Pvt Ltd|NPC|CC|RF|ULC|Unlimited Company",
    "FR BE LU": "SA|SARL|S.à r.l.|SAS|SASU|EURL|SNC|SCI|SCS|SCA|SCOP|SELARL|SPRL|BVBA|SRL|ASBL|VZW|Société Anonyme|GIE|EI|EIRL|NV",
    "NL BE": "B.V.|BV|N.V.|NV|VOF|V.O.F.|CV|C.V.|BVBA|Stichting|Coöperatie U.A.|Maatschap|Eenmanszaak|Comm.V",
    "ES MX AR CL CO PE": "S.A.|S.L.|S.L.U.|S.A.U.|S.L.L.|S.C.|S.Coop.|S. de R.L. de C.V.|S. de R.L.|S.A. de C.V.|S.A.B. de C.V.|S.A.P.I. de C.V.|S.R.L.|"
    "SpA|Ltda.|S.A.S.|E.I.R.L.|S.A.C.|S.A.A.|Sociedad Limitada|Sociedad Anónima|C.A.|A.C.|S.C.P.|S.A.I.C.|S.A.C.I.F.I.A.|Cía. Ltda.|y Cía.|S. en C.",
    "PT BR": "Lda.|Lda|Unipessoal Lda.|Ltda.|Ltda|S.A.|S/A|SA|EIRELI|ME|EPP|MEI|SGPS|Limitada|Eireli ME|Ltda ME|Ltda EPP|S/S",
    "IT": "S.p.A.|SpA|S.r.l.|Srl|S.r.l.s.|S.r.l. unipersonale|S.a.s.|S.n.c.|S.a.p.a.|S.s.|Soc. Coop.|S.c.a.r.l.|S.c.r.l.|Società Cooperativa|Onlus",
    "TR AZ": "A.Ş.|AŞ|A.S.|Ltd. Şti.|Limited Şirketi|Ltd Şti|Anonim Şirketi|Ltd. Şirketi|Şti.|San. ve Tic. A.Ş.|San. ve Tic. Ltd. Şti.|San. Tic. A.Ş.|"
    "San. Tic. Ltd. Şti.|Tic. ve San. A.Ş.|Tic. Ltd. Şti.|Tic. A.Ş.|San. A.Ş.|San. Ltd. Şti.|Sanayi ve Ticaret A.Ş.|Sanayi ve Ticaret Ltd. Şti.|"
    "Sanayi ve Ticaret Anonim Şirketi|Sanayi ve Ticaret Limited Şirketi|Sanayi Ticaret Limited Şirketi|Koll. Şti.|Kom. Şti.|Holding A.Ş.|T.A.Ş.|MMC|ASC",
    "SE NO DK FI IS": "AB|Aktiebolag|AB (publ)|HB|KB|Ek. för.|AS|ASA|ANS|DA|ENK|NUF|A/S|ApS|I/S|K/S|IVS|Oy|Oyj|Oy Ab|Ky|Tmi|Osk|ehf.|hf.|ohf.|P/S|Amba",
    "PL": "Sp. z o.o.|Sp. z o.o. Sp. k.|S.A.|Sp. j.|Sp. k.|Sp. p.|S.K.A.|P.S.A.|S.C.|Spółka z ograniczoną odpowiedzialnością|Spółka Akcyjna|Sp. zoo",
    "CZ SK": "s.r.o.|spol. s r.o.|a.s.|v.o.s.|k.s.|z.s.|o.p.s.|s. r. o.|akciová společnost|družstvo",
    "HU": "Kft.|Zrt.|Nyrt.|Bt.|Kkt.|Rt.|Korlátolt Felelősségű Társaság|e.v.",
    "RO MD": "S.R.L.|SRL|S.A.|PFA|S.R.L.-D|S.C.S.|S.N.C.|Î.I.|Î.M.",
    "BG RS HR SI BA MK ME": "EOOD|OOD|AD|EAD|ET|ЕООД|ООД|АД|ЕАД|ЕТ|d.o.o.|d.d.|j.d.o.o.|a.d.|k.d.|s.p.|obrt|DOOEL|DOO|д.о.о.|а.д.|ДООЕЛ",
    "GR CY": "A.E.|AE|Α.Ε.|E.P.E.|ΕΠΕ|O.E.|Ο.Ε.|E.E.|Ε.Ε.|IKE|Ι.Κ.Ε.|S.A.|Μον. ΙΚΕ",
    "RU UA KZ BY": "ООО|ОАО|ЗАО|ПАО|АО|ИП|НАО|НКО|ГУП|МУП|ФГУП|ТОВ|ПрАТ|АТ|ФОП|ПП|ТОО|ЧП|ОДО|OOO|OAO|ZAO|PAO|TOV|TOO|LLP|ЖШС",
    "EE LV LT": "OÜ|AS|TÜ|SIA|AS|IK|UAB|AB|MB|IĮ|VšĮ",
    "ID MY SG TH PH VN": "PT|PT.|CV|CV.|UD|Tbk|Tbk.|Persero|(Persero)|Firma|Koperasi|Yayasan|Perum|Sdn Bhd|Sdn. Bhd.|Bhd|Bhd.|Berhad|Pte Ltd|Pte. Ltd.|Pte Limited|"
    "Co., Ltd.|Co. Ltd.|Company Limited|PCL|Public Company Limited|PLC|Public Co., Ltd.|Corp.|Inc.|JSC|TNHH|CTCP|OPC|MTV",
    "JP CN KR TW HK": "K.K.|KK|Kabushiki Kaisha|G.K.|GK|Godo Kaisha|Y.K.|株式会社|有限会社|合同会社|合資会社|(株)|（株）|㈱|㈲|(有)|有限公司|股份有限公司|有限责任公司|責任有限公司|"
    "集团有限公司|株式會社|주식회사|(주)|㈜|유한회사|Co., Ltd.|Co.,Ltd|Co Ltd|Ltd.|Limited|Holdings Limited",
    "AE SA EG QA MA TN": "LLC|L.L.C.|FZE|FZCO|FZ-LLC|FZ LLC|DMCC|WLL|W.L.L.|SAE|S.A.E.|PJSC|PSC|BSC|SAOG|SAOC|SARLAU|SUARL|Est.|Establishment|ش.م.م|ذ.م.م|ش.م.ع|QSC",
    "IL IN NG KE": "Ltd.|בע\"מ|בעמ|LLP|Pvt Ltd|Nig. Ltd|Nigeria Ltd|Nig Ltd|PLC|Enterprises Ltd",
    "EU": "SE|SCE|EEIG|EWIV",
}  # fmt: skip
FRONT = frozenset(
    [
        "pt",
        "cv",
        "ud",
        "ooo",
        "oao",
        "zao",
        "pao",
        "ooo",
        "ип",
        "тоо",
        "tov",
        "тов",
        "фоп",
        "ао",
        "оао",
        "зао",
        "пао",
        "ооо",
        "чп",
        "stichting",
        "yayasan",
        "koperasi",
        "firma",
        "perum",
        "sia",
        "uab",
        "as",
        "ab",
        "vsi",
        "ij",
        "ik",
        "mb",
        "oy",
    ]
)


# Forms of Japan, China and Korea are written without a blank.
_GLUED = re.compile(
    r"^(?:株式会社|有限会社|合同会社|合資会社|㈱|㈲|（株）|\(株\)|（有）|주식회사|㈜|\(주\))|(?:株式会社|有限会社|合同会社|㈱|㈲|（株）|\(株\)|"
    r"股份有限公司|集团有限公司|集團有限公司|有限责任公司|有限公司|株式會社|주식회사|㈜|\(주\))$"
)


def form_key(text: str) -> str:
    """A legal form for looking up: folded, without dots, blanks and brackets."""
    return re.sub(r"[\s.,()/\-\"'&+]+", "", fold(text))


@cache
def forms() -> dict[str, str]:
    """Key -> canonical spelling; of several spellings the first one of the table."""
    table: dict[str, str] = {}
    for group in FORMS.values():
        for form in group.split("|"):
            table.setdefault(form_key(form), form)
    return table


def without_form(name: str) -> str:
    """A company name without its legal forms at the end and (Indonesia, Russia, Baltic) at the front; never empty."""
    tokens = _GLUED.sub(" ", name).replace(",", " ").split() or [name]
    changed = True
    while changed and len(tokens) > 1:
        changed = False
        for length in range(min(6, len(tokens) - 1), 0, -1):
            if form_key(" ".join(tokens[-length:])) in forms():
                tokens, changed = tokens[:-length], True
                break
        if len(tokens) > 1 and form_key(tokens[0]) in FRONT:
            tokens, changed = tokens[1:], True
    return " ".join(tokens).strip(" .,&-") or name

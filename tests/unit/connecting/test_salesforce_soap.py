"""Answers of SOAP are read strictly: one that cannot be meant is no word about a record."""

import pytest

from crm_migrate.connecting.http import Answer
from crm_migrate.errors import Retryable, TargetError
from crm_migrate_salesforce import soap

ID = "001000000000001AAA"
HEAD = f'<soapenv:Envelope xmlns:soapenv="{soap.ENVELOPE}" xmlns="{soap.PARTNER}"><soapenv:Body>'
TAIL = "</soapenv:Body></soapenv:Envelope>"
GOOD = f"<result><id>{ID}</id><success>true</success></result>"
BAD = (
    "<result><errors><message>Entity 'Ada' is not in the recycle bin</message>"
    "<statusCode>UNDELETE_FAILED</statusCode></errors><id/><success>false</success></result>"
)
FAULT = "<soapenv:Fault><faultcode>sf:X</faultcode><faultstring>INVALID_TYPE: no 'Ada'</faultstring></soapenv:Fault>"


def answer(text: str, status: int = 200) -> Answer:
    return Answer(soap.undelete("v67.0", "a<b", [ID]), status, {}, text.encode())


def of(inside: str) -> str:
    return f"{HEAD}<undeleteResponse>{inside}</undeleteResponse>{TAIL}"


def test_what_became_of_records() -> None:
    good, bad = soap.undeleted(answer(of(GOOD + BAD)))
    assert (good.id, good.refusal) == (ID, None)
    assert bad.refusal is not None
    assert (bad.id, bad.refusal.code) == ("", "UNDELETE_FAILED")
    assert "Ada" not in bad.refusal.words


def test_a_fault_is_told_without_values() -> None:
    with pytest.raises(TargetError, match="INVALID_TYPE") as told:
        soap.undeleted(answer(HEAD + FAULT + TAIL, 500))
    assert "Ada" not in told.value.message


def test_what_is_sent() -> None:
    request = soap.undelete("v67.0", "a<b", [ID])
    assert request.path == "/services/Soap/u/67.0"
    assert b"<u:sessionId>a&lt;b</u:sessionId>" in request.payload()
    assert request.headers == {"SOAPAction": '""'}
    assert not request.changes, "asked for twice it is done once"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Bad gateway</html>",
        BOMB + of(GOOD),
        of(GOOD).replace("<result>", "<result><!-- no -->"),
        of("<result><success><![CDATA[true]]></success></result>"),
        of(GOOD).replace("true", "yes"),
        of(GOOD).replace("<success>true</success>", ""),
        of(GOOD).replace("<success>", "<success>false</success><success>"),
        of(GOOD).replace("undeleteResponse", "mergeResponse"),
        of(GOOD).replace(soap.PARTNER, "urn:other"),
        HEAD + TAIL,
        of(GOOD)[:-5],
        of("&a;"),
    ],
)
def test_what_cannot_be_meant_is_asked_again(text: str) -> None:
    with pytest.raises(Retryable):
        soap.undeleted(answer(text))


def test_bytes_of_another_encoding_are_not_read() -> None:
    with pytest.raises(Retryable):
        soap.undeleted(Answer(soap.undelete("v67.0", "s", [ID]), 200, {}, of(GOOD).encode("utf-16")))

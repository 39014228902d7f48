"""The partner API in SOAP, as far as REST has nothing of the kind: what is sent, and what an answer says. Pure.

An answer is read strictly: UTF-8, without a document type, comments or sections, of the one form that is documented.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import TargetError

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "urn:partner.soap.sforce.com"
MOST = 200  # records of a call
_LONGEST = 1_000_000  # bytes of an answer
_QUOTED = re.compile(r"['\"][^'\"]*['\"]")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record: its id where the answer says it, and why it was refused."""

    id: str
    refusal: Refusal | None = None


def undelete(version: str, session: str, ids: Sequence[str]) -> Request:
    """Records out of the recycle bin. Asked for twice it is done once."""
    inside = "".join(f"<u:ids>{escape(id)}</u:ids>" for id in ids)
    header = f"<u:SessionHeader><u:sessionId>{escape(session)}</u:sessionId></u:SessionHeader>"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{ENVELOPE}" xmlns:u="{PARTNER}">'
        f"<e:Header>{header}</e:Header><e:Body><u:undelete>{inside}</u:undelete></e:Body></e:Envelope>"
    )
    return Request(
        "POST",
        "/services/Soap/u/{version}",
        {"version": version.removeprefix("v")},
        body=text.encode(),
        content_type="text/xml; charset=UTF-8",
        headers={"SOAPAction": '""'},
        writes=False,
        faults=True,
    )


def undeleted(answer: Answer) -> list[Result]:
    """What became of the records. TargetError with Salesforce's words where it refuses the call."""
    inside = _body(answer)
    if inside.tag == f"{{{ENVELOPE}}}Fault":
        raise _fault(answer, inside)
    if answer.status != 200 or inside.tag != f"{{{PARTNER}}}undeleteResponse":
        raise answer.unreadable("no answer to what was asked")
    return [_result(answer, each) for each in inside]


def _body(answer: Answer) -> ElementTree.Element:
    """The one element in the body of the envelope."""
    try:
        text = answer.body.decode("utf-8")
        if "<!" in text or len(answer.body) > _LONGEST:  # a document type could name entities
            raise ValueError
        root = ElementTree.fromstring(text)  # noqa: S314 -- entities need a document type
    except (ValueError, ElementTree.ParseError):
        raise answer.unreadable("no XML that is read") from None
    bodies = root.findall(f"{{{ENVELOPE}}}Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or len(bodies) != 1 or len(bodies[0]) != 1:
        raise answer.unreadable("no envelope of SOAP")
    return bodies[0][0]


def _fault(answer: Answer, said: ElementTree.Element) -> TargetError:
    words = (said.findtext("faultstring") or said.findtext(f"{{{PARTNER}}}faultstring") or "").strip()
    hint = "look at the rights of the user: API Enabled, Modify All Data or Modify All of the object"
    return TargetError(
        f"Salesforce refuses {answer.request}: {_QUOTED.sub('...', words) or 'without a reason'}", hint=hint
    )


def _result(answer: Answer, said: ElementTree.Element) -> Result:
    parts = {name: said.findall(f"{{{PARTNER}}}{name}") for name in ("id", "success", "errors")}
    flags = [each.text for each in parts["success"]]
    if said.tag != f"{{{PARTNER}}}result" or flags not in (["true"], ["false"]) or len(parts["id"]) > 1:
        raise answer.unreadable("a result that does not say what became of it")
    id = next((each.text or "" for each in parts["id"]), "")
    if flags == ["true"]:
        return Result(id)
    code, words = (
        next((found.text or "" for each in parts["errors"] for found in each.findall(f"{{{PARTNER}}}{name}")), "")
        for name in ("statusCode", "message")
    )
    return Result(id, Refusal(_QUOTED.sub("...", words) or "Salesforce gives no reason", code))

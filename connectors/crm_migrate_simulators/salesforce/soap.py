"""Envelopes of SOAP: who asks and for what, and answers in the same dress."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from crm_migrate_simulators.salesforce import xml
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.wire import Reply, Request

METADATA = "http://soap.sforce.com/2006/04/metadata"
PARTNER = "urn:partner.soap.sforce.com"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def session(request: Request) -> str:
    """The session of the header, "" where there is none."""
    found = re.search(rb"<(?:\w+:)?sessionId>([^<]+)<", request.body) if "/Soap/" in request.path else None
    return found[1].decode().strip() if found else ""


def operation(request: Request) -> ElementTree.Element:
    """What the body asks for. Raises Failure."""
    for child in xml.tree(request.body):
        if xml.name(child) == "Body" and len(child):
            return child[0]
    raise Failure("INVALID_SOAP", "The body of the envelope is empty")


def answer(namespace: str, operation: str, results: Sequence[Mapping[str, Any]]) -> Reply:
    """An envelope with a result for each."""
    parts = "".join(f"\n   <result>{xml.text(result, '    ')}\n   </result>" for result in results)
    return _enveloped(f"\n  <{operation}Response>{parts}\n  </{operation}Response>", namespace)


def raw(namespace: str, operation: str, inside: str) -> Reply:
    """An envelope around what is XML already."""
    return _enveloped(f"\n  <{operation}Response>{inside}\n  </{operation}Response>", namespace)


def fault(failed: Failure) -> Reply:
    """An envelope that says why not; its status is 500."""
    said = {"faultcode": f"sf:{failed.code}", "faultstring": f"{failed.code}: {failed.message}"}
    reply = _enveloped(f"\n  <soapenv:Fault>{xml.text(said, '   ')}\n  </soapenv:Fault>", PARTNER)
    reply.status = 500
    return reply


def _enveloped(inside: str, namespace: str) -> Reply:
    head = f'{xml.HEAD}<soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" xmlns="{namespace}" xmlns:xsi="{_XSI}">'
    text = f"{head}\n <soapenv:Body>{inside}\n </soapenv:Body>\n</soapenv:Envelope>\n"
    return Reply(200, text.encode(), {"Content-Type": "text/xml;charset=UTF-8"})

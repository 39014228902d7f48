"""All kinds of what a network, a proxy or a gateway can do to a request, in the order of their rooms."""

from exactly_once import http_answers, http_connections, http_refusals
from exactly_once.http_catalogue import KINDS, Kind

__all__ = ["KINDS", "Kind", "http_answers", "http_connections", "http_refusals"]

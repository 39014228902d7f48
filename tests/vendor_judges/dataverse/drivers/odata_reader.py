"""`odatapy`, a library of OData after Apache Olingo, reads a batch and its answer. Arguments: a file, a URL.

The file is JSON: content type and body (base64) of the request and of its answer; the URL is that of the version. It
prints, as JSON, what it reads: of the request method, path, body and preference of each part; of the answer status, id
and body. A change set is a list of its parts.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from odatapy.client.batch import parse_multipart_batch_response
from odatapy.server.batch import BatchParser, get_boundary

FILE, ROOT = sys.argv[1:]
said = json.loads(Path(FILE).read_text("utf-8"))


def of(name: str) -> tuple[bytes, str]:
    """Body and boundary."""
    kind, body = said[name]
    boundary = get_boundary(kind)
    assert boundary, kind
    return base64.b64decode(body), boundary


def asked(item: Any) -> list[Any]:
    """Method, path and body of a part."""
    request = item.request
    path = request.raw_odata_path + (f"?{request.raw_query_path}" if request.raw_query_path else "")
    method = getattr(request.method, "name", request.method)
    return [str(method), path.lstrip("/"), json.loads(request.body) if request.body else None]


def answered(part: Any) -> list[Any]:
    """Status, address of the record and body of a part."""
    headers = {name.lower(): value for name, value in part.headers.items()}
    body = part.content.strip()
    return [part.status_code, headers.get("odata-entityid"), json.loads(body) if body else None]


parts = BatchParser(ROOT).parse(*of("request"))
answers = parse_multipart_batch_response(*of("answer"))
print(json.dumps({
    "asked": [[asked(each) for each in part.changeset.items] if part.changeset else asked(part.item) for part in parts],
    "answered": [[answered(each) for each in one] if isinstance(one, list) else answered(one) for one in answers],
}))  # fmt: skip

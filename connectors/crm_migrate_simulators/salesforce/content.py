"""Files: a version makes its document, a link shares it, an attachment has a body in base 64."""

import base64
import binascii
import hashlib
from pathlib import PurePosixPath
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure, missing
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record

Values = dict[str, Any]


def version(work: Work, after: Values, was: Record | None) -> Values:
    """The first version makes the document; a later one is its newest."""
    if was is not None:
        return after
    data = _decoded(after, "VersionData")
    if not after.get("PathOnClient"):
        raise missing("PathOnClient")
    path = PurePosixPath(after["PathOnClient"].replace("\\", "/"))
    _within_limits(work, data, path.suffix.lstrip(".").lower())
    after.setdefault("Title", path.stem)
    told = {"ContentSize": len(data), "Checksum": hashlib.md5(data, usedforsecurity=False).hexdigest()}
    kind = path.suffix.lstrip(".")
    told |= {"FileExtension": kind, "FileType": kind.upper() or "UNKNOWN", "IsLatest": True, "PublishStatus": "P"}
    told["VersionNumber"] = "1"
    if after.get("ContentDocumentId"):
        for earlier in work.store.having("ContentVersion", "ContentDocumentId", after["ContentDocumentId"]):
            if earlier.values.get("IsLatest"):
                told["VersionNumber"] = str(int(earlier.values["VersionNumber"]) + 1)
                work.store.update("ContentVersion", earlier.id, {"IsLatest": False}, work.now)
    return after | told


def _within_limits(work: Work, data: bytes, ending: str) -> None:
    """Size, ending, room and the day's number of versions. Raises Failure."""
    habits, day = work.habits, str(int(work.now // 86_400))
    if len(data) > habits.largest_file:
        raise Failure("FILE_SIZE_LIMIT_EXCEEDED", "The file is larger than the maximum size", "VersionData")
    if ending in habits.forbidden_files.split(","):
        words = "Your company doesn't support the following file types"
        raise Failure("FIELD_INTEGRITY_EXCEPTION", f"{words}: .{ending}", "PathOnClient")
    used, published = work.store.setting("files", "bytes") or 0, work.store.setting("published", day) or 0
    if used + len(data) > habits.file_room:
        raise Failure("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
    if published >= habits.versions_a_day:
        raise Failure("LIMIT_EXCEEDED", "The maximum number of versions for 24 hours is reached")
    work.store.put("files", "bytes", used + len(data))
    work.store.put("published", day, published + 1)


def after_version(work: Work, record: Record, was: Record | None) -> None:
    """The document of a new version, shared with its owner and with where it was first published."""
    if was is not None:
        return
    copied = ("Title", "OwnerId", "ContentSize", "FileType", "FileExtension", "Description", "PublishStatus")
    told = {n: record.values[n] for n in copied if n in record.values} | {"LatestPublishedVersionId": record.id}
    document = record.values.get("ContentDocumentId")
    if document:
        work.store.update("ContentDocument", document, told, work.now)
        return
    made = work.store.create("ContentDocument", told, work.now)
    work.store.update("ContentVersion", record.id, {"ContentDocumentId": made.id}, work.now)
    shared = {"ContentDocumentId": made.id, "Visibility": "AllUsers"}
    work.store.create("ContentDocumentLink", {**shared, "LinkedEntityId": work.user, "ShareType": "I"}, work.now)
    place = record.values.get("FirstPublishLocationId")
    if place and place != work.user:
        work.store.create("ContentDocumentLink", {**shared, "LinkedEntityId": place, "ShareType": "V"}, work.now)


def link(work: Work, after: Values, was: Record | None) -> Values:
    """A document is shared with a record once."""
    if was is None and after.get("ContentDocumentId"):
        known = work.store.having("ContentDocumentLink", "ContentDocumentId", after["ContentDocumentId"])
        if any(record.values["LinkedEntityId"] == after.get("LinkedEntityId") for record in known):
            words = "duplicate value found: ContentDocumentId, LinkedEntityId duplicates value on record with id: "
            raise Failure("DUPLICATE_VALUE", words + known[0].id[:15])
    return after


def attachment(work: Work, after: Values, was: Record | None) -> Values:
    """The length of the body follows from it."""
    return after | ({"BodyLength": len(_decoded(after, "Body"))} if after.get("Body") is not None else {})


def _decoded(after: Values, name: str) -> bytes:
    if after.get(name) is None:
        raise missing(name)
    try:
        return base64.b64decode(after[name], validate=True)
    except (binascii.Error, ValueError):
        raise Failure("JSON_PARSER_ERROR", f"{name}: this is no base 64") from None

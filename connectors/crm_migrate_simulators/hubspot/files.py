"""Routes of the files tool: a form makes a file in a folder; it is found by its path or its id, and deleted by its id.

What a file holds is not kept, only how much and which digest that has.
"""

import hashlib
import json
import re
from pathlib import PurePosixPath

from crm_migrate_simulators.forms import Part, is_form, parts
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.problems import page_404, problem, refused
from crm_migrate_simulators.hubspot.visit import Visit, mapping, stamp
from crm_migrate_simulators.wire import Reply

FILES, FOLDERS = "files", "folders"
ACCESS = frozenset({"PUBLIC_INDEXABLE", "PUBLIC_NOT_INDEXABLE", "PRIVATE"})
_TEXTS = frozenset({"folderId", "folderPath", "fileName", "charsetHunch", "options"})
_OPTIONS = frozenset({"access", "overwrite", "duplicateValidationStrategy", "duplicateValidationScope"})
_FIRST = 180_000_000_000


def upload(visit: Visit) -> Reply:
    """201 with the file."""
    texts, file = _form(visit)
    options = _options(texts.get("options", ""))
    if len(file.content) > visit.habits.largest_file:
        raise refused(400, "The file is larger than your account allows")
    folder = _folder(visit, texts)
    name = _cleaned(texts.get("fileName") or file.file_name)
    there = _at(visit, folder, name)
    if there is not None and options.get("overwrite") is True:
        visit.store.put(FILES, there["id"], None)
    elif there is not None:
        name = _free(visit, folder, name)
    return Reply(201, _made(visit, folder, name, file.content, str(options["access"])))


def _form(visit: Visit) -> tuple[dict[str, str], Part]:
    """The texts of the form by name, and the file."""
    kind = visit.call.request.headers.get("content-type", "")
    if not is_form(kind):
        raise refused(415, "Unsupported Media Type: a file comes as multipart/form-data", "")
    try:
        found = parts(kind, visit.call.request.body)
    except ValueError:
        raise refused(400, "The form cannot be read") from None
    files = [each for each in found if each.name == "file" and each.file_name]
    texts = {each.name: each.content.decode() for each in found if each.name != "file"}
    if len(files) != 1 or len(found) != len(texts) + 1 or not set(texts) <= _TEXTS:
        raise refused(400, "A form has one file, and each of its other fields once")
    return texts, files[0]


def _options(text: str) -> Json:
    """How the file is kept. A time to live and a search for duplicates are not simulated, and so not taken."""
    try:
        said = mapping(json.loads(text))
    except ValueError:
        raise refused(400, "options is a JSON object") from None
    if said.get("access") not in ACCESS:
        raise refused(400, "options.access is required")
    if not set(said) <= _OPTIONS or said.get("duplicateValidationStrategy", "NONE") != "NONE":
        raise refused(400, "The simulator takes access and overwrite alone")
    return said


def _folder(visit: Visit, texts: Json) -> Json:
    """The folder that a form names; one of a path is made where it is not there."""
    if ("folderId" in texts) == ("folderPath" in texts):
        raise refused(400, "One of folderId and folderPath is required")
    folders = visit.store.settings(FOLDERS)
    if "folderId" in texts:
        known = folders.get(texts["folderId"])
        if known is None:
            raise refused(400, "There is no such folder")
        return dict(known)
    path = "/" + "/".join(_cleaned(each) for each in texts["folderPath"].split("/") if each)
    for each in folders.values():
        if each["path"] == path:
            return dict(each)
    at = stamp(visit.now)
    made: Json = {"id": str(_FIRST + len(folders)), "name": PurePosixPath(path).name, "path": path}
    made |= {"createdAt": at, "updatedAt": at, "archived": False}
    visit.store.put(FOLDERS, made["id"], made)
    return made


def _cleaned(name: str) -> str:
    """A name as it stands in a path: letters beyond a to z, blanks and signs do not stay."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _at(visit: Visit, folder: Json, name: str) -> Json | None:
    path = f"{folder['path'].rstrip('/')}/{name}"
    found = (each for each in visit.store.settings(FILES).values() if each["path"] == path)
    return next((dict(each) for each in found), None)


def _free(visit: Visit, folder: Json, name: str) -> str:
    """A name with a number, where a file has it already."""
    path, number = PurePosixPath(name), 1
    while _at(visit, folder, tried := f"{path.stem}-{number}{path.suffix}") is not None:
        number += 1
    return tried


def _made(visit: Visit, folder: Json, name: str, content: bytes, access: str) -> Json:
    number = int(visit.store.setting("files_made", "last") or _FIRST) + 1
    path, at = PurePosixPath(name), stamp(visit.now)
    made: Json = {
        "id": str(number),
        "createdAt": at,
        "updatedAt": at,
        "archived": False,
        "parentFolderId": folder["id"],
        "name": path.stem,
        "path": f"{folder['path'].rstrip('/')}/{name}",
        "size": len(content),
        "fileMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "type": "OTHER",
        "extension": path.suffix.lstrip("."),
        "access": access,
        "isUsableInContent": True,
    }
    visit.store.put("files_made", "last", number)
    visit.store.put("files_since", made["id"], visit.now)
    visit.store.put(FILES, made["id"], made)
    return made


def stat(visit: Visit) -> Reply:
    """What lies at a path, a file or a folder; a new one after a while."""
    path = "/" + visit.word("path").strip("/")
    for kind, kept in (("file", FILES), ("folder", FOLDERS)):
        for each in visit.store.settings(kept).values():
            since = visit.store.setting("files_since", each["id"]) or 0
            if each["path"] == path and visit.now >= since + visit.habits.path_seconds:
                return Reply(200, {kind: each})
    return problem(404, "No file or folder exists at path")


def one(visit: Visit) -> Reply:
    """A file by its id."""
    return Reply(200, _known(visit))


def delete(visit: Visit) -> Reply:
    """204; a file that is not there is a 404."""
    visit.store.put(FILES, _known(visit)["id"], None)
    return Reply(204)


def _known(visit: Visit) -> Json:
    said = visit.store.setting(FILES, visit.word("id"))
    if said is None:
        raise page_404()
    return dict(said)

"""Pages of HTML from templates of ours: one way to read them, compiled once as Python's modules are."""

import sys
from contextlib import suppress
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket


def pages(package: str) -> Environment:
    """The templates in the folder `templates` of a package: foreign text stays text, a name that is not there fails."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_kept(package),
    )


def _kept(package: str) -> BytecodeCache | None:
    """What is compiled lies beside the templates, or where `PYTHONPYCACHEPREFIX` says; nowhere if Python may not."""
    if sys.dont_write_bytecode:
        return None
    compiled = Path(cache_from_source(str(files(package) / "templates" / "page")))
    return _Kept(str(compiled.parent), "%s.jinja")


class _Kept(FileSystemBytecodeCache):
    """A page is shown although what was compiled cannot be kept; with other options a template is another one."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        options = (environment.autoescape, environment.trim_blocks, environment.lstrip_blocks)
        return super().get_bucket(environment, name, filename, f"{options}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)

"""Looking for records by key where reads are not monotonic: one miss proves nothing."""

from collections.abc import Callable, Mapping, Sequence


def seek(
    read: Callable[[Sequence[str]], Mapping[str, str]], keys: Sequence[str], misses: int, pause: Callable[[], bool]
) -> tuple[dict[str, str], list[str]]:
    """Key -> id of what one of `misses` readings finds, and the keys that all of them missed.

    Between two readings `pause` lets time pass; where it says that somebody wants to stop, nothing counts as missed.
    """
    found: dict[str, str] = {}
    missing = list(keys)
    for reading in range(misses):
        if not missing:
            break
        if reading and not pause():
            return found, []
        found.update(read(missing))
        missing = [key for key in missing if key not in found]
    return found, missing

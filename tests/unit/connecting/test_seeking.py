"""One miss proves nothing: who is looked for several times is found whenever one reading finds him."""

from collections.abc import Sequence

from crm_migrate.connecting.seeking import seek


class Flickering:
    """Finds in each reading what its script says; remembers what it was asked for."""

    def __init__(self, *readings: set[str]) -> None:
        self.readings, self.asked = list(readings), list[list[str]]()

    def __call__(self, keys: Sequence[str]) -> dict[str, str]:
        self.asked.append(list(keys))
        return {key: f"id-{key}" for key in keys if key in self.readings[len(self.asked) - 1]}


def test_what_one_of_several_readings_finds_is_there_and_only_the_rest_is_asked_again() -> None:
    read = Flickering({"a"}, {"b"}, set())
    assert seek(read, ["a", "b", "c"], 3, lambda: True) == ({"a": "id-a", "b": "id-b"}, ["c"])
    assert read.asked == [["a", "b", "c"], ["b", "c"], ["c"]]


def test_nothing_more_is_asked_once_all_are_found() -> None:
    read = Flickering({"a"})
    assert seek(read, ["a"], 3, lambda: True) == ({"a": "id-a"}, [])
    assert len(read.asked) == 1


def test_who_is_stopped_between_two_readings_has_missed_nobody() -> None:
    assert seek(Flickering({"a"}), ["a", "b"], 2, lambda: False) == ({"a": "id-a"}, [])

"""How a batch that becomes several requests keeps within the longest time in which it may take effect."""

from dataclasses import dataclass

from crm_migrate.connecting.http.transport import Patience

TRIES = 2  # of a change that was certainly not sent


@dataclass(frozen=True, slots=True)
class Pace:
    """The last change of a batch is begun in the first third of its longest time, does not wait long for a connection
    or for another try, and is answered in half of the time or never. A file may take `upload_seconds` besides."""

    longest_seconds: float
    upload_seconds: float = 900

    @property
    def begin_seconds(self) -> float:
        """So long changes of a batch are begun."""
        return self.longest_seconds * 0.3

    @property
    def wait_seconds(self) -> float:
        """So long a change waits for a connection, or to be sent once more."""
        return max(self.longest_seconds * 0.05, 0.2)

    @property
    def answer_seconds(self) -> float:
        """So long an answer is waited for."""
        return max(self.longest_seconds * 0.5, 1)

    def questions(self, connections: int) -> Patience:
        """The patience of a room for questions."""
        return Patience(read=self.answer_seconds, whole=self.answer_seconds, connections=connections)

    def changes(self, connections: int) -> Patience:
        """That of a room for changes, which tries `TRIES` times and waits no longer than `wait_seconds`."""
        return Patience(
            connect=self.wait_seconds, read=self.answer_seconds, whole=self.answer_seconds, connections=connections,
            upload=self.upload_seconds,
        )  # fmt: skip

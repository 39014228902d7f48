"""Who is known: the answers of a batch as parts of the run, each named with its digest in the ledger."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, Answer
from crm_migrate.stages.load.sending.requests import Request, words_of
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import BatchLine, Ledger, Settled
from crm_migrate.workspace.parts import Part, verified, write_part

GONE = "gone"  # the message about a record that was to be removed and was not there any more
SCHEMA = pa.schema([(name, pa.string()) for name in ("batch", ENTITY, "outcome", "target_id", "message")])


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of an attempt that was spoken of `before` times already."""

    request: Request
    answer: Answer
    before: int


def record(ledger: Ledger, *said: Said) -> None:
    """Write down what was said together of batches of one kind: who is known as one file, then the ledger's entries.

    On disk when it returns.
    """
    place, digest = _keep([each for each in said if each.answer.loaded or each.answer.refused])
    ledger.settle(*(_outcome(each, place, digest) for each in said))


def _keep(known: Sequence[Said]) -> tuple[str, str]:
    """Write who was loaded, with target ids, and who was refused: the file below the run's folder, and its digest.

    Two empty words where nobody is known yet. On disk when it returns.
    """
    if not known:
        return "", ""
    request, before = known[0].request, known[0].before
    batch = request.batch
    folder = batch.run.table("load", batch.object_name, "answers", batch.kind)
    part = write_part(folder, f"{batch.part.name}-{request.attempt}-{before}", pa.concat_tables(map(_table, known)))
    return (folder / f"{part.name}.parquet").relative_to(batch.run.folder).as_posix(), part.sha256


def _outcome(said: Said, place: str, digest: str) -> Settled:
    request, answer, batch = said.request, said.answer, said.request.batch
    known = bool(answer.loaded or answer.refused)
    return Settled(
        run=batch.run.id,
        object=batch.object_name,
        name=batch.name,
        loaded=len(answer.loaded),
        rejected={entity: words_of(answer.refused[entity]) for entity in sorted(answer.refused)},
        in_doubt=tuple(sorted(answer.in_doubt)),
        later=tuple(sorted(answer.later)),
        replayed=answer.replayed,
        attempt=request.attempt,
        entities=request.entities if request.state == "asked" else (),
        answers=place if known else "",
        digest=digest if known else "",
    )


def _table(said: Said) -> pa.Table:
    """Who was loaded, with target ids, and who was refused."""
    answer, loaded, refused = said.answer, list(said.answer.loaded), list(said.answer.refused)
    gone = [GONE if entity in answer.gone else "" for entity in loaded]
    cells = {
        "batch": [said.request.batch.name] * (len(loaded) + len(refused)),
        ENTITY: loaded + refused,
        "outcome": ["loaded"] * len(loaded) + ["rejected"] * len(refused),
        "target_id": [*answer.loaded.values(), *[None] * len(refused)],
        "message": [*gone, *map(words_of, answer.refused.values())],
    }
    return pa.table(cells, SCHEMA)


def files(run: Run, lines: Mapping[str, BatchLine], object_name: str, kinds: Iterable[str]) -> Iterator[Path]:
    """The answers about one object, of batches of these kinds. DamagedFile where one is not what was written."""
    wanted = tuple(f"{object_name}/{kind}/" for kind in kinds)
    outcomes = (outcome for name, line in lines.items() if name.startswith(wanted) for outcome in line.outcomes)
    for place, digest in dict.fromkeys((outcome.answers, outcome.digest) for outcome in outcomes if outcome.answers):
        file = run.folder / place
        yield verified(file.parent, Part(file.stem, "", 0, digest))

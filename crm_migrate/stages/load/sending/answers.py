"""Who is known: the answers of a batch as parts of the run, each named with its digest in the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, Answer
from crm_migrate.stages.load.sending.batches import Batch
from crm_migrate.stages.load.sending.requests import Request, words_of
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import BatchLine, Ledger, Settled
from crm_migrate.workspace.parts import Part, verified, write_part

GONE = "gone"  # the message about a record that was to be removed and was not there any more
SCHEMA = pa.schema([(name, pa.string()) for name in ("batch", ENTITY, "outcome", "target_id", "message")])


def record(ledger: Ledger, request: Request, answer: Answer, said: int) -> None:
    """Write down what was said of an attempt that was spoken of `said` times before; on disk when it returns."""
    batch = request.batch
    place, digest = _keep(batch, f"{request.attempt}-{said}", answer)
    ledger.settle(
        Settled(
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
            answers=place,
            digest=digest,
        )
    )


def _keep(batch: Batch, number: str, answer: Answer) -> tuple[str, str]:
    """Write who was loaded, with target ids, and who was refused: the file below the run's folder, and its digest.

    Two empty words where nobody is known yet. On disk when it returns.
    """
    if not answer.loaded and not answer.refused:
        return "", ""
    loaded, refused = list(answer.loaded), list(answer.refused)
    gone = [GONE if entity in answer.gone else "" for entity in loaded]
    cells = {
        "batch": [batch.name] * (len(loaded) + len(refused)),
        ENTITY: loaded + refused,
        "outcome": ["loaded"] * len(loaded) + ["rejected"] * len(refused),
        "target_id": [*answer.loaded.values(), *[None] * len(refused)],
        "message": [*gone, *map(words_of, answer.refused.values())],
    }
    table = pa.table(cells, SCHEMA)
    folder = batch.run.table("load", batch.object_name, "answers", batch.kind)
    part = write_part(folder, f"{batch.part.name}-{number}", table)
    return (folder / f"{part.name}.parquet").relative_to(batch.run.folder).as_posix(), part.sha256


def files(run: Run, lines: Mapping[str, BatchLine], object_name: str, kinds: Iterable[str]) -> Iterator[Path]:
    """The answers about one object, of batches of these kinds. DamagedFile where one is not what was written."""
    wanted = tuple(f"{object_name}/{kind}/" for kind in kinds)
    for name, line in lines.items():
        if name.startswith(wanted):
            for outcome in line.outcomes:
                if outcome.answers:
                    file = run.folder / outcome.answers
                    yield verified(file.parent, Part(file.stem, "", outcome.known, outcome.digest))

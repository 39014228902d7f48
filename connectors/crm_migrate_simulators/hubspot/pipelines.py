"""Routes of pipelines and their stages: /crm/pipelines/{object}."""

import uuid

from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.hubspot.visit import Visit, changed, mapping, stamp
from crm_migrate_simulators.wire import Reply


def _of(visit: Visit) -> ObjectType:
    return visit.object()


def _kind(of: ObjectType) -> str:
    return f"pipelines:{of.name}"


def every(visit: Visit) -> Reply:
    """All pipelines of an object."""
    return Reply(200, {"results": list(visit.store.settings(_kind(_of(visit))).values())})


def _known(visit: Visit) -> Json:
    id = visit.word("pipeline")
    said: Json | None = visit.store.setting(_kind(_of(visit)), id)
    if said is None:
        raise refused(404, f"No pipeline found for ID {id}", "OBJECT_NOT_FOUND")
    return said


def one(visit: Visit) -> Reply:
    """A pipeline, 404 where there is none."""
    return Reply(200, _known(visit))


def stages(visit: Visit) -> Reply:
    """The stages of a pipeline."""
    return Reply(200, {"results": _known(visit)["stages"]})


def create(visit: Visit) -> Reply:
    """201: a pipeline with its stages."""
    of, said = _of(visit), visit.body()
    at = stamp(visit.now)
    made = {
        "label": said["label"],
        "displayOrder": said["displayOrder"],
        "id": str(said.get("pipelineId") or uuid.uuid4()),
        "stages": [_stage(visit, of, mapping(each)) for each in said["stages"]],
        "createdAt": at,
        "updatedAt": at,
        "archived": False,
    }
    if made["label"] in [each["label"] for each in visit.store.settings(_kind(of)).values()]:
        raise refused(400, f"There is a pipeline with the label {made['label']} already")
    visit.store.put(_kind(of), made["id"], made)
    return Reply(201, made)


def _stage(visit: Visit, of: ObjectType, said: Json) -> Json:
    needed = {"deals": "probability"}.get(of.name)
    if needed and needed not in said["metadata"]:
        raise refused(400, f"metadata of a stage of {of.legacy} needs {needed}")
    at = stamp(visit.now)
    return {
        "label": said["label"],
        "displayOrder": said["displayOrder"],
        "metadata": {name: str(value).lower() for name, value in said["metadata"].items()},
        "id": str(said.get("stageId") or uuid.uuid4()),
        "createdAt": at,
        "updatedAt": at,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
    }


def create_stage(visit: Visit) -> Reply:
    """201: one more stage."""
    of, pipeline = _of(visit), _known(visit)
    made = _stage(visit, of, visit.body())
    if made["label"] in [stage["label"] for stage in pipeline["stages"]]:
        raise refused(400, f"There is a stage with the label {made['label']} already")
    visit.store.put(_kind(of), pipeline["id"], {**pipeline, "stages": [*pipeline["stages"], made]})
    return Reply(201, made)


def update(visit: Visit) -> Reply:
    """200 with the pipeline."""
    said, pipeline = visit.body(), _known(visit)
    after = {**changed(pipeline, said, "label", "displayOrder", "archived"), "updatedAt": stamp(visit.now)}
    visit.store.put(_kind(_of(visit)), pipeline["id"], after)
    return Reply(200, after)


def _known_stage(visit: Visit, pipeline: Json) -> Json:
    id = visit.word("stage")
    found: Json | None = next((stage for stage in pipeline["stages"] if stage["id"] == id), None)
    if found is None:
        raise refused(404, f"No stage found for ID {id}", "OBJECT_NOT_FOUND")
    return found


def update_stage(visit: Visit) -> Reply:
    """200 with the stage."""
    said, pipeline = visit.body(), _known(visit)
    stage = _known_stage(visit, pipeline)
    after = changed(stage, said, "label", "displayOrder", "metadata", "archived")
    stages = [after if each is stage else each for each in pipeline["stages"]]
    visit.store.put(_kind(_of(visit)), pipeline["id"], {**pipeline, "stages": stages})
    return Reply(200, after)


def delete_stage(visit: Visit) -> Reply:
    """204; 400 while records are at it."""
    of, pipeline = _of(visit), _known(visit)
    stage = _known_stage(visit, pipeline)
    if any(record.values.get(of.stage) == stage["id"] for record in visit.store.all(of.name)):
        raise refused(400, f"Stage {stage['id']} is used by records of {of.legacy}", "PIPELINE_STAGE_IN_USE")
    stages = [each for each in pipeline["stages"] if each is not stage]
    visit.store.put(_kind(of), pipeline["id"], {**pipeline, "stages": stages})
    return Reply(204)


def delete(visit: Visit) -> Reply:
    """204; 400 while records are in it."""
    of, pipeline = _of(visit), _known(visit)
    if any(record.values.get(of.pipeline) == pipeline["id"] for record in visit.store.all(of.name)):
        raise refused(400, f"Pipeline {pipeline['id']} is used by records of {of.legacy}", "PIPELINE_STAGE_IN_USE")
    visit.store.put(_kind(of), pipeline["id"], None)
    return Reply(204)

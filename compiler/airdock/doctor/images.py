"""Check of the images: each should be on the engine that it is needed on, under the tag that DAGs and Compose name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from airdock.doctor.client import Engine
from airdock.doctor.patient import Patient
from airdock.doctor.result import Result, listed, ok, problem, unknown, warning
from airdock.project.dag_parts import Engine as EngineDeclared
from airdock.project.model import Image

AIRFLOW_BUILDER = "airflow-init"
"""The service of the override that builds Airflow's image."""


def images(patient: Patient) -> Iterator[Result]:
    """Look at the images of the stack, then at those of tasks on other engines."""
    own = _on_the_stack(patient)
    yield from _airflow(patient)
    if own:
        yield from _judge(patient, patient.project.access.engine, own)
    for declared in patient.project.engines:
        used = _used_on(patient, declared)
        if used:
            yield from _judge(patient, declared, used)


def _used_on(patient: Patient, declared: EngineDeclared) -> list[Image]:
    tasks = [task for dag in patient.project.dags for task in dag.tasks if task.engine == declared]
    return list({task.image.name: task.image for task in tasks if task.image is not None}.values())


def _on_the_stack(patient: Patient) -> list[Image]:
    """Return the images that tasks use on the stack's own engine, and those that no task uses."""
    tasks = [task for dag in patient.project.dags for task in dag.tasks if task.image is not None]
    own = patient.project.access.engine
    elsewhere = {task.image.name for task in tasks if task.image is not None and task.engine != own}
    used = {image.name for image in _used_on(patient, own)}
    return [image for image in patient.project.images if image.name in used or image.name not in elsewhere]


def _airflow(patient: Patient) -> Iterator[Result]:
    image = patient.project.airflow.image
    found = patient.engine.image(image.reference)
    if found is None:
        build = patient.here(f"docker compose build {AIRFLOW_BUILDER}")
        yield problem(f"Airflow's image {image.reference} is not built", build)
    elif isinstance(found, str):
        yield unknown(f"{image.reference}: {patient.without_secrets(found)}")
    else:
        yield ok(f"Airflow's image {image.reference} is there")


def _judge(patient: Patient, declared: EngineDeclared, wanted: list[Image]) -> Iterator[Result]:
    engine = patient.engine_of(declared)
    where = f" on engine {declared.name}" if declared.name else ""
    if isinstance(engine, str):
        yield unknown(f"images{where}: the engine does not answer this host")
        return
    templates = [image for image in wanted if "{" in image.reference]
    known = {image: engine.image(image.reference) for image in wanted if image not in templates}
    unsure = [image.reference for image, found in known.items() if isinstance(found, str)]
    missing = [image for image, found in known.items() if found is None]
    built = [image for image in missing if image.build is not None]
    pulled = [image for image in missing if image.build is None and not image.always_pull]
    if built:
        names = listed([image.reference for image in built])
        yield problem(f"not built{where}: {names}", _mend_built(patient, engine, built))
    if pulled:
        names = listed([image.reference for image in pulled])
        text = f"not there yet{where}: {names}; the first task pulls what it needs"
        yield warning(text, " && ".join(_mend_pulled(engine, image) for image in pulled))
    if unsure:
        yield unknown(f"cannot be told{where}: {listed(unsure)}")
    if templates:
        yield unknown(f"known when the task runs: {listed([image.reference for image in templates])}")
    there = len(known) - len(unsure) - len(built) - len(pulled)
    if there and not (built or pulled or unsure):
        yield ok(f"images of tasks{where}: {listed([image.reference for image in known])}")


def _mend_built(patient: Patient, engine: Engine, built: list[Image]) -> str:
    services = shlex.join(f"image-{image.name}" for image in built)
    build = patient.here(f"docker compose build {services}")
    if not engine.client.options:
        return build
    # Compose builds on its own engine.
    references = shlex.join(image.reference for image in built)
    return f"{build} && docker save {references} | {engine.client.text('load')}"


def _mend_pulled(engine: Engine, image: Image) -> str:
    pull = engine.client.text("pull", image.reference)
    if image.connection is None:
        return pull
    registry = image.reference.partition("/")[0]
    return f"{engine.client.text('login', registry)} && {pull}"

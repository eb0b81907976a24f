"""ProjectSpec to Project: every name becomes the thing it names, once, and here."""

from __future__ import annotations

import posixpath
from typing import Any

from airdock.diagnostics import Report, SpecPath
from airdock.diagnostics.shape import BAD_VALUE, LEAVES_PROJECT
from airdock.load.files import ProjectFiles
from airdock.project.base_file import FOUND_BY_COMPOSE, FOUND_OVERRIDES, check_services, override_name, read_base_file
from airdock.project.connections import is_json, resolve_connections, resolve_variables
from airdock.project.dags import resolve_dags
from airdock.project.declared import check_assets, resolve_access, resolve_engines, resolve_pools
from airdock.project.images import resolve_airflow_image, resolve_images
from airdock.project.model import Airflow, Compose, Project, ProjectPath, Target
from airdock.project.mounts import resolve_mounts, resolve_uses
from airdock.project.scope import Scope
from airdock.project.target import resolve_target
from airdock.spec import ProjectSpec
from airdock.spec.source import EnvSource, FileSource

EXECUTES = {"celery": "airflow-worker", "local": "airflow-scheduler"}


def resolve(spec: ProjectSpec, files: ProjectFiles, report: Report) -> Project | None:
    """Return the project; reports AD201 to AD214 and what else can be known only when names are looked up."""
    target = resolve_target(spec.airflow, report)
    if target is None:
        return None
    scope = Scope(spec, files, report, target)
    resolve_images(scope)
    resolve_mounts(scope)
    check_assets(scope)
    scope.access = resolve_access(scope)
    engines = resolve_engines(scope)
    scope.engines.update({engine.name: engine for engine in engines})
    connections = resolve_connections(scope)
    variables = resolve_variables(scope)
    compose = _compose(scope)
    airflow = _airflow(scope, compose, target)
    dags = resolve_dags(scope)
    return Project(
        name=spec.project.name,
        description=spec.project.description,
        target=target,
        airflow=airflow,
        compose=compose,
        access=scope.access,
        images=tuple(scope.images.values()),
        mounts=tuple(scope.mounts.values()),
        connections=connections,
        variables=variables,
        pools=resolve_pools(scope),
        engines=engines,
        dags=dags,
        host_variables=tuple(scope.host_variables.values()),
    )


def _airflow(scope: Scope, compose: Compose, target: Target) -> Airflow:
    spec = scope.spec.airflow
    config = [
        (f"AIRFLOW__{section.upper()}__{key.upper()}", _config_text(value))
        for section, keys in spec.config.items()
        for key, value in keys.items()
    ]
    env: list[tuple[str, Any]] = []
    for key, value in spec.env.items():
        where: SpecPath = ("airflow", "env", key)
        env.append((key, scope.host_variable(value, where) if isinstance(value, EnvSource | FileSource) else value))
    base = read_base_file(scope, compose, target, EXECUTES[spec.executor])
    check_services(scope, base)
    return Airflow(
        image=resolve_airflow_image(scope),
        executor=spec.executor,
        executes=EXECUTES[spec.executor],
        services=base.services,
        hands_on_dotenv=base.hands_on_dotenv,
        built_elsewhere=base.builds,
        in_groups=base.in_groups,
        dags_folder=_inside(scope, spec.dags_folder, ("airflow", "dags_folder")),
        dags_per_file=spec.dags_per_file,
        config=tuple(config),
        env=tuple(env),
        mounts=resolve_uses(scope, spec.mounts, ("airflow", "mounts"), "Airflow"),
    )


def _config_text(value: object) -> str:
    return str(value) if not isinstance(value, bool) else "true" if value else "false"


def _compose(scope: Scope) -> Compose:
    spec = scope.spec.compose
    base = _inside(scope, spec.base, ("compose", "base"))
    usual = override_name(base)
    override = usual if spec.override is None else _inside(scope, spec.override, ("compose", "override"))
    if "/" in base and not base.startswith(("/", "../")):
        # Compose takes the folder of the first file for the project's, and every relative path from there.
        expected = "it has to stand beside airdock.toml"
        scope.report.add(BAD_VALUE.at(("compose", "base"), found=f'"{base}"', expected=expected))
    if override == base:
        expected = "it is the base file's name"
        scope.report.add(BAD_VALUE.at(("compose", "override"), found=f'"{override}"', expected=expected))
    files: list[str] = []
    if override != usual or base not in FOUND_BY_COMPOSE:
        # COMPOSE_FILE replaces what Compose would find, so an override of the user's is named too.
        found = FOUND_OVERRIDES if base in FOUND_BY_COMPOSE else (usual,)
        users = [name for name in found if name != override and scope.files.is_users(name)]
        files = [base, *users[:1], override]
    for name, service in spec.services.items():
        is_json(scope, service, ("compose", "services", name))
    return Compose(
        base=base,
        bundled=spec.bundled,
        override=ProjectPath(override),
        files=tuple(ProjectPath(file) for file in files),
        network=spec.network or f"{scope.spec.project.name}_default",
        services=spec.services,
    )


def _inside(scope: Scope, path: str, where: SpecPath) -> ProjectPath:
    """Return the normalised path of an output or of the base file; reports AD906 if it leaves the project."""
    normal = posixpath.normpath(path)
    if normal == ".":
        expected = "it needs a name, below the project directory"
        scope.report.add(BAD_VALUE.at(where, found=f'"{path}"', expected=expected))
    elif normal.startswith(("/", "../")) or normal == "..":
        scope.report.add(LEAVES_PROJECT.at(where, path=path))
    return ProjectPath(normal)

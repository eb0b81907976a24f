"""What is declared beside DAGs: Airflow, Compose, images, mounts, connections, variables, pools, assets, engines."""

from __future__ import annotations

from airdock.diagnostics import SpecPath
from airdock.project.model import Airflow, HostPath, Image, Mount, MountUse, Project, Volume
from airdock.show.places import HIDDEN, Places, Shown, built_in

_PRIVATE = ("password", "uri")
"""Keys of a connection whose text is not shown."""


def declared(places: Places, project: Project) -> Shown:
    """Return everything but the DAGs."""
    return {
        "project": places.each(("project",)),
        "airflow": _airflow(places, project),
        "compose": _compose(places, project),
        "docker": _docker(places, project),
        "images": {image.name: _image(places, image) for image in project.images},
        "mounts": {mount.name: _mount(places, mount) for mount in project.mounts},
        "connections": {id_: _connection(places, where) for id_, where in places.tables(("connections",))},
        "variables": places.each(("variables",)),
        "pools": {pool.name: _pool(places, pool.name) for pool in project.pools},
        "assets": {name: places.each(where) for name, where in places.tables(("assets",))},
        "engines": {engine.name: places.each(("engines", engine.name)) for engine in project.engines},
    }


def _airflow(places: Places, project: Project) -> Shown:
    airflow: Airflow = project.airflow
    where: SpecPath = ("airflow",)
    values = {
        "version": project.target.version,
        "python": project.target.python,
        "executor": airflow.executor,
        "docker_provider": project.target.provider.version,
        "dags_folder": airflow.dags_folder,
        "dags_per_file": airflow.dags_per_file,
    }
    found = places.each(where) | {key: places.either((*where, key), value) for key, value in values.items()}
    found["config"] = {
        section: {key: places.given((*place, key)) for key, _ in places.tables(place)}
        for section, place in places.tables((*where, "config"))
    }
    found["env"] = places.each((*where, "env"))
    found["mounts"] = [mount_use(places, use) for use in airflow.mounts]
    found["reference"] = built_in(airflow.image.reference)
    return found


def _compose(places: Places, project: Project) -> Shown:
    compose, where = project.compose, ("compose",)
    values = {
        "base": compose.base,
        "bundled": compose.bundled,
        "override": compose.override,
        "network": compose.network,
    }
    found: Shown = {key: places.either((*where, key), value) for key, value in values.items()}
    found["services"] = {name: places.each(place) for name, place in places.tables((*where, "services"))}
    return found


def _docker(places: Places, project: Project) -> Shown:
    access, where = project.access, ("docker",)
    found = places.each(where)
    found["access"] = places.either((*where, "access"), access.kind)
    found["url"] = places.either((*where, "url"), access.engine.url)
    if access.kind != "tcp":
        found["socket"] = places.either((*where, "socket"), access.socket)
    if access.kind == "proxy":
        found["proxy_image"] = places.either((*where, "proxy_image"), access.proxy_image)
    return found


def _image(places: Places, image: Image) -> Shown:
    where: SpecPath = ("images", image.name)
    # The tag of a built image follows from everything that goes into it.
    named = built_in(image.reference) if image.build else places.given((*where, "ref"), image.reference)
    return {"reference": named} | places.each(where)


def _mount(places: Places, mount: Mount) -> Shown:
    where = mount.path
    found = {"type": built_in(mount.type)} | places.each(where)
    found["read_only"] = places.either((*where, "read_only"), mount.read_only)
    if isinstance(mount.source, Volume):
        found["name"] = built_in(mount.source.name)
    return found


def mount_use(places: Places, use: MountUse) -> Shown:
    """Return a mount in one container."""
    source = use.mount.source
    value = {
        "mount": use.mount.name,
        "type": use.mount.type,
        "source": _source(source),
        "target": use.target,
        "read_only": use.read_only,
    }
    return places.given(use.path, value)


def _source(source: HostPath | Volume | None) -> object:
    if source is None or isinstance(source, Volume):
        return source.name if source else None
    if isinstance(source.base, str):
        return source.tail or "."
    value = source.base.value
    return {"env": value.name} if hasattr(value, "name") else {"file": value.file}


def _connection(places: Places, where: SpecPath) -> Shown:
    found: Shown = places.each(where)
    for key in _PRIVATE:
        if isinstance(places.written((*where, key)), str):
            found[key]["value"] = HIDDEN
    return found | ({"extra": places.each((*where, "extra"))} if "extra" in found else {})


def _pool(places: Places, name: str) -> Shown:
    where: SpecPath = ("pools", name)
    return places.each(where) | {"include_deferred": places.either((*where, "include_deferred"), False)}

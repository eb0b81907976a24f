"""Pools, assets and engines: what is declared once and used by name."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from airdock.diagnostics import SpecPath
from airdock.diagnostics.shape import BAD_VALUE, KEYS_CONFLICT, LEAVES_PROJECT, MISSING_KEY
from airdock.project.connections import is_json
from airdock.project.dag_parts import Access, Asset, Engine, HostFile, Pool, WorkerPath
from airdock.project.findings import UNKNOWN_ASSET, UNKNOWN_ENGINE, UNKNOWN_POOL
from airdock.project.scope import Scope
from airdock.spec.engine import TlsSpec

SOCKET_URL = "unix:///var/run/docker.sock"
"""Three slashes: two work by accident, and not where the folder has capitals."""
POOLS = "airdock-pools"
"""The service that brings the pools into Airflow."""
PROXY = "docker-proxy"
PROXY_IMAGE = "tecnativa/docker-socket-proxy:0.3.0"
_OF_ACCESS = {
    "socket": ("socket", "proxy"),
    "gid": ("socket",),
    "proxy_image": ("proxy",),
    "url": ("tcp",),
    "tls": ("tcp",),
}
"""Key of [docker] to the kinds of access that it belongs to."""
DEFAULT_POOL = "default_pool"
"""Every Airflow has it."""


def resolve_pools(scope: Scope) -> tuple[Pool, ...]:
    """Return the pools."""
    return tuple(
        Pool(name, spec.slots, spec.description, spec.include_deferred) for name, spec in scope.spec.pools.items()
    )


def resolve_engines(scope: Scope) -> tuple[Engine, ...]:
    """Return the engines; reports AD906."""
    return tuple(
        Engine(name, spec.url, tls_files(scope, spec.tls, name, ("engines", name, "tls")) if spec.tls else None)
        for name, spec in scope.spec.engines.items()
    )


def resolve_access(scope: Scope) -> Access:
    """Return how Airflow reaches the stack's engine; reports AD102, AD106 and AD906."""
    spec, where = scope.spec.docker, ("docker",)
    for key in sorted(spec.written & _OF_ACCESS.keys(), key=list(_OF_ACCESS).index):
        if spec.access not in _OF_ACCESS[key]:
            problem = f'"{key}" has no meaning with access = "{spec.access}"'
            advice = f"it belongs to access = {' and '.join(_OF_ACCESS[key])}"
            scope.report.add(KEYS_CONFLICT.at((*where, key), "key", problem=problem, help=advice))
    if spec.access == "tcp" and spec.url is None:
        scope.report.add(MISSING_KEY.at(where, "header", key="url", where=' with access = "tcp"'))
    url = spec.url if spec.access == "tcp" else f"tcp://{PROXY}:2375" if spec.access == "proxy" else SOCKET_URL
    tls = tls_files(scope, spec.tls, "_docker", (*where, "tls")) if spec.tls else None
    return Access(spec.access, Engine("", url or "", tls), spec.socket, spec.gid, spec.proxy_image or PROXY_IMAGE)


def tls_files(scope: Scope, spec: TlsSpec, name: str, where: SpecPath) -> tuple[HostFile, HostFile, HostFile]:
    """Return the three files of a secured engine, with the places where Airflow's containers see them."""

    def file(key: str, path: str) -> HostFile:
        normal = posixpath.normpath(path)
        if normal == ".." or normal.startswith("../"):
            scope.report.add(LEAVES_PROJECT.at((*where, key), path=path))
        return HostFile(normal, WorkerPath(f"/opt/airdock/engines/{name}/{key}.pem"), (*where, key))

    return file("ca", spec.ca), file("cert", spec.cert), file("key", spec.key)


def resolve_assets(scope: Scope, names: Sequence[str], where: SpecPath, user: str) -> tuple[Asset, ...]:
    """Return the assets of a list of names; reports AD208, and AD103 or AD104 for an extra that JSON cannot hold."""
    found = []
    for index, name in enumerate(names):
        spec = scope.spec.assets.get(name)
        if spec is None:
            scope.unknown(UNKNOWN_ASSET, (*where, index), user, name, scope.spec.assets, "declared assets")
        else:
            found.append(Asset(name, spec.uri, spec.extra))
    return tuple(found)


def check_assets(scope: Scope) -> None:
    """Report the extras of assets that JSON cannot hold, and two assets of one uri or name."""
    for name, spec in scope.spec.assets.items():
        is_json(scope, spec.extra, ("assets", name, "extra"))
        if spec.uri.lower().startswith("airflow:"):
            expected = "Airflow keeps this scheme for itself"
            scope.report.add(BAD_VALUE.at(("assets", name, "uri"), found=f'"{spec.uri}"', expected=expected))
    uris = [(name, spec.uri) for name, spec in scope.spec.assets.items()]
    scope.report_collisions(uris, ("assets",), "have one uri, which is one asset for Airflow")


def check_pool(scope: Scope, name: str, where: SpecPath, user: str) -> None:
    """Report AD207 for a pool that is not declared."""
    if name != DEFAULT_POOL and name not in scope.spec.pools:
        scope.unknown(UNKNOWN_POOL, where, user, name, [*scope.spec.pools, DEFAULT_POOL], "declared pools")


def resolve_engine(scope: Scope, name: str | None, where: SpecPath, user: str) -> Engine | None:
    """Return an engine by its name; reports AD209."""
    if name is None:
        return None
    if name not in scope.engines:
        scope.unknown(UNKNOWN_ENGINE, where, user, name, scope.engines, "declared engines")
    return scope.engines.get(name)

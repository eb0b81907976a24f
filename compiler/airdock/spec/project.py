"""The whole of airdock.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table
from airdock.spec.dag import DagKeys
from airdock.spec.task import TaskKeys

if TYPE_CHECKING:
    from typing import Annotated, Any, Literal

    from pydantic import Field

    from airdock.spec.asset import AssetSpec
    from airdock.spec.base import Doc
    from airdock.spec.connection import ConnectionSpec
    from airdock.spec.dag import DagSpec
    from airdock.spec.engine import EngineSpec, TlsSpec
    from airdock.spec.image import ImageSpec
    from airdock.spec.mount import MountSpec
    from airdock.spec.pool import PoolSpec
    from airdock.spec.scalars import AbsolutePath, ComposeFile, EngineUrl, Id, Identifier, ImageReference, Line, Name, Path, ProjectName, PythonVersion, Release, Requirement, Scalar, ServiceName, Word
    from airdock.spec.unions import Constraints, HostText, MountUse


class ProjectTable(Table):
    """The project."""

    name: Annotated[ProjectName, Doc("Name of the project; also of the Compose project, and the first part of image, network and volume names.")]
    description: Annotated[Line | None, Doc("What the project is, in one line; the override file says it too.")] = None


class AirflowTable(Table):
    """Airflow itself: version, image, settings."""

    version: Annotated[Release, Doc('Airflow release, such as "3.3.2". Supported: 2.8 to 2.11 and 3.0 to 3.3.')]
    python: Annotated[PythonVersion | None, Doc('Python of the Airflow image, such as "3.12". Default: that of the official image.')] = None
    image: Annotated[ImageReference | None, Doc("Another base image for Airflow. Default: apache/airflow:VERSION-pythonPYTHON.")] = None
    executor: Annotated[Literal["celery", "local"], Doc("Who executes tasks: celery (workers) or local (the scheduler).")] = "celery"
    docker_provider: Annotated[Release | None, Doc("Release of apache-airflow-providers-docker. Default: the newest known that fits.")] = None
    requirements: Annotated[list[Requirement], Doc("Python requirements for the Airflow image, one each.")] = []
    apt: Annotated[list[Word], Doc("Debian packages for the Airflow image.")] = []
    constraints: Annotated[Constraints, Doc("Install under the constraints of the Airflow release: true, false, or the path or URL of another constraints file.")] = True
    dags_folder: Annotated[Path, Doc("Folder that DAG modules are written to.")] = "dags"
    dags_per_file: Annotated[int, Field(ge=1), Doc("How many DAGs a module holds. More than one: airdock_0001.py …, for projects with very many DAGs.")] = 1
    config: Annotated[dict[Identifier, dict[Identifier, Scalar]], Doc("Airflow configuration by section: [airflow.config.core] load_examples = false.")] = {}
    env: Annotated[dict[Identifier, HostText], Doc("Environment variables of every Airflow service; each text or an env or file source.")] = {}
    mounts: Annotated[list[MountUse], Doc("Mounts of every Airflow service.")] = []


class ComposeTable(Table):
    """The Compose files."""

    base: Annotated[ComposeFile, Doc("Compose file that the override extends: the official one, or one like it.")] = "docker-compose.yaml"
    bundled: Annotated[bool, Doc("airdock writes the base file itself, so that nothing has to be downloaded.")] = False
    override: Annotated[ComposeFile | None, Doc("Name of the override file. Default: the one that Compose picks up beside the base file.")] = None
    network: Annotated[Word | None, Doc("Name of the stack's network on the engine. Default: <project>_default.")] = None
    services: Annotated[dict[ServiceName, dict[str, Any]], Doc("Compose services, merged last: services of your own, or additions to those of the base file.")] = {}


class DockerTable(Table):
    """How Airflow reaches the Docker engine of the stack."""

    access: Annotated[Literal["socket", "proxy", "tcp"], Doc("How the services that execute tasks reach the engine: its socket is mounted into them, a proxy lets only the calls through that tasks need, or tcp.")] = "socket"
    socket: Annotated[AbsolutePath, Doc("Path of the engine's socket on the host (socket and proxy).")] = "/var/run/docker.sock"
    gid: Annotated[int | None, Field(ge=0), Doc("Group id of the socket. Default: found on the host, and written to .env (socket).")] = None
    proxy_image: Annotated[ImageReference | None, Doc("Image of the proxy, one that is set up like tecnativa/docker-socket-proxy (proxy).")] = None
    url: Annotated[EngineUrl | None, Doc("Address of the engine, tcp://host:port as the containers of Airflow see it (tcp).")] = None
    tls: Annotated[TlsSpec | None, Doc("Certificates, for an engine that asks for them (tcp).")] = None


class DefaultsTable(Table):
    """Defaults for all DAGs and tasks; the nearest wins, key by key."""

    dag: Annotated[DagKeys, Doc("Defaults for DAGs.")] = DagKeys()
    task: Annotated[TaskKeys, Doc("Defaults for tasks.")] = TaskKeys()


class LintTable(Table):
    """What is not reported."""

    ignore: Annotated[list[Annotated[str, Field(pattern=r"^AD[0-9]{3}$")]], Doc("Codes of warnings that are not shown.")] = []


class ProjectSpec(Table):
    """airdock.toml, language version 1."""

    airdock: Annotated[Literal[1], Doc("Version of the language: 1.")]
    include: Annotated[list[str], Doc("Patterns of further TOML files with images, mounts, connections, variables, pools, assets, engines and dags.")] = []
    project: Annotated[ProjectTable, Doc("The project.")]
    airflow: Annotated[AirflowTable, Doc("Airflow itself.")]
    compose: Annotated[ComposeTable, Doc("The Compose files.")] = ComposeTable()
    docker: Annotated[DockerTable, Doc("How Airflow reaches the Docker engine.")] = DockerTable()
    images: Annotated[dict[Name, ImageSpec], Doc("Images that tasks run in, by name.")] = {}
    mounts: Annotated[dict[Name, MountSpec], Doc("Mounts, by name.")] = {}
    connections: Annotated[dict[Identifier, ConnectionSpec], Doc("Airflow connections, by id.")] = {}
    variables: Annotated[dict[Identifier, Any], Doc("Airflow variables: text, numbers, booleans, lists, tables, or an env or file source.")] = {}
    pools: Annotated[dict[Name, PoolSpec], Doc("Pools, by name.")] = {}
    assets: Annotated[dict[Name, AssetSpec], Doc("Assets (datasets on Airflow 2), by name.")] = {}
    engines: Annotated[dict[Name, EngineSpec], Doc("Other Docker engines, by name.")] = {}
    defaults: Annotated[DefaultsTable, Doc("Defaults for DAGs and tasks.")] = DefaultsTable()
    dags: Annotated[dict[Id, DagSpec], Doc("DAGs, by id.")] = {}
    lint: Annotated[LintTable, Doc("What is not reported.")] = LintTable()

"""`[dags.ID.tasks.ID]`: one flat table with optional keys."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from airdock.spec.base import Doc, For, Kinds, OperatorArg, Table
from airdock.spec.mount import MountUse
from airdock.spec.scalars import (
    AbsolutePath,
    ClassPath,
    Duration,
    FunctionPath,
    Id,
    Identifier,
    Memory,
    Name,
    Path,
    Size,
    Text,
    Word,
)
from airdock.spec.source import TaskText

CONTAINER = ("container", "python")


class FileText(Table):
    """The text of a file of the project."""

    file: Annotated[Path, Doc("Path of a text file.")]
    template: Annotated[bool, Doc("Render the text as a Jinja template when the task runs.")] = False


class PickleOutput(Table):
    """An output that the container leaves as a pickle file."""

    pickle: Annotated[AbsolutePath, Doc("Path in the container. Unpickling runs code of the container in the worker.")]


def _tag_text(value: Any) -> str:
    return "<file>" if isinstance(value, dict | FileText) else "<text>"


def _tag_words(value: Any) -> str:
    return "<list>" if isinstance(value, list) else "<text>"


def _tag_xcom(value: Any) -> str:
    return "<pickle>" if isinstance(value, dict | PickleOutput) else "<choice>"


def _tag_gpus(value: Any) -> str:
    return "<list>" if isinstance(value, list) else "<all>" if isinstance(value, str) else "<number>"


def _tag_user(value: Any) -> str:
    return "<text>" if isinstance(value, str) else "<number>"


TextOrFile: TypeAlias = Annotated[Annotated[Text, Tag("<text>")] | Annotated[FileText, Tag("<file>")], Discriminator(_tag_text)]
Words: TypeAlias = Annotated[Annotated[Text, Tag("<text>")] | Annotated[list[Text], Tag("<list>")], Discriminator(_tag_words)]
XCom: TypeAlias = Annotated[
    Annotated[Literal["last", "all", "none"], Tag("<choice>")] | Annotated[PickleOutput, Tag("<pickle>")],
    Discriminator(_tag_xcom),
]
Gpus: TypeAlias = Annotated[
    Annotated[Literal["all"], Tag("<all>")] | Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[list[Word], Field(min_length=1), Tag("<list>")],
    Discriminator(_tag_gpus),
]
User: TypeAlias = Annotated[Annotated[Word, Tag("<text>")] | Annotated[int, Field(ge=0), Tag("<number>")], Discriminator(_tag_user)]
ExitCode: TypeAlias = Annotated[int, Field(ge=0, le=255)]


class TaskKeys(Table):
    """Keys of a task that may also be set as defaults."""

    kinds: ClassVar[Kinds | None] = Kinds(("operator", "python"), fallback="container")
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = (("command", "script"),)

    image: Annotated[Name | None, For(*CONTAINER), Doc("Name of an image declared under [images].")] = None
    command: Annotated[Words | None, For("container"), Doc("What runs in the container: a list of arguments, or one string that is split like a shell would split it. It is not a shell; use `script` for that.")] = None
    script: Annotated[TextOrFile | None, For("container"), Doc('Shell script that runs in the container: text, or { file = "path" }.')] = None
    shell: Annotated[list[Text] | None, Field(min_length=1), For("container"), Doc('What runs the script, which is its last argument. Default: ["/bin/sh", "-ec"].')] = None
    python: Annotated[FunctionPath | None, Doc('A function that runs in the container: "path/file.py:function". Its source is copied into the DAG module.')] = None
    args: Annotated[dict[Identifier, Any], For("python"), Doc("Arguments of the function; each a value or a source. An output and a param keep their type; a connection and a variable are text.")] = Field(default={})
    multiple_outputs: Annotated[bool, For("python"), OperatorArg("multiple_outputs"), Doc("The function returns a table, and each of its keys is an output of its own.")] = False
    operator: Annotated[ClassPath | None, Doc("Any operator class, by its full name; it runs in Airflow itself, not in a container.")] = None
    arguments: Annotated[dict[Identifier, Any], For("operator"), Doc("Arguments of the operator; each a value or a source. airdock does not check them.")] = Field(default={})

    retries: Annotated[int | None, Field(ge=0), OperatorArg("retries"), Doc("How often a failed task is tried again.")] = None
    retry_delay: Annotated[Duration | None, OperatorArg("retry_delay"), Doc("Pause before another try, such as 5m.")] = None
    timeout: Annotated[Duration | None, OperatorArg("execution_timeout"), Doc("The task fails, and its container is stopped, when it takes longer.")] = None
    trigger_rule: Annotated[str | None, OperatorArg("trigger_rule"), Doc("When the task runs, by the state of its upstream tasks. Default: all_success.")] = None

    mounts: Annotated[list[MountUse], For(*CONTAINER), Doc("Mounts of the container: names, or tables with a target of their own.")] = Field(default=[])
    env: Annotated[dict[Identifier, TaskText], For(*CONTAINER), Doc("Environment variables of the container; each text or a source.")] = Field(default={})
    network: Annotated[str | None, Field(pattern=r"^[^\s\x00]+$"), For(*CONTAINER), Doc('Network of the container: "project" (default, the stack\'s), "bridge", "host", "none", "container:NAME", or a network\'s name.')] = None
    user: Annotated[User | None, For(*CONTAINER), Doc('User of the container; "host" is the user that runs Airflow (AIRFLOW_UID).')] = None
    workdir: Annotated[AbsolutePath | None, For(*CONTAINER), OperatorArg("working_dir"), Doc("Working directory in the container.")] = None
    entrypoint: Annotated[Words | None, For(*CONTAINER), OperatorArg("entrypoint"), Doc('Replaces the image\'s entrypoint; "" removes it.')] = None
    memory: Annotated[Memory | None, For(*CONTAINER), OperatorArg("mem_limit"), Doc("Hard limit of memory, such as 512m (mem_limit).")] = None
    gpus: Annotated[Gpus | None, For(*CONTAINER), Doc('GPUs of the host: "all", a number, or a list of ids (device_requests).')] = None
    shm_size: Annotated[Size | None, For(*CONTAINER), OperatorArg("shm_size"), Doc("Size of /dev/shm.")] = None
    tty: Annotated[bool | None, For(*CONTAINER), OperatorArg("tty"), Doc("Allocate a terminal. Not needed to see logs.")] = None
    remove: Annotated[Literal["always", "success", "never"], For(*CONTAINER), Doc('When the container is removed (auto_remove). "success" also removes failed ones, but leaves one that is timed out running.')] = "always"
    labels: Annotated[dict[Word, Text], For(*CONTAINER), Doc("Labels of the container, beside airdock.project, airdock.dag and airdock.task.")] = Field(default={})
    xcom: Annotated[XCom, For(*CONTAINER), Doc('What the container hands to other tasks: "last" line of its output (default), "all" lines, "none", or { pickle = "/path" }.')] = "last"
    skip_exit_codes: Annotated[list[ExitCode] | None, For(*CONTAINER), OperatorArg("skip_on_exit_code"), Doc("Exit codes that mark the task as skipped.")] = None
    connection: Annotated[Identifier | None, For(*CONTAINER), Doc("Id of a docker connection for the registry's login. Default: the image's.")] = None


class TaskSpec(TaskKeys):
    """A task. Its kind follows from its keys: container (image), python (image and python), operator (operator)."""

    after: Annotated[list[Id], Doc("Tasks of the same DAG that this one waits for.")] = Field(default=[])

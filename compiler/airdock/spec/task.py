"""`[dags.ID.tasks.ID]`: one flat table with optional keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Kinds, Table

if TYPE_CHECKING:
    from typing import Annotated, Any, ClassVar, Literal

    from pydantic import Field

    from airdock.spec.base import Doc, For, OperatorArg
    from airdock.spec.scalars import AbsolutePath, ClassPath, CpuWeight, Duration, FunctionPath, Id, Identifier, Memory, Name, Path, Seconds, Size, Text, Word
    from airdock.spec.swarm import SwarmSpec
    from airdock.spec.unions import Backoff, Callbacks, ContainerPort, DocText, ExitCode, Gpus, HostPort, MappedCommands, MappedEnvironments, MappedValues, MountUse, TaskText, TextOrFile, Ulimit, User, Words, XCom

CONTAINER = ("container", "python")


class FileText(Table):
    """The text of a file of the project."""

    file: Annotated[Path, Doc("Path of a text file.")]
    template: Annotated[bool, Doc("Render the text as a Jinja template when the task runs.")] = False


class PickleOutput(Table):
    """An output that the container leaves as a pickle file."""

    pickle: Annotated[AbsolutePath, Doc("Path in the container. Unpickling runs code of the container in the worker.")]


class UlimitSpec(Table):
    """A limit of the engine on the processes of a container."""

    soft: Annotated[int, Field(ge=-1), Doc("What applies; -1 is no limit.")]
    hard: Annotated[int, Field(ge=-1), Doc("How far a process may raise it; -1 is no limit.")]


class ExpandSpec(Table):
    """Dynamic task mapping: one instance of the task for each value; several keys give every combination. Values that are written down are templates like others; what a task has put out is not."""

    command: Annotated[MappedCommands | None, Doc('Commands, one for each instance; or { output = "TASK" }.')] = None
    env: Annotated[MappedEnvironments | None, Doc('Tables of environment variables, one for each instance; or { output = "TASK" }.')] = None
    args: Annotated[dict[Identifier, MappedValues], Doc('Arguments of the function: a list, or { output = "TASK" }.')] = {}
    arguments: Annotated[dict[Identifier, MappedValues], Doc('Arguments of the operator: a list, or { output = "TASK" }.')] = {}


class TaskKeys(Table):
    """Keys of a task that may also be set as defaults."""

    kinds: ClassVar[Kinds | None] = Kinds(("operator", "python"), fallback="container")
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = (("command", "script"),)

    image: Annotated[Name | None, For(*CONTAINER), Doc("Name of an image declared under [images].")] = None
    command: Annotated[Words | None, For("container"), Doc("What runs in the container: a list of arguments, or one string that is split like a shell would split it. It is not a shell; use `script` for that.")] = None
    script: Annotated[TextOrFile | None, For("container"), Doc('Shell script that runs in the container: text, or { file = "path" }.')] = None
    shell: Annotated[list[Text] | None, Field(min_length=1), For("container"), Doc('What runs the script, which is its last argument. Default: ["/bin/sh", "-ec"].')] = None
    python: Annotated[FunctionPath | None, Doc('A function that runs in the container: "path/file.py:function". Its source is copied into the DAG module.')] = None
    args: Annotated[dict[Identifier, Any], For("python"), Doc("Arguments of the function; each a value or a source. An output and a param keep their type; a connection and a variable are text.")] = {}
    multiple_outputs: Annotated[bool, For("python"), OperatorArg("multiple_outputs"), Doc("The function returns a table, and each of its keys is an output of its own.")] = False
    operator: Annotated[ClassPath | None, Doc("Any operator class, by its full name; it runs in Airflow itself, not in a container.")] = None
    arguments: Annotated[dict[Identifier, Any], For("operator"), Doc("Arguments of the operator; each a value or a source. airdock does not check them.")] = {}

    retries: Annotated[int | None, Field(ge=0), OperatorArg("retries"), Doc("How often a failed task is tried again.")] = None
    retry_delay: Annotated[Duration | None, OperatorArg("retry_delay"), Doc("Pause before another try, such as 5m.")] = None
    timeout: Annotated[Duration | None, OperatorArg("execution_timeout"), Doc("The task fails, and its container is stopped, when it takes longer.")] = None
    retry_backoff: Annotated[Backoff | None, OperatorArg("retry_exponential_backoff"), Doc("Pause longer before each further try: true, or by how much on Airflow 3.2 and later.")] = None
    max_retry_delay: Annotated[Duration | None, OperatorArg("max_retry_delay"), Doc("Longest pause between tries.")] = None
    trigger_rule: Annotated[str | None, OperatorArg("trigger_rule"), Doc("When the task runs, by the state of its upstream tasks. Default: all_success.")] = None
    pool: Annotated[Word | None, OperatorArg("pool"), Doc("Name of a pool declared under [pools], or default_pool.")] = None
    pool_slots: Annotated[int | None, Field(ge=1), OperatorArg("pool_slots"), Doc("How many slots of the pool the task takes.")] = None
    priority: Annotated[int | None, Field(ge=-(2**31), lt=2**31), OperatorArg("priority_weight"), Doc("A greater number runs earlier when many tasks wait (priority_weight).")] = None
    weight_rule: Annotated[str | None, OperatorArg("weight_rule"), Doc("How priorities add up along the DAG: downstream (default), upstream or absolute.")] = None
    queue: Annotated[Word | None, OperatorArg("queue"), Doc("Queue of the executor, such as that of some Celery workers.")] = None
    owner: Annotated[Text | None, Field(min_length=1), OperatorArg("owner"), Doc("Owner of the task. Default: the DAG's.")] = None
    doc: Annotated[DocText | None, Doc('Documentation in Markdown: text, or { file = "path" }.')] = None
    display_name: Annotated[Text | None, Field(min_length=1), OperatorArg("task_display_name"), Doc("What Airflow shows instead of the id.")] = None
    depends_on_past: Annotated[bool | None, OperatorArg("depends_on_past"), Doc("Run only if this task succeeded in the run before.")] = None
    wait_for_downstream: Annotated[bool | None, OperatorArg("wait_for_downstream"), Doc("Run only if the tasks right after this one succeeded in the run before.")] = None
    max_active: Annotated[int | None, Field(ge=1), OperatorArg("max_active_tis_per_dag"), Doc("How many instances of this task may run at once, over all runs.")] = None
    max_active_per_run: Annotated[int | None, Field(ge=1), OperatorArg("max_active_tis_per_dagrun"), Doc("How many instances of this task may run at once in one run.")] = None
    inlets: Annotated[list[Name], Doc("Assets that the task reads, by name.")] = []
    outlets: Annotated[list[Name], Doc("Assets that the task makes, by name; DAGs scheduled on them run when it succeeds.")] = []
    on_success: Annotated[Callbacks | None, Doc("What runs when the task succeeds.")] = None
    on_failure: Annotated[Callbacks | None, Doc("What runs when the task fails.")] = None
    on_retry: Annotated[Callbacks | None, Doc("What runs when the task is about to be tried again.")] = None
    on_skipped: Annotated[Callbacks | None, Doc("What runs when the task is skipped.")] = None

    mounts: Annotated[list[MountUse], For(*CONTAINER), Doc("Mounts of the container: names, or tables with a target of their own.")] = []
    env: Annotated[dict[Identifier, TaskText], For(*CONTAINER), Doc("Environment variables of the container; each text or a source.")] = {}
    env_files: Annotated[list[Path], For(*CONTAINER), Doc("Files of environment variables, read when airdock builds; `env` wins over them, a later file over an earlier one. Secret: the values reach .env and the container, nothing else.")] = []
    network: Annotated[str | None, Field(pattern=r"^[^\s\x00]+$"), For(*CONTAINER), Doc('Network of the container: "project" (default, the stack\'s), "bridge", "host", "none", "container:NAME", or a network\'s name.')] = None
    user: Annotated[User | None, For(*CONTAINER), Doc('User of the container; "host" is the user that runs Airflow (AIRFLOW_UID).')] = None
    workdir: Annotated[AbsolutePath | None, For(*CONTAINER), OperatorArg("working_dir"), Doc("Working directory in the container.")] = None
    entrypoint: Annotated[Words | None, For(*CONTAINER), OperatorArg("entrypoint"), Doc('Replaces the image\'s entrypoint; "" removes it.')] = None
    memory: Annotated[Memory | None, For(*CONTAINER), OperatorArg("mem_limit"), Doc("Hard limit of memory, such as 512m (mem_limit).")] = None
    cpu_weight: Annotated[CpuWeight | None, For(*CONTAINER), OperatorArg("cpus"), Doc("Share of the CPUs when they are all busy, beside 1.0 of other containers. No limit (cpus).")] = None
    gpus: Annotated[Gpus | None, For(*CONTAINER), Doc('GPUs of the host: "all", a number, or a list of ids (device_requests).')] = None
    shm_size: Annotated[Size | None, For(*CONTAINER), OperatorArg("shm_size"), Doc("Size of /dev/shm.")] = None
    tty: Annotated[bool | None, For(*CONTAINER), OperatorArg("tty"), Doc("Allocate a terminal. Not needed to see logs.")] = None
    privileged: Annotated[bool | None, For(*CONTAINER), OperatorArg("privileged"), Doc("Give the container all rights on the host.")] = None
    cap_add: Annotated[list[Word] | None, For(*CONTAINER), OperatorArg("cap_add"), Doc('Linux capabilities to add, such as ["SYS_PTRACE"].')] = None
    extra_hosts: Annotated[dict[Word, Word] | None, For(*CONTAINER), OperatorArg("extra_hosts"), Doc('Host names to addresses: { "db.internal" = "10.0.0.5" }.')] = None
    dns: Annotated[list[Word] | None, For(*CONTAINER), OperatorArg("dns"), Doc("Addresses of DNS servers.")] = None
    dns_search: Annotated[list[Word] | None, For(*CONTAINER), OperatorArg("dns_search"), Doc("DNS search domains.")] = None
    hostname: Annotated[Word | None, For(*CONTAINER), OperatorArg("hostname"), Doc("Host name of the container.")] = None
    ports: Annotated[dict[ContainerPort, HostPort] | None, For(*CONTAINER), OperatorArg("port_bindings"), Doc('Ports of the container to ports of the engine\'s host: { "8080" = 18080 } (port_bindings).')] = None
    ulimits: Annotated[dict[Word, Ulimit], For(*CONTAINER), Doc("Limits by name: { nofile = 4096 } or { nofile = { soft = 1024, hard = 4096 } }.")] = {}
    log_max_size: Annotated[Annotated[str, Field(pattern=r"^[1-9][0-9]*[kmg]$")] | None, For(*CONTAINER), OperatorArg("log_opts_max_size"), Doc('Size at which the engine starts another log file, such as "10m".')] = None
    log_max_files: Annotated[int | None, Field(ge=1), For(*CONTAINER), Doc("How many log files the engine keeps (log_opts_max_file).")] = None
    ipc: Annotated[Word | None, For(*CONTAINER), OperatorArg("ipc_mode"), Doc('IPC namespace: "private", "shareable", "host", "none" or "container:NAME".')] = None
    container_name: Annotated[Text | None, Field(min_length=1), For(*CONTAINER), OperatorArg("container_name"), Doc("Name of the container, a template. Best left out: two containers of one name cannot be.")] = None
    remove: Annotated[Literal["always", "success", "never"], For(*CONTAINER), Doc('When the container is removed (auto_remove). "success" also removes failed ones, but leaves one that is timed out running.')] = "always"
    labels: Annotated[dict[Word, Text], For(*CONTAINER), Doc("Labels of the container, beside airdock.project, airdock.dag and airdock.task.")] = {}
    xcom: Annotated[XCom, For(*CONTAINER), Doc('What the container hands to other tasks: "last" line of its output (default), "all" lines, "none", or { pickle = "/path" }.')] = "last"
    skip_exit_codes: Annotated[list[ExitCode] | None, For(*CONTAINER), OperatorArg("skip_on_exit_code"), Doc("Exit codes that mark the task as skipped.")] = None
    connection: Annotated[Identifier | None, For(*CONTAINER), Doc("Id of a docker connection for the registry's login. Default: the image's.")] = None
    engine: Annotated[Name | None, For(*CONTAINER), Doc("Name of an engine declared under [engines]. Default: the stack's own.")] = None
    api_timeout: Annotated[Seconds | None, For(*CONTAINER), OperatorArg("timeout"), Doc("How long one call to the engine may take. Default: 60s. For the task as a whole there is `timeout`.")] = None
    serializer: Annotated[Literal["pickle", "dill", "cloudpickle"] | None, For("python"), OperatorArg("serializer"), Doc("How arguments and result travel; dill and cloudpickle must be in the image too.")] = None
    python_command: Annotated[Word | None, For("python"), OperatorArg("python_command"), Doc("Python in the image. Default: python3.")] = None
    runner: Annotated[Literal["docker", "swarm"], For("container"), Doc('What runs it: "docker" (a container) or "swarm" (a service of Docker Swarm).')] = "docker"
    swarm: Annotated[SwarmSpec | None, For("container"), Doc('How the service runs, with runner = "swarm".')] = None


class TaskSpec(TaskKeys):
    """A task. Its kind follows from its keys: container (image), python (image and python), operator (operator)."""

    after: Annotated[list[Id], Doc("Tasks or groups of the same DAG that this one waits for.")] = []
    group: Annotated[Id | None, Doc("Name of the group that the task stands in, declared under [dags.ID.groups].")] = None
    setup: Annotated[bool, Doc("The task prepares something that others need; it is skipped, and run again, with them.")] = False
    teardown: Annotated[Id | None, Doc("Id of the setup task that this one cleans up after; it runs whatever happened between.")] = None
    expand: Annotated[ExpandSpec | None, Doc('One instance of the task for each value: { command = [[…], […]] }, { args.day = [1, 2] }, { args.file = { output = "list" } }.')] = None
    map_label: Annotated[Text | None, Field(min_length=1), OperatorArg("map_index_template"), Doc("Template of what Airflow shows for each instance instead of its number.")] = None

"""Rules about what the Docker engine makes of a task's container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPlace
from airdock.diagnostics.kind import as_warning
from airdock.project.model import HostPath, Mount, MountUse, Task
from airdock.project.text import templates_in
from airdock.rules.context import Context

FIXED_NAME = Kind(
    "AD405",
    "fixed-container-name",
    "error",
    'every {what} of task "{task}" has the same container name, "{name}"',
    what="A task has a fixed container_name, and is mapped (expand) or tried again (retries, a warning).",
    why="The engine refuses a second container of one name (409 Conflict): the instances of a mapped task run side by "
    "side, and the container of a try that was killed may still be there when the next one starts.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\ncontainer_name = "load"\n'
    "retries = 2\n",
    fix="Leave container_name out, or put into it what is another at each try, {{ ti.try_number }}, and for each "
    "instance of a mapped task, {{ ti.map_index }}.",
    also_warning=True,
)
REFUSED = Kind(
    "AD406",
    "refused-together",
    "error",
    "{problem}",
    what="Two options of a container do not go together.",
    why="The engine would refuse to make or start the container, or the operator would refuse to load.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\nnetwork = "host"\n'
    'ports = { "8080" = 18080 }\n',
    fix="Leave one of them out. With the host's network every port of the container is one of the host already; with "
    "another container's network, host name, DNS servers, extra hosts and ports are set there.",
)
HOST_GIVEN = Kind(
    "AD412",
    "host-given",
    "warning",
    "{what}",
    what="A task gets rights over the whole host: privileged, the engine's socket, or a folder that holds the host's "
    "system.",
    why="Whatever runs in the container, and whoever can change it, is root on the host.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[mounts.engine]\nsource = "/var/run/docker.sock"\n'
    'target = "/var/run/docker.sock"\n\n[dags.a.tasks.load]\nimage = "etl"\nmounts = ["engine"]\n',
    fix="Give it what it needs alone: a folder below, a capability (cap_add). If the whole host is meant: [lint] "
    'ignore = ["AD412"].',
)
LEFT_RUNNING = Kind(
    "AD413",
    "left-running",
    "warning",
    'remove = "success" leaves the container running when the task is timed out',
    what='A task has a timeout and remove = "success".',
    why="At the timeout the operator tries to remove the running container without force; the engine refuses, and "
    "nothing stops the container any more. Of failed tasks it removes the containers too.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\ntimeout = "10m"\n'
    'remove = "success"\n',
    fix='Use remove = "always" (the default), or "never" to keep the containers of failed tasks.',
)

_SAME_EACH_TIME = re.compile(
    r"^\s*(?:ds|ds_nodash|ts|ts_nodash|ts_nodash_with_tz|run_id|task_instance_key_str|logical_date|execution_date"
    r"|(?:prev_)?data_interval_\w+|dag\.dag_id|task\.task_id|(?:ti|task_instance)\.(?:dag_id|task_id|run_id)"
    r"|dag_run\.(?:dag_id|run_id)|(?:params|conn|var\.value|var\.json)\.\w+|params\[[^\]]*\])(?:\.\w+)*\s*(?:\|[^|]*)*$"
)
"""Expressions that are the same for all tries and instances of a task in a run; of others that is not known."""
_HOST_FOLDERS = ("/", "/etc", "/root", "/run", "/var", "/var/lib", "/var/lib/docker", "/var/run")
"""Folders that hold the engine's data or socket, or the host's passwords and keys. What is below is not judged."""
_SYSTEM_FOLDERS = ("/boot", "/dev", "/proc", "/sys", "/usr")
"""Folders that make one root of the host where they can be written to; many a monitor reads them."""
_IF_MEANT = 'mount only what the task needs; if this is meant: [lint] ignore = ["AD412"]'
_SOCKET = re.compile(r"/(?:docker|podman|containerd)\.sock$")


def fixed_container_name(context: Context) -> Iterator[Diagnostic]:
    """A container name may not come twice."""
    for task in context.tasks:
        name = task.options.get("container_name")
        if not isinstance(name, str) or task.swarm is not None or _differs(name):
            continue
        place = task.places["container_name"]
        if task.expand:
            advice = "leave it out, or put {{ ti.map_index }} into it"
            related = (Related("mapped here", SpecPlace((*task.path, "expand"), "key")),)
            yield FIXED_NAME.at(place, help=advice, related=related, what="instance", task=task.id, name=name)
        elif task.options.get("retries"):
            advice = "leave it out, or put {{ ti.try_number }} into it"
            related = (Related("tried again by this", SpecPlace(task.places["retries"])),)
            found = FIXED_NAME.at(place, help=advice, related=related, what="try", task=task.id, name=name)
            yield as_warning(found)


def _differs(name: str) -> bool:
    """Say whether a template may give another text at each try or for each instance."""
    pieces = templates_in(name)
    return not all(piece.startswith("{{") and _SAME_EACH_TIME.match(piece[2:-2].strip("-+")) for piece in pieces)


def refused_together(context: Context) -> Iterator[Diagnostic]:
    """Options must not rule each other out. Measured with the operators of providers 3.14.1 and 4.6.1, engine 20.10."""
    for task in context.tasks:
        if task.kind != "operator" and task.swarm is None:
            yield from _refused_in_network(task)
            yield from _same_host_port(task)
            yield from _refused_limits(task)


def _refused_in_network(task: Task) -> Iterator[Diagnostic]:
    network = task.network or ""
    taken: tuple[str, ...]
    if network == "host":
        taken, reason = ("port_bindings",), "in the host's network the container's ports are the host's already"
    elif network.startswith("container:"):
        # dns_search goes through, and so does all of it with network none.
        taken = ("port_bindings", "hostname", "dns", "extra_hosts")
        reason = "they are set on the container that has the network"
    else:
        return
    for keyword in taken:
        if task.options.get(keyword):
            key = task.keys.get(keyword, keyword)
            problem = f'"{key}" does not go together with network "{network}"'
            place = task.places.get("network", ("compose", "network"))
            related = (Related("the network", SpecPlace(place)),)
            yield REFUSED.at(task.places[key], "key", problem=problem, help=reason, related=related)


def _same_host_port(task: Task) -> Iterator[Diagnostic]:
    ports = task.options.get("port_bindings")
    if not isinstance(ports, dict) or task.network == "none":
        return
    seen: dict[tuple[str, object], str] = {}
    for inside, outside in ports.items():
        number, _, protocol = inside.partition("/")
        first = seen.setdefault((protocol or "tcp", outside), number)
        if first != number:
            problem = f"port {outside} of the host is given to ports {first} and {number} of the container"
            yield REFUSED.at((*task.places["ports"], inside), problem=problem, help="use another port of the host")


def _refused_limits(task: Task) -> Iterator[Diagnostic]:
    for name, soft, hard in task.ulimits:
        if hard != -1 and (soft == -1 or soft > hard):
            words = ["no limit" if limit == -1 else str(limit) for limit in (soft, hard)]
            problem = f"the soft limit of {name}, {words[0]}, is above the hard limit, {words[1]}"
            advice = "lower the soft limit, or raise the hard one"
            yield REFUSED.at((*task.places["ulimits"], name), problem=problem, help=advice)


def host_given(context: Context) -> Iterator[Diagnostic]:
    """A task should not be handed the host."""
    mounted: dict[str, list[MountUse]] = {}
    for task in context.tasks:
        place = task.places.get("privileged")
        if task.options.get("privileged") is True and task.swarm is None and place is not None:
            advice = "name what it needs: cap_add, gpus, a mount"
            yield HOST_GIVEN.at(place, help=advice, what="a privileged container has all rights on the host")
        for use in task.mounts:
            mounted.setdefault(use.mount.name, []).append(use)
    for uses in mounted.values():
        mount = uses[0].mount
        what = _of_the_host(mount, context.project.access.socket, writable=not all(use.read_only for use in uses))
        if what is not None:
            places = dict.fromkeys(use.path for use in uses)
            related = tuple(Related("handed to a task here", SpecPlace(place)) for place in places)
            what = f'mount "{mount.name}" is {what}'
            yield HOST_GIVEN.at((*mount.path, "source"), help=_IF_MEANT, related=related, what=what)


def _of_the_host(mount: Mount, socket: str, *, writable: bool) -> str | None:
    source = mount.source
    if mount.type != "bind" or not isinstance(source, HostPath) or source.base != "absolute":
        return None
    if source.tail == socket or _SOCKET.search(source.tail):
        return f"the engine's socket: who has {source.tail} is root on the host"
    if source.tail in _HOST_FOLDERS or (writable and source.tail in _SYSTEM_FOLDERS):
        return "the whole file system of the host" if source.tail == "/" else f"{source.tail} of the host's system"
    return None


def left_running(context: Context) -> Iterator[Diagnostic]:
    """A timed-out container should be removed."""
    for task in context.tasks:
        if task.remove == "success" and "execution_timeout" in task.options and task.swarm is None:
            related = (Related("the timeout", SpecPlace(task.places["timeout"])),)
            advice = 'use "always", or "never" to keep the containers of failed tasks'
            yield LEFT_RUNNING.at(task.places["remove"], help=advice, related=related)

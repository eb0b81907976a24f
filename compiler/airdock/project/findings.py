"""Kinds that resolving raises: names that do not exist, and cycles."""

from __future__ import annotations

from airdock.diagnostics import Kind

UNKNOWN_IMAGE = Kind(
    "AD201",
    "unknown-image",
    "error",
    '{user} uses image "{name}", which is not declared',
    what="A task names an image that is not declared under [images].",
    why="Airflow would take the name for a public image and ask a registry for it, when the task runs.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "elt"\n',
    fix="Declare the image, or correct the name.",
)
UNKNOWN_MOUNT = Kind(
    "AD202",
    "unknown-mount",
    "error",
    '{user} uses mount "{name}", which is not declared',
    what="A task, or Airflow itself, names a mount that is not declared under [mounts].",
    why="The container would start without its data.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\nmounts = ["raw"]\n',
    fix="Declare the mount, or correct the name.",
)
UNKNOWN_TASK = Kind(
    "AD203",
    "unknown-task",
    "error",
    '{user} refers to "{name}", which is no {what} of this DAG',
    what="`after`, `teardown` or `{ output = … }` names a task that the same DAG does not have.",
    why="Airflow would refuse the whole DAG.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\nafter = ["fetch"]\n',
    fix="Correct the name. Tasks of another DAG cannot be waited for.",
)
UNKNOWN_CONNECTION = Kind(
    "AD204",
    "unknown-connection",
    "error",
    '{user} uses connection "{name}", which is not declared',
    what="A connection is used that is not declared under [connections].",
    why="The task would fail when it runs, because the connection reaches no container.",
    example='[images.etl]\nref = "alpine:3.20"\nconnection = "registry"\n',
    fix="Declare the connection, or correct the id.",
    also_warning=True,
)
CYCLE = Kind(
    "AD205",
    "cycle",
    "error",
    "tasks wait for each other: {path}",
    what="Tasks wait for each other in a circle, so none of them can start.",
    why="Airflow would refuse the whole DAG.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.x]\nimage = "etl"\nafter = ["y"]\n\n'
    '[dags.a.tasks.y]\nimage = "etl"\nafter = ["x"]\n',
    fix="Remove one of the dependencies that the finding shows.",
)
UNKNOWN_GROUP = Kind(
    "AD206",
    "unknown-group",
    "error",
    '{user} stands in group "{name}", which is not declared',
    what="`group` of a task, or `parent` of a group, names a group that is not declared under [dags.ID.groups].",
    why="Airflow has no such group to put it into.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\ngroup = "loading"\n',
    fix="Declare the group, or correct the name.",
)
UNKNOWN_POOL = Kind(
    "AD207",
    "unknown-pool",
    "error",
    '{user} uses pool "{name}", which is not declared',
    what="A task names a pool that is not declared under [pools].",
    why="The task would wait for ever: a pool that does not exist has no slots.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\npool = "databse"\n',
    fix="Declare the pool, or correct the name; default_pool is always there.",
)
UNKNOWN_ASSET = Kind(
    "AD208",
    "unknown-asset",
    "error",
    '{user} uses asset "{name}", which is not declared',
    what="A schedule, `inlets` or `outlets` names an asset that is not declared under [assets].",
    why="The DAG would wait for data that nobody makes.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\noutlets = ["orders"]\n',
    fix="Declare the asset, or correct the name.",
)
UNKNOWN_ENGINE = Kind(
    "AD209",
    "unknown-engine",
    "error",
    '{user} uses engine "{name}", which is not declared',
    what="A task names an engine that is not declared under [engines].",
    why="There would be no engine to run its container.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\nengine = "gpu"\n',
    fix="Declare the engine, or leave the key out to use the stack's own.",
)
UNKNOWN_PARAM = Kind(
    "AD210",
    "unknown-param",
    "error",
    '{user} uses param "{name}", which this DAG does not have',
    what="A param is used that is not declared under [dags.ID.params].",
    why="The task would fail when it runs.",
    example='[images.etl]\nref = "alpine:3.20"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\nenv = { DAY = { param = "day" } }\n',
    fix="Declare the param, or correct the name.",
)
UNKNOWN_VARIABLE = Kind(
    "AD211",
    "unknown-variable",
    "error",
    '{user} uses variable "{name}", which is not declared',
    what="An Airflow variable is used that is not declared under [variables].",
    why="The task would fail when it runs.",
    example='[images.etl]\nref = "alpine:3.20"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\nenv = { TIER = { variable = "tier" } }\n',
    fix="Declare the variable, or correct the key.",
    also_warning=True,
)
NO_SUCH_FUNCTION = Kind(
    "AD213",
    "no-such-function",
    "error",
    "{file} {reason}",
    what="The Python file of a task has no function of that name at its top level, or is not Python.",
    why="There is nothing to run in the container.",
    example='[images.etl]\nref = "python:3.12-slim"\n\n[dags.a.tasks.load]\nimage = "etl"\npython = "tasks.py:laod"\n',
    fix="Correct the name after the colon, or define the function with `def` at the top level of the file.",
)
NAMES_COLLIDE = Kind(
    "AD214",
    "names-collide",
    "error",
    '"{name}" and "{other}" {reason}',
    what="Two names differ, but what is made of them does not: an environment variable, a file, a Python identifier.",
    why="One of them would silently take the place of the other.",
    example='[connections.db]\ntype = "postgres"\n\n[connections.DB]\ntype = "postgres"\n',
    fix="Rename one of them.",
)
SECRET_SHOWN = Kind(
    "AD502",
    "secret-shown",
    "error",
    'a secret cannot go into "{key}": {reason}',
    what="A value from { env } or { file } is used where Airflow stores or shows it.",
    why="Arguments of functions and operators are rendered, kept in Airflow's database and shown in its web pages.",
    example='[dags.a.tasks.load]\noperator = "airflow.operators.empty.EmptyOperator"\n'
    'arguments = { token = { env = "API_TOKEN" } }\n',
    fix="Hand a secret to a container in `env`, or put it into a connection and let the operator read that.",
)

"""Rules about templates: that Jinja can read them, and that Airflow has what they take from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from airdock.diagnostics import Diagnostic, Kind
from airdock.diagnostics.kind import as_warning
from airdock.diagnostics.suggest import closest, did_you_mean
from airdock.facts import ProviderFacts, series_with_variable, supported_series
from airdock.project.findings import UNKNOWN_CONNECTION, UNKNOWN_PARAM, UNKNOWN_VARIABLE
from airdock.project.model import Dag, Project, Task
from airdock.rules.context import Context
from airdock.rules.outputs import outputs_there
from airdock.rules.template_fields import TaskText, is_rendered, template_texts
from airdock.rules.template_reading import read
from airdock.rules.template_text import Lookup, Reading, Use, is_template

SYNTAX = Kind(
    "AD306",
    "jinja-syntax",
    "error",
    "{user} has a template that Jinja cannot read: {reason}",
    what="A text that Airflow renders is not a Jinja template, or uses a filter that does not exist.",
    why="The task would fail when it runs, before its container starts.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\ncommand = ["load", "{{ ds }"]\n',
    fix="Correct the template. Braces that are meant as they stand go into {% raw %}…{% endraw %}, and a script "
    'with many of them into a file: script = { file = "load.sh" } is no template.',
)
VARIABLE = Kind(
    "AD307",
    "unknown-template-variable",
    "error",
    '{user} uses template variable "{name}", which Airflow {version} does not have',
    what="A template uses a variable that Airflow does not have, or that another series of Airflow has.",
    why="Airflow renders with undefined variables as errors: the task would fail when it runs.",
    example='[images.etl]\nref = "alpine:3.20"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\ncommand = ["load", "{{ execution_date }}"]\n',
    fix="Use what the finding names. Params are params.NAME, variables var.value.NAME, connections conn.NAME.",
    also_warning=True,
)
NOT_RENDERED = Kind(
    "AD308",
    "template-not-rendered",
    "error",
    '"{key}" is not rendered{since}: the engine would get "{text}" as it stands',
    what="A template stands in a value that Airflow does not render in the docker provider of the project.",
    why="The engine would get the braces: a folder called {{ ds }}, a label that says {{ run_id }}.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\nworkdir = "/data/{{ ds }}"\n',
    fix="Use the template in command, script, env, args or container_name, and let the program in the container "
    "read it.",
)
DATED = Kind(
    "AD309",
    "no-date-in-asset-run",
    "error",
    '{user} uses template variable "{name}", which runs that assets start do not have',
    what="A template of a DAG that assets start uses ds, ts, logical_date, data_interval_start or the like.",
    why="On Airflow 3 such a run has no date of its own, and an undefined variable fails the task.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[assets.orders]\nuri = "s3://shop/orders"\n\n'
    '[dags.a]\nschedule = { assets = ["orders"] }\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\ncommand = ["load", "{{ ds }}"]\n',
    fix="Use {{ run_id }}, or {{ dag_run.run_after | ds }} for the day on which the run started.",
)
_ATTRIBUTES = {
    **{name: f"ti.{name}" for name in ("map_index", "try_number")},
    **{name: f"dag_run.{name}" for name in ("run_type", "start_date")},
    **{name: f"macros.{name}" for name in ("datetime", "dateutil", "random", "time", "timedelta", "uuid")},
    **{name: f"macros.{name}(…)" for name in ("ds_add", "ds_format")},
    "dag_id": "dag.dag_id",
    "task_id": "task.task_id",
    "xcom_pull": "ti.xcom_pull(…)",
}
"""Names that are easily taken for variables, and what they are."""
_LITERAL = "braces that are meant as they stand go into {% raw %}…{% endraw %}"
_IN_A_FILE = '; or put the script into a file, { file = "…" }, which is no template'
_IN_NO_FILE = "; or leave template = true out, and the script is no template"
_SPLIT = "each argument is a template of its own: write a list, with all of the statement in one argument"


def templates_right(context: Context) -> Iterator[Diagnostic]:
    """Airflow must render a template, Jinja be able to read it, and what it takes be there when the task runs.

    What only looks like a template, where Airflow renders none, is left alone.
    """
    target = context.project.target
    filters = target.airflow.templates.filters
    for dag in context.project.dags:
        tasks = {task.id: task for task in dag.tasks}
        for task in dag.tasks:
            rendered: list[tuple[TaskText, Reading]] = []
            others: list[tuple[TaskText, Reading]] = []
            for text in template_texts(context, task):
                texts = rendered if is_rendered(text.field, target.provider) else others
                texts.append((text, read(text.text, filters)))
            yield from _readable(rendered, task, filters)
            for text, reading in rendered:
                yield from _known(text, reading, dag, context.project)
                yield from _declared(text, reading, dag, context.project)
            yield from outputs_there(rendered, task, tasks)
            for text, reading in others:
                yield from _not_rendered(text, reading, target.provider)


def _readable(
    rendered: Sequence[tuple[TaskText, Reading]], task: Task, filters: tuple[str, ...]
) -> Iterator[Diagnostic]:
    words = task.command or ()
    split = False
    for text, reading in rendered:
        if reading.faults and text.field == "command" and not read(" ".join(words), filters).faults:
            # A statement around several arguments, each of which lacks a part of it.
            if not split:
                yield text.finding(SYNTAX, reading.faults[0].spot, _SPLIT, reason=reading.faults[0].reason)
            split = True
            continue
        for fault in reading.faults:
            advice = _LITERAL
            if text.path[-1] == "script":
                advice += _IN_NO_FILE if text.file else _IN_A_FILE
            yield text.finding(SYNTAX, fault.spot, fault.help or advice, reason=fault.reason)


def _known(text: TaskText, reading: Reading, dag: Dag, project: Project) -> Iterator[Diagnostic]:
    known = project.target.airflow.templates
    for use in _first([use for use in reading.uses if use.name not in known.variables]):
        yield _unknown(use, text, dag, project)
    if dag.schedule is not None and dag.schedule.asset_triggered:
        for use in _first(use for use in reading.uses if use.sure and use.name in known.dated):
            advice = "use {{ run_id }}, or {{ dag_run.run_after | ds }} for the day on which the run started"
            yield text.finding(DATED, use.spot, advice, name=use.name)


def _declared(text: TaskText, reading: Reading, dag: Dag, project: Project) -> Iterator[Diagnostic]:
    for lookup in reading.lookups:
        finding = _undeclared(lookup, text, dag, project)
        if finding is not None:
            yield finding


def _not_rendered(text: TaskText, reading: Reading, provider: ProviderFacts) -> Iterator[Diagnostic]:
    known = next((use for use in reading.uses if series_with_variable(use.name)), None)
    if known is not None:
        release = provider.renders_since(text.field)
        since = f" by docker provider {provider.version}" if release else ""
        advice = f"it is from docker provider {release} on" if release else "use it in command, script, env or args"
        shown = next((line for line in text.text.splitlines() if is_template(line)), text.text).strip()
        shown = shown if len(shown) <= 40 else f"{shown[:39]}…"
        yield text.finding(NOT_RENDERED, known.spot, advice, key=text.key, since=since, text=shown)


def _first(uses: Iterable[Use]) -> Iterable[Use]:
    """Return the first use of each name."""
    found: dict[str, Use] = {}
    for use in uses:
        found.setdefault(use.name, use)
    return found.values()


def _unknown(use: Use, text: TaskText, dag: Dag, project: Project) -> Diagnostic:
    target, name = project.target, use.name
    advice = _instead(name, dag, project)
    if advice is None:
        advice = f"a param is {{{{ params.{name} }}}}, a variable {{{{ var.value.{name} }}}}; {_LITERAL}"
    if target.version.startswith(f"{target.airflow.series}."):
        return text.finding(VARIABLE, use.spot, advice, name=name, version=target.version)
    # A newer Airflow may have variables that airdock has not heard of.
    finding = text.finding(VARIABLE, use.spot, advice, name=name, version=target.airflow.latest)
    return finding if name in target.airflow.templates.instead else as_warning(finding)


def _instead(name: str, dag: Dag, project: Project) -> str | None:
    """Return what to write for a variable that does not exist."""
    facts = project.target.airflow
    if name in facts.templates.instead:
        return f"write {facts.templates.instead[name]}"
    series = series_with_variable(name)
    if series:
        if supported_series().index(series[0]) > supported_series().index(facts.series):
            return f"Airflow has it from {series[0]} on"
        return f"Airflow {series[-1]} was the last to have it; nothing has taken its place"
    if any(param.name == name for param in dag.params):
        return f"write {{{{ params.{name} }}}}"
    if any(variable.key == name for variable in project.variables):
        return f"write {{{{ var.value.{name} }}}}"
    if any(connection.id == name for connection in project.connections):
        return f"write {{{{ conn.{name} }}}}, with what is wanted of it: .host, .login, .password"
    if name in _ATTRIBUTES:
        return f"write {{{{ {_ATTRIBUTES[name]} }}}}"
    near = closest(name, sorted(facts.templates.variables))
    return f'did you mean "{near}"?' if near else None


def _undeclared(lookup: Lookup, text: TaskText, dag: Dag, project: Project) -> Diagnostic | None:
    name = lookup.name
    if lookup.thing == "param":
        params = [param.name for param in dag.params]
        if name in params:
            return None
        return text.finding(UNKNOWN_PARAM, lookup.spot, did_you_mean(name, params, what="params"), name=name)
    if lookup.thing == "variable":
        kind, known = UNKNOWN_VARIABLE, [variable.key for variable in project.variables]
    else:
        kind, known = UNKNOWN_CONNECTION, [connection.id for connection in project.connections]
    if name.upper() in {one.upper() for one in known}:
        return None  # as environment variables they are in capitals
    near = closest(name, known)
    advice = f'did you mean "{near}"?' if near else "right if Airflow has it from its web page or a secrets backend"
    return as_warning(text.finding(kind, lookup.spot, advice, name=name))

"""Rules about tasks."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPlace
from airdock.diagnostics.shape import KEYS_CONFLICT
from airdock.diagnostics.suggest import did_you_mean
from airdock.rules.context import Context

_DEFAULT_RULE = "all_success"
TRIGGER_RULE = Kind(
    "AD304",
    "unknown-trigger-rule",
    "error",
    'Airflow {version} has no {what} "{rule}"',
    what="A trigger rule or weight rule does not exist in the Airflow version.",
    why="Airflow would refuse the DAG.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\ntrigger_rule = "all_succes"\n',
    fix="Use one of the rules of that version, such as all_success, all_done or none_failed.",
)
UNCHECKED = Kind(
    "AD316",
    "operator-unchecked",
    "warning",
    "the arguments of {operator} are not checked by airdock",
    what="A task uses an operator class directly; airdock hands its arguments on as they are.",
    why="A wrong argument is found only when Airflow reads the DAG.",
    example='[dags.a.tasks.load]\noperator = "airflow.providers.standard.operators.empty.EmptyOperator"\n',
    fix='Nothing, if the arguments are right: silence it with [lint] ignore = ["AD316"].',
)
PROVIDER_OPTION = Kind(
    "AD407",
    "provider-lacks-option",
    "error",
    '"{key}" needs the docker provider {since} or later; this project has {version}',
    what="A key needs a parameter of DockerOperator that the docker provider of the project does not have yet.",
    why="Airflow would refuse the DAG.",
    example='[airflow]\nversion = "2.8.4"\n\n[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\n'
    'labels = { team = "data" }\n',
    fix="Remove the key, or use a newer Airflow or docker_provider.",
)


def trigger_rule_known(context: Context) -> Iterator[Diagnostic]:
    """A trigger rule must exist in the Airflow version."""
    target = context.project.target
    for task in context.tasks:
        rule = task.options.get("trigger_rule")
        if isinstance(rule, str) and rule not in target.airflow.trigger_rules:
            advice = did_you_mean(rule, target.airflow.trigger_rules)
            yield TRIGGER_RULE.at(
                task.places["trigger_rule"], help=advice, version=target.version, what="trigger rule", rule=rule
            )


def fail_fast_rule(context: Context) -> Iterator[Diagnostic]:
    """A DAG that fails fast knows one trigger rule; a teardown has its own, which Airflow sets."""
    for dag in context.project.dags:
        for task in dag.tasks if dag.options.get("fail_fast") else ():
            if task.teardown is None and task.options.get("trigger_rule", _DEFAULT_RULE) != _DEFAULT_RULE:
                related = (Related('"fail_fast" is here', SpecPlace(dag.places["fail_fast"], "key")),)
                problem = f"in a DAG that fails fast every task has the trigger rule {_DEFAULT_RULE}"
                yield KEYS_CONFLICT.at(task.places["trigger_rule"], problem=problem, related=related)


def operator_unchecked(context: Context) -> Iterator[Diagnostic]:
    """Say once for each operator class that nobody has checked its arguments."""
    seen = set()
    for task in context.tasks:
        if task.operator is not None and task.operator not in seen:
            seen.add(task.operator)
            yield UNCHECKED.at(task.places["operator"], operator=task.operator)


def provider_has_option(context: Context) -> Iterator[Diagnostic]:
    """An option must exist in the docker provider."""
    provider = context.project.target.provider
    for task in context.tasks:
        if task.kind == "operator":
            continue
        own = [keyword for keyword in ("labels", "ulimits") if getattr(task, keyword)]
        lacking = [keyword for keyword in (*task.options, *own) if not provider.has(keyword)]
        if not lacking and task.swarm is None:
            continue
        keywords = {keyword: task.keys.get(keyword, keyword) for keyword in lacking}
        places = {keyword: task.places[key] for keyword, key in keywords.items()}
        if task.swarm is not None:
            for keyword, key in task.swarm.keys.items():
                if not provider.has(keyword):
                    keywords[keyword] = key
                    places[keyword] = (*task.places["swarm"], key)
        for keyword, place in sorted(places.items()):
            key, since = keywords[keyword], provider.since(keyword)
            yield PROVIDER_OPTION.at(place, "key", key=key, since=since, version=provider.version)

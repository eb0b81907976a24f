"""Rules about what an Airflow version has."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, SpecPath
from airdock.diagnostics.suggest import did_you_mean
from airdock.facts import Feature, series_that_takes, series_with
from airdock.project.model import Dag, Task
from airdock.project.target import OTHER_AIRFLOW
from airdock.rules.context import Context
from airdock.rules.tasks import TRIGGER_RULE


def version_takes_argument(context: Context) -> Iterator[Diagnostic]:
    """A key of a DAG or task must be an argument in the Airflow version."""
    facts = context.project.target.airflow
    nodes: list[Dag | Task] = [*context.project.dags, *context.tasks]
    for node in nodes:
        for keyword in sorted({*node.options, *node.callbacks} & facts.lacks):
            key = node.keys.get(keyword, keyword.removesuffix("_callback"))
            yield _needs(context, node.places[key], "key", f'"{key}"', series_that_takes(keyword))
    if facts.has(Feature.RETRY_BACKOFF_FACTOR):
        return
    for task in context.tasks:
        factor = task.options.get("retry_exponential_backoff")
        if factor is not None and not isinstance(factor, bool):
            first = series_with(Feature.RETRY_BACKOFF_FACTOR)
            yield _needs(context, task.places["retry_backoff"], "value", "a number as retry_backoff", first)


def schedule_known(context: Context) -> Iterator[Diagnostic]:
    """Any of several assets, or assets with a timetable, need an Airflow that has expressions of assets."""
    if context.project.target.airflow.has(Feature.ASSET_EXPRESSIONS):
        return
    first = series_with(Feature.ASSET_EXPRESSIONS)
    for dag in context.project.dags:
        schedule = dag.schedule
        if schedule is None or not schedule.assets:
            continue
        if schedule.wants == "any" and len(schedule.assets) > 1:
            yield _needs(context, (*dag.places["schedule"], "any"), "key", '"any"', first)
        elif schedule.cron is not None:
            yield _needs(context, (*dag.places["schedule"], "cron"), "key", '"cron" beside assets', first)


def weight_rule_known(context: Context) -> Iterator[Diagnostic]:
    """A weight rule must exist; Airflow finds a wrong one late, or never."""
    target = context.project.target
    for task in context.tasks:
        rule = task.options.get("weight_rule")
        if isinstance(rule, str) and rule not in target.airflow.weight_rules and "." not in rule:
            advice = did_you_mean(rule, target.airflow.weight_rules)
            place = task.places["weight_rule"]
            yield TRIGGER_RULE.at(place, help=advice, version=target.version, what="weight rule", rule=rule)


def _needs(context: Context, place: SpecPath, part: str, what: str, series: str) -> Diagnostic:
    version = context.project.target.version
    problem = f"{what} needs Airflow {series} or later; this project has {version}"
    return OTHER_AIRFLOW.at(place, "key" if part == "key" else "value", problem=problem)

"""All rules. A new rule is one function, one row here, and one folder under tests/findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from airdock.diagnostics import Diagnostic, Report
from airdock.load.files import ProjectFiles
from airdock.load.host import Host
from airdock.project.model import Project
from airdock.rules.commands import one_word, shell_syntax
from airdock.rules.compose import one_override
from airdock.rules.context import Context
from airdock.rules.dags import dag_has_tasks, start_date_needed, time_zone_known
from airdock.rules.engine import fixed_container_name, host_given, left_running, refused_together
from airdock.rules.images import fixed_tag, has_python, login_fits
from airdock.rules.literals import literal_secret
from airdock.rules.mounts import source_there
from airdock.rules.named_texts import named_texts
from airdock.rules.outputs import mapped_over_lists, source_outputs_there
from airdock.rules.params import param_default_fits, param_has_default
from airdock.rules.references import reference_not_read
from airdock.rules.schedule import continuous_runs_alone, dates_in_order, schedule_read
from airdock.rules.secrets import dotenv_private, secret_set
from airdock.rules.tasks import fail_fast_rule, operator_unchecked, provider_has_option, trigger_rule_known
from airdock.rules.templates import templates_right
from airdock.rules.unused import never_used
from airdock.rules.versions import schedule_known, version_takes_argument, weight_rule_known


def _functions(context: Context) -> Iterator[Diagnostic]:
    """The rules about functions, which are imported only where there is one."""
    if any(task.function is not None for task in context.tasks):
        from airdock.rules.functions import arguments_fit, function_stands_alone

        yield from function_stands_alone(context)
        yield from arguments_fit(context)


RULES: tuple[Callable[[Context], Iterable[Diagnostic]], ...] = (
    start_date_needed,
    time_zone_known,
    schedule_read,
    continuous_runs_alone,
    dates_in_order,
    _functions,
    schedule_known,
    operator_unchecked,
    host_given,
    param_has_default,
    param_default_fits,
    fixed_tag,
    login_fits,
    has_python,
    source_there,
    literal_secret,
    reference_not_read,
    secret_set,
    dotenv_private,
    never_used,
    dag_has_tasks,
    one_override,
)
"""Rules that look at the project as a whole."""
TASK_RULES: tuple[Callable[[Context], Iterable[Diagnostic]], ...] = (
    trigger_rule_known,
    fail_fast_rule,
    weight_rule_known,
    version_takes_argument,
    provider_has_option,
    shell_syntax,
    one_word,
    fixed_container_name,
    refused_together,
    left_running,
    templates_right,
    source_outputs_there,
    mapped_over_lists,
)
"""Rules that look at each task with the DAG it is in."""
_TOGETHER = 10
"""DAGs that all of these rules look at before the next ones: ten thousand tasks are more than a processor caches."""


def check(project: Project, files: ProjectFiles, host: Host, written: Mapping[str, object], report: Report) -> None:
    """Run every rule."""
    context = Context(project, files, host, written, list(named_texts(written)))
    for rule in RULES:
        report.extend(rule(context))
    for start in range(0, len(project.dags), _TOGETHER):
        some = context._replace(project=project._replace(dags=project.dags[start : start + _TOGETHER]))
        for rule in TASK_RULES:
            report.extend(rule(some))

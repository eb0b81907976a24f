"""All rules. A new rule is one function, one row here, and one folder under tests/findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airdock.diagnostics import Diagnostic, Report
from airdock.load.files import ProjectFiles
from airdock.load.host import Host
from airdock.project.model import Project
from airdock.rules.context import Context
from airdock.rules.dags import start_date_needed, time_zone_known
from airdock.rules.images import fixed_tag
from airdock.rules.mounts import source_there
from airdock.rules.secrets import secret_set
from airdock.rules.tasks import operator_unchecked, provider_has_option, trigger_rule_known

RULES: tuple[Callable[[Context], Iterable[Diagnostic]], ...] = (
    start_date_needed,
    time_zone_known,
    trigger_rule_known,
    operator_unchecked,
    provider_has_option,
    fixed_tag,
    source_there,
    secret_set,
)


def check(project: Project, files: ProjectFiles, host: Host, report: Report) -> None:
    """Run every rule."""
    context = Context(project, files, host)
    for rule in RULES:
        report.extend(rule(context))

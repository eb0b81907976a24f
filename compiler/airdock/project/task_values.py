"""Resolving the values of a task: environment, arguments, and what they take from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from airdock.diagnostics import SpecPath
from airdock.diagnostics.shape import WRONG_TYPE, describe
from airdock.diagnostics.suggest import did_you_mean
from airdock.project.connections import checked_source
from airdock.project.findings import SECRET_SHOWN, UNKNOWN_PARAM, UNKNOWN_TASK, UNKNOWN_VARIABLE
from airdock.project.model import Task
from airdock.project.scope import Scope
from airdock.project.values import ConnectionField, HostVariable, OutputValue, ParamValue, VariableValue
from airdock.spec.dag import DagSpec
from airdock.spec.free_source import parse_source, source_of
from airdock.spec.source import (
    HOST_SOURCES,
    ConnectionSource,
    EnvSource,
    FileSource,
    OutputSource,
    ParamSource,
    VariableSource,
)


class TaskScope(NamedTuple):
    """What the values of one task may refer to."""

    scope: Scope
    dag: DagSpec
    own: SpecPath
    """Place of the task's table."""
    params: frozenset[str]
    task: Callable[[str], Task | None]
    """Gives a resolved task of the same DAG."""

    def user(self, where: SpecPath) -> str:
        """Return how a finding at a place calls who is at fault: the task, or the defaults that it has it from."""
        if where[: len(self.own)] == self.own:
            return f'task "{self.own[-1]}"'
        return "[defaults.task]" if where[0] == "defaults" else f"[dags.{where[1]}.defaults]"

    def value(self, value: Any, where: SpecPath) -> Any:
        """Return a text as it is, and a source as the value it stands for; None where that does not exist."""
        scope = self.scope
        match value:
            case EnvSource() | FileSource():
                return scope.host_variable(value, where)
            case ConnectionSource():
                id_ = scope.connection(value.connection, (*where, "connection"), self.user(where))
                return id_ and ConnectionField(id_, value.get)
            case VariableSource():
                if value.variable not in scope.spec.variables:
                    place, known = (*where, "variable"), scope.spec.variables
                    scope.unknown(
                        UNKNOWN_VARIABLE, place, self.user(where), value.variable, known, "declared variables"
                    )
                    return None
                return self._variable(value.variable)
            case ParamSource():
                if value.param not in self.params:
                    place = (*where, "param")
                    scope.unknown(UNKNOWN_PARAM, place, self.user(where), value.param, sorted(self.params), "params")
                    return None
                return ParamValue(value.param)
            case OutputSource():
                task = self.task(value.output)
                if task is None:
                    if value.output not in self.dag.tasks:
                        self.unknown_task(value.output, (*where, "output"))
                    return None
                return OutputValue(task, value.key)
            case _:
                return value

    def _variable(self, key: str) -> VariableValue | HostVariable:
        """Return an Airflow variable; a host's value goes by itself, because Airflow shows what a template renders."""
        declared: Any = self.scope.spec.variables[key]
        table = source_of(declared, HOST_SOURCES)
        source = parse_source(table, declared)[0] if table else None
        if isinstance(source, EnvSource | FileSource):
            return self.scope.host_variable(source, ("variables", key))
        return VariableValue(key)

    def unknown_task(self, name: str, where: SpecPath, *, groups: bool = False) -> None:
        """Report AD203; ``groups`` says that the name of a group would be right too."""
        what = "task or group" if groups and self.dag.groups else "task"
        known = [*self.dag.tasks, *(self.dag.groups if groups else ())]
        advice = did_you_mean(name, known, what=f"{what.replace(' or ', 's and ')}s of this DAG")
        self.scope.report.add(UNKNOWN_TASK.at(where, help=advice, user=self.user(where), name=name, what=what))

    def argument(self, key: str, value: Any, where: SpecPath) -> Any:
        """Return an argument of a function or operator: any TOML value, with what the sources in it stand for."""
        table = source_of(value)
        if table is not None and table not in (EnvSource, FileSource):
            source = checked_source(self.scope, table, value, where)
            found = source and self.value(source, where)
            if isinstance(found, ConnectionField) and found.get == "uri":
                reason = "Airflow stores and shows arguments, and masks no password as a URI writes it"
                advice = "hand it to a container in env; an operator takes the connection by its id"
                self.scope.report.add(SECRET_SHOWN.at(where, key=key, reason=reason, help=advice))
                return None
            if not isinstance(found, HostVariable):
                return found
        if table is not None:
            reason = "Airflow stores and shows arguments"
            advice = "hand it to the container in env, or put it into a connection"
            self.scope.report.add(SECRET_SHOWN.at(where, key=key, reason=reason, help=advice))
            return None
        if isinstance(value, dict):
            return {inner: self.argument(key, part, (*where, inner)) for inner, part in value.items()}
        if isinstance(value, list):
            return [self.argument(key, part, (*where, index)) for index, part in enumerate(value)]
        if not isinstance(value, str | int | float) and not hasattr(value, "year"):
            expected = "text, a number, a boolean, a date, a list or a table"
            self.scope.report.add(WRONG_TYPE.at(where, expected=expected, found=describe(value)))
        return value

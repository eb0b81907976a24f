"""`[dags.ID]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Kinds, Table
from airdock.spec.task import TaskKeys

if TYPE_CHECKING:
    from typing import Annotated, Any, ClassVar

    from pydantic import Field

    from airdock.spec.base import DagArg, Doc, For
    from airdock.spec.scalars import ClassPath, Date, Duration, Id, Identifier, Name, Number, Text
    from airdock.spec.task import TaskSpec
    from airdock.spec.unions import Callbacks, DagTag, DocText, Param, ParamTypes, Schedule


class ScheduleSpec(Table):
    """A schedule that is more than a preset or a cron line."""

    kinds: ClassVar[Kinds | None] = Kinds(("every", "cron", "assets", "any", "timetable"), together=(frozenset({"cron", "assets"}), frozenset({"cron", "any"})))

    every: Annotated[Duration | None, Doc("Run at this interval, such as 6h.")] = None
    cron: Annotated[str | None, Doc("Cron line or preset.")] = None
    timezone: Annotated[str | None, For("cron"), Doc("Time zone of the cron line. Default: the DAG's.")] = None
    assets: Annotated[list[Name] | None, Field(min_length=1), Doc("Run when all of these assets have been made since the last run. With cron: at these times too.")] = None
    any: Annotated[list[Name] | None, Field(min_length=1), Doc("Run whenever one of these assets is made. With cron: at these times too.")] = None
    timetable: Annotated[ClassPath | None, Doc("Class of a timetable, by its full name; a plugin has to register it.")] = None
    args: Annotated[dict[Identifier, Any], For("timetable"), Doc("Arguments of the timetable. airdock does not check them.")] = {}


class ParamSpec(Table):
    """A param of a DAG: what a person may set when starting a run."""

    default: Annotated[Any, Doc("Value where none is given.")] = None
    type: Annotated[ParamTypes | None, Doc("JSON-schema type, or a list of them.")] = None
    enum: Annotated[list[Any] | None, Doc("The values that are allowed.")] = None
    minimum: Annotated[Number | None, Doc("Least number.")] = None
    maximum: Annotated[Number | None, Doc("Greatest number.")] = None
    pattern: Annotated[str | None, Doc("Regular expression that a text must match.")] = None
    format: Annotated[str | None, Doc("JSON-schema format, such as date or date-time.")] = None
    title: Annotated[str | None, Doc("Title in the form.")] = None
    description: Annotated[str | None, Doc("Explanation in the form.")] = None


class DagKeys(Table):
    """Keys of a DAG that may also be set as defaults."""

    schedule: Annotated[Schedule | None, Doc('When the DAG runs: "@daily", a cron line, { every = "6h" }, or { cron = "0 3 * * *", timezone = "Europe/Paris" }. Absent: only when started by hand.')] = None
    start_date: Annotated[Date | None, Doc("First date, without quotes: 2026-01-31. Needed on Airflow 2 with a schedule.")] = None
    end_date: Annotated[Date | None, Doc("Last date, without quotes.")] = None
    timezone: Annotated[str | None, Doc("Time zone of the dates and of the cron line. Default: UTC.")] = None
    catchup: Annotated[bool, DagArg("catchup"), Doc("Run for the intervals between start_date and now.")] = False
    description: Annotated[str | None, DagArg("description"), Doc("One line for the list of DAGs.")] = None
    doc: Annotated[DocText | None, Doc('Documentation in Markdown: text, or { file = "path" }.')] = None
    tags: Annotated[list[DagTag], DagArg("tags"), Doc("Tags in the list of DAGs.")] = []
    owner: Annotated[str | None, Doc("Owner of the tasks.")] = None
    max_active_runs: Annotated[int | None, Field(ge=1), DagArg("max_active_runs"), Doc("How many runs may go on at once.")] = None
    max_active_tasks: Annotated[int | None, Field(ge=1), DagArg("max_active_tasks"), Doc("How many tasks may run at once, over all runs.")] = None
    timeout: Annotated[Duration | None, DagArg("dagrun_timeout"), Doc("A run fails when it takes longer.")] = None
    display_name: Annotated[Text | None, Field(min_length=1), DagArg("dag_display_name"), Doc("What Airflow shows instead of the id.")] = None
    max_consecutive_failures: Annotated[int | None, Field(ge=1), DagArg("max_consecutive_failed_dag_runs"), Doc("Pause the DAG after so many failed runs in a row.")] = None
    fail_fast: Annotated[bool | None, DagArg("fail_fast"), Doc("Fail all tasks of a run as soon as one fails.")] = None
    render_native: Annotated[bool | None, DagArg("render_template_as_native_obj"), Doc("Templates give Python values instead of text.")] = None
    on_success: Annotated[Callbacks | None, Doc("What runs when a run of the DAG succeeds.")] = None
    on_failure: Annotated[Callbacks | None, Doc("What runs when a run of the DAG fails.")] = None
    paused: Annotated[bool | None, DagArg("is_paused_upon_creation"), Doc("Whether a new DAG starts paused. Default: as Airflow is configured.")] = None
    params: Annotated[dict[Identifier, Param], Doc("What a person may set when starting a run.")] = {}


class GroupSpec(Table):
    """A group of tasks, drawn as one box. Task ids stay as they are: the group is no part of them."""

    tooltip: Annotated[Text | None, Doc("Explanation of the group.")] = None
    after: Annotated[list[Id], Doc("Tasks or groups that all tasks of this group wait for.")] = []
    parent: Annotated[Id | None, Doc("Name of the group that this one stands in.")] = None


class DagSpec(DagKeys):
    """A DAG."""

    defaults: Annotated[TaskKeys, Doc("Defaults for the tasks of this DAG.")] = TaskKeys()
    groups: Annotated[dict[Id, GroupSpec], Doc("Groups of tasks, by name.")] = {}
    tasks: Annotated[dict[Id, TaskSpec], Doc("The tasks, by id.")] = {}

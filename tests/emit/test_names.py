"""Names in a module: a task may be called like anything that the module uses, and both keep working."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from airdock.facts.airflow_facts import newest_series
from commands import run, write_project

EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"
HEAD = """\
airdock = 1
project = { name = "demo" }
airflow = { version = "3.3.2", python = "3.12" }
compose = { bundled = true }
images = { shell = { ref = "alpine:3.20" }, python = { ref = "python:3.12-slim" } }
connections = { api = { type = "http", host = "example.org" } }
assets = { orders = { uri = "s3://shop/orders" }, items = { uri = "s3://shop/items" } }
mounts = { data = { source = "data", target = "/data", create = true } }
lint = { ignore = ["AD408"] }
"""
PROJECT = (
    HEAD
    + """
[dags.first]
schedule = { any = ["orders", "items"], cron = "0 3 * * *", timezone = "Europe/Paris" }
start_date = 2026-01-01
groups.batch = {}
params.level = { default = 3, minimum = 1 }

[dags.first.tasks.a-container]
image = "shell"
env = { HOST = { connection = "api", get = "host" } }
mounts = ["data"]
timeout = "5m"
gpus = 1
ulimits = { nproc = 100 }
user = "host"

[dags.first.tasks.a-service]
image = "shell"
runner = "swarm"
[dags.first.tasks.a-service.swarm]
constraints = ["node.role == manager"]
mode = "replicated"
cpu_limit = 0.5
configs = [{ id = "abc", name = "settings" }]
secrets = [{ id = "def", name = "token" }]
"""
)
FUNCTIONS = """
[dags.first.tasks.a-function]
image = "python"
python = "job.py:job"
expand = { args.given = [1, 2] }

[dags.first.tasks.another-function]
image = "python"
python = "job.py:job"
args = { given = { output = "a-function" } }
"""
ARGUMENTS = "{ a = inf, b = 2026-01-02, c = 2026-01-02T03:04:05Z }"


def operator(name: str) -> str:
    return f'[dags.first.tasks."{name}"]\noperator = "{EMPTY}"\narguments = {ARGUMENTS}\n'


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[..., str]:
    """Return a function that builds a project and returns the module of its DAGs."""
    fixed_host()
    (tmp_path / "job.py").write_text("def job(given):\n    return given\n", encoding="utf-8")

    def build(text: str, file: str = "first.py") -> str:
        assert run("build", "-C", write_project(tmp_path, text)) == 0
        return (tmp_path / "dags" / file).read_text(encoding="utf-8")

    return build


def dag_of(tree: ast.Module) -> ast.With:
    return next(node for node in ast.walk(tree) if isinstance(node, ast.With))


def used(source: str) -> set[str]:
    """Return the names that a module imports, defines or calls, and those that its functions take from it."""
    tree = ast.parse(source)
    found = {"dag"}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    calls = (node.func for node in ast.walk(dag_of(tree)) if isinstance(node, ast.Call))
    found |= {called.id for called in calls if isinstance(called, ast.Name)}
    own = (target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    return found | {target.id for target in own if isinstance(target, ast.Name)} | set(_globals(source))


def _globals(source: str) -> Iterator[str]:
    pending = symtable.symtable(source, "module", "exec").get_children()
    # A function of the user's is in `functions` before there is a task.
    yield from {table.get_name() for table in pending} - {"job"}
    for table in pending:
        yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
        pending += table.get_children()


def variables(source: str) -> dict[str, str]:
    """Return the variable of each task and group, by id."""
    found = {}
    for node in dag_of(ast.parse(source)).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            match = re.search(r"(?:task_id=|group_id=|get_task\()'(.*?)'", ast.unparse(node.value))
            assert match is not None
            found[match[1]] = node.targets[0].id
    return found


def test_task_may_be_called_like_anything_that_the_module_uses(built: Callable[..., str]) -> None:
    project = PROJECT + FUNCTIONS + operator("last")
    names = sorted({*used(built(project)), "annotations", "class", "None", "lambda"})
    assert {"os", "str", "float", "datetime", "timedelta", "Mount", "Sequence", "functions"} <= set(names)
    source = built(project + "".join(operator(name) for name in names))
    found = variables(source)
    assert set(names) <= set(found)
    assert not used(source) & set(found.values())
    assert len(set(found.values())) == len(found)


def test_group_may_be_called_like_anything_that_the_module_uses(built: Callable[..., str]) -> None:
    project = PROJECT + FUNCTIONS + operator("last")
    names = sorted({*used(built(project)), "class", "batch-"})
    source = built(project + "".join(f'[dags.first.groups."{name}"]\n' for name in names))
    found = variables(source)
    assert set(names) <= set(found)
    assert not used(source) & set(found.values())
    assert len(set(found.values())) == len(found)


def test_names_of_functions_are_free_where_no_function_is(built: Callable[..., str]) -> None:
    names = ("docker_task", "functions", "Sequence", "outputs_as_lists")
    found = variables(built(PROJECT + "".join(operator(name) for name in names)))
    assert {name: found[name] for name in names} == {name: name for name in names}


def test_id_that_is_no_name_takes_that_of_no_other_task(built: Callable[..., str]) -> None:
    names = ("if", "if_", "os", "os_", "os__", "a-b")
    found = variables(built(HEAD + "[dags.first]\n" + "".join(operator(name) for name in names)))
    assert {name: found[name] for name in ("if_", "os_", "os__")} == {"if_": "if_", "os_": "os_", "os__": "os__"}
    assert (found["if"], found["os"], found["a-b"]) == ("if__", "os___", "a_b")


def test_task_that_begins_like_a_name_of_the_module_brings_no_import(built: Callable[..., str]) -> None:
    taker = f'[dags.first.tasks.taker]\noperator = "{EMPTY}"\narguments = {{ doc = {{ output = "HOST_DIRECTORY" }} }}\n'
    source = built(HEAD + "[dags.first]\n" + operator("HOST_DIRECTORY") + taker)
    assert "doc=HOST_DIRECTORY.output" in source
    assert not [node for node in ast.parse(source).body if isinstance(node, ast.Import)]


def imported(source: str) -> dict[str, str]:
    """Return the full name of what a module imports, by the name that it has there."""
    lines = (node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in lines for alias in node.names}


def arguments(source: str, keyword: str) -> list[str]:
    """Return the values of all arguments of that name, with full names in the place of what is imported."""
    known = imported(source)
    return [
        re.sub(r"\b\w+\b", lambda word: known.get(word[0], word[0]), ast.unparse(node.value))
        for node in ast.walk(dag_of(ast.parse(source)))
        if isinstance(node, ast.keyword) and node.arg == keyword
    ]


def classes(source: str) -> dict[str, str]:
    """Return the full name of the operator of each task, by its id."""
    known = imported(source)
    found: dict[str, str] = {}
    for call in ast.walk(dag_of(ast.parse(source))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            ids = (keyword.value for keyword in call.keywords if keyword.arg == "task_id")
            found |= {ast.literal_eval(id_): known[call.func.id] for id_ in ids}
    return found


def test_each_class_of_the_user_is_imported_under_a_name_of_its_own(built: Callable[..., str]) -> None:
    names = (
        *("Run", "DAG", "Param", "TaskGroup", "DockerOperator", "Mount", "os", "dag", "functions", "timedelta"),
        *("PrivateEnvironment", "outputs_as_lists", "HOST_DIR", "str", "float"),
        *newest_series().imports,  # of the core: `Asset`, `BaseHook`
    )
    own = {f"{module}-{name}": f"{module}.{name}" for module in ("one", "two") for name in names}
    tasks = (f'[dags.first.tasks."{id_}"]\noperator = "{path}"\n' for id_, path in own.items())
    source = built(PROJECT + FUNCTIONS + "".join(tasks))
    found = classes(source)
    assert {id_: found[id_] for id_ in own} == own
    assert found["a-container"] == "airflow.providers.docker.operators.docker.DockerOperator"
    plain = used(built(PROJECT + FUNCTIONS))
    assert not plain & {name for name, path in imported(source).items() if path.startswith(("one.", "two."))}
    assert imported(source)["Run"] == "one.Run"


def test_callbacks_and_timetable_are_those_of_their_modules(built: Callable[..., str]) -> None:
    source = built(f"""{HEAD}
[dags.first]
schedule = {{ timetable = "one.Daily" }}
on_failure = {{ callable = "two.Daily" }}
[dags.first.tasks.a]
image = "shell"
on_retry = [{{ notifier = "three.Daily" }}, {{ callable = "four.daily.tell" }}]
retries = 1
""")
    assert arguments(source, "schedule") == ["one.Daily()"]
    assert arguments(source, "on_failure_callback") == ["two.Daily"]
    assert arguments(source, "on_retry_callback") == ["[three.Daily(), four.daily.tell]"]


def test_functions_of_a_bundle_that_make_dags_are_apart(built: Callable[..., str]) -> None:
    head = HEAD.replace('"3.12"', '"3.12", dags_per_file = 3')
    dags = "".join(f'[dags."{id_}".tasks.a]\nimage = "shell"\n' for id_ in ("one-two", "one_two", "one_two_"))
    source = built(head + dags, "airdock_0001.py")
    made = {node.name: ast.unparse(node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    found = {id_: made[maker] for id_, maker in re.findall(r'^    "(.*)": (\w+),$', source, re.MULTILINE)}
    assert list(found) == ["one-two", "one_two", "one_two_"]
    assert all(f"dag_id='{id_}'" in text for id_, text in found.items())


def test_imports_are_in_order_and_within_the_line(built: Callable[..., str]) -> None:
    source = built(PROJECT + FUNCTIONS + operator("last"))
    lines = source.partition("import annotations\n\n")[2].partition("\n\n#")[0]
    assert lines.startswith("import os\nfrom collections.abc import Sequence\nfrom datetime import ")
    first, _, others = lines.partition("\n\n")
    modules = re.findall("^from (.*) import", others, re.MULTILINE)
    assert modules == sorted(modules)
    assert "zoneinfo" in first
    assert max(map(len, lines.splitlines())) <= 88
    assert "(\n" in others

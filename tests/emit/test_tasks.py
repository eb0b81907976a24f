"""Tasks as modules have them, where no case of tests/cases is about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commands import run, write_project

PROJECT = """\
airdock = 1
project = { name = "demo" }
airflow = { version = "2.9.3", python = "3.11", docker_provider = "4.2.0" }
compose = { bundled = true }
images = { shell = { ref = "alpine:3.20" } }

[dags.first.tasks.a]
image = "shell"
"""


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[[str], str]:
    """Return a function that builds a project and returns the module of its DAG."""
    fixed_host()

    def build(text: str) -> str:
        folder = write_project(tmp_path, text)
        (folder / "a-b.txt").write_text("x", encoding="utf-8")
        assert run("build", "-C", folder) == 0
        return (folder / "dags" / "first.py").read_text(encoding="utf-8")

    return build


@pytest.mark.parametrize(
    ("provider", "remove", "told"),
    [
        ("4.2.0", "always", "force"),
        ("4.2.0", "success", "success"),
        ("4.0.0", "always", "success"),
        ("4.0.0", "success", "success"),
        ("4.0.0", "never", "never"),
    ],
)
def test_service_is_removed_as_far_as_the_provider_can(
    provider: str, remove: str, told: str, built: Callable[[str], str]
) -> None:
    text = PROJECT.replace("4.2.0", provider) + f'runner = "swarm"\nremove = "{remove}"\n'
    assert f'auto_remove="{told}"' in built(text)


def test_container_is_removed_by_force_with_every_provider(built: Callable[[str], str]) -> None:
    assert 'auto_remove="force"' in built(PROJECT.replace("4.2.0", "4.0.0"))


def test_name_of_a_container_is_no_file(built: Callable[[str], str]) -> None:
    assert "template_ext = ()" in built(PROJECT + 'container_name = "job.sh"\n')
    text = PROJECT + "container_name = \"job-{{ ti.map_index }}.sh\"\nexpand = { command = [['a'], ['b']] }\n"
    assert 'container_name="job-{{ ti.map_index }}.sh{# #}"' in built(text)


@pytest.mark.parametrize(
    "more",
    [
        'command = ["sh", "job.sh"]\n',
        'command = ["job.bash", "x"]\n',
        'env = { FILE = "/etc/app.env" }\n',
        'mounts = [{ mount = "data", target = "/job.sh" }]\n[mounts.data]\nsource = "/srv"\ntarget = "/srv"\n',
        'mounts = ["data"]\n[mounts.data]\nsource = "/srv/job.sh"\ntarget = "/srv"\n',
        'mounts = ["data"]\n[mounts.data]\nsource = { env = "DATA_DIR" }\ntarget = "/srv"\n',
        'mounts = ["data"]\n[mounts.data]\nvolume = "job.sh"\ntarget = "/srv"\n',
        'python = "job.py:run"\nargs = { name = "job.sh" }\n',
        'python = "job.py:run"\nargs = { names = ["a", { b = ["job.sh"] }] }\n',
    ],
    ids=lambda text: text.partition("\n")[0] if text.startswith(("c", "e", "p")) else text.partition("]\n")[2][:40],
)
def test_text_is_not_taken_for_the_name_of_a_template_file(
    more: str, tmp_path: Path, built: Callable[[str], str]
) -> None:
    (tmp_path / "job.py").write_text("def run(name=None, names=None):\n    return name\n", encoding="utf-8")
    text = PROJECT.replace("alpine:3.20", "python:3.11-slim")
    assert ".template_ext = ()" in built(f'{text}{more}[lint]\nignore = ["AD408"]\n')
    plain = more.replace(".sh", ".txt").replace(".bash", ".txt").replace(".env", ".txt")
    plain = plain.replace('{ env = "DATA_DIR" }', '"/srv"')
    assert "template_ext" not in built(f'{text}{plain}[lint]\nignore = ["AD408"]\n')


def test_only_the_last_word_on_a_variable_is_carried(tmp_path: Path, built: Callable[[str], str]) -> None:
    (tmp_path / "one.env").write_text("A=1\nB=1\nC=1\n", encoding="utf-8")
    (tmp_path / "two.env").write_text("B=2\nD=2\n", encoding="utf-8")
    module = built(PROJECT + 'env_files = ["one.env", "two.env"]\nenv = { C = "3" }\n')
    dotenv = (tmp_path / ".env").read_text(encoding="utf-8")
    carried = [line.partition("=")[0] for line in dotenv.splitlines() if line.startswith("AIRDOCK_FILE")]
    assert carried == ["AIRDOCK_FILE_ONE_ENV_A", "AIRDOCK_FILE_TWO_ENV_B", "AIRDOCK_FILE_TWO_ENV_D"]
    assert 'environment={"C": "3"}' in module
    for name in ("ONE_ENV_A", "TWO_ENV_B", "TWO_ENV_D"):  # two values that are equal are two: other hosts have others
        assert f'os.environ["AIRDOCK_FILE_{name}"]' in module


def test_names_of_a_bundle_are_free_for_tasks(tmp_path: Path, built: Callable[[str], str]) -> None:
    text = PROJECT.replace('provider = "4.2.0"', 'provider = "4.2.0", dags_per_file = 2').replace(".a]", ".wanted]")
    write_project(tmp_path, text)
    assert run("build", "-C", tmp_path) == 0
    module = (tmp_path / "dags" / "airdock_0001.py").read_text(encoding="utf-8")
    assert "        wanted = DockerOperator(" in module


def test_module_looks_the_folder_of_the_host_up_where_a_mount_is_in_it(built: Callable[[str], str]) -> None:
    line = 'HOST_DIR = os.environ["AIRDOCK_HOST_DIR"]'
    mounted = PROJECT + 'mounts = ["data"]\n[mounts.data]\nsource = "data"\ntarget = "/data"\ncreate = true\n'
    assert line in built(mounted)
    assert "HOST_DIR" not in built(PROJECT)
    named = '[dags.first.tasks.HOST_DIR2]\nimage = "shell"\n[dags.first.tasks.x]\noperator = "a.B"\n'
    assert "HOST_DIR =" not in built(f'{PROJECT}{named}arguments = {{ of = {{ output = "HOST_DIR2" }} }}\n')


def test_long_text_of_an_argument_stands_in_parentheses(built: Callable[[str], str]) -> None:
    lines = ["The first line of a text that says what this is for.", "The second, which makes it too long."]
    module = built(f'{PROJECT}doc = """\n{lines[0]}\n{lines[1]}"""\n[dags.first]\ndoc = """{lines[1]}\n{lines[0]}"""\n')
    assert f'    doc_md=(\n        "{lines[1]}\\n"\n        "{lines[0]}"\n    ),\n' in module
    assert f'        doc_md=(\n            "{lines[0]}\\n"\n            "{lines[1]}"\n        ),\n' in module


@pytest.mark.parametrize("preset", ["@once", "@continuous", "@daily"])
def test_preset_without_times_has_no_time_zone(preset: str, built: Callable[[str], str]) -> None:
    dag = f'[dags.first]\nschedule = "{preset}"\ntimezone = "Europe/Paris"\nmax_active_runs = 1\n'
    module = built(f"{PROJECT}{dag}start_date = 2026-01-01T00:00:00Z\n")
    assert (f'    schedule="{preset}",\n' in module) == (preset != "@daily")
    assert ('timezone="Europe/Paris"' in module) == (preset == "@daily")


def test_service_of_swarm_gets_fields_of_connections_as_templates(built: Callable[[str], str]) -> None:
    env = 'env = { HOST = { connection = "api", get = "host" } }\n'
    api = '[connections.api]\ntype = "http"\nhost = "example.org"\n'
    module = built(f'{PROJECT}runner = "swarm"\n{env}{api}')
    assert """environment={"HOST": '{{ conn.api.host or "" }}'}""" in module
    assert "PrivateEnvironment" not in module
    flat = "".join(built(f"{PROJECT}{env}{api}").split())
    assert 'private_environment=PrivateEnvironment(variables={},connections={"HOST":["api","host"]}' in flat
    assert ",environment=" not in flat


def test_limit_of_memory_is_among_the_resources_only_beside_others(built: Callable[[str], str]) -> None:
    service = PROJECT + 'runner = "swarm"\nmemory = "64m"\n'
    assert "Resources(" not in built(service)
    limited = built(service + "swarm = { cpu_limit = 0.5 }\n")
    assert "Resources(" in limited
    assert "mem_limit=" in limited.partition("Resources(")[2]


def test_variable_of_dotenv_is_called_after_its_origin(tmp_path: Path, built: Callable[[str], str]) -> None:
    module = built(PROJECT + 'env = { A = { env = "_TOKEN", default = "x" }, B = { file = "./a-b.txt" } }\n')
    assert '"AIRDOCK_ENV_TOKEN"' in module
    assert '"AIRDOCK_FILE_A_B_TXT"' in module


@pytest.mark.parametrize(
    ("mount", "target", "source"),
    [
        ('source = "/srv/run.sh"', "/t", '"/srv/run.sh{# #}"'),
        ('source = "/srv/run"', "/t.sh", '"/srv/run"'),
        ('source = "a/run.sh"', "/t", 'HOST_DIR + "/a/run.sh{# #}"'),
        ('source = "a/run"', "/t", 'HOST_DIR + "/a/run"'),
        ('source = "."', "/t", "HOST_DIR"),
        ('source = { env = "DATA_DIR" }', "/t", 'os.environ["AIRDOCK_ENV_DATA_DIR"] + "{# #}"'),
        ('volume = "run.sh"', "/t", '"demo_run.sh{# #}"'),
        ('volume = "run"', "/t.env", '"demo_run"'),
        ('tmpfs = "1m"', "/t.bash", "None"),
    ],
)
def test_mount_of_a_mapped_task_is_not_taken_for_a_template_file(
    mount: str, target: str, source: str, built: Callable[[str], str]
) -> None:
    text = f'mounts = ["data"]\nexpand = {{ command = [["a"], ["b"]] }}\n[mounts.data]\n{mount}\ntarget = "{target}"\n'
    lint = '[lint]\nignore = ["AD408"]\n'
    # The first provider that renders mounts is 4.4.1: before, the mark would be a part of the path.
    assert "{# #}" not in built(PROJECT + text + lint)
    newer = PROJECT.replace('"2.9.3", python = "3.11", docker_provider = "4.2.0"', '"3.3.2", python = "3.12"')
    flat = " ".join(built(newer + text + lint).split())
    marked = target if target == "/t" else f"{target}{{# #}}"
    assert f'target="{marked}"' in flat
    assert f"source={source}, type=" in flat


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ('{ output = "many" }', True),
        ('[1, { output = "many" }]', True),
        ('{ a = { output = "many" } }', True),
        ('{ a = [{ b = { output = "many" } }, 1] }', True),
        ('[{ output = "a" }, "many"]', False),
    ],
)
def test_function_gets_all_outputs_of_a_mapped_task_wherever_they_stand(
    given: str, listed: bool, tmp_path: Path, built: Callable[[str], str]
) -> None:
    (tmp_path / "job.py").write_text("def run(given, last=None):\n    return given\n", encoding="utf-8")
    text = PROJECT.replace("alpine:3.20", "python:3.11-slim")
    text += '[dags.first.tasks.many]\nimage = "shell"\nexpand = { command = [["a"], ["b"]] }\n'
    text += f'[dags.first.tasks.last]\nimage = "shell"\npython = "job.py:run"\nargs = {{ given = {given}, last = 1 }}\n'
    module = built(text)
    assert ("pre_execute=outputs_as_lists," in module) == listed
    assert ("def outputs_as_lists(context):" in module) == listed
    assert ("import Sequence" in module) == listed


def test_operator_gets_outputs_of_a_mapped_task_as_airflow_has_them(built: Callable[[str], str]) -> None:
    text = PROJECT + 'expand = { command = [["a"], ["b"]] }\n[dags.first.tasks.b]\noperator = "company.things.Run"\n'
    assert "outputs_as_lists" not in built(text + 'arguments = { given = { output = "a" } }\n')


@pytest.mark.parametrize(
    ("keys", "mode"),
    [
        ('mode = "global"', 'mode=ServiceMode(mode="global")'),
        ('mode = "replicated"', 'mode=ServiceMode(mode="replicated")'),
        ('mode = "replicated"\nreplicas = 1', 'mode=ServiceMode(mode="replicated", replicas=1)'),
        ('args = ["x"]', None),
    ],
)
def test_service_has_the_mode_that_was_asked_for(keys: str, mode: str | None, built: Callable[[str], str]) -> None:
    module = built(f'{PROJECT}runner = "swarm"\n[dags.first.tasks.a.swarm]\n{keys}\n')
    assert "DockerSwarmOperator(" in module
    if mode is None:
        assert "ServiceMode" not in module
    else:
        assert mode in module


def test_task_behind_many_others_has_a_line_for_each(built: Callable[[str], str]) -> None:
    ids = [f"one_of_many_tasks_{number}" for number in range(6)]
    tasks = "".join(f'[dags.first.tasks.{id_}]\nimage = "shell"\n' for id_ in ids)
    lines = "".join(f"        {id_},\n" for id_ in ids)
    after = ", ".join(f'"{id_}"' for id_ in ids)
    assert f"\n    [\n{lines}    ] >> a\n" in built(f"{PROJECT}after = [{after}]\n{tasks}")


def test_long_text_in_a_call_in_a_call_stands_in_parentheses(built: Callable[[str], str]) -> None:
    lines = ["The first line of a text that says what this is for.", "The second, which makes it too long."]
    notifier = f"on_failure = {{ notifier = 'company.Tell', args = {{ text = \"{lines[0]}\\n{lines[1]}\" }} }}\n"
    module = built(PROJECT + notifier)
    pad = " " * 16
    assert f'            text=(\n{pad}"{lines[0]}\\n"\n{pad}"{lines[1]}"\n            ),\n' in module


def test_values_of_the_host_are_named_and_not_written_in_a_mapped_task(built: Callable[[str], str]) -> None:
    # What a mapped task is given is stored with the DAG.
    env = 'env = { TOKEN = { env = "TOKEN", default = "x" } }\n'
    assert '"TOKEN": os.environ["' in built(PROJECT + env)
    source = built(PROJECT + env + 'expand = { command = [["a"], ["b"]] }\n')
    assert "PrivateEnvironment(" in source
    assert '"TOKEN": os.environ["' not in source


def test_service_gets_nothing_from_defaults_that_is_for_containers(built: Callable[[str], str]) -> None:
    text = PROJECT + '[defaults.task]\nhostname = "h"\nprivileged = true\n'
    assert 'hostname="h"' in built(text)
    source = built(text.replace("[defaults.task]", 'runner = "swarm"\n[defaults.task]'))
    assert "DockerSwarmOperator(" in source
    assert "hostname" not in source
    assert "privileged" not in source


def test_function_waits_for_what_its_environment_takes(tmp_path: Path, built: Callable[[str], str]) -> None:
    (tmp_path / "job.py").write_text("def job():\n    return 1\n", encoding="utf-8")
    function = 'image = "python"\npython = "job.py:job"\nenv = { X = { output = "a" } }\n'
    text = PROJECT.replace('"alpine:3.20" }', '"alpine:3.20" }, python = { ref = "python:3.11-slim" }')
    source = built(f"{text}[dags.first.tasks.b]\n{function}")
    assert "    a >> b\n" in source


def test_operator_waits_for_nothing_that_an_environment_of_defaults_takes(built: Callable[[str], str]) -> None:
    text = PROJECT.replace('image = "shell"\n', 'operator = "x.A"\n') + '[dags.first.tasks.b]\nimage = "shell"\n'
    source = built(text + '[defaults.task]\nenv = { X = { output = "a" } }\n')
    assert "    a >> b\n" in source

"""AD601: where a use cannot be seen, nothing is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airdock.cli import main

HEAD = (
    'airdock = 1\n[project]\nname = "shop"\n[airflow]\nversion = "3.3.2"\n{airflow}\n'
    "[compose]\nbundled = true\n{compose}\n"
)
TASK = '[images.etl]\nref = "alpine:3.20"\n[dags.a.tasks.load]\nimage = "etl"\n'
DECLARED = '[connections.api]\ntype = "http"\n[variables]\ntier = 1\n'


def unused(
    folder: Path, capsys: pytest.CaptureFixture[str], body: str, *, airflow: str = "", compose: str = ""
) -> set[str]:
    (folder / "airdock.toml").write_text(HEAD.format(airflow=airflow, compose=compose) + body, encoding="utf-8")
    main(["check", "-C", str(folder), "--output-format", "concise"])
    printed = capsys.readouterr().err
    assert " error " not in printed
    return set(re.findall(r'AD601 \w+ "([^"]+)"', printed))


def test_both_are_unused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert unused(tmp_path, capsys, TASK + DECLARED) == {"api", "tier"}


def test_project_without_tasks_is_being_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert unused(tmp_path, capsys, '[images.etl]\nref = "alpine:3.20"\n[dags.a]\n' + DECLARED) == set()


@pytest.mark.parametrize(
    "body",
    [
        '[dags.a.tasks.b]\noperator = "company.operators.Load"\n',
        '[dags.a.tasks.b]\nimage = "etl"\non_failure = { callable = "company.alerts.tell" }\n',
        '[dags.a.tasks.b]\nimage = "etl"\non_failure = { notifier = "company.alerts.Tell" }\n',
    ],
)
def test_code_from_elsewhere_may_use_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str) -> None:
    assert unused(tmp_path, capsys, TASK + DECLARED + body) == set()


def test_operators_of_airflow_use_what_they_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = '[dags.a.tasks.b]\noperator = "airflow.providers.http.operators.http.HttpOperator"\n'
    assert unused(tmp_path, capsys, TASK + DECLARED + body) == {"api", "tier"}
    body += 'arguments = { http_conn_id = "api" }\n'
    assert unused(tmp_path, capsys, TASK + DECLARED + body) == {"tier"}


@pytest.mark.parametrize("airflow", ['image = "company/airflow:1"', 'mounts = [{ mount = "plugins" }]'])
def test_airflow_with_unknown_code_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], airflow: str) -> None:
    mounts = '[mounts.plugins]\nvolume = "plugins"\ntarget = "/opt/airflow/plugins"\n' if "mounts" in airflow else ""
    assert unused(tmp_path, capsys, TASK + DECLARED + mounts, airflow=airflow) == set()


def test_files_that_airflow_reads_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, text in (("dags", 'Variable.get("tier")'), ("plugins/x", "conn = 'API'")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "mine.py").write_text(text, encoding="utf-8")
    assert unused(tmp_path, capsys, TASK + DECLARED) == set()


def test_modules_that_airdock_wrote_are_no_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    used = f'{TASK}env = {{ TIER = "{{{{ var.value.tier }}}}", HOST = "{{{{ conn.api.host }}}}" }}\n{DECLARED}'
    assert unused(tmp_path, capsys, used) == set()
    assert main(["build", "-C", str(tmp_path)]) == 0
    assert "var.value.tier" in (tmp_path / "dags" / "a.py").read_text(encoding="utf-8")
    assert unused(tmp_path, capsys, TASK + DECLARED) == {"api", "tier"}


def test_word_inside_of_a_word_is_no_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert unused(tmp_path, capsys, f'{TASK}command = ["rapid", "my-api", "tiers"]\n{DECLARED}') == {"api", "tier"}


def test_file_that_cannot_be_read_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "latin.py").write_bytes(b"# caf\xe9 api\n")
    assert unused(tmp_path, capsys, TASK + DECLARED) == {"api", "tier"}


def test_volume_of_a_service_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mount = '[mounts.db]\nvolume = "pgdata"\ntarget = "/db"\n'
    assert unused(tmp_path, capsys, TASK + mount) == {"db"}
    services = '[compose.services.x]\nimage = "postgres:16"\nvolumes = ["pgdata:/var/lib/postgresql/data"]\n'
    assert unused(tmp_path, capsys, TASK + mount, compose=services) == set()


def test_image_that_another_is_built_on_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = '[images.base]\nfrom = "alpine:3.20"\ntag = "1"\n'
    assert unused(tmp_path, capsys, TASK + base) == {"base"}
    child = '[images.child]\nfrom = "shop-base:1"\n[dags.a.tasks.b]\nimage = "child"\n'
    assert unused(tmp_path, capsys, TASK + base + child) == set()


def test_connection_that_operators_take_by_default_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = (
        '[connections.aws_default]\ntype = "aws"\n[connections.storage]\ntype = "aws"\n[pools.aws_default]\nslots = 1\n'
    )
    assert unused(tmp_path, capsys, TASK + names) == {"storage", "aws_default"}
    assert unused(tmp_path, capsys, TASK + names.partition("[pools")[0]) == {"storage"}


def test_key_of_a_service_is_a_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mount = '[mounts.raw]\nvolume = "raw"\ntarget = "/raw"\n'
    assert unused(tmp_path, capsys, TASK + mount) == {"raw"}
    service = '[compose.services.web]\nimage = "nginx:1"\n[compose.services.web.x-volumes]\nraw = {}\n'
    assert unused(tmp_path, capsys, TASK + mount + service) == set()

"""What `airdock build` does with its changes: --check, --diff, --exit-code."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.load.dotenv import BLOCK_END, BLOCK_START
from commands import CANARY, ERROR, GOOD, files, run, write_project
from finding_inputs import run_git


@pytest.fixture
def project(tmp_path: Path, fixed_host: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that writes a project and returns its folder, in which the test runs."""
    fixed_host()
    monkeypatch.chdir(tmp_path)
    return lambda text: write_project(tmp_path, text)


def test_drift_of_committed_files_is_reported_and_nothing_written(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder, "--check") == 1
    assert "error[AD907]: dags/first.py would be created" in capsys.readouterr().err
    assert set(files(folder)) == {"airdock.toml"}
    assert run("build", "-C", folder) == 0
    project(GOOD.replace('"true"', '"false"').replace("bundled = true", "bundled = true\nnetwork = 'n'"))
    before = files(folder)
    capsys.readouterr()
    assert run("build", "-C", folder, "--check", "--output-format", "concise") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(": ")[0] for line in printed.err.splitlines()] == [
        "dags/first.py",
        "docker-compose.override.yaml",
    ]
    assert "would be updated" in printed.err
    assert files(folder) == before


def test_project_in_step_has_no_drift(project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder) == 0
    capsys.readouterr()
    assert run("build", "-C", folder, "--check", "--strict") == 0
    assert capsys.readouterr() == ("", "")


def test_missing_or_stale_dotenv_is_no_drift(project: Callable[[str], Path]) -> None:
    folder = project(GOOD + '\n[mounts.d]\nsource = "data"\ntarget = "/d"\ncreate = true\n')
    assert run("build", "-C", folder) == 0
    (folder / "data").rmdir()
    (folder / ".env").write_text("AIRFLOW_UID=1\n", encoding="utf-8")
    assert run("build", "-C", folder, "--check") == 0
    (folder / ".env").unlink()
    assert run("build", "-C", folder, "--check") == 0
    assert not (folder / ".env").exists()
    assert not (folder / "data").exists()


def test_file_left_behind_is_drift(project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder) == 0
    project(GOOD.replace("dags.first", "dags.second"))
    capsys.readouterr()
    assert run("build", "-C", folder, "--check") == 1
    printed = capsys.readouterr().err
    assert "dags/first.py would be deleted" in printed
    assert "dags/second.py would be created" in printed


def test_folder_that_is_left_empty_is_no_drift(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Git knows no folders: neither --check nor the line for `git add` names one."""
    folder = project(GOOD.replace('executor = "local"', 'executor = "local"\ndags_folder = "flows/daily"'))
    assert run("build", "-C", folder) == 0
    project(GOOD)
    capsys.readouterr()
    assert run("build", "-C", folder, "--check") == 1
    printed = capsys.readouterr().err
    assert "flows/daily/first.py would be deleted" in printed
    assert "error[AD907]: flows would" not in printed
    assert "error[AD907]: flows/daily would" not in printed
    assert run("build", "-C", folder, "--exit-code") == 1
    printed = capsys.readouterr().out
    assert "deleted   flows\ndeleted   flows/daily\ndeleted   flows/daily/first.py\n" in printed
    assert "to commit: git add dags/first.py docker-compose.override.yaml flows/daily/first.py\n" in printed


@pytest.mark.parametrize("known", [True, False], ids=["committed", "never added"])
def test_left_over_is_drift_where_git_knows_it(
    known: bool, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder) == 0
    run_git(folder, "init", "--quiet")
    if known:
        run_git(folder, "add", "dags/first.py")
    project(GOOD.replace("[dags.first.tasks.a]", "[dags.second.tasks.a]"))
    capsys.readouterr()
    assert run("build", "-C", folder, "--check") == 1
    assert ("dags/first.py would be deleted" in capsys.readouterr().err) == known
    assert run("build", "-C", folder, "--exit-code") == 1
    printed = capsys.readouterr().out
    assert "deleted   dags/first.py\n" in printed
    added = "dags/first.py dags/second.py" if known else "dags/second.py"
    assert printed.endswith(f"to commit: git add {added}\n")


def test_diff_is_unified_and_can_be_applied(project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder, "--diff") == 0
    first = capsys.readouterr().out
    assert "--- /dev/null\n+++ b/dags/first.py\n@@ -0,0 +1," in first
    assert set(files(folder)) == {"airdock.toml"}
    assert run("build", "-C", folder) == 0
    before = files(folder)
    project(GOOD.replace('"true"', '"false"').replace("dags.first", "dags.second"))
    capsys.readouterr()
    assert run("build", "-C", folder, "--diff") == 0
    second = capsys.readouterr().out
    assert "--- a/dags/first.py\n+++ /dev/null\n" in second
    assert '\n+        command=["false"],\n' in second
    assert {**files(folder), "airdock.toml": b""} == {**before, "airdock.toml": b""}
    subprocess.run(["git", "apply", "-p1", "-"], input=second, cwd=folder, text=True, check=True)
    assert run("build", "-C", folder, "--check") == 0


def test_diff_of_files_without_a_last_line_end_can_be_applied(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder) == 0
    for path, text in (("Dockerfile", "FROM mine"), ("dags/first.py", "x = 1\ny = 2")):
        (folder / path).write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert run("build", "-C", folder, "--diff", "--force") == 0
    printed = capsys.readouterr().out
    assert "-FROM mine\n\\ No newline at end of file\n+# Generated by airdock" in printed
    subprocess.run(["git", "apply", "-p1", "-"], input=printed, cwd=folder, text=True, check=True)
    assert run("build", "-C", folder, "--check") == 0


def test_diff_of_a_file_that_is_no_text_is_shown_as_far_as_it_is(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    (folder / "Dockerfile").write_bytes(b"FROM mine\n\xff\xfe end\n")
    assert run("build", "-C", folder, "--diff", "--force") == 0
    assert "-FROM mine\n-\ufffd\ufffd end\n+# Generated by airdock" in capsys.readouterr().out


def test_diff_names_the_variables_of_the_user_around_the_block(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    lines = f"\n# {CANARY}\nexport MINE={CANARY}\nOTHER='{CANARY}'\n"
    (folder / ".env").write_text(lines, encoding="utf-8")
    assert run("build", "-C", folder, "--diff") == 0
    printed = capsys.readouterr().out
    assert f"\n ***\n MINE=***\n OTHER=***\n+{BLOCK_START}\n+AIRDOCK_HOST_DIR=***\n" in printed
    assert CANARY not in printed


SECRETS = f"""\
PLAIN={CANARY}
export EXPORTED='{CANARY}'
SPACED = {CANARY}
COLON: {CANARY}
# OLD_PASSWORD={CANARY}
#{CANARY}
{CANARY}
KEY='-----BEGIN KEY-----
{CANARY}
# {CANARY}
{CANARY.replace("-", "")}==
KEY={CANARY}
'
"""


@pytest.mark.parametrize("had_block", [True, False])
def test_diff_shows_no_value_of_dotenv(
    had_block: bool, project: Callable[[str], Path], fixed_host: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    task = 'env = { A = { env = "ONE" }, B = { env = "TWO" } }\n'
    folder = project(GOOD + (task if had_block else ""))
    lines = f"# {CANARY}\n{CANARY.replace('-', '')}=\nX={CANARY}\n"
    fixed_host({"ONE": CANARY, "TWO": f"first\n{lines}"})
    (folder / ".env").write_text(SECRETS, encoding="utf-8")
    if had_block:
        assert run("build", "-C", folder) == 0
        fixed_host({"ONE": f"other {CANARY}", "TWO": f"{lines}and more\n"})
    project(GOOD + task + '\n[variables]\nnew = { env = "ONE" }\n')
    (folder / ".env").write_text((folder / ".env").read_text(encoding="utf-8") + SECRETS, encoding="utf-8")
    capsys.readouterr()
    assert run("build", "-C", folder, "--diff") == 0
    printed = capsys.readouterr()
    assert "+++ b/.env\n" in printed.out
    assert "\n+AIRFLOW_VAR_NEW=***\n" in printed.out
    of_dotenv = printed.out.partition("+++ b/.env\n")[2].partition("\n--- ")[0].splitlines()
    shown = {re.sub(r"^\w+=", "", line[1:]) for line in of_dotenv if not line.startswith("@@")}
    assert shown - {"", BLOCK_START, BLOCK_END} == {"***"}
    for text in printed:
        assert "canary" not in text
        assert "5f3a" not in text


def test_diff_of_dotenv_shows_names_and_marks(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    (folder / ".env").write_text("MINE=1\n", encoding="utf-8")
    assert run("build", "-C", folder, "--diff") == 0
    shown = capsys.readouterr().out.partition("--- a/.env\n")[2].partition("--- ")[0].splitlines()
    assert shown[2:6] == [" MINE=***", f"+{BLOCK_START}", "+AIRDOCK_HOST_DIR=***", "+AIRFLOW_UID=***"]
    assert shown[-1] == f"+{BLOCK_END}"


def test_exit_code_tells_whether_something_was_written(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD)
    assert run("build", "-C", folder, "--exit-code") == 1
    out = capsys.readouterr().out
    assert "created   .env\n" in out
    assert out.endswith(
        "to commit: git add .env.example Dockerfile dags/first.py docker-compose.override.yaml docker-compose.yaml\n"
    )
    assert run("build", "-C", folder, "--exit-code") == 0
    assert capsys.readouterr().out == "nothing to do\n"
    project(GOOD.replace('"true"', '"false"'))
    assert run("build", "-C", folder, "--exit-code") == 1
    assert capsys.readouterr().out == "updated   dags/first.py\nto commit: git add dags/first.py\n"


def test_git_add_line_is_quoted_for_the_shell(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD.replace("[compose]", 'dags_folder = "my dags"\n\n[compose]'))
    assert run("build", "-C", folder, "--exit-code") == 1
    assert " 'my dags/first.py'\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", [":(top)", ":x", "-n", "--all", "my dags", "it's $HOME"])
def test_git_add_line_adds_those_files(
    name: str, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(GOOD.replace("[compose]", f'dags_folder = "{name}"\n\n[compose]'))
    run_git(folder, "init", "--quiet")
    assert run("build", "-C", folder, "--exit-code") == 1
    line = capsys.readouterr().out.splitlines()[-1]
    command = shlex.split(line.removeprefix("to commit: git "))
    run_git(folder, *command)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, check=True).stdout.decode()
    outputs = {".env.example", "Dockerfile", f"{name}/first.py", "docker-compose.override.yaml", "docker-compose.yaml"}
    assert set(listed.split("\0")) - {""} == outputs


def test_exit_code_of_a_project_with_errors_is_1(project: Callable[[str], Path]) -> None:
    assert run("build", "-C", project(ERROR), "--exit-code") == 1

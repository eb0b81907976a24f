"""The doctor on a project whose files, secrets or images are not as they should be. Docker is a made client."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from commands import CANARY, ERROR, GOOD, WARNING
from finding_inputs import run_git

if TYPE_CHECKING:
    from doctor_host import Host

pytest_plugins = ("doctor_host",)

One = Callable[[str], dict[str, str]]
NO_IMAGE = "Error response from daemon: No such image: x\n"
SECRET = GOOD.replace(
    "[dags.", '[connections.api]\ntype = "http"\nhost = "example.org"\npassword = { env = "API_TOKEN" }\n\n[dags.', 1
).replace(
    '["true"]', '["true"]\nenv = { TOKEN = { env = "OTHER_TOKEN" }, P = { connection = "api", get = "password" } }'
)
OFFICIAL = "services:\n" + "".join(
    f"  {name}: {{ image: '${{AIRFLOW_IMAGE_NAME:-apache/airflow:{{version}}}}' }}\n".replace("{version}", "VERSION")
    for name in ("airflow-init", "airflow-scheduler", "airflow-apiserver", "airflow-dag-processor")
)
OWN_BASE = GOOD.replace("[compose]\nbundled = true\n", "")


def sh(command: str) -> None:
    """Run what the doctor says mends it."""
    subprocess.run(["/bin/sh", "-c", command], check=True, env={"PATH": "/usr/bin:/bin:/usr/local/bin"})


class TestFile:
    """airdock.toml itself."""

    def test_errors_leave_the_engine_to_look_at(self, host: Host) -> None:
        folder = host.project(ERROR, build=False)
        found = host.doctor()
        (row,) = found["airdock.toml"]
        assert row["message"] == '1 error: task "a" uses image "shel", which is not declared'
        assert row["mend"] == f"airdock check -C {folder}"
        assert found["engine"][0]["status"] == found["compose"][0]["status"] == "ok"
        rest = [
            row for name, rows in found.items() for row in rows if name not in ("airdock.toml", "engine", "compose")
        ]
        assert {(row["status"], row["message"]) for row in rest} == {("unknown", "airdock.toml has errors")}

    def test_missing(self, host: Host) -> None:
        found = host.doctor("-f", "none.toml")
        assert host.code == 1
        assert found["airdock.toml"][0]["status"] == "problem"
        assert found["airdock.toml"][0]["mend"] == f"airdock check -C {host.folder} -f none.toml"

    def test_warnings_are_not_its_business(self, host: Host, one: One) -> None:
        host.project(WARNING)
        assert one("airdock.toml")["status"] == "ok"

    def test_errors_of_rules_do_not_hide_the_host(self, host: Host) -> None:
        host.project(GOOD + "retries = 1\n")
        text = GOOD.replace("[dags.first.tasks.a]", '[dags.first]\nschedule = "61 * * * *"\n[dags.first.tasks.a]')
        host.project(text, build=False)
        found = host.doctor()
        assert found["airdock.toml"][0]["status"] == "problem"
        assert found["outputs"] == [
            {"check": "outputs", "status": "unknown", "message": "airdock.toml has errors", "mend": None}
        ]
        assert found["images"][0]["status"] == "ok"

    def test_here(self, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(host.project(build=False))
        host.run()
        host.doctor("-C", ".")
        mends = [row["mend"] for row in json.loads(host.out) if row["mend"]]
        assert "airdock build" in mends
        assert not [mend for mend in mends if "cd " in mend]


class TestOutputs:
    """Whether what stands there is what airdock.toml says."""

    def test_nothing_built(self, host: Host) -> None:
        folder = host.project(build=False)
        found = host.doctor()
        assert found["outputs"][0]["mend"] == f"airdock build -C {folder}"
        problems = [row["check"] for rows in found.values() for row in rows if row["status"] == "problem"]
        assert problems == ["outputs"]
        for check in (".env", "compose files", "folder", "socket", "mounts", "ports", "logins"):
            assert found[check][0]["message"] == "not built yet"

    def test_clone_without_dotenv(self, host: Host, one: One) -> None:
        folder = host.project()
        (folder / ".env").unlink()
        assert one("outputs")["message"] == "not built on this host yet"

    def test_stale(self, host: Host, one: One) -> None:
        folder = host.project()
        host.project(GOOD.replace('["true"]', '["false"]'), build=False)
        row = one("outputs")
        assert row["status"] == "problem"
        assert row["message"] == "a build would change dags/first.py"
        assert row["mend"] == f"airdock build -C {folder}"

    def test_stale_dotenv(self, host: Host, one: One) -> None:
        folder = host.project()
        text = (folder / ".env").read_text(encoding="utf-8").replace(f"'{folder}'", "'/somewhere/else'")
        (folder / ".env").write_text(text, encoding="utf-8")
        assert one("outputs")["message"] == "a build would change .env"

    def test_edited_by_hand(self, host: Host, one: One) -> None:
        folder = host.project()
        with (folder / "dags" / "first.py").open("a", encoding="utf-8") as file:
            file.write("# mine\n")
        row = one("outputs")
        assert row["status"] == "problem"
        assert "edited" in row["message"]
        assert "--force" in row["mend"]


class TestDotenv:
    """Who may read `.env`, and whether git would take it."""

    def test_mode(self, host: Host, one: One) -> None:
        folder = host.project()
        (folder / ".env").chmod(0o644)
        row = one(".env")
        assert row["message"] == "other users may read .env: its mode is 0644"
        assert host.doctor()["outputs"][0]["status"] == "ok"
        sh(row["mend"])
        assert one(".env")["status"] == "ok"

    @pytest.mark.parametrize("tracked", [False, True], ids=["not-ignored", "tracked"])
    @pytest.mark.parametrize("ignored", ["", "*.log"], ids=["no-gitignore", "no-line-end"])
    def test_git(self, host: Host, one: One, tracked: bool, ignored: str) -> None:
        folder = host.project()
        run_git(folder, "init", "--quiet")
        if ignored:
            (folder / ".gitignore").write_text(ignored, encoding="utf-8")
        if tracked:
            run_git(folder, "add", "--force", ".env")
        row = one(".env")
        assert row["status"] == "problem"
        assert "git would commit .env" in row["message"]
        found = host.doctor()
        assert found["airdock.toml"][0]["status"] == found["outputs"][0]["status"] == "ok"
        sh(row["mend"])
        assert one(".env")["status"] == "ok"


class TestSecrets:
    """Values of the host that airdock.toml names."""

    def test_missing(self, host: Host, one: One) -> None:
        host.project(SECRET)
        row = one("secrets")
        assert row["status"] == "problem"
        assert row["message"] == "API_TOKEN, OTHER_TOKEN are not set, and .env holds no earlier value"
        sh(row["mend"].partition(" (with values)")[0])
        assert one("secrets")["status"] == "ok"

    def test_of_an_earlier_build_are_kept(self, host: Host, one: One, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("API_TOKEN", CANARY)
        monkeypatch.setenv("OTHER_TOKEN", CANARY)
        host.project(SECRET)
        monkeypatch.delenv("API_TOKEN")
        assert one("secrets")["message"] == "set; API_TOKEN from an earlier build"
        assert host.doctor()["outputs"][0]["status"] == "ok"

    @pytest.mark.parametrize("form", ["full", "json"])
    @pytest.mark.parametrize("strict", [False, True])
    def test_are_never_shown(self, host: Host, monkeypatch: pytest.MonkeyPatch, form: str, strict: bool) -> None:
        """Programs that fail say what they read, and Compose says the rest of `.env`."""
        monkeypatch.setenv("API_TOKEN", CANARY)
        monkeypatch.setenv("OTHER_TOKEN", CANARY)
        folder = host.project(SECRET)
        with (folder / ".env").open("a", encoding="utf-8") as file:
            file.write(f'MINE="{CANARY}-mine\nand more {CANARY}\n')
        loud = f"unexpected {CANARY} in {CANARY}-mine and {(folder / '.env').read_text(encoding='utf-8')}\n"
        unread = f'failed to read {folder}/.env: line 9: unterminated quoted value "{CANARY}-mine\nand more {CANARY}\n'
        for err in (unread, loud):
            for words in (("compose", "config"), ("run",), ("image",), ("ps",), ("network",)):
                host.says(*words, err=err, code=1)
            host.run("--output-format", form, *(["--strict"] if strict else []))
            assert CANARY not in host.out + host.err
            assert "AIRFLOW_CONN" not in host.out + host.err
            host.says("version", err=err, code=1)
            host.run("--output-format", form)
            assert CANARY not in host.out + host.err
            host.answers.pop(0)

    def test_unreadable_dotenv_is_named_with_its_line(self, host: Host, one: One) -> None:
        folder = host.project()
        host.says(
            "compose", "config", err=f'failed to read {folder}/.env: line 9: unterminated quoted value "x\n', code=1
        )
        assert one("compose files")["message"] == f"{folder}/.env, line 9: unterminated quoted value"


class TestComposeFiles:
    """The base file, and what Compose says."""

    @pytest.mark.parametrize(
        ("version", "status"), [("3.3.2", "ok"), ("3.3.0", "ok"), ("3.1.7", "warning"), ("2.11.0", "warning")]
    )
    def test_version_of_the_base_file(self, host: Host, one: One, version: str, status: str) -> None:
        (host.folder / "docker-compose.yaml").write_text(OFFICIAL.replace("VERSION", version), encoding="utf-8")
        host.project(OWN_BASE)
        row = one("base file")
        assert row["status"] == status
        if status == "warning":
            assert f"is of Airflow {version[:-2]}, and airflow.version is 3.3.2" in row["message"]
            assert "/3.3.2/docker-compose.yaml" in row["mend"]

    def test_base_file_that_names_no_version(self, host: Host, one: One) -> None:
        text = OFFICIAL.replace("apache/airflow:VERSION", "our/airflow:7")
        (host.folder / "docker-compose.yaml").write_text(text, encoding="utf-8")
        host.project(OWN_BASE)
        assert one("base file")["status"] == "unknown"

    def test_missing_base_file(self, host: Host, one: One) -> None:
        folder = host.project(OWN_BASE)
        row = one("base file")
        assert row["status"] == "problem"
        assert one("compose files")["message"] == "the base file is not there"
        assert row["mend"].startswith(f"cd {folder} && curl -Lf -o docker-compose.yaml https://airflow.apache.org/")

    def test_what_compose_says_against_them(self, host: Host) -> None:
        host.project()
        host.says("compose", "config", err="services.x.build must be a mapping\n", code=15)
        found = host.doctor()
        assert found["compose files"][0]["message"] == "services.x.build must be a mapping"
        assert found["ports"][0]["message"] == "Compose does not take the files"

    def test_variables_that_nobody_sets(self, host: Host, one: One) -> None:
        folder = host.project()
        said = 'time="2026-01-01T00" level=warning msg="The \\"SMTP\\" variable is not set. Defaulting to a blank"\n'
        host.says("compose", "config", out="{}", err=said * 2)
        row = one("compose files")
        assert row["status"] == "warning"
        assert row["message"] == "the Compose files use SMTP, which nobody sets"
        sh(row["mend"].partition(" (with values)")[0])
        assert (folder / ".env").read_text(encoding="utf-8").endswith("\nSMTP=...\n")

    def test_dollar_sign_in_dotenv(self, host: Host) -> None:
        folder = host.project()
        with (folder / ".env").open("a", encoding="utf-8") as file:
            file.write("DB_PASSWORD=abc$hunter2\nQUOTED='$SMTP'\nLONGER=$SMTP_HOST\n")
        names = ("hunter2", "SMTP")
        said = [f'level=warning msg="The \\"{name}\\" variable is not set. Defaulting to a blank"\n' for name in names]
        host.says("compose", "config", out="{}", err="".join(said))
        first, second = host.doctor()["compose files"]
        assert (first["status"], second["status"]) == ("warning", "warning")
        assert first["message"].startswith("a dollar sign in DB_PASSWORD of .env: ")
        assert first["mend"] == "put the value into single quotes: DB_PASSWORD='...', and run airdock build"
        assert "hunter2" not in str((first, second))
        assert second["message"] == "the Compose files use SMTP, which nobody sets"


class TestImages:
    """Images on the stack's engine."""

    BUILT = GOOD.replace('ref = "alpine:3.20"', 'from = "alpine:3.20"')

    def test_airflow(self, host: Host) -> None:
        folder = host.project()
        host.says("image", "inspect", "demo-airflow", err=NO_IMAGE, code=1)
        (row,) = [row for row in host.doctor()["images"] if row["status"] != "ok"]
        assert row["status"] == "problem"
        assert row["mend"] == f"cd {folder} && docker compose build airflow-init"

    def test_built_one_of_another_content(self, host: Host) -> None:
        folder = host.project(self.BUILT)
        host.says("image", "inspect", "demo-shell", err=NO_IMAGE, code=1)
        (row,) = [row for row in host.doctor()["images"] if row["status"] != "ok"]
        assert row["status"] == "problem"
        assert row["message"].startswith("not built: demo-shell:")
        assert row["mend"] == f"cd {folder} && docker compose build image-shell"

    def test_one_that_is_pulled(self, host: Host) -> None:
        host.project()
        host.says("image", "inspect", "alpine", err=NO_IMAGE, code=1)
        (row,) = [row for row in host.doctor()["images"] if row["status"] != "ok"]
        assert host.code == 0
        assert (row["status"], row["mend"]) == ("warning", "docker pull alpine:3.20")
        assert host.run("--strict") == 1

    def test_one_that_is_always_pulled_need_not_be_there(self, host: Host) -> None:
        host.project(GOOD.replace('"alpine:3.20"', '"alpine:3.20"\npull = "always"'))
        host.says("image", "inspect", "alpine", err=NO_IMAGE, code=1)
        assert {row["status"] for row in host.doctor()["images"]} == {"ok"}

    def test_one_behind_a_login(self, host: Host) -> None:
        host.project(
            GOOD.replace('"alpine:3.20"', '"192.0.2.1:5000/a/b:1"\nconnection = "reg"').replace(
                "[dags.", '[connections.reg]\ntype = "docker"\nhost = "192.0.2.1:5000"\nlogin = "me"\n[dags.', 1
            )
        )
        host.says("image", "inspect", "a/b:1", err=NO_IMAGE, code=1)
        (row,) = [row for row in host.doctor()["images"] if row["status"] == "warning"]
        assert row["mend"] == "docker login 192.0.2.1:5000 && docker pull 192.0.2.1:5000/a/b:1"

    def test_engine_that_will_not_say(self, host: Host) -> None:
        host.project()
        host.says("image", "inspect", err="Error response from daemon: disk on fire\n", code=1)
        assert {row["status"] for row in host.doctor()["images"]} == {"unknown"}


class TestPrinting:
    """What people read."""

    def test_lines(self, host: Host) -> None:
        folder = host.project()
        (folder / ".env").chmod(0o640)
        host.says("image", "inspect", "alpine", err=NO_IMAGE, code=1)
        assert host.run() == 1
        lines = host.out.splitlines()
        assert lines[0] == "ok       airdock.toml   no errors in airdock.toml"
        place = lines.index("problem  .env           other users may read .env: its mode is 0640")
        assert lines[place + 1] == f"                        mend: cd {shlex.quote(str(folder))} && chmod 600 .env"
        assert lines[-1] == "1 problem, 1 warning"
        assert host.out.isascii()
        assert host.err == ""

    def test_all_is_well(self, host: Host) -> None:
        host.project()
        assert host.run() == 0
        assert host.out.endswith("\n\nall is well\n")

    def test_control_characters_do_not_reach_the_terminal(self, host: Host) -> None:
        host.project()
        host.says("version", err="\x1b[31mred\x07\n", code=1)
        host.run()
        assert "\x1b" not in host.out
        assert "\\x1b[31mred\\x07" in host.out

    def test_results_are_printed_as_they_come(
        self, host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        host.project()
        seen: list[str] = []

        def looks(*_: object, **__: object) -> str:
            seen.append(capsys.readouterr().out)
            return "not here"

        monkeypatch.setattr("airdock.doctor.patient.find_engine", looks)
        host.run()
        assert "ok       secrets" in seen[0]

    def test_password_in_the_address_of_an_engine(self, host: Host, one: One) -> None:
        host.project()
        host.says("context", "inspect", out=f"tcp://me:{CANARY}@192.0.2.1:2375\n")
        assert CANARY not in one("engine")["message"]
        assert CANARY not in host.out


def test_page_describes_every_check() -> None:
    from airdock.doctor.registry import CHECKS
    from conftest import REPOSITORY

    page = (REPOSITORY / "docs" / "doctor.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[1].strip().strip("`")
        for line in page.partition("## The checks")[2].splitlines()
        if line.startswith("| `")
    ]
    assert rows == [check.name for check in CHECKS]

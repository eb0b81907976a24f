"""Bind sources, and what the users of containers may do with them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airdock.doctor.rights import ROOT, Identity, missing_right
from commands import GOOD

if TYPE_CHECKING:
    from doctor_host import Host

pytest_plugins = ("doctor_host",)

One = Callable[[str], dict[str, str]]
ME, MINE = os.getuid(), os.getgid()
SOMEBODY, OTHERS, OWNER = 77001, 77002, 77003
MOUNTED = GOOD + 'mounts = ["data"]\n[mounts.data]\nsource = "data"\ntarget = "/data"\n'
NO_IMAGE = "Error response from daemon: No such image: x\n"


def task_of(user: str | None = None, mount: str = "") -> str:
    text = MOUNTED + mount
    return text if user is None else text.replace('mounts = ["data"]', f'mounts = ["data"]\nuser = "{user}"')


@pytest.mark.parametrize("folder", [True, False], ids=["folder", "file"])
@pytest.mark.parametrize(
    ("mode", "who", "read", "write"),
    [
        (0o700, Identity(ME, frozenset()), True, True),
        (0o500, Identity(ME, frozenset({MINE})), True, False),
        (0o077, Identity(ME, frozenset({MINE})), False, False),  # the owner's part counts, and no other
        (0o770, Identity(SOMEBODY, frozenset({MINE})), True, True),
        (0o707, Identity(SOMEBODY, frozenset({MINE})), False, False),
        (0o750, Identity(SOMEBODY, frozenset({OTHERS, MINE})), True, False),
        (0o755, Identity(SOMEBODY, frozenset({OTHERS})), True, False),
        (0o777, Identity(SOMEBODY, frozenset()), True, True),
        (0o770, Identity(SOMEBODY, frozenset({OTHERS})), False, False),
        (0o000, ROOT, True, True),
    ],
)
def test_mode(tmp_path: Path, folder: bool, mode: int, who: Identity, read: bool, write: bool) -> None:
    path = tmp_path / "x"
    path.mkdir() if folder else path.touch()
    path.chmod(mode)
    if ME == 0 and who.uid == ME and who is not ROOT:
        # Whoever runs this is root, to whom no mode counts; but root can give the file away.
        os.chown(path, OWNER, -1)
        who = Identity(OWNER, who.groups)
    assert (missing_right(path, who, write=False) is None) == read
    assert (missing_right(path, who, write=True) is None) == write
    if not read:
        found = missing_right(path, who, write=True)
        assert found is not None
        assert found.right == "read"
    path.chmod(0o700)


def test_folder_that_cannot_be_searched(tmp_path: Path) -> None:
    tmp_path.chmod(0o706)
    assert missing_right(tmp_path, Identity(SOMEBODY, frozenset()), write=False) is not None
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(("mode", "sure"), [(0o755, True), (0o777, None), (0o775, False), (0o757, False)])
def test_groups_that_are_not_known(tmp_path: Path, mode: int, sure: bool | None) -> None:
    tmp_path.chmod(mode)
    found = missing_right(tmp_path, Identity(SOMEBODY, None), write=True)
    assert (found and found.sure) == sure
    tmp_path.chmod(0o700)


def test_access_list_leaves_it_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "listxattr", lambda *_: ["system.posix_acl_access"], raising=False)
    found = missing_right(tmp_path, Identity(SOMEBODY, frozenset()), write=True)
    assert found is not None
    assert not found.sure
    assert missing_right(tmp_path, Identity(SOMEBODY, frozenset()), write=False) is None


def test_read_only_file_system_stops_root_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(tmp_path)
    flags = os.statvfs_result((*real[:8], real[8] | os.ST_RDONLY, *real[9:]))
    monkeypatch.setattr(os, "statvfs", lambda _: flags)
    found = missing_right(tmp_path, ROOT, write=True)
    assert found is not None
    assert found.reason == "its file system is read-only"
    assert missing_right(tmp_path, ROOT, write=False) is None


@pytest.fixture
def data(host: Host) -> Path:
    """The source of the mount, which its owner alone may write to."""
    (host.folder / "data").mkdir(mode=0o755)
    return host.folder / "data"


def test_root_may_do_everything(host: Host, one: One, data: Path) -> None:
    data.chmod(0o000)
    host.project(task_of())
    assert one("mounts")["status"] == "ok"
    data.chmod(0o755)


@pytest.mark.parametrize("user", ["77001:77002", "77001:0", "0:0"])
def test_numbers_need_no_image(host: Host, one: One, data: Path, user: str) -> None:
    host.project(task_of(user))
    host.says("image", "inspect", err=NO_IMAGE, code=1)
    row = one("mounts")
    if user == "0:0":
        assert row["status"] == "ok"
    else:
        reason = f"(user 77001; owner {ME}, group {MINE}, mode 0755)"
        assert row["message"] == f"mount data: data: first.a may not write to it {reason}"
        assert row["mend"] == f"sudo chown 77001 {data}, or read_only = true if nothing is written there"
    assert [words for words in host.asked if words[0] == "run"] == []


def test_read_only_mount_need_not_be_written_to(host: Host, one: One, data: Path) -> None:
    host.project(task_of("77001:77002", "read_only = true\n"))
    assert one("mounts")["status"] == "ok"
    data.chmod(0o700)
    row = one("mounts")
    assert row["status"] == "problem"
    assert row["mend"] == f"sudo chmod a+rx {data}"


def test_name_is_asked_of_the_image(host: Host, one: One, data: Path) -> None:
    host.project(task_of("etl"))
    host.says(
        "run", "--user etl", " id", "alpine", out=f"uid=77001(etl) gid=77002(etl) groups=77002(etl),{MINE}(staff)\n"
    )
    assert one("mounts")["status"] == "warning"
    data.chmod(0o775)
    assert one("mounts")["status"] == "ok"


def test_user_of_the_image(host: Host, one: One, data: Path) -> None:
    host.project(task_of())
    host.says("image", "inspect", "alpine", out='"app"\n')
    host.says("run", "--user app", " id", out="uid=77001(app) gid=77002(app)\n")
    assert one("mounts")["status"] == "warning"


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (None, "it runs as its image says"),
        ("etl", 'it runs as "etl", and only its image knows who that is'),
    ],
)
def test_user_that_nobody_knows(host: Host, one: One, data: Path, user: str | None, words: str) -> None:
    host.project(task_of(user))
    host.says("image", "inspect", "alpine", err=NO_IMAGE, code=1)
    row = one("mounts")
    assert row["status"] == "unknown"
    assert words in row["message"]


def test_host_is_the_user_of_airflow(host: Host, one: One, data: Path) -> None:
    folder = host.project(task_of("host"))
    with (folder / ".env").open("a", encoding="utf-8") as file:
        file.write("AIRFLOW_UID=77001\n")
    host.says("run", "--user 77001", " id", out="uid=77001 gid=0(root) groups=0(root)\n")
    row = one("mounts")
    assert row["status"] == ("ok" if MINE == 0 and data.stat().st_mode & 0o020 else "warning")
    assert "user 77001" in row["message"]


def test_missing_source(host: Host, one: One) -> None:
    folder = host.project(task_of())
    row = one("mounts")
    assert row["status"] == "problem"
    assert row["message"] == "mount data: data is not there"
    assert row["mend"] == f"mkdir -p {folder}/data"
    (folder / "data").mkdir()
    assert one("mounts")["status"] == "ok"


def test_missing_source_that_airdock_makes(host: Host, one: One) -> None:
    folder = host.project(task_of(None, "create = true\n"))
    (folder / "data").rmdir()
    assert one("mounts")["mend"] == f"airdock build -C {folder}"


def test_missing_file_is_not_made_a_folder(host: Host, one: One) -> None:
    folder = host.project(task_of().replace('"data"\ntarget', '"run.sh"\ntarget'))
    assert one("mounts")["mend"] == f"put it there: {folder}/run.sh"


def test_source_from_the_environment(host: Host, one: One, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "there"))
    host.project(task_of().replace('source = "data"', 'source = { env = "DATA_DIR" }'))
    monkeypatch.delenv("DATA_DIR")
    assert one("mounts")["message"] == f"mount data: {tmp_path}/there is not there"
    (tmp_path / "there").mkdir()
    assert one("mounts")["status"] == "ok"


def test_unused_mount_is_not_looked_at(host: Host, one: One) -> None:
    host.project(GOOD + '[mounts.data]\nsource = "nowhere"\ntarget = "/data"\n[lint]\nignore = ["AD601"]\n')
    assert one("mounts")["status"] == "ok"


def test_folder_of_dags_that_airflow_may_not_read(host: Host, one: One) -> None:
    folder = host.project()
    with (folder / ".env").open("a", encoding="utf-8") as file:
        file.write("AIRFLOW_UID=77001\n")
    (folder / "dags").chmod(0o700)
    row = one("mounts")
    assert row["message"].startswith("dags_folder: dags: Airflow may not read it (user 77001;")
    assert row["status"] == "problem"


def test_key_of_an_engine_that_airflow_may_not_read(host: Host) -> None:
    for name in ("ca", "cert", "key"):
        (host.folder / f"{name}.pem").touch(mode=0o600 if name == "key" else 0o644)
    tls = 'tls = { ca = "ca.pem", cert = "cert.pem", key = "key.pem" }'
    engines = f'[engines.big]\nurl = "tcp://192.0.2.1:2376"\n{tls}\n\n[images.shell]'
    text = GOOD.replace("[images.shell]", engines).replace('["true"]', '["true"]\nengine = "big"')
    folder = host.project(text)
    with (folder / ".env").open("a", encoding="utf-8") as file:
        file.write("AIRFLOW_UID=77001\n")
    (row,) = [row for row in host.doctor()["mounts"] if row["status"] != "ok"]
    # Not chmod a+r: it is a key.
    assert row["mend"] == f"sudo chown 77001 {folder}/key.pem"


def test_many_tasks_with_one_fault_are_one_line(host: Host, one: One, data: Path) -> None:
    tasks = "".join(
        f'[dags.first.tasks.t{number}]\nimage = "shell"\ncommand = ["true"]\nuser = "77001:77002"\nmounts = ["data"]\n'
        for number in range(9)
    )
    mount = '[mounts.data]\nsource = "data"\ntarget = "/data"\n'
    host.project(GOOD.partition("[dags.first.tasks.a]")[0] + tasks + mount)
    assert "first.t0, first.t1, first.t2, first.t3 and 5 more may not write" in one("mounts")["message"]


def test_source_on_another_engine_is_not_this_hosts(host: Host) -> None:
    text = task_of().replace('source = "data"', 'source = "/nowhere/at/all"').replace("[images.shell]", "@")
    engines = '[engines.big]\nurl = "tcp://192.0.2.1:2375"\n[images.shell]'
    host.project(text.replace("@", engines).replace('["true"]', '["true"]\nengine = "big"'))
    rows = host.doctor()["mounts"]
    assert {row["status"] for row in rows} == {"ok", "unknown"}
    assert rows[1]["message"] == "data: on the host of another engine too"


def test_engine_that_maps_owners_still_needs_the_source(host: Host) -> None:
    host.project(task_of())
    host.says("info", out=json.dumps({"OperatingSystem": "Docker Desktop"}))
    assert [row["status"] for row in host.doctor()["mounts"]] == ["problem", "unknown"]

"""AD412: which folders of the host give it away."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.cli import main

SPEC = """\
airdock = 1
[project]
name = "s"
[airflow]
version = "3.3.2"
[compose]
bundled = true
[images.etl]
ref = "alpine:3.20"
[dags.a.tasks.load]
image = "etl"
mounts = ["m"]
[lint]
ignore = ["AD408"]
"""


def warned(folder: Path, source: str, read_only: bool, capsys: pytest.CaptureFixture[str]) -> bool:
    mount = f'[mounts.m]\nsource = "{source}"\ntarget = "/m"\nread_only = {str(read_only).lower()}\n'
    (folder / "airdock.toml").write_text(SPEC + mount, encoding="utf-8")
    assert main(["check", "-C", str(folder)]) == 0
    return "warning[AD412]" in capsys.readouterr().err


HELD = ("/", "/etc", "/root", "/run", "/var", "/var/lib", "/var/lib/docker", "/var/run", "/run/x/podman.sock")
SYSTEM = ("/boot", "/dev", "/proc", "/sys", "/usr")
OTHER = ("/etc/ssl", "/usr/share/zoneinfo", "/srv", "/var/log", "/bootstrap", "/var/run/docker.sock.d")


@pytest.mark.parametrize("source", [*HELD, *SYSTEM, *OTHER])
def test_folders_of_the_host(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert warned(tmp_path, source, False, capsys) == (source not in OTHER)
    # Many a monitor reads the system's folders; the engine's data and the passwords are not to be read either.
    assert warned(tmp_path, source, True, capsys) == (source in HELD)

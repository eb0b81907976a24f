"""`airdock build --watch` as a process of its own: what it prints is waited for, what it leaves is looked at."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from airdock.cli import main
from commands import GOOD, run, write_project
from conftest import CASES, copy_case

PATIENCE = 60  # seconds
PROJECT = (
    GOOD
    + """
[images.etl]
from = "python:3.12-slim"
pip = "requirements.txt"
copy = [{ from = "src", to = "/src" }]

[mounts.data]
source = "data"
target = "/data"
create = true

[dags.first.tasks.b]
image = "etl"
script = { file = "scripts/b.sh" }
mounts = ["data"]
env_files = ["b.env"]
env = { TOKEN = { env = "TOKEN", default = "none" } }

[dags.first.tasks.c]
image = "etl"
python = "tasks/c.py:c"
"""
)
FILES = {
    "airdock.toml": 'include = ["more/*.toml"]\n' + PROJECT,
    "more/images.toml": '[images.more]\nref = "alpine:3.20"\n[dags.more.tasks.a]\nimage = "more"\n',
    "requirements.txt": "humanize==4.9.0\n",
    "src/deep/inside.txt": "one\n",
    "scripts/b.sh": "echo b\n",
    "tasks/c.py": "def c():\n    return 1\n",
    "b.env": "B=1\n",
    ".env": "TOKEN=first\n",
}


class Watching:
    """A process that watches, and its lines one after the other."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        command = [sys.executable, "-u", "-m", "airdock", "build", "--watch", *options]
        environ = {name: value for name, value in os.environ.items() if name != "TOKEN"}
        # What a shell starts in the background ignores the signal, and so would all that it starts.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        finally:
            signal.signal(signal.SIGINT, before)
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.lines.put(line)

    def until(self, text: str) -> str:
        """Return the lines up to the first that has a text in it."""
        lines = []
        while True:
            try:
                lines.append(self.lines.get(timeout=PATIENCE))
            except queue.Empty:
                raise AssertionError(f"no {text!r} in {''.join(lines)!r}") from None
            if text in lines[-1]:
                return "".join(lines)

    def interrupted(self) -> str:
        """Press Ctrl-C and return what is printed before the end, which has to be that of an interruption."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) == 130
        self.reader.join(PATIENCE)
        lines = []
        while not self.lines.empty():
            lines.append(self.lines.get())
        return "".join(lines)

    def write(self, path: str, text: str) -> None:
        """Save a file as editors do: another one takes its place."""
        new = self.folder / f"{path}~"
        new.write_text(text, encoding="utf-8")
        new.replace(self.folder / path)


def make(folder: Path) -> Path:
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    one = Watching(make(tmp_path))
    assert "created   dags/first.py" in one.until("watching; Ctrl-C ends it")
    yield one
    one.process.kill()
    one.process.wait()
    one.reader.join()


def test_a_day_of_work(watching: Watching) -> None:
    folder = watching.folder
    watching.write("airdock.toml", FILES["airdock.toml"].replace('["true"]', '["false"]'))
    assert "changed: airdock.toml" in watching.until("updated   dags/first.py")
    watching.write("airdock.toml", FILES["airdock.toml"].replace('image = "shell"', 'image = "shel"'))
    assert 'error[AD201]: task "a" uses image "shel"' in watching.until("1 error")
    watching.write("airdock.toml", "[")
    watching.until("error[AD003]")
    (folder / "airdock.toml").unlink()
    watching.until("error[AD001]")
    watching.write("airdock.toml", FILES["airdock.toml"])
    watching.until("updated   dags/first.py")
    (folder / "scripts/b.sh").unlink()
    watching.until("error[AD212]: script scripts/b.sh does not exist")
    watching.write("scripts/b.sh", FILES["scripts/b.sh"])
    assert "changed: scripts/b.sh" in watching.until("nothing to do")
    (folder / "scripts").rename(folder / "elsewhere")
    watching.until("error[AD212]")
    (folder / "elsewhere").rename(folder / "scripts")
    watching.until("nothing to do")
    assert watching.interrupted() == ""
    assert main(["build", "-C", str(folder), "--check"]) == 0


def test_each_input_is_watched(watching: Watching) -> None:
    for path, text, output in (
        ("more/images.toml", FILES["more/images.toml"].replace("3.20", "3.21"), "dags/more.py"),
        ("more/new.toml", '[dags.new.tasks.a]\nimage = "more"\n', "dags/new.py"),
        ("requirements.txt", "humanize==4.10.0\n", "dags/first.py"),
        ("src/deep/inside.txt", "two\n", "dags/first.py"),
        ("src/deep/new.txt", "two\n", "dags/first.py"),
        ("scripts/b.sh", "echo c\n", "dags/first.py"),
        ("tasks/c.py", "def c():\n    return 2\n", "dags/first.py"),
        ("b.env", "B=2\n", ".env"),
        (".env", "", ".env"),
    ):
        present = watching.folder / path
        watching.write(path, text or present.read_text(encoding="utf-8").replace("TOKEN=first", "TOKEN=second"))
        watching.until(f"changed: {path}\n")
        assert "changed: " not in watching.until(f"ated   {output}")
    assert "changed: " not in watching.interrupted()


def test_what_a_build_does_not_read_is_passed_over_and_so_is_what_it_writes(watching: Watching) -> None:
    for path in ("notes.txt", "data/out.csv", "logs/x.log", ".git/HEAD", ".venv/a.py", "src/.a.txt.swp", "src/x.pyc"):
        (watching.folder / path).parent.mkdir(exist_ok=True)
        (watching.folder / path).write_text("x", encoding="utf-8")
    # Reported after all of these, and in order.
    watching.write("scripts/b.sh", "echo c\n")
    printed = watching.until("updated   dags/first.py")
    assert [line for line in printed.splitlines() if "changed" in line] == ["changed: scripts/b.sh"]
    assert "changed: " not in watching.interrupted()


def test_edit_of_an_output_is_reported_and_kept(watching: Watching) -> None:
    edited = (watching.folder / "dags/first.py").read_text(encoding="utf-8") + "# mine\n"
    watching.write("dags/first.py", edited)
    watching.until("error[AD902]: dags/first.py was edited")
    assert (watching.folder / "dags/first.py").read_text(encoding="utf-8") == edited
    watching.write("dags/first.py", edited.removesuffix("# mine\n"))
    watching.until("nothing to do")
    (watching.folder / "dags/first.py").unlink()
    watching.until("created   dags/first.py")


def test_file_outside_the_project_is_watched(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    outside = tmp_path / "outside.sh"
    outside.write_text("echo 1\n", encoding="utf-8")
    text = GOOD.replace('command = ["true"]', f'script = {{ file = "{outside}" }}')
    one = Watching(write_project(tmp_path / "project", text))
    one.until("watching")
    outside.write_text("echo 2\n", encoding="utf-8")
    assert f"changed: {outside}" in one.until("updated   dags/first.py")
    outside.unlink()
    one.until("error[AD212]")
    assert "changed" not in one.interrupted()


def test_another_build_can_work_in_between(watching: Watching) -> None:
    # It would wait for a lock that is held.
    command = [sys.executable, "-m", "airdock", "build", "-C", str(watching.folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "nothing to do\n"
    assert "waiting" not in done.stderr


def test_without_the_library_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    write_project(tmp_path, GOOD)
    assert run("build", "--watch", "-C", tmp_path) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[1:] == [
        "airdock build: --watch needs the package watchfiles, which airdock[watch] brings: pip install watchfiles"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["airdock.toml"]


READ_ALL = """
import fnmatch, json, os, sys
from pathlib import Path
opened = set()
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        opened.add(os.path.abspath(os.fspath(arguments[0])))
sys.addaudithook(hook)
from airdock.diagnostics import Report
from airdock.pipeline import analyse, build, load
for name in sys.argv[1:]:
    root, report = Path(name), Report()
    document = load(root, "airdock.toml", report)
    outputs = {change.path for change in build(analyse(document, report), root, report, force=False)}
    read = {path for path in map(Path, opened) if path.is_relative_to(root) and path.suffix != ".toml"}
    known = {(root / path, pattern) for path, pattern in document.named}
    print(json.dumps([len(read), [
        path.relative_to(root).as_posix() for path in read
        if path.relative_to(root).as_posix() not in outputs and not any(
            path == other or (other in path.parents and pattern and fnmatch.fnmatch(path.name, pattern))
            for other, pattern in known
        )
    ]]))
"""


def test_every_file_that_a_build_opens_is_recorded(tmp_path: Path) -> None:
    folders = [str(copy_case(name, tmp_path)) for name in CASES]
    done = subprocess.run([sys.executable, "-c", READ_ALL, *folders], capture_output=True, text=True, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [unknown for _, unknown in results] == [[]] * len(CASES)
    assert sum(count for count, _ in results) > 20

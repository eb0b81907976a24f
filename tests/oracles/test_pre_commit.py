"""The hooks as a user gets them: pre-commit or prek installs airdock from a git repository and guards real commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from presence import required_or_skip

REPOSITORY = Path(__file__).resolve().parent.parent.parent
INSTALL_TIMEOUT = 300  # seconds for making the hook's environment
TIMEOUT = 60  # seconds for any other command
RUNNERS = {"pre-commit": "install-hooks", "prek": "prepare-hooks"}
"""What runs hooks, and its command that makes their environments."""
SPEC = """airdock = 1

[project]
name = "shop"

[airflow]
version = "3.3.2"
executor = "local"

[compose]
bundled = true

[images.alpine]
ref = "alpine:3.20"

[images.etl]
from = "python:3.12-slim"
copy = [{ from = "src", to = "/src" }]

[dags.nightly.tasks.hello]
image = "alpine"
command = ["echo", "hello"]

[dags.nightly.tasks.load]
image = "etl"
script = { file = "load.sh" }
"""
FILES = {
    "airdock.toml": SPEC,
    ".gitignore": ".env\n",
    "load.sh": "python /src/load.py\n",
    "src/load.py": "print('loaded')\n",
}
CONFIG = """repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: {hook}
"""
OUTPUTS = (
    ".env.example",
    "Dockerfile",
    "dags/nightly.py",
    "docker-compose.override.yaml",
    "docker-compose.yaml",
    "images/etl/Dockerfile",
    "images/etl/Dockerfile.dockerignore",
)
"""What a build of SPEC commits."""


@dataclass(frozen=True)
class Hooks:
    """A git repository with the hooks, and where the runner keeps the environment it makes of it."""

    repo: Path
    rev: str
    environ: dict[str, str]
    runner: str


@dataclass(frozen=True)
class User:
    """The git repository of a user of the hooks."""

    root: Path
    environ: dict[str, str]

    def git(self, *arguments: str, fails: bool = False, timeout: float = TIMEOUT) -> str:
        """Run git, assert that it succeeds (or fails), and return all it prints."""
        return run(["git", *arguments], self.root, self.environ, fails=fails, timeout=timeout)

    def commit(self, *, fails: bool = False) -> str:
        """Add what git knows already, commit, and return what git and the hook print."""
        return self.git("commit", "--quiet", "--all", "--message", "change", fails=fails)

    def commit_added(self, *, fails: bool = False) -> str:
        """Commit what has been added, if only a message, and return what git and the hook print."""
        return self.git("commit", "--quiet", "--allow-empty", "--message", "change", fails=fails)

    def add_as_told(self, printed: str) -> None:
        """Run the lines that the hooks print, as a person would who copies them into a shell."""
        lines = [line.partition("to commit: ")[2] for line in printed.splitlines() if "to commit: " in line]
        assert lines, printed
        for line in lines:
            run(["sh", "-ec", line], self.root, self.environ)

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace text that a file of the repository has."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))


def run(
    command: list[str], folder: Path, environ: dict[str, str], *, fails: bool = False, timeout: float = TIMEOUT
) -> str:
    """Run a command, assert that it succeeds (or fails), and return all it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        timeout=timeout,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert (done.returncode != 0) == fails, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module", params=RUNNERS)
def hooks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """The working tree as the git repository that a user names, with its environment made."""
    name = request.param
    runner = shutil.which(name, path=sysconfig.get_path("scripts"))
    required_or_skip(name, runner is not None, 'pip install -e ".[test]"')
    required_or_skip("git", shutil.which("git") is not None, "apt-get install git")
    folder = tmp_path_factory.mktemp(name)
    (folder / "gitconfig").touch()
    # Nothing of the git that may be running this test, and nothing that the user set up for themselves.
    ours = ("GIT_", "PRE_COMMIT", "PREK", "GITHUB_")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    environ |= {
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(folder / "cache"),
        "PREK_HOME": str(folder / "cache"),
        "PRE_COMMIT_COLOR": "never",
        "NO_COLOR": "1",
    }
    repo = folder / "airdock"
    _snapshot(repo)
    _init(repo, environ)
    rev = run(["git", "rev-parse", "HEAD"], repo, environ).strip()
    made = Hooks(repo, rev, environ, str(runner))
    warm = _user(made, folder / "warm", "airdock-check")
    run([made.runner, RUNNERS[name]], warm.root, environ, timeout=INSTALL_TIMEOUT)
    return made


def _snapshot(to: Path) -> None:
    """Copy the working tree without what git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, timeout=TIMEOUT).stdout
    for name in filter(None, listed.decode().split("\0")):
        source, target = REPOSITORY / name, to / name
        # A file that is deleted and not yet committed is still listed.
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _init(root: Path, environ: dict[str, str]) -> None:
    for arguments in (
        ["init", "--quiet"],
        ["config", "user.name", "Test"],
        ["config", "user.email", "test@example.invalid"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "start"],
    ):
        run(["git", *arguments], root, environ)


def _user(hooks: Hooks, root: Path, hook: str) -> User:
    """Return a repository with an airdock.toml and a hook, both committed, and nothing built."""
    user = User(root, hooks.environ)
    for path, text in FILES.items():
        user.write(path, text)
    user.write(".pre-commit-config.yaml", _config(hooks, hook))
    _init(root, hooks.environ)
    run([hooks.runner, "install"], root, hooks.environ)
    return user


def _config(hooks: Hooks, hook: str) -> str:
    return CONFIG.format(repo=hooks.repo, rev=hooks.rev, hook=hook)


@pytest.fixture
def fresh(hooks: Hooks, tmp_path: Path) -> User:
    """A user with airdock-build who has not built yet."""
    return _user(hooks, tmp_path / "user", "airdock-build")


@pytest.fixture(scope="module")
def in_step(hooks: Hooks, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], User]:
    """Return a function that makes a user with a hook whose repository is in step, in a folder."""
    first = _user(hooks, tmp_path_factory.mktemp("first") / "user", "airdock-build")
    first.commit_added(fails=True)
    first.git("add", "--all")
    assert "Passed" in first.commit()

    def make(hook: str, root: Path) -> User:
        user = User(shutil.copytree(first.root, root), hooks.environ)
        user.write(".pre-commit-config.yaml", _config(hooks, hook))
        user.git("commit", "--quiet", "--all", "--allow-empty", "--no-verify", "--message", "hook")
        return user

    return make


@pytest.fixture
def built(in_step: Callable[[str, Path], User], tmp_path: Path) -> User:
    """A user with airdock-build whose repository is in step."""
    return in_step("airdock-build", tmp_path / "user")


@pytest.fixture
def checked(in_step: Callable[[str, Path], User], tmp_path: Path) -> User:
    """A user with airdock-check whose repository is in step."""
    return in_step("airdock-check", tmp_path / "user")


@pytest.mark.parametrize("hook", ["airdock-build", "airdock-check"])
def test_a_commit_that_does_not_concern_airdock_passes(
    hook: str, in_step: Callable[[str, Path], User], tmp_path: Path
) -> None:
    user = in_step(hook, tmp_path / "user")
    user.write("notes.txt", "nothing of airdock's\n")
    user.git("add", "notes.txt")
    assert "Passed" in user.commit_added()
    assert user.git("status", "--porcelain") == ""


def test_first_build_fails_the_commit_and_names_the_files_to_add(fresh: User) -> None:
    printed = fresh.commit_added(fails=True)
    for path in OUTPUTS:
        assert f"created   {path}" in printed
    assert f"to commit: git add {' '.join(OUTPUTS)}" in printed
    assert fresh.git("status", "--porcelain", "--untracked-files=all").split() == [
        word for path in OUTPUTS for word in ("??", path)
    ]
    fresh.add_as_told(printed)
    assert "Passed" in fresh.commit()
    assert fresh.git("status", "--porcelain") == ""
    assert (fresh.root / ".env").is_file()


def test_a_changed_spec_fails_the_commit_once(built: User) -> None:
    built.replace("airdock.toml", '"hello"]', '"good bye"]')
    built.git("add", "airdock.toml")
    printed = built.commit_added(fails=True)
    assert "updated   dags/nightly.py" in printed
    built.add_as_told(printed)
    assert "Passed" in built.commit_added()
    assert "good bye" in built.git("show", "HEAD:dags/nightly.py")
    assert built.git("status", "--porcelain") == ""


@pytest.mark.parametrize("path", ["src/load.py", "load.sh"], ids=["copied into an image", "run by a task"])
def test_a_changed_script_fails_the_commit_once(built: User, path: str) -> None:
    built.write(path, "print('loaded twice')\n")
    built.git("add", path)
    printed = built.commit_added(fails=True)
    assert "updated   dags/nightly.py" in printed  # the tag of the image is in it, or the text of the script
    built.add_as_told(printed)
    assert "Passed" in built.commit_added()
    assert built.git("status", "--porcelain") == ""


def test_a_dag_that_is_gone_takes_its_module_with_it(built: User) -> None:
    built.replace("airdock.toml", "dags.nightly.", "dags.weekly.")
    built.git("add", "airdock.toml")
    printed = built.commit_added(fails=True)
    assert "deleted   dags/nightly.py" in printed
    assert "to commit: git add dags/nightly.py dags/weekly.py" in printed
    built.add_as_told(printed)
    assert "Passed" in built.commit_added()
    assert built.git("ls-files", "dags").split() == ["dags/weekly.py"]
    assert built.git("status", "--porcelain") == ""


def test_a_left_over_that_was_never_added_is_not_asked_for(fresh: User) -> None:
    fresh.commit_added(fails=True)
    fresh.replace("airdock.toml", "dags.nightly.", "dags.weekly.")
    fresh.git("add", "--all", ":!dags")
    printed = fresh.commit_added(fails=True)
    assert "deleted   dags/nightly.py" in printed
    assert "to commit: git add dags/weekly.py\n" in printed
    fresh.add_as_told(printed)
    assert "Passed" in fresh.commit_added()


def test_an_output_that_was_edited_by_hand_fails_the_commit(built: User) -> None:
    built.replace("dags/nightly.py", '"hello"', '"edited"')
    printed = built.commit(fails=True)
    assert "error[AD902]: dags/nightly.py was edited" in printed
    assert '"edited"' in (built.root / "dags/nightly.py").read_text(encoding="utf-8")


def test_an_output_that_was_deleted_comes_back_and_fails_the_commit(built: User) -> None:
    # pre-commit counts no deleted file, so a hook with a pattern of names would not even run.
    built.git("rm", "--quiet", "dags/nightly.py")
    printed = built.commit_added(fails=True)
    assert "created   dags/nightly.py" in printed
    built.add_as_told(printed)
    assert built.git("status", "--porcelain") == ""


def test_an_error_in_the_spec_fails_the_commit_with_the_finding(built: User) -> None:
    built.replace("airdock.toml", 'image = "alpine"', 'image = "alpin"')
    printed = built.commit(fails=True)
    assert "error[AD201]" in printed
    assert "airdock.toml:21:9" in printed
    assert 'did you mean "alpine"' in printed


def test_what_is_committed_counts_and_not_what_is_being_worked_on(built: User) -> None:
    # Built, but not to be committed yet: a change of a DAG, and a new one with a module that git does not know.
    built.replace("airdock.toml", '"hello"]', '"good bye"]\n\n[dags.new.tasks.a]\nimage = "alpine"')
    run([sys.executable, "-m", "airdock", "build"], built.root, built.environ)
    work = (built.root / "airdock.toml").read_bytes()
    built.write("notes.txt", "nothing of airdock's\n")
    built.git("add", "notes.txt")
    assert "Passed" in built.commit_added()
    assert built.git("show", "--stat", "--format=", "HEAD").split()[0] == "notes.txt"
    assert (built.root / "airdock.toml").read_bytes() == work
    # And the other way round: a change that is added counts, though its output is only on the disk.
    run([sys.executable, "-m", "airdock", "build"], built.root, built.environ)
    built.git("add", "airdock.toml")
    printed = built.commit_added(fails=True)
    assert "dags/nightly.py" in printed
    built.git("add", "--all")
    assert "Passed" in built.commit_added()


def test_airdock_check_passes_in_step_and_writes_nothing_on_drift(checked: User) -> None:
    head = checked.git("rev-parse", "HEAD")
    for path, old, new, found in (
        ("airdock.toml", '"hello"]', '"good bye"]', "error[AD907]: dags/nightly.py would be updated"),
        ("airdock.toml", "dags.nightly.", "dags.weekly.", "error[AD907]: dags/nightly.py would be deleted"),
        ("src/load.py", "loaded", "loaded twice", "error[AD907]: dags/nightly.py would be updated"),
        ("dags/nightly.py", '"hello"', '"edited"', "error[AD902]: dags/nightly.py was edited"),
        ("airdock.toml", 'image = "alpine"', 'image = "alpin"', "error[AD201]"),
    ):
        checked.replace(path, old, new)
        assert found in checked.commit(fails=True)
        assert checked.git("diff", "--name-only", "HEAD").split() == [path]
        checked.git("reset", "--quiet", "--hard")
    checked.git("rm", "--quiet", "dags/nightly.py")
    assert "error[AD907]: dags/nightly.py would be created" in checked.commit_added(fails=True)
    assert not (checked.root / "dags/nightly.py").exists()
    assert checked.git("rev-parse", "HEAD") == head


def test_airdock_check_looks_at_what_is_committed(checked: User) -> None:
    checked.replace("airdock.toml", '"hello"]', '"good bye"]\n\n[dags.new.tasks.a]\nimage = "alpine"')
    run([sys.executable, "-m", "airdock", "build"], checked.root, checked.environ)
    checked.write("notes.txt", "nothing of airdock's\n")
    checked.git("add", "notes.txt")
    assert "Passed" in checked.commit_added()
    assert (checked.root / "dags/new.py").is_file()


def test_airdock_check_fails_before_the_first_build_and_passes_in_a_fresh_clone(
    hooks: Hooks, fresh: User, tmp_path: Path
) -> None:
    fresh.write(".pre-commit-config.yaml", _config(hooks, "airdock-check"))
    assert "error[AD907]: Dockerfile would be created" in fresh.commit(fails=True)
    run([sys.executable, "-m", "airdock", "build"], fresh.root, fresh.environ)
    fresh.git("add", "--all")
    assert "Passed" in fresh.commit()
    clone = tmp_path / "clone"
    fresh.git("clone", "--quiet", str(fresh.root), str(clone))
    assert "Passed" in run([hooks.runner, "run", "--all-files"], clone, hooks.environ)
    assert not (clone / ".env").exists()


def test_two_projects_in_one_repository_each_have_their_hook(hooks: Hooks, tmp_path: Path) -> None:
    user, folders = User(tmp_path / "user", hooks.environ), ("stacks/a", "stacks/it's b")
    entries = "".join(
        f'      - id: {hook}\n        alias: {hook}-{number}\n        args: [-C, "{folder}"]\n'
        for number, folder in enumerate(folders)
        for hook in ("airdock-build", "airdock-check")
    )
    user.write(
        ".pre-commit-config.yaml",
        CONFIG.format(repo=hooks.repo, rev=hooks.rev, hook="").partition("      -")[0] + entries,
    )
    for folder in folders:
        for path, text in FILES.items():
            user.write(f"{folder}/{path}", text)
    _init(user.root, user.environ)
    run([hooks.runner, "install"], user.root, user.environ)
    printed = user.commit_added(fails=True)
    assert "created   stacks/a/dags/nightly.py" in printed
    assert "created   stacks/it's b/dags/nightly.py" in printed
    user.add_as_told(printed)
    assert user.commit_added().count("Passed") == 4
    assert user.git("status", "--porcelain") == ""
    user.replace("stacks/it's b/airdock.toml", "dags.nightly.", "dags.weekly.")
    user.git("add", "--all")
    printed = user.commit_added(fails=True)
    assert printed.count("Passed") == 3, printed
    assert "stacks/a/" not in printed
    user.add_as_told(printed)
    assert user.commit_added().count("Passed") == 4
    assert user.git("ls-files", "--", "stacks/it's b/dags").count("weekly.py") == 1
    assert user.git("status", "--porcelain") == ""

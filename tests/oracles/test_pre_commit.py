"""The hooks as a user gets them: a real pre-commit installs airdock from a git repository and guards real commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from presence import required_or_skip

REPOSITORY = Path(__file__).resolve().parent.parent.parent
INSTALL_TIMEOUT = 300  # seconds for making the hook's environment
TIMEOUT = 60  # seconds for any other command
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

[dags.nightly.tasks.hello]
image = "alpine"
command = ["echo", "hello"]
"""
CONFIG = """repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: {hook}
"""
OUTPUTS = (".env.example", "Dockerfile", "dags/nightly.py", "docker-compose.override.yaml", "docker-compose.yaml")
"""What a build of SPEC commits."""


@dataclass(frozen=True)
class Hooks:
    """A git repository with the hooks, and where pre-commit keeps the environment it makes of it."""

    repo: Path
    rev: str
    environ: dict[str, str]
    pre_commit: str


@dataclass(frozen=True)
class User:
    """The git repository of a user of the hooks."""

    root: Path
    environ: dict[str, str]

    def git(self, *arguments: str, fails: bool = False, timeout: float = TIMEOUT) -> str:
        """Run git, assert that it succeeds (or fails), and return all it prints."""
        return run(["git", *arguments], self.root, self.environ, fails=fails, timeout=timeout)

    def commit(self, *, fails: bool = False) -> str:
        """Add what git knows already or was told of, commit, and return what git and the hook print."""
        return self.git("commit", "--quiet", "--all", "--message", "change", fails=fails)

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
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


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """The working tree as the git repository that a user names, with its environment made."""
    pre_commit = shutil.which("pre-commit", path=sysconfig.get_path("scripts"))
    required_or_skip("pre-commit", pre_commit is not None, 'pip install -e ".[test]"')
    required_or_skip("git", shutil.which("git") is not None, "apt-get install git")
    folder = tmp_path_factory.mktemp("pre-commit")
    (folder / "gitconfig").touch()
    # Nothing of the git that may be running this test, and nothing that the user set up for themselves.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    environ |= {
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(folder / "cache"),
        "PRE_COMMIT_COLOR": "never",
        "NO_COLOR": "1",
    }
    repo = folder / "airdock"
    _snapshot(repo)
    _init(repo, environ)
    rev = run(["git", "rev-parse", "HEAD"], repo, environ).strip()
    made = Hooks(repo, rev, environ, str(pre_commit))
    warm = _user(made, folder / "warm", "airdock-check")
    run([made.pre_commit, "install-hooks"], warm.root, environ, timeout=INSTALL_TIMEOUT)
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
    root.mkdir()
    (root / "airdock.toml").write_text(SPEC, encoding="utf-8")
    (root / ".gitignore").write_text(".env\n", encoding="utf-8")
    config = CONFIG.format(repo=hooks.repo, rev=hooks.rev, hook=hook)
    (root / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    _init(root, hooks.environ)
    run([hooks.pre_commit, "install"], root, hooks.environ)
    return User(root, hooks.environ)


@pytest.fixture
def fresh(hooks: Hooks, tmp_path: Path) -> User:
    """A user with airdock-build who has not built yet."""
    return _user(hooks, tmp_path / "user", "airdock-build")


@pytest.fixture
def built(fresh: User) -> User:
    """A user with airdock-build whose repository is in step."""
    fresh.git("commit", "--quiet", "--allow-empty", "--message", "first", fails=True)
    fresh.git("add", "--all")
    fresh.commit()
    return fresh


def test_first_build_fails_the_commit_and_names_the_files_to_add(fresh: User) -> None:
    printed = fresh.git("commit", "--quiet", "--allow-empty", "--message", "first", fails=True)
    for path in OUTPUTS:
        assert f"created   {path}" in printed
    assert f"to commit: git add {' '.join(OUTPUTS)}" in printed
    assert fresh.git("status", "--porcelain", "--untracked-files=all").split() == [
        word for path in OUTPUTS for word in ("??", path)
    ]


def test_the_line_that_the_hook_prints_is_all_it_takes_to_commit(fresh: User) -> None:
    printed = fresh.git("commit", "--quiet", "--allow-empty", "--message", "first", fails=True)
    (line,) = [line for line in printed.splitlines() if "git add" in line]
    fresh.git(*line.partition("git ")[2].split())
    assert "Passed" in fresh.commit()
    assert fresh.git("status", "--porcelain") == ""


def test_a_changed_spec_fails_the_commit_once(built: User) -> None:
    built.replace("airdock.toml", '"hello"]', '"good bye"]')
    printed = built.commit(fails=True)
    assert "updated   dags/nightly.py" in printed
    assert "to commit: git add dags/nightly.py" in printed
    assert "Passed" in built.commit()
    assert "good bye" in built.git("show", "HEAD:dags/nightly.py")


def test_a_dag_that_is_gone_takes_its_module_with_it(built: User) -> None:
    built.replace("airdock.toml", "dags.nightly.", "dags.weekly.")
    printed = built.commit(fails=True)
    assert "deleted   dags/nightly.py" in printed
    built.git("add", "--all")
    assert "Passed" in built.commit()
    assert built.git("ls-files", "dags").split() == ["dags/weekly.py"]


def test_an_output_that_was_edited_by_hand_fails_the_commit(built: User) -> None:
    built.replace("dags/nightly.py", '"hello"', '"edited"')
    printed = built.commit(fails=True)
    assert "error[AD902]: dags/nightly.py was edited" in printed
    assert '"edited"' in (built.root / "dags/nightly.py").read_text(encoding="utf-8")


def test_an_output_that_was_deleted_comes_back_and_fails_the_commit(built: User) -> None:
    # pre-commit counts no deleted file, so a hook with a pattern of names would not even run.
    (built.root / "dags" / "nightly.py").unlink()
    assert "created   dags/nightly.py" in built.commit(fails=True)


def test_an_error_in_the_spec_fails_the_commit_with_the_finding(built: User) -> None:
    built.replace("airdock.toml", 'image = "alpine"', 'image = "alpin"')
    printed = built.commit(fails=True)
    assert "error[AD201]" in printed
    assert "airdock.toml:17:9" in printed
    assert 'did you mean "alpine"' in printed


def test_a_commit_that_does_not_concern_airdock_passes(built: User) -> None:
    built.write("notes.txt", "nothing of airdock's\n")
    built.git("add", "notes.txt")
    assert "Passed" in built.commit()


def test_airdock_check_passes_in_step_and_fails_on_drift(hooks: Hooks, built: User) -> None:
    built.write(".pre-commit-config.yaml", CONFIG.format(repo=hooks.repo, rev=hooks.rev, hook="airdock-check"))
    assert "Passed" in built.commit()
    built.replace("airdock.toml", '"hello"]', '"good bye"]')
    printed = built.commit(fails=True)
    assert "error[AD907]: dags/nightly.py would be updated" in printed
    assert built.git("diff", "--name-only", "HEAD").split() == ["airdock.toml"]


def test_airdock_check_passes_in_a_fresh_clone(hooks: Hooks, built: User, tmp_path: Path) -> None:
    built.write(".pre-commit-config.yaml", CONFIG.format(repo=hooks.repo, rev=hooks.rev, hook="airdock-check"))
    built.commit()
    clone = tmp_path / "clone"
    built.git("clone", "--quiet", str(built.root), str(clone))
    assert "Passed" in run([hooks.pre_commit, "run", "--all-files"], clone, hooks.environ)
    assert not (clone / ".env").exists()

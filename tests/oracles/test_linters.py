"""Everything that airdock generates, judged by the linters and readers of each format; and that it is always the same.

The header of a generated file tells linters to pass it by, so it is cut off first.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tomli
import yaml
from presence import required_or_skip
from ruamel.yaml import YAML

from conftest import CASES, REPOSITORY, build_case, copy_case, host_for_tests

TIMEOUT = 120  # seconds
SCRIPTS = sorted((REPOSITORY / "examples" / "scripts").glob("*.sh"))
SCRIPTS += [path for path in [REPOSITORY / ".ci" / "run"] if path.exists()]
NOT_BEFORE_3 = ["AIR301", "AIR302", "AIR311", "AIR312"]
"""Rules that ask for what Airflow 2 does not have, such as airflow.sdk."""
CLASS_KEYS = ("callable", "notifier", "operator", "timetable")
"""Keys with the full name of something of the user's choice, whose module a DAG imports."""
WORLDS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "1"},
)
"""Hosts that differ in what must not matter."""

Built = Callable[[str], dict[str, bytes]]


def tool(name: str) -> str:
    """Return the path of a program of the test environment."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    required_or_skip(name, found is not None, 'pip install -e ".[test]"')
    return str(found)


def run(command: list[str], folder: Path, environ: dict[str, str] | None = None, umask: int = -1) -> str:
    """Run a command, assert that it succeeds, and return its output."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        umask=umask,
        timeout=TIMEOUT,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A function that returns what a case is built into, by path; each case is built once."""
    made: dict[str, dict[str, bytes]] = {}

    def build(name: str) -> dict[str, bytes]:
        if name not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("airdock.pipeline.read_host", host_for_tests)
                made[name] = build_case(name, tmp_path_factory.mktemp(name))[1]
        return made[name]

    return build


def headless(data: bytes) -> str:
    """Return a generated file without its header: the comments before the first empty line."""
    header, _, body = data.decode().partition("\n\n")
    assert all(line.startswith("#") for line in header.splitlines())
    return body


def modules(written: dict[str, bytes]) -> dict[str, str]:
    """Return the DAG modules of a case without their headers."""
    return {path: headless(data) for path, data in written.items() if path.endswith(".py")}


def put(files: dict[str, str], folder: Path) -> list[str]:
    """Write files, each to a place of its own below a folder, and return their paths."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    return list(files)


def is_airflow_2(name: str) -> bool:
    """Say whether a case is for Airflow 2."""
    version: str = tomli.loads((CASES[name] / "airdock.toml").read_text(encoding="utf-8-sig"))["airflow"]["version"]
    return version.startswith("2.")


each_case = pytest.mark.parametrize("name", CASES)


@each_case
def test_hadolint_finds_nothing_in_dockerfiles(name: str, built: Built, tmp_path: Path) -> None:
    hadolint = tool("hadolint")
    files = {path: data.decode() for path, data in built(name).items() if Path(path).name == "Dockerfile"}
    assert files
    # Nobody's settings: neither of the folder nor of the user.
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    run([hadolint, "--no-color", "--failure-threshold", "style", *put(files, tmp_path)], tmp_path, environ)


@each_case
def test_dockerfiles_ask_nothing_of_buildkit(name: str, built: Built) -> None:
    for path, data in built(name).items():
        if Path(path).name == "Dockerfile":
            text = data.decode()
            # A parser directive counts only above the first line that is no comment, but has no business anywhere.
            assert not re.search(r"(?im)^\s*#\s*(syntax|escape|check)\s*=", text), path
            instructions = re.findall(r"(?m)^(?:RUN|COPY|ADD)\b(?!\s*\[).*$", text)
            assert not [line for line in instructions if re.search(r"<<-?\s*[\"']?\w", line)], path


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_shellcheck_finds_nothing(script: Path) -> None:
    run([tool("shellcheck"), "--norc", str(script)], REPOSITORY)


@each_case
def test_dag_modules_are_formatted(name: str, built: Built, tmp_path: Path) -> None:
    ruff, files = tool("ruff"), modules(built(name))
    if files:
        run([ruff, "format", "--diff", "--isolated", "--no-cache", *put(files, tmp_path)], tmp_path)


@each_case
def test_ruff_finds_nothing_of_airflow_in_dag_modules(name: str, built: Built, tmp_path: Path) -> None:
    ruff, files = tool("ruff"), modules(built(name))
    command = [ruff, "check", "--isolated", "--no-cache", "--select", "AIR", "--ignore-noqa"]
    if is_airflow_2(name):
        command += ["--ignore", ",".join(NOT_BEFORE_3)]
    if files:
        run([*command, *put(files, tmp_path)], tmp_path)


def test_ruff_would_find_a_variable_with_another_name(tmp_path: Path) -> None:
    code = (
        "from airflow.providers.docker.operators.docker import DockerOperator\n"
        'load = DockerOperator(task_id="fetch", image="alpine:3.20")\n'
    )
    put({"dag.py": code}, tmp_path)
    with pytest.raises(AssertionError, match="AIR001"):
        run([tool("ruff"), "check", "--isolated", "--no-cache", "--select", "AIR", "dag.py"], tmp_path)


@each_case
def test_dag_modules_compile_without_a_warning(name: str, built: Built) -> None:
    for path, data in built(name).items():
        if path.endswith(".py"):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compile(data, path, "exec", dont_inherit=True)


@each_case
def test_dag_modules_import_only_airflow_and_the_standard_library(name: str, built: Built) -> None:
    spec = [tomli.loads(path.read_text(encoding="utf-8-sig")) for path in CASES[name].rglob("*.toml")]
    own = {word.rpartition(".")[0] for document in spec for word in named_classes(document)}
    for path, data in built(name).items():
        if path.endswith(".py"):
            foreign = [
                module
                for module in imports(ast.parse(data))
                if module.partition(".")[0] not in {*sys.stdlib_module_names, "airflow"}
                and module not in {"docker.types", *own}
            ]
            assert foreign == [], path


def named_classes(node: object) -> Iterator[str]:
    """Return the full names of classes and functions that a document names."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in CLASS_KEYS and isinstance(value, str):
                yield value
            yield from named_classes(value)
    elif isinstance(node, list):
        for item in node:
            yield from named_classes(item)


def imports(module: ast.Module) -> Iterator[str]:
    """Return the modules that are imported when a module is: those outside of its functions."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


@each_case
def test_yaml_is_the_same_to_readers_of_1_1_and_1_2(name: str, built: Built) -> None:
    for path, data in built(name).items():
        if path.endswith(".yaml"):
            old = yaml.safe_load(data)
            new = YAML(typ="safe", pure=True).load(io.BytesIO(data))
            assert keys_that_are_no_text(old) == []
            # As JSON: to Python, 1 and true are the same.
            assert json.dumps(old) == json.dumps(new)


def keys_that_are_no_text(node: object) -> list[object]:
    """Return the keys of all mappings that are not text."""
    if isinstance(node, dict):
        return [key for key in node if not isinstance(key, str)] + keys_that_are_no_text(list(node.values()))
    return [key for item in node for key in keys_that_are_no_text(item)] if isinstance(node, list) else []


@each_case
def test_every_text_in_yaml_is_quoted(name: str, built: Built) -> None:
    for path, data in built(name).items():
        if path.endswith(".yaml"):
            plain = [
                event.value
                for event in unquoted_values(data)
                if not re.fullmatch(r"true|false|null|-?[0-9]+(\.[0-9]+)?", event.value)
            ]
            assert plain == [], path


def unquoted_values(data: bytes) -> Iterator[yaml.ScalarEvent]:
    """Return the scalars without quotes that are values, not keys."""
    # For each open collection: whether the next node of a mapping is a key; None in a list.
    open_: list[bool | None] = [None]
    for event in yaml.parse(data, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
        elif isinstance(event, yaml.NodeEvent):
            is_key = open_[-1]
            if isinstance(event, yaml.ScalarEvent) and event.style is None and not is_key:
                yield event
            if is_key is not None:
                open_[-1] = not is_key
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append(True if isinstance(event, yaml.MappingStartEvent) else None)


@each_case
def test_every_file_ends_in_one_line_end_and_has_no_carriage_return(name: str, built: Built) -> None:
    for path, data in built(name).items():
        assert data.endswith(b"\n"), path
        assert not data.endswith(b"\n\n"), path
        assert b"\r" not in data, path


def build_elsewhere(folder: Path, world: dict[str, str], umask: int) -> str:
    """Build in a process of its own with other surroundings, and return what it prints."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-W", "error", "-m", "airdock", "build", "-C", str(folder)]
    return run(command, REPOSITORY, kept | world, umask)


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return bytes and rights of all files below a folder, but of those that are this host's."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".env"
    }


def test_the_example_is_the_same_wherever_it_is_built(tmp_path: Path) -> None:
    results = []
    for place, world, umask in zip(("a", "b/c d é"), WORLDS, (0o022, 0o077), strict=True):
        (tmp_path / place).mkdir(parents=True)
        folder = copy_case("example", tmp_path / place)
        before = files_of(folder)
        assert "docker-compose.override.yaml\n" in build_elsewhere(folder, world, umask)
        assert (folder / ".env").stat().st_mode & 0o777 == 0o600
        results.append({path: file for path, file in files_of(folder).items() if path not in before})
    first, second = results
    assert first
    assert {mode for _, mode in first.values()} == {0o644}
    assert first == second


def test_a_second_build_does_nothing_wherever_it_runs(tmp_path: Path) -> None:
    folder = copy_case("example", tmp_path)
    build_elsewhere(folder, WORLDS[0], 0o022)
    times = {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}
    assert build_elsewhere(folder, WORLDS[1], 0o077) == "nothing to do\n"
    assert {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))} == times

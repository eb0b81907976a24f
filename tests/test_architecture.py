"""How the package is built: who imports whom, who writes, who opens secrets, and how long things are."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conftest import REPOSITORY, copy_case

PACKAGE = REPOSITORY / "compiler" / "airdock"
MAY_IMPORT: dict[str, set[str]] = {
    "diagnostics": {"__version__"},
    "facts": set(),
    "recall": {"__version__"},
    "load": {"diagnostics", "recall"},
    "spec": {"diagnostics", "recall", "__version__"},
    "project": {"spec", "facts", "diagnostics", "load"},
    "rules": {"project", "diagnostics", "facts", "load"},
    "emit": {"project", "facts", "load.host"},
    "output": {"emit.artifact", "diagnostics", "load", "project", "recall"},
    "pipeline": {"diagnostics", "load", "spec", "project", "rules", "emit", "output"},
    "explain": {"pipeline", "diagnostics"},
    "doctor": {"pipeline", "diagnostics", "facts", "load", "project"},
    "starter": {"pipeline", "diagnostics", "facts", "load", "project.base_file", "project.compose_text"}
    | {"project.requirements", "spec", "output.apply", "output.changes"},
    "show": {"project", "diagnostics", "load", "facts"},
    "graph": {"project"},
    "views": {"explain", "show", "graph", "diagnostics", "load", "output", "project.model"},
    "arguments": {"diagnostics", "views", "__version__"},
    "watch": set(),
    "progress": set(),
    "streams": set(),
    "cli": {"pipeline", "diagnostics", "load", "output", "spec.schema", "explain", "doctor", "starter"}
    | {"__version__", "arguments", "views", "watch", "progress", "streams", "project.model"},
    "start": {"recall", "streams", "cli"},
    "__main__": {"start"},
    "__init__": set(),
}
"""What each package or module of airdock may import of airdock, beside itself: a package, or one module of it."""
LIBRARIES = {
    "emit": {"jinja2"},
    "load": {"tomli"},
    "facts": {"tomli"},
    "spec": {"pydantic", "pydantic_core"},
    "project": {"packaging", "ruamel"},
    "rules": {"croniter", "jinja2"},
    "starter": {"ruamel"},
    "watch": {"watchfiles"},
}
MAY_WRITE = {"output/apply.py", "output/remember.py"}
WRITING = {
    "write_text",
    "write_bytes",
    "mkdir",
    "makedirs",
    "unlink",
    "rmdir",
    "rename",
    "touch",
    "chmod",
    "symlink_to",
}
WRITING |= {"hardlink_to", "mkstemp", "mkdtemp", "remove", "removedirs", "rmtree", "copytree", "copyfile", "utime"}
WRITING |= {"NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory", "truncate", "fdopen"}
MAY_REVEAL = {"emit/dotenv.py", "rules/mounts.py"}
"""`.env`, and the rule that looks whether the source of a mount is there."""
LONGEST_FUNCTION, LONGEST_FILE = 60, 350
SOURCES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

each_source = pytest.mark.parametrize("source", SOURCES)


@cache
def tree(source: str) -> ast.Module:
    return ast.parse((PACKAGE / source).read_text(encoding="utf-8"))


def owner(source: str) -> str:
    """Return the package or top-level module that a file belongs to."""
    return source.partition("/")[0].removesuffix(".py")


def imported(module: ast.Module) -> Iterator[str]:
    """Return the full names of everything that is imported, wherever it is."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Return the calls with the last part of what is called."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def test_every_package_has_a_rule() -> None:
    assert {owner(source) for source in SOURCES} == set(MAY_IMPORT)


@each_source
def test_imports_follow_the_picture(source: str) -> None:
    allowed = MAY_IMPORT[owner(source)] | {owner(source)}
    names = [name.removeprefix("airdock.") for name in imported(tree(source)) if name.split(".")[0] == "airdock"]
    wrong = [name for name in names if not any(f"{name}.".startswith(f"{known}.") for known in allowed)]
    assert wrong == []


@each_source
def test_nothing_outside_the_standard_library_is_imported_but_where_it_belongs(source: str) -> None:
    found = {name.split(".")[0] for name in imported(tree(source))} - set(sys.stdlib_module_names) - {"airdock"}
    assert found <= LIBRARIES.get(owner(source), set())


def writing_calls(module: ast.Module) -> Iterator[str]:
    """Return the calls that change something on the disk, as source."""
    for name, call in calls(module):
        # str.replace has two arguments or more, Path.replace one.
        moves = name == "replace" and len(call.args) + len(call.keywords) < 2
        if name in WRITING or moves or (name == "open" and not reads(call)):
            yield ast.unparse(call)


def reads(call: ast.Call) -> bool:
    """Say whether a call of `open` is one for reading, or for the null device."""
    texts = [ast.unparse(argument) for argument in [*call.args, *(keyword.value for keyword in call.keywords)]]
    modes = [text.strip("'") for text in texts if text[0] == "'" and set(text.strip("'")) <= set("rwaxbt+")]
    return "os.devnull" in texts or all(set(mode) <= set("rbt") for mode in modes)


@each_source
def test_only_the_writers_write(source: str) -> None:
    assert source in MAY_WRITE or list(writing_calls(tree(source))) == []


def test_writer_would_be_found() -> None:
    wrong = ["p.write_text('x')", "p.open('w')", "open(p, mode='ab')", "p.replace(q)", "os.replace(target=a)"]
    right = ["s.replace('a', 'b')", "p.open()", "open(p, 'rb')", "os.open(os.devnull, os.O_WRONLY)", "p.read_text()"]
    assert list(writing_calls(ast.parse("\n".join([*wrong, *right])))) == wrong


@each_source
def test_only_those_who_must_open_secrets(source: str) -> None:
    opened = [node for node in ast.walk(tree(source)) if isinstance(node, ast.Attribute) and node.attr == "reveal"]
    assert not opened or source in MAY_REVEAL
    inside = [node for node in ast.walk(tree(source)) if isinstance(node, ast.Attribute) and node.attr == "_text"]
    knows = "airdock.project.secret.Secret" in imported(tree(source))
    assert not inside or not knows


@each_source
def test_emitters_cannot_look_up_or_fail(source: str) -> None:
    if owner(source) != "emit":
        return
    names = set(imported(tree(source)))
    assert not {"os", "subprocess", "socket", "shutil", "datetime.datetime.now", "secrets", "random"} & names
    called = {name for name, _ in calls(tree(source))}
    assert not {"read_text", "read_bytes", "exists", "getenv", "now", "today", "facts_for", "newest_provider"} & called


@each_source
def test_functions_and_files_are_short(source: str) -> None:
    lines = (PACKAGE / source).read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE
    long = [
        (node.name, node.end_lineno - node.lineno + 1)
        for node in ast.walk(tree(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@each_source
def test_module_says_what_it_is_for(source: str) -> None:
    text = ast.get_docstring(tree(source))
    assert text
    assert Path(source).stem not in ("utils", "helpers", "manager", "common", "misc")


@each_source
def test_sources_parse_as_the_oldest_python(source: str) -> None:
    ast.parse((PACKAGE / source).read_text(encoding="utf-8"), feature_version=(3, 10))


PRINT_MODULES = (
    "import sys; from airdock.cli import main; code = main(sys.argv[1:]); print(*sys.modules); sys.exit(code)"
)


def modules_of(folder: Path, command: str) -> set[str]:
    """Return the modules that a command imports."""
    run = [sys.executable, "-c", PRINT_MODULES, command, "-C", str(folder)]
    done = subprocess.run(run, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name for name in done.stdout.splitlines()[-1].split() if "." not in name or name.startswith("airdock.")}


def test_checking_a_bundled_project_needs_no_template_engine_and_no_yaml(tmp_path: Path) -> None:
    folder = copy_case("example", tmp_path)
    modules_of(folder, "check")  # keeps the language, if no test before has
    found = modules_of(folder, "check")
    assert "airdock.spec.core" in found
    assert not {"pydantic", "pydantic_core", "dataclasses", "inspect"} & found
    assert not {"jinja2", "ruamel", "markupsafe", "difflib", "yaml", "croniter", "dateutil", "packaging"} & found
    assert not [name for name in found if name.startswith("airdock.emit.") and name != "airdock.emit.artifact"]
    assert not {"ruamel", "croniter", "packaging", "difflib"} & modules_of(folder, "build")


@pytest.mark.parametrize("command", ["--version", "build --help"])
def test_help_imports_nothing_heavy(command: str) -> None:
    code = "import sys; import airdock.cli; airdock.cli.parser(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert not {"pydantic", "jinja2", "ruamel", "tomli", "threading"} & set(done.stdout.split())
    run = subprocess.run(
        [sys.executable, "-m", "airdock", *command.split()], cwd=REPOSITORY, capture_output=True, check=False
    )
    assert run.returncode == 0

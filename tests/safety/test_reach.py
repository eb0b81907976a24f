"""What `airdock build` and `airdock check` can reach: no network, no program but git, no code of the project."""

from __future__ import annotations

import ast

from conftest import REPOSITORY

PACKAGE = REPOSITORY / "compiler" / "airdock"
NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "requests", "xmlrpc", "webbrowser"}
RUNS = {"subprocess", "multiprocessing", "pty", "runpy", "ctypes", "code"}
CALLS = {"eval", "exec", "__import__", "system", "popen", "spawnl", "spawnv", "execv", "execl", "import_module"}
LOADS = {"pickle", "marshal", "shelve", "dill"}


def test_only_git_and_the_doctor_leave_the_process() -> None:
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        source = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module).split(".")[0]]
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                names = [name] if name in CALLS else []
            reach = {name for name in names if name in NETWORK | RUNS | CALLS | LOADS}
            if reach and not source.startswith("doctor/"):
                found.setdefault(source, set()).update(reach)
    assert found == {
        "load/git.py": {"subprocess"},
        "diagnostics/formats/__init__.py": {"import_module"},  # of an output format, by its name in a fixed list
        "diagnostics/formats/sarif.py": {"urllib"},  # urllib.parse, which opens nothing
    }

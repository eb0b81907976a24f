"""BuildKit judges what an ignore file leaves out of a build, and with it what a content tag is made of."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from compose import need_engine

from airdock.project.ignore import read_ignore

FILES = (
    "a.txt", "b.md", "README.md", "x[1].txt", "x1.txt", "star*.txt", "deep/a.txt", "deep/b.md", "deep/er/a.txt",
    "deep/er/c.log", "deep/er/README.md", "node_modules/m/index.js", "src/app.py", "src/__pycache__/app.pyc",
    "src/.hidden", ".git/config", "tests/t.py", "a/b/c/d.txt", "é/ü.txt", "with space/f g.txt",
)  # fmt: skip
RULES = (
    "",
    "# all\n*\n",
    "*\n!src\n",
    "*\n!src/app.py\n!README.md\n",
    "*.md\n",
    "**/*.md\n!README.md\n",
    "*/*.md\n",
    "*/*/*.md\n",
    "**/README.md",
    "deep",
    "/deep/",
    "./deep/er/../er",
    "deep/**",
    "deep/**/a.txt",
    "**/er",
    "**/__pycache__\n**/*.pyc\n",
    "node_modules\n.git\n",
    "x[1].txt\n",
    "x\\[1\\].txt\n",
    "x[0-9].txt",
    "x[^0-9].txt",
    "star\\*.txt",
    "?.txt",
    "?.md\n!b.md",
    "src/*\n!src/app.py",
    "!a.txt\n*.txt",
    "*.txt\n!a.txt\na.txt",
    "a/**/d.txt",
    "a/*/d.txt",
    "**",
    "**\n!**/*.txt",
    "é\n",
    "with space",
    "  deep  \n\n   \n#src\n",
    "..\n../x\n",
    "/",
    ".",
    "deep/er\n!deep/er/a.txt\n",
    "\ufeffdeep\n",
    "*.txt\r\n!a.txt\r\n",
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build context that copies all it is sent."""
    folder = tmp_path_factory.mktemp("context")
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("rules", RULES)
def test_files_that_reach_a_build_are_those_that_the_tag_is_made_of(rules: str, context: Path, tmp_path: Path) -> None:
    need_engine()
    (context / ".dockerignore").write_text(rules, encoding="utf-8", newline="")
    command = ["docker", "buildx", "build", "--output", f"type=local,dest={tmp_path}/out", "."]
    subprocess.run(command, cwd=context, check=True, capture_output=True)
    sent = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    ignore = read_ignore(rules)
    expected = {name for name in FILES if not ignore.leaves_out(name)}
    assert sent - {"Dockerfile", ".dockerignore"} == expected
    shutil.rmtree(tmp_path / "out")

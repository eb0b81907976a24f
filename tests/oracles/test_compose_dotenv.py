"""Any text comes back from `.env` as it was: through Compose's own parser, and in the environment of a container."""

from __future__ import annotations

import json
import random
import secrets
import subprocess
from pathlib import Path

import pytest
from compose import compose_config, need_compose, need_engine

from airdock.emit.dotenv import dotenv_quoted
from airdock.load.dotenv import parse_dotenv
from hostile import HOSTILE

FILES, EACH = 12, 200
"""So many files of so many random texts."""
PIECES = (
    *"'\"\\$#`{}()[]<>|&;:=!?*%@~^,.-+/ \t\n\r\v\f\b\a\x1b\x7f",
    *("$$", "${", "${V1}", "${V1:-x}", "${V1", "$V1", "$(id)", "\\$", "\\\\", "\\n", "\\'", '\\"', "''", '""', " #"),
    *("\\x41", "\\u0041", "\\101", "\r\n", "\n\n", "V1=x", "\nV1=x\n", "export ", "#", "\\\n", "{{ x }}", "%s"),
    *("a", "B", "7", "_", "é", "ß", "日本", "e\u0301", "\u00a0", "\u0085", "\u2028", "\ufeff", "\u200b", "\U0001f600"),
)


def random_texts(seed: int, count: int) -> list[str]:
    """Return texts that are made of what matters to some reader of `.env`, and of anything else."""
    source = random.Random(seed)  # noqa: S311 - the same texts each time

    def any_character() -> str:
        number = source.choice((source.randrange(1, 0x80), source.randrange(1, 0x800), source.randrange(1, 0x110000)))
        return "x" if 0xD800 <= number <= 0xDFFF else chr(number)

    def text() -> str:
        length = source.choice((0, 1, 2, 3, 5, 8, 20, 80))
        return "".join(source.choice(PIECES) if source.random() < 0.9 else any_character() for _ in range(length))

    return [text() for _ in range(count)]


def write_project(folder: Path, texts: list[str]) -> None:
    """Write a `.env` of the texts, and a service that gets each of them by `${…}` and by env_file."""
    lines = [f"V{number}={dotenv_quoted(text)}\n" for number, text in enumerate(texts)]
    (folder / ".env").write_text("".join(lines), encoding="utf-8", newline="")
    service = {
        "image": "alpine:3.20",
        "network_mode": "none",
        "env_file": [".env"],
        "environment": {f"E{number}": f"${{V{number}:-}}" for number in range(len(texts))},
    }
    # JSON is YAML.
    (folder / "compose.yaml").write_text(json.dumps({"services": {"all": service}}), encoding="utf-8")


def check(environment: dict[str, str], texts: list[str]) -> None:
    wrong = {
        (key, text): environment.get(f"{key}{number}")
        for number, text in enumerate(texts)
        for key in "VE"
        if environment.get(f"{key}{number}") != text
    }
    assert wrong == {}


@pytest.mark.parametrize("seed", range(FILES))
def test_compose_reads_what_was_written(seed: int, tmp_path: Path) -> None:
    need_compose()
    texts = [*HOSTILE, *random_texts(seed, EACH)]
    write_project(tmp_path, texts)
    data = compose_config(tmp_path)
    assert data["complaints"] == ""
    check(data["services"]["all"]["environment"], texts)
    # airdock reads its own block back as Compose does.
    parsed = parse_dotenv((tmp_path / ".env").read_bytes().decode(), {})
    assert parsed == {f"V{number}": text for number, text in enumerate(texts)}


def test_a_container_gets_what_was_written(tmp_path: Path) -> None:
    need_compose()
    need_engine()
    texts = [*HOSTILE, *random_texts(FILES, 400)]
    write_project(tmp_path, texts)
    name = f"airdock-dotenv-{secrets.token_hex(3)}"
    command = ["docker", "compose", "--project-name", name, "run", "--rm", "-T", "all", "cat", "/proc/self/environ"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    entries = done.stdout.decode().split("\0")
    check(dict(entry.split("=", 1) for entry in entries if entry), texts)

"""Whole projects by chance: references that hold, and any text where text may stand."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hostile import HOSTILE

Table = dict[str, Any]

TEXTS = st.one_of(
    st.sampled_from([text for text in HOSTILE if "{{" not in text and "{%" not in text and "{#" not in text]),
    st.text(st.characters(exclude_characters="\0{", exclude_categories=["Cs"]), max_size=30),
    st.text("ab'\"\\\n\r\t$#:-%@`|> é日\u2028\u0085\x1b", max_size=12),
)
LINES = TEXTS.map(lambda text: text.replace("\n", " ").replace("\r", " "))
WORDS = st.text("abcdefgh", min_size=1, max_size=6)
KEYS = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}X", fullmatch=True)
"""Names of variables; none of them is one that airdock or Airflow sets."""
IMAGES, MOUNTS, POOLS = ("one", "two", "three"), ("raw", "scratch"), ("narrow", "wide")


@st.composite
def projects(draw: st.DrawFn) -> Table:
    """Return the values of an airdock.toml."""
    images = draw(st.lists(st.sampled_from(IMAGES), min_size=1, unique=True))
    mounts = draw(st.lists(st.sampled_from(MOUNTS), unique=True))
    pools = draw(st.lists(st.sampled_from(POOLS), unique=True))
    dags = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    return {
        "airdock": 1,
        "project": {"name": "chance", "description": draw(LINES)},
        "airflow": {
            "version": draw(st.sampled_from(["2.10.5", "3.0.6", "3.3.2"])),
            "executor": draw(st.sampled_from(["local", "celery"])),
            "dags_folder": draw(st.sampled_from(["dags", "a/b"])),
            "dags_per_file": draw(st.sampled_from([1, 2])),
            "env": draw(st.dictionaries(KEYS, TEXTS, max_size=2)),
        },
        "compose": {"bundled": True},
        "images": {name: draw(_image()) for name in images},
        "mounts": {name: draw(st.sampled_from(_mounts(name))) for name in mounts},
        "pools": {name: {"slots": draw(st.integers(1, 9)), "description": draw(LINES)} for name in pools},
        "variables": draw(st.dictionaries(WORDS, TEXTS, max_size=3)),
        "connections": {"api": {"type": "http", "host": "h", "description": draw(TEXTS), "extra": {"k": draw(TEXTS)}}},
        "dags": {name: draw(_dag(images, mounts, pools)) for name in dags},
        "lint": {"ignore": ["AD404", "AD408", "AD415", "AD501", "AD601"]},
    }  # fmt: skip


def _mounts(name: str) -> list[Table]:
    return [
        {"volume": name, "target": f"/mnt/{name}"},
        {"source": f"data/{name}", "target": f"/mnt/{name}", "create": True},
    ]


def _some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True) if names else st.just([])


@st.composite
def _image(draw: st.DrawFn) -> Table:
    if draw(st.booleans()):
        return {"ref": "alpine:3.20"}
    return {
        "from": "python:3.12-slim",
        "env": draw(st.dictionaries(KEYS, LINES, max_size=2)),
        "labels": draw(st.dictionaries(WORDS, LINES, max_size=2)),
        "cmd": draw(st.lists(LINES, min_size=1, max_size=2)),
    }


@st.composite
def _dag(draw: st.DrawFn, images: list[str], mounts: list[str], pools: list[str]) -> Table:
    ids = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    tasks: Table = {}
    for number, id_ in enumerate(ids):
        task: Table = {
            "image": draw(st.sampled_from(images)),
            "env": draw(st.dictionaries(KEYS, TEXTS, max_size=3)),
            "labels": draw(st.dictionaries(WORDS, TEXTS, max_size=2)),
            "mounts": draw(_some(mounts)),
            "after": draw(_some(ids[:number])),
            "doc": draw(TEXTS),
            "retries": draw(st.integers(0, 3)),
            "timeout": draw(st.sampled_from(["90s", "5m", "1h30m"])),
        }
        match draw(st.integers(0, 2)):
            case 0:
                task["command"] = draw(st.lists(TEXTS, min_size=1, max_size=3))
            case 1:
                task["script"] = draw(TEXTS.filter(str.strip))
            case _:
                task["expand"] = {
                    "command": draw(st.lists(st.lists(TEXTS, min_size=1, max_size=2), min_size=1, max_size=2))
                }
        if draw(st.booleans()) and pools:
            task["pool"] = draw(st.sampled_from(pools))
        if draw(st.booleans()):
            task["group"] = "agroup"
        tasks[id_] = task
    return {
        "description": draw(TEXTS),
        "doc": draw(TEXTS),
        "schedule": draw(st.sampled_from(["@daily", "0 3 * * *"])),
        "start_date": "2026-01-01",
        "catchup": draw(st.booleans()),
        "groups": {"agroup": {"tooltip": draw(TEXTS)}},
        "params": {"aparam": {"default": draw(TEXTS), "type": "string"}},
        "tasks": tasks,
    }

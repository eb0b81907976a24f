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
NOT_EMPTY = TEXTS.filter(bool)
WORDS = st.text("abcdefgh", min_size=1, max_size=6)
KEYS = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}X", fullmatch=True)
"""Names of variables; none of them is one that airdock or Airflow sets."""
JSON = st.recursive(
    st.one_of(TEXTS, st.integers(-(2**40), 2**40), st.booleans(), st.floats(-1e9, 1e9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
IMAGES, MOUNTS, POOLS = ("one", "two", "three"), ("raw", "scratch"), ("narrow", "wide")
ASSETS, ENGINES = ("orders", "items"), ("gpu", "far")
ENV_FILE = {"settings.env": {"FROM_FILE_X": "a $b 'c'", "SECOND_X": "#"}}
"""Files beside airdock.toml, and the variables in them."""
FILES = {
    "jobs.py": "def job(first, second=None):\n    return [first, second]\n",
    "settings.env": "FROM_FILE_X=\"a $b 'c'\"\nSECOND_X='#'\n",
    "secret.txt": "line one\nline 'two' $X\n",
    "ca.pem": "ca\n",
}
HOST = {"HOST_ONE": 'it\'s $HOME \\n "x"', "HOST_TWO": "two\nlines"}
"""Variables of the host."""
SOURCES: list[Table] = [
    {"env": "HOST_ONE"}, {"env": "HOST_TWO", "default": "x"}, {"env": "HOST_NONE", "default": "it's"},
    {"file": "secret.txt"}, {"connection": "api", "get": "password"}, {"connection": "api", "get": "extra.k"},
    {"variable": "known"}, {"param": "aparam"},
]  # fmt: skip


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
        "compose": {"bundled": True, "services": {"extra": draw(_service())}},
        "images": {"python": {"ref": "python:3.12-slim"}} | {name: draw(_image()) for name in images},
        "mounts": {name: draw(st.sampled_from(_mounts(name))) for name in mounts},
        "pools": {name: {"slots": draw(st.integers(1, 9)), "description": draw(LINES)} for name in pools},
        "assets": {
            name: {"uri": f"s3://shop/{name}", "extra": draw(st.dictionaries(WORDS, JSON, max_size=2))}
            for name in ASSETS
        },
        "engines": {
            "gpu": {"url": "tcp://gpu.internal:2376", "tls": {"ca": "ca.pem", "cert": "ca.pem", "key": "ca.pem"}},
            "far": {"url": "tcp://far.internal:2375"},
        },
        "variables": {"known": draw(TEXTS), "hosts": {"env": "HOST_TWO"}}
        | draw(st.dictionaries(WORDS, JSON, max_size=3)),
        "connections": {
            "api": {
                "type": "http", "host": "h", "password": {"env": "HOST_ONE"}, "description": draw(TEXTS),
                "extra": {"k": draw(TEXTS), "nested": draw(JSON), "hosts": {"file": "secret.txt"}},
            },
        },
        "dags": {name: draw(_dag(images, mounts, pools)) for name in dags},
        "lint": {"ignore": ["AD316", "AD404", "AD408", "AD415", "AD501", "AD601"]},
    }  # fmt: skip


@st.composite
def _service(draw: st.DrawFn) -> Table:
    """Return a service of Compose: its texts are Compose's, so a $ stands for itself only if it is doubled."""
    texts = TEXTS.map(lambda text: text.replace("$", "$$"))
    return {
        "image": "redis:7",
        "environment": draw(st.dictionaries(KEYS, texts, max_size=2)),
        "command": draw(st.lists(texts, max_size=2)),
        "labels": draw(st.dictionaries(WORDS, texts, max_size=2)),
    }


def _mounts(name: str) -> list[Table]:
    return [
        {"volume": name, "target": f"/mnt/{name}"},
        {"source": f"data/{name}", "target": f"/mnt/{name}", "create": True},
    ]


def _some(names: list[str] | tuple[str, ...]) -> st.SearchStrategy[list[str]]:
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


def _callbacks() -> st.SearchStrategy[Any]:
    notifier = st.builds(
        lambda args: {"notifier": "company.alerts.Notifier", "args": args}, st.dictionaries(WORDS, JSON, max_size=2)
    )
    one = st.one_of(notifier, st.just({"callable": "company.alerts.notify"}))
    return st.one_of(one, st.lists(one, min_size=1, max_size=2))


@st.composite
def _dag(draw: st.DrawFn, images: list[str], mounts: list[str], pools: list[str]) -> Table:
    ids = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    tasks: Table = {}
    for number, id_ in enumerate(ids):
        kind = draw(st.sampled_from(("container", "container", "swarm", "python", "operator")))
        before = [other for other in ids[:number] if "expand" not in tasks[other] and "swarm" not in tasks[other]]
        task: Table = {
            "after": draw(_some(ids[:number])),
            "doc": draw(TEXTS),
            "retries": draw(st.integers(0, 3)),
            "timeout": draw(st.sampled_from(["90s", "5m", "1h30m"])),
            "display_name": draw(NOT_EMPTY),
            "inlets": draw(_some(ASSETS)),
            "outlets": draw(_some(ASSETS)),
        } | draw(
            {"container": _container, "swarm": _swarm, "python": _python, "operator": _operator}[kind](
                images, [other for other in before if kind != "container" or _hands_out_list(tasks[other])]
            )
        )
        if kind in ("container", "python"):
            task |= {"mounts": draw(_some(mounts)), "labels": draw(st.dictionaries(WORDS, TEXTS, max_size=2))}
            if "env" not in task.get("expand", {}):
                task |= draw(st.sampled_from([{}, {}, {"env_files": ["settings.env"]}]))
        if kind != "operator":
            # A folder of this project is not on the host of another engine.
            engines = [None, *ENGINES] if not task.get("mounts") else [None]
            engine = draw(st.sampled_from(engines))
            task |= {"engine": engine} if engine and kind != "swarm" else {}
            if "env" not in task.get("expand", {}):
                task["env"] = draw(st.dictionaries(KEYS, TEXTS, max_size=3))
        if kind in ("container", "python") and "env" in task:
            task["env"] |= draw(
                st.dictionaries(st.sampled_from(["SOURCE_X", "OTHER_X"]), st.sampled_from(SOURCES), max_size=2)
            )
        if draw(st.booleans()) and pools:
            task["pool"] = draw(st.sampled_from(pools))
        if draw(st.booleans()):
            task["group"] = draw(st.sampled_from(["agroup", "inner"]))
        if draw(st.booleans()):
            task["on_failure"] = draw(_callbacks())
        tasks[id_] = task
    return {
        "description": draw(TEXTS),
        "doc": draw(TEXTS),
        "owner": draw(NOT_EMPTY),
        "tags": draw(st.lists(NOT_EMPTY.map(lambda text: text[:100]), max_size=2, unique=True)),
        "schedule": draw(_schedule()),
        "start_date": "2026-01-01",
        "catchup": draw(st.booleans()),
        "on_success": draw(_callbacks()),
        "groups": {"agroup": {"tooltip": draw(TEXTS)}, "inner": {"tooltip": draw(TEXTS), "parent": "agroup"}},
        "params": {
            "aparam": {"default": draw(TEXTS), "type": "string", "title": draw(TEXTS), "description": draw(TEXTS)},
            "chosen": {"default": 1, "enum": [1, draw(TEXTS), None][:2]},
            "short": draw(st.one_of(TEXTS, st.integers(-5, 5), st.lists(TEXTS, max_size=2))),
        },
        "tasks": tasks,
    }  # fmt: skip


def _schedule() -> st.SearchStrategy[Any]:
    return st.sampled_from([
        "@daily", "0 3 * * *", {"every": "6h"}, {"cron": "0 3 * * *", "timezone": "Europe/Paris"},
        {"assets": ["orders", "items"]}, {"any": ["orders", "items"]}, {"cron": "@daily", "assets": ["orders"]},
    ]) | st.builds(
        lambda args: {"timetable": "company.times.Table", "args": args}, st.dictionaries(WORDS, JSON, max_size=2)
    )  # fmt: skip


def _hands_out_list(task: Table) -> bool:
    """Say whether another task may be mapped over what this one hands out: one line of a container is one text."""
    return "image" not in task or "python" in task or task.get("xcom") == "all"


@st.composite
def _container(draw: st.DrawFn, images: list[str], lists: list[str]) -> Table:
    task: Table = {"image": draw(st.sampled_from(images))}
    task |= draw(st.sampled_from([{}, {"xcom": "all"}]))
    match draw(st.sampled_from(("command", "script", "commands", "environments", *(["output"] if lists else [])))):
        case "command":
            return task | {"command": draw(st.lists(TEXTS, min_size=1, max_size=3))}
        case "script":
            return task | {
                "script": draw(TEXTS.filter(str.strip)),
                "shell": draw(st.lists(TEXTS, min_size=1, max_size=2)),
            }
        case "commands":
            commands = st.lists(st.lists(TEXTS, min_size=1, max_size=2), min_size=1, max_size=2)
            return task | {"expand": {"command": draw(commands)}}
        case "environments":
            tables = st.lists(st.dictionaries(KEYS, TEXTS, min_size=1, max_size=2), min_size=1, max_size=2)
            return task | {"command": ["true"], "expand": {"env": draw(tables)}}
        case _:
            return task | {"expand": {"command": {"output": draw(st.sampled_from(lists))}}}


@st.composite
def _swarm(draw: st.DrawFn, images: list[str], before: list[str]) -> Table:
    references = st.lists(
        st.builds(lambda text: {"id": "abc", "name": "def", "filename": text}, TEXTS), min_size=1, max_size=2
    )
    return {
        "image": draw(st.sampled_from(images)),
        "runner": "swarm",
        "command": draw(st.lists(TEXTS, min_size=1, max_size=2)),
        "swarm": {
            "args": draw(st.lists(TEXTS, max_size=2)),
            "constraints": draw(st.lists(TEXTS, min_size=1, max_size=2)),
            "configs": draw(references),
            "secrets": draw(references),
            "log_driver": "gelf",
            "log_options": draw(st.dictionaries(WORDS, TEXTS, min_size=1, max_size=2)),
        },
    }


@st.composite
def _python(draw: st.DrawFn, images: list[str], before: list[str]) -> Table:
    task: Table = {"image": "python", "python": "jobs.py:job", "multiple_outputs": draw(st.booleans())}
    second = draw(
        st.sampled_from([None, {"param": "chosen"}, {"variable": "known"}, *({"output": id_} for id_ in before)])
    )
    args = {"second": second} if second else {}
    if draw(st.booleans()):
        return task | {"args": args, "expand": {"args": {"first": draw(st.lists(JSON, min_size=1, max_size=2))}}}
    return task | {"args": {"first": draw(JSON)} | args}


@st.composite
def _operator(draw: st.DrawFn, images: list[str], before: list[str]) -> Table:
    task: Table = {"operator": "company.tools.Operator", "arguments": {"given": draw(JSON)}}
    if draw(st.booleans()):
        task["expand"] = {"arguments": {"mapped": draw(st.lists(JSON, min_size=1, max_size=2))}}
    return task

"""Artifacts as trees, and what differs between two of them but for one text."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from jinja2 import Environment, TemplateError, nodes

from airdock.emit.artifact import Artifact, DotenvBlock, Folder
from airdock.load.dotenv import read_dotenv

Node = Any
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
JINJA = Environment(autoescape=True)  # which only parses
MARK = "zqmarkzq"
"""Stands for the text in one of the trees; a name, a word and a path may hold it."""
_DIGEST = re.compile(r"(?<=:)[0-9a-f]{12}\b|(?<=_)[0-9A-F]{8}(?=:-\}|$)")
"""The tag of an image, which changes with what goes into it, and the end of a variable that has a default."""


def parsed(artifact: Artifact) -> Node:
    """Return an artifact as a tree of tables, lists and texts."""
    match artifact:
        case Folder():
            return "folder"
        case DotenvBlock():
            return parsed_text("dotenv", artifact.body)
        case _:
            return parsed_text(artifact.style, artifact.body)


@lru_cache(maxsize=64)
def parsed_text(style: str, text: str) -> Node:
    match style:
        case "python":
            return tree_of(ast.parse(text))
        case "yaml":
            return without_dollars(yaml.load(text, LOADER))  # noqa: S506 - a safe one
        case "dockerfile":
            return instructions(text)
        case "dotenv":
            return read_dotenv(text, {}).own
        case _:
            return text.split("\n")


def without_dollars(node: Node) -> Node:
    """Return a tree of a Compose file with each $$ as the $ that it stands for."""
    if isinstance(node, dict):
        return {key: without_dollars(inner) for key, inner in node.items()}
    if isinstance(node, list):
        return [without_dollars(inner) for inner in node]
    return node.replace("$$", "$") if isinstance(node, str) else node


def tree_of(node: ast.AST) -> Node:
    """Return Python source as a tree; names of variables are texts."""
    if isinstance(node, ast.Constant):
        return ["constant", node.value]
    fields: dict[str, Node] = {"is": type(node).__name__}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[name] = tree_of(value)
        elif isinstance(value, list):
            fields[name] = [tree_of(item) if isinstance(item, ast.AST) else item for item in value]
        else:
            fields[name] = value
    return fields


def instructions(text: str) -> list[list[str]]:
    """Return the instructions of a Dockerfile, without comments: each as its name and words."""
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return [list(words_of(line)) for line in re.sub(r"\\\n", "", "\n".join(lines)).split("\n")]


def words_of(line: str) -> Iterator[str]:
    """Return the words of an instruction as Docker reads them: a list in JSON, a line of shell, or quoted words."""
    name, _, rest = line.partition(" ")
    yield name
    listed = re.search(r"\[.*\]$", rest)
    if name == "RUN":
        yield from json.loads(rest)[-1:] if listed and rest.startswith("[") else [rest]
    elif listed and name in ("COPY", "ENTRYPOINT", "CMD", "SHELL"):
        yield rest[: listed.start()]
        for word in json.loads(listed[0]):
            yield re.sub(r"\\(.)", r"\1", word) if name == "COPY" else word
    else:
        for word in re.findall(r'(?:"(?:\\.|[^"\\])*"|\S)+', rest):
            yield re.sub(r'"((?:\\.|[^"\\])*)"', lambda match: re.sub(r"\\(.)", r"\1", match[1]), word)


def differences(wanted: Node, found: Node, text: str, path: str = "") -> Iterator[str]:
    """Return where a tree is not another one with a text in the place of its mark."""
    if wanted is found:
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        keys = {filled(key, text): key for key in wanted}
        found = {_DIGEST.sub("DIGEST", key) if isinstance(key, str) else key: inner for key, inner in found.items()}
        if keys.keys() != found.keys():
            yield f"{path}: keys {sorted(keys)} are {sorted(found)}"
            return
        for key, before in keys.items():
            yield from differences(wanted[before], found[key], text, f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, text, f"{path}[{index}]")
    elif isinstance(wanted, str) and isinstance(found, str):
        if not any(same(wanted, found, text) for same in (is_filled, is_json_filled, is_shell_filled, is_jinja_filled)):
            yield f"{path}: {wanted!r} became {found!r}"
    elif type(wanted) is not type(found) or wanted != found:
        yield f"{path}: {wanted!r} became {found!r}"


def filled(text: str, with_: str) -> str:
    """Return a text with another one in the place of its mark, and of what names are made of it."""
    if not isinstance(text, str):
        return text
    name = re.sub(r"[^A-Z0-9]+", "_", with_.upper()).strip("_")
    return _DIGEST.sub("DIGEST", text.replace(MARK, with_).replace(MARK.upper(), name))


def is_filled(wanted: str, found: str, text: str) -> bool:
    return filled(wanted, text) == _DIGEST.sub("DIGEST", found)


def is_json_filled(wanted: str, found: str, text: str) -> bool:
    """Say whether both are JSON, such as a connection, and the same but for the text."""
    try:
        one, other = json.loads(wanted), json.loads(found)
    except ValueError:
        return False
    return isinstance(one, dict | list) and not [*differences(one, other, text)]


def is_shell_filled(wanted: str, found: str, text: str) -> bool:
    """Say whether both are lines of shell with the same words but for the text."""
    try:
        one, other = shlex.split(wanted), shlex.split(found)
    except ValueError:
        return False
    return len(one) > 1 and [filled(word, text) for word in one] == other


def is_jinja_filled(wanted: str, found: str, text: str) -> bool:
    """Say whether both are templates that say the same but for the text."""
    try:
        one, other = JINJA.parse(wanted), JINJA.parse(found)
    except TemplateError:
        return False
    return "{{" in wanted and not [*differences(jinja_tree(one), jinja_tree(other), text)]


def jinja_tree(node: Node) -> Node:
    if isinstance(node, nodes.Node):
        return {"is": type(node).__name__, **{name: jinja_tree(value) for name, value in node.iter_fields()}}
    return [jinja_tree(item) for item in node] if isinstance(node, list | tuple) else node

"""Draft the facts of a new Airflow series from the newest one that is known and an installed release.

    python tests/oracles/airflow_environments.py install 3.4.0
    python scripts/airflow_series.py 3.4.0

Writes `compiler/airdock/facts/airflow/3.4.toml`: what can be read from the release is, the rest is copied. Prints what
is not as before, and what a person has to look up. See docs/new-airflow-version.md.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import tomli

REPOSITORY = Path(__file__).resolve().parents[1]
FACTS = REPOSITORY / "compiler" / "airdock" / "facts" / "airflow"
ORACLES = REPOSITORY / "tests" / "oracles"
READ = """
import importlib, inspect, json, sys, warnings
from importlib.metadata import metadata

imports = json.loads(sys.argv[1])
moved = {}
for name, module in imports.items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            moved[name] = f"{module}: {error}"
    told = [str(each.message) for each in caught if name in str(each.message)]
    if told:
        moved[name] = told[0]
try:
    from airflow.sdk import DAG, BaseOperator, TriggerRule, WeightRule
except ImportError:
    from airflow import DAG
    from airflow.models import BaseOperator
    from airflow.utils.trigger_rule import TriggerRule
    from airflow.utils.weight_rule import WeightRule
python = [line.rpartition(":: ")[2] for line in metadata("apache-airflow").get_all("Classifier") or []]
print(json.dumps({
    "python": [version for version in python if version.startswith("3.")],
    "trigger_rules": [rule.value for rule in TriggerRule],
    "weight_rules": [rule.value for rule in WeightRule],
    "arguments": sorted({*inspect.signature(DAG.__init__).parameters, *inspect.signature(BaseOperator).parameters}),
    "moved": moved,
}))
"""
BY_HAND = (
    "image_python: the Python of the image without a -python suffix",
    "[compose] and [bundled]: compare the official Compose file of the release with that of the series before",
    "[schedule]: presets and what a cron line stands for (tests/oracles/test_cron.py judges them)",
    "[templates.instead]: what replaces the variables that are gone",
)


def environments() -> Any:
    """Return tests/oracles/airflow_environments.py as a module."""
    spec = importlib.util.spec_from_file_location("airflow_environments", ORACLES / "airflow_environments.py")
    if spec is None or spec.loader is None:
        raise SystemExit("tests/oracles/airflow_environments.py is not there")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run(python: Path, *arguments: str) -> Any:
    """Return what a script says in an environment, as JSON."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [python, *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={"AIRFLOW_HOME": home, "PATH": "/usr/bin:/bin"},
        )
    return json.loads(done.stdout[done.stdout.index("{") :].splitlines()[0])


def replaced(text: str, key: str, values: list[str]) -> str:
    """Return the facts with another list under a key."""
    flat = f"{key} = [{', '.join(json.dumps(value) for value in values)}]"
    return re.sub(rf"(?m)^{key} = \[[^\]]*\](?: *#.*)?$", lambda _: flat, text, count=1)


def draft(version: str) -> tuple[str, Path, dict[str, Any], dict[str, Any]]:
    """Return the text of the new file, the file it was made from, and what the release says."""
    known = sorted(FACTS.glob("*.toml"), key=lambda path: tuple(map(int, path.stem.split("."))))
    series = version.rpartition(".")[0]
    before = next(path for path in reversed(known) if path.stem != series)
    text = before.read_text(encoding="utf-8")
    old = tomli.loads(text)
    found = environments().find(version)
    if found is None:
        raise SystemExit(f"first: python tests/oracles/airflow_environments.py install {version}")
    read = run(found.python, "-c", READ, json.dumps(old["imports"]))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "snippets.json").write_text("[]", encoding="utf-8")
        templates = run(found.python, str(ORACLES / "read_templates.py"), folder)
    text = text.replace(f"Airflow {before.stem}", f"Airflow {series}", 1)
    text = re.sub(r'(?m)^series = ".*"', f'series = "{series}"', text)
    text = re.sub(r'(?m)^latest = ".*"', f'latest = "{version}"', text)
    for key in ("python", "trigger_rules", "weight_rules"):
        text = replaced(text, key, read[key])
    for key in ("variables", "filters", "dated"):
        text = replaced(text, key, templates[key])
    return text, before, read, templates


def main(version: str) -> None:
    """Write the draft."""
    text, before, read, templates = draft(version)
    old = tomli.loads(before.read_text(encoding="utf-8"))
    (FACTS / f"{version.rpartition('.')[0]}.toml").write_text(text, encoding="utf-8")
    report(before.stem, old, read, templates)


def report(before: str, old: dict[str, Any], read: dict[str, Any], templates: dict[str, Any]) -> None:
    """Print what a person has to look at."""
    say = sys.stdout.write
    for key, told in (("trigger_rules", read), ("weight_rules", read), ("python", read)):
        say(_difference(key, set(old[key]), set(told[key])))
    say(_difference("template variables", set(old["templates"]["variables"]), set(templates["variables"])))
    for name, problem in read["moved"].items():
        say(f"[imports] {name} has moved: {problem}\n")
    for argument in old["arguments"]["lacks"]:
        if argument in read["arguments"]:
            say(f"[arguments] {argument} is there now: take it out of lacks\n")
    say(f"Compared with {before}. To look up by hand:\n")
    for line in BY_HAND:
        say(f"  {line}\n")


def _difference(what: str, old: set[str], new: set[str]) -> str:
    parts = [
        f"{word} {', '.join(sorted(names))}" for word, names in (("new:", new - old), ("gone:", old - new)) if names
    ]
    return f"{what}: {'; '.join(parts)}\n" if parts else ""


if __name__ == "__main__":
    main(sys.argv[1])

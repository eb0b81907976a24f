"""Dockerfiles and their ignore files as text. Their bytes are part of what an image's content tag is made of.

No heredocs and no ``# syntax=`` line: BuildKit of engine 20.10 fails on the first, and asks a public registry
because of the second.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from airdock.facts import Feature
from airdock.project.model import Target
from airdock.spec.image import ImageSpec
from airdock.spec.project import AirflowTable

CONSTRAINTS = "/tmp/constraints.txt"  # noqa: S108 - a path in the image, not on this host
CONSTRAINTS_URL = "https://raw.githubusercontent.com/apache/airflow/constraints-{version}/constraints-{python}.txt"
ROOT, AIRFLOW = 0, 50000
"""Users of the official image, by number: a name has to be looked up in the image."""
REQUIREMENTS = "/tmp/requirements.txt"  # noqa: S108


_PLAIN = re.compile(r"^[A-Za-z0-9_.:-]+$")


def quoted(text: str) -> str:
    """Return a text as one word of an instruction in which Docker replaces variables, such as ENV or LABEL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def shell_quoted(text: str) -> str:
    """Return a text as one word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def words(items: Sequence[str]) -> str:
    """Return a JSON list, the form in which Docker takes ENTRYPOINT, CMD and RUN without a shell."""
    return json.dumps(list(items), ensure_ascii=False)


def image_dockerfile(spec: ImageSpec) -> str:
    """Return the Dockerfile of an image that is described in airdock.toml; the context is the project directory."""
    lines = [f"FROM {spec.from_}"]
    lines += [f"ARG {name}" for name in spec.args]
    lines += [f"LABEL {quoted(key)}={quoted(value)}" for key, value in spec.labels.items()]
    lines += [f"ENV {name}={quoted(value)}" for name, value in spec.env.items()]
    if spec.apt:
        lines += [_apt(spec.apt)]
    if spec.workdir is not None:
        lines += [f"WORKDIR {quoted(spec.workdir)}"]
    if isinstance(spec.pip, str):
        lines += [f"COPY {_copied([spec.pip, REQUIREMENTS])}", f"RUN pip install --no-cache-dir -r {REQUIREMENTS}"]
    elif spec.pip:
        lines += [_command("RUN pip install --no-cache-dir", map(shell_quoted, spec.pip))]
    for copy in spec.copy_:
        owner = f"--chown={copy.chown} " if copy.chown else ""
        lines += [f"COPY {owner}{_copied([copy.from_, copy.to])}"]
    for line in spec.run:
        if lines[-1].startswith("RUN "):
            lines += ["# Each line of airdock.toml is a layer of its own.", "# hadolint ignore=DL3059"]
        lines += [f"RUN {_shell_line(line)}"]
    if spec.user is not None:
        lines += [f"USER {spec.user}" if _PLAIN.match(spec.user) else f"USER {quoted(spec.user)}"]
    if spec.entrypoint is not None:
        lines += [f"ENTRYPOINT {words(spec.entrypoint)}"]
    if spec.cmd is not None:
        lines += [f"CMD {words(spec.cmd)}"]
    return "\n".join(lines) + "\n"


def image_ignore(sent: Iterable[str]) -> str:
    """Return the ignore file that sends only these paths of the project to the engine."""
    lines = ["*"]
    lines += [f"!{path.removeprefix('./').rstrip('/')}" for path in sent]
    lines += ["**/__pycache__", "**/*.pyc", "**/.DS_Store"]
    return "\n".join(lines) + "\n"


IGNORED_NAMES = ("__pycache__", ".DS_Store")
IGNORED_SUFFIX = ".pyc"


def airflow_dockerfile(spec: AirflowTable, target: Target) -> str:
    """Return the Dockerfile of the Airflow image: apt as root, pip as airflow, apache-airflow restated."""
    lines = [f"FROM {spec.image or f'apache/airflow:{target.version}-python{target.python}'}"]
    if spec.apt:
        lines += [f"USER {ROOT}", _apt(spec.apt), f"USER {AIRFLOW}"]
    packages = [
        '"apache-airflow==${AIRFLOW_VERSION}"',
        f'"apache-airflow-providers-docker=={target.provider.version}"',
        *(f'"{requirement}"' for requirement in target.provider.forgotten()),
        *map(shell_quoted, spec.requirements),
    ]
    if spec.constraints is False:
        return "\n".join([*lines, _command("RUN pip install --no-cache-dir", packages)]) + "\n"
    if isinstance(spec.constraints, str) and "://" not in spec.constraints:
        lines.append(f"COPY --chown={AIRFLOW}:0 {_copied([spec.constraints, CONSTRAINTS])}")
    # sed, not grep: it succeeds when nothing is left. The provider asked for is newer than Airflow's constraints.
    names = "|".join(target.provider.unconstrained)
    steps = [
        *_fetched_constraints(spec, target),
        f"sed -E -i '/^({names})==/d' {CONSTRAINTS}",
        _command(f"pip install --no-cache-dir --constraint {CONSTRAINTS}", packages),
    ]
    return "\n".join([*lines, "RUN " + " \\\n && ".join(steps)]) + "\n"


def _fetched_constraints(spec: AirflowTable, target: Target) -> list[str]:
    """Return the shell command, if one is needed, that puts the constraints where pip shall find them."""
    if isinstance(spec.constraints, str):
        fetched = "://" in spec.constraints
        return [f"curl -fsSL -o {CONSTRAINTS} {shell_quoted(spec.constraints)}"] if fetched else []
    if target.airflow.has(Feature.CONSTRAINTS_IN_IMAGE):
        # A base image of the user's may have no such file; then nothing is constrained.
        return [f'if [ -f "${{HOME}}/constraints.txt" ]; then cat "${{HOME}}/constraints.txt"; fi > {CONSTRAINTS}']
    url = CONSTRAINTS_URL.format(version=target.version, python=target.python)
    return [f"curl -fsSL -o {CONSTRAINTS} {shell_quoted(url)}"]


def _apt(packages: Sequence[str]) -> str:
    install = _command("apt-get install -y --no-install-recommends", map(shell_quoted, packages))
    return (
        f"RUN apt-get update \\\n && {install} \\\n && apt-get autoremove -y --purge \\\n && apt-get clean \\\n"
        " && rm -rf /var/lib/apt/lists/*"
    )


def _command(start: str, items: Iterable[str]) -> str:
    return " \\\n".join([start, *(f"    {item}" for item in items)])


def _copied(paths: Sequence[str]) -> str:
    """Return the paths of a COPY in its JSON form; even there Docker reads quotes and replaces variables."""
    return words([re.sub(r"([\\\"'$])", r"\\\1", path) for path in paths])


def _shell_line(line: str) -> str:
    """Return a shell line for RUN: as it stands, or as JSON where Docker would read more into it than the shell."""
    plain = (
        not set(line) & {"\n", "\r"}
        and "<<" not in line
        and not line.endswith("\\")
        and not line.lstrip().startswith(("[", "-", "#"))
    )
    return line if plain and line.strip() else words(["/bin/sh", "-c", line])

"""Folders that people run `airdock init` in: each a function that fills one, with an official Compose file's text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

OVERRIDE = """\
# What one writes by hand to get DockerOperator to work.
x-log: &log
  logging: { driver: json-file }

services:
  airflow-worker:
    <<: *log
    build: .
    group_add:
      - "999"
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - ${DATA:-./data}:/data
    environment:
      AIRFLOW_CONN_DB: postgres://shop:hunter2@db/shop
      PRICE: "5$$"
      FROM_HERE:
  db:
    <<: *log
    image: postgres:16
    environment: { POSTGRES_PASSWORD: "${PW:-x}" }
    volumes: ["dbdata:/var/lib/postgresql/data"]
    ports: ["5432:5432"]
volumes:
  dbdata:
"""
DOCKERFILE = """\
ARG AIRFLOW_VERSION={version}
FROM apache/airflow:${{AIRFLOW_VERSION}}-python3.11
USER root
# A comment in between.
RUN apt-get update \\
  && apt-get install -y --no-install-recommends \\
       vim \\
       libgomp1=12.2* \\
  && apt-get clean && rm -rf /var/lib/apt/lists/*
USER airflow
COPY requirements.txt /
RUN pip install --no-cache-dir "apache-airflow==${{AIRFLOW_VERSION}}" -r /requirements.txt
"""
REQUIREMENTS = "# what Airflow needs\nhumanize==4.9.0  # pinned\n\napache-airflow-providers-docker\n"
Fill = Callable[[Path, str, str], None]


def plain(folder: Path, text: str, version: str) -> None:
    (folder / "docker-compose.yaml").write_text(text, encoding="utf-8")


def with_override(folder: Path, text: str, version: str) -> None:
    plain(folder, text, version)
    (folder / "docker-compose.override.yaml").write_text(OVERRIDE, encoding="utf-8")
    (folder / "Dockerfile").write_text(DOCKERFILE.format(version=version), encoding="utf-8")
    (folder / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    (folder / "data").mkdir()


def other_names(folder: Path, text: str, version: str) -> None:
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    (folder / "docker-compose.override.yml").write_text(
        "services:\n  mine:\n    image: alpine:3.20\n", encoding="utf-8"
    )


def edited_base(folder: Path, text: str, version: str) -> None:
    """Put build, group and socket into the block that all Airflow services share, as tutorials say."""
    text = re.sub(
        r"(?m)^  image: \$\{AIRFLOW_IMAGE_NAME.*\n", "  build: .\n  group_add: ['999', '44']\n", text, count=1
    )
    mount = "    - /var/run/docker.sock:/var/run/docker.sock\n"
    text = re.sub(r"(?m)^(    - \$\{AIRFLOW_PROJ_DIR:-\.\}/plugins:.*\n)", rf"\1{mount}", text, count=1)
    assert text.count("docker.sock") == 2
    plain(folder, text, version)
    (folder / "Dockerfile").write_text(DOCKERFILE.format(version=version), encoding="utf-8")
    (folder / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")


def built_elsewhere(folder: Path, text: str, version: str) -> None:
    """An image with a name, that a Dockerfile in a folder of its own makes: it is in nobody's way."""
    recipe = f"{{ context: docker, target: last, args: {{ AIRFLOW_VERSION: '{version}' }} }}"
    built = f"  image: shop/airflow:1\n  build: {recipe}\n"
    plain(folder, re.sub(r"(?m)^  image: \$\{AIRFLOW_IMAGE_NAME.*\n", built, text, count=1), version)
    (folder / "docker").mkdir()
    lines = "ARG AIRFLOW_VERSION=2.0.0\nFROM apache/airflow:$AIRFLOW_VERSION AS last\nRUN pip install humanize==4.9.0\n"
    (folder / "docker" / "Dockerfile").write_text(lines, encoding="utf-8")


def with_settings(folder: Path, text: str, version: str) -> None:
    plain(folder, text, version)
    (folder / ".env").write_text(
        "AIRFLOW_UID=1000\nAIRFLOW_PROJ_DIR=./stack\nCOMPOSE_PROJECT_NAME=oldname\n"
        "_PIP_ADDITIONAL_REQUIREMENTS='humanize==4.9.0 lxml>=5'\n"
        f"AIRFLOW_IMAGE_NAME=apache/airflow:{version}-python3.11\n"
        'AIRFLOW_CONN_SHOP=\'{"conn_type": "http", "host": "h", "password": "hunter2"}\'\n'
        "AIRFLOW_CONN_FORGOTTEN=http://nobody\nSHOP_URL=http://shop # mine\n",
        encoding="utf-8",
    )
    (folder / "stack" / "dags").mkdir(parents=True)
    (folder / "stack" / "dags" / "mine.py").write_text("USES = 'shop'\n", encoding="utf-8")


SITUATIONS: dict[str, Fill] = {
    "plain": plain,
    "override": with_override,
    "other names": other_names,
    "edited base": edited_base,
    "built elsewhere": built_elsewhere,
    "settings": with_settings,
}


def do_steps(printed: str) -> list[str]:
    """Do what `airdock init` says has to be done before the build, and return these commands."""
    steps = re.findall(r"(?m)^  \d+\. (mv .*?) \(", printed)
    for step in steps:
        _, source, target = shlex.split(step)
        assert not Path(target).exists()
        Path(source).rename(target)
    return steps


def uncommented(text: str, beginning: str) -> str:
    """Return a text with the block below a line of prose made live: "# " is taken away, as an editor does."""
    start = text.index(beginning)
    head, block = text[:start], text[start:]
    end = re.search(r"\n\n", block)
    rest = block[end.start() :] if end else ""
    live = block[: end.start()] if end else block
    return head + re.sub(r"(?m)^#(?: |$)", "", live) + rest

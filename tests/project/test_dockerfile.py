"""What the Dockerfiles install, and under which constraints; that engines build them is judged elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from airdock.diagnostics import Report
from airdock.project.dockerfile import airflow_dockerfile, image_dockerfile, image_ignore
from airdock.project.target import resolve_target
from airdock.spec.image import ImageSpec
from airdock.spec.project import AirflowTable
from spec_tables import table_of

CONSTRAINTS = "/tmp/constraints.txt"


def airflow(version: str = "3.3.2", **keys: Any) -> list[str]:
    """Return the lines of the Dockerfile of Airflow's image."""
    spec = table_of(AirflowTable, {"version": version, "docker_provider": "4.4.0", **keys})
    target = resolve_target(spec, Report())
    assert target is not None
    return airflow_dockerfile(spec, target).splitlines()


def test_image_without_constraints_installs_and_reads_none() -> None:
    lines = airflow(constraints=False, requirements=["polars>=1; python_version > '3.9'"])
    assert lines == [
        "FROM apache/airflow:3.3.2-python3.13",
        "RUN pip install --no-cache-dir \\",
        '    "apache-airflow==${AIRFLOW_VERSION}" \\',
        '    "apache-airflow-providers-docker==4.4.0" \\',
        '    "apache-airflow-providers-common-compat>=1.2.2" \\',  # needs it, and does not say so
        "    'polars>=1; python_version > '\\''3.9'\\'''",
    ]


def test_constraints_of_the_project_are_copied() -> None:
    lines = airflow(constraints="etc/c.txt", apt=["git", "tini"])
    assert lines[:2] == ["FROM apache/airflow:3.3.2-python3.13", "USER 0"]
    assert "    'git' \\" in lines
    assert "    'tini' \\" in lines
    assert lines[lines.index("USER 50000") + 1] == f'COPY --chown=50000:0 ["etc/c.txt", "{CONSTRAINTS}"]'
    assert lines[lines.index("USER 50000") + 2].startswith("RUN sed -E -i '/^(")
    assert f" && pip install --no-cache-dir --constraint {CONSTRAINTS} \\" in lines


@pytest.mark.parametrize(
    ("version", "keys", "fetched"),
    [
        ("3.3.2", {"constraints": "https://example.org/c.txt"}, "curl -fsSL -o {} 'https://example.org/c.txt'"),
        ("3.3.2", {}, 'if [ -f "${{HOME}}/constraints.txt" ]; then cat "${{HOME}}/constraints.txt"; fi > {}'),
    ],
)
def test_constraints_are_fetched_first(version: str, keys: dict[str, Any], fetched: str) -> None:
    lines = airflow(version, **keys)
    assert lines[1] == f"RUN {fetched.format(CONSTRAINTS)} \\"
    assert lines[2].startswith(" && sed -E -i '/^(")
    assert lines[2].endswith(f")==/d' {CONSTRAINTS} \\")


def image(**keys: Any) -> list[str]:
    return image_dockerfile(table_of(ImageSpec, {"from": "alpine:3.20", **keys})).splitlines()[1:]


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ({"user": "app:1000"}, ["USER app:1000"]),
        ({"user": "a$b"}, ['USER "a\\$b"']),
        ({"env": {"A": 'x\\y "$HOME"'}}, ['ENV A="x\\\\y \\"\\$HOME\\""']),
        ({"labels": {"org.x": "a b"}}, ['LABEL "org.x"="a b"']),
        ({"run": ["make", "[ -f x ]", "cat <<EOF", "a \\", "# no", "-x", "a\nb", " "]}, None),
        ({"pip": ["a>1", "b"]}, ["RUN pip install --no-cache-dir \\", "    'a>1' \\", "    'b'"]),
        ({"copy": [{"from": "a$b", "to": "/it's/", "chown": "1:2"}]}, ['COPY --chown=1:2 ["a\\\\$b", "/it\\\\\'s/"]']),
        ({"entrypoint": ["/e"], "cmd": ["é"]}, ['ENTRYPOINT ["/e"]', 'CMD ["é"]']),
        ({"entrypoint": [], "cmd": []}, ["ENTRYPOINT []", "CMD []"]),
    ],
    ids=str,
)
def test_instructions(keys: dict[str, Any], lines: list[str] | None) -> None:
    found = image(**keys)
    if lines is None:  # plain lines stand as they are, the others are handed to a shell as JSON
        assert [line for line in found if not line.startswith("#")] == [
            "RUN make",
            'RUN ["/bin/sh", "-c", "[ -f x ]"]',
            'RUN ["/bin/sh", "-c", "cat <<EOF"]',
            'RUN ["/bin/sh", "-c", "a \\\\"]',
            'RUN ["/bin/sh", "-c", "# no"]',
            'RUN ["/bin/sh", "-c", "-x"]',
            'RUN ["/bin/sh", "-c", "a\\nb"]',
            'RUN ["/bin/sh", "-c", " "]',
        ]
    else:
        assert found == lines


def test_ignore_file_sends_what_is_copied_and_no_more() -> None:
    assert image_ignore(["./src/", "a.txt"]).splitlines() == [
        *("*", "!src", "!a.txt"),
        *("**/__pycache__", "**/*.pyc", "**/.DS_Store"),
    ]

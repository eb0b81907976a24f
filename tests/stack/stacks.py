"""The stacks of these tests: what they are made of, and how one is brought to where its DAGs can run."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "oracles"))

from compose import need_compose, need_engine, official_file
from one_stack import Stack, fill, free_port, fresh_name
from presence import required_or_skip
from private_registry import Registry
from public_images import AIRFLOWS, PROXY, present
from rest import Rest

HERE = Path(__file__).resolve().parent
SECRETS = {
    "STACK_PASSWORD": "p$ss\"w{rd '#1' 100% \\ é",
    "STACK_SECRET": "t0ken $HOME ${X} 'quoted' \\ \"twice\"\nsecond line # no comment ",
    "STACK_REGISTRY": "r$gistry 'password' \\",
}
"""What the project reads of the host."""


def need_images(*images: str) -> None:
    """Skip, or fail in CI, where an image is neither on the engine nor to be pulled."""
    need_compose()
    need_engine()
    missing = [image for image in images if not present(image)]
    required_or_skip(f"image {' and '.join(missing)}", not missing, "python tests/stack/public_images.py")


@contextmanager
def official_stack(folder: Path, version: str, base: str, access: str) -> Iterator[tuple[Stack, Rest, Registry]]:
    """Bring the project up on an official Compose file, until all of it is healthy."""
    old = version.startswith("2.")
    more = ["postgres:13" if old else "postgres:16", *([PROXY] if access == "proxy" else [])]
    need_images(AIRFLOWS[version], "redis:7.2-bookworm", "alpine:3.20", "python:3.12-slim", *more)
    official = official_file(base).read_text(encoding="utf-8")
    project, name, port = folder / "project", fresh_name(f"stack-{access}"), free_port()
    shutil.copytree(HERE / "project", project)
    # The one change: many stacks may run on one machine.
    own_port = official.replace('"8080:8080"', f'"127.0.0.1:{port}:8080"')
    (project / "docker-compose.yaml").write_text(own_port, encoding="utf-8")
    registry = Registry("reader", SECRETS["STACK_REGISTRY"], free_port())
    tool = b"#!/bin/sh\nset -e\necho from the private registry > /out/private.txt\n"
    words = {
        "NAME": name,
        "VERSION": version,
        "ACCESS": access,
        "PRIVATE": registry.add(f"{name}/tool", "1", "alpine:3.20", {"tool": tool}),
        "REGISTRY": f"127.0.0.1:{registry.port}",
        # Beside those that both majors have, the service whose check starts a client too.
        "PARSES": "airflow-scheduler" if old else "airflow-dag-processor",
    }
    fill(project, words)
    with registry, Stack(project, name, folder / "stack.log") as stack:
        stack.build(SECRETS)
        stack.compose("up", "--detach")
        rest = Rest(port, "airflow", "airflow", 2 if old else 3)
        stack.wait("the REST interface answers", rest.ready)
        stack.wait_healthy()
        yield stack, rest, registry


def run_dag(stack: Stack, rest: Rest, dag: str, conf: dict[str, object] | None = None) -> tuple[str, dict[str, str]]:
    """Trigger a DAG, and return how its run and each task of it ended; logs of those that failed are kept."""

    def there() -> object:
        return dag in rest.dags() or (list(rest.dags()), rest.import_errors())

    stack.wait(f"{dag} is there", there)
    stack.wait(f"no run of {dag} goes on", partial(rest.ended, dag))
    run = rest.trigger(dag, conf)
    stack.wait(f"{dag} has ended", partial(rest.ended, dag))
    tasks = {task: str(state) for task, state in rest.tasks(dag, run).items()}
    for task, state in tasks.items():
        if state == "failed":
            stack.write(f"log of {dag}.{task}: {rest.log(dag, run, task)}")
    return rest.runs(dag)[run], tasks

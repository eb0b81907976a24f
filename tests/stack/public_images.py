"""The public images that the stacks are made of.

    python tests/stack/public_images.py     pulls what is missing; exit code 1 if something cannot be had

The tests take the names as they are: a machine without an image registry may have other images under them.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache

PROXY = "tecnativa/docker-socket-proxy:0.3.0"
AIRFLOWS = {"3.3.2": "apache/airflow:3.3.2-python3.12", "2.11.2": "apache/airflow:2.11.2-python3.12"}
COMMON = ("alpine:3.20", "python:3.12-slim", "debian:bookworm-slim", "postgres:16", "redis:7.2-bookworm")
ALL = (*AIRFLOWS.values(), *COMMON, "postgres:13", PROXY)


@cache
def present(image: str) -> bool:
    """Say whether the engine has an image, after an attempt to pull it."""
    look = subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False)
    if look.returncode == 0:
        return True
    return subprocess.run(["docker", "pull", "--quiet", image], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    missing = [image for image in ALL if not present(image)]
    for name in missing:
        print(f"missing: {name}", file=sys.stderr)  # noqa: T201
    sys.exit(1 if missing else 0)

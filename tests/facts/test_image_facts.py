"""How docker-py reads image names, measured with docker-py 7 itself, and which images lack what."""

from __future__ import annotations

import pytest

from airdock.facts import login_host, missing_programs, registry_of

HUB = "docker.io"


@pytest.mark.parametrize(
    ("host", "image", "found"),
    [
        ("registry.example.org", "registry.example.org/t/x:1", True),
        ("registry.example.org:5000", "registry.example.org:5000/t/x:1", True),
        ("https://registry.example.org", "registry.example.org/x", True),
        ("http://registry.example.org", "registry.example.org/x", True),
        ("HTTPS://registry.example.org", "registry.example.org/x", False),
        ("registry.example.org/group", "registry.example.org/group/x", True),
        ("registry.example.org/group:5000", "registry.example.org:5000/group/x", False),
        ("registry.example.org/group:5000", "registry.example.org/group/x", True),
        ("https://registry.example.org/:5000", "registry.example.org:5000/x", False),
        ("registry.example.org:443", "registry.example.org/x", False),
        ("Registry.example.org", "registry.example.org/x", False),
        (HUB, "alpine:3", True),
        (f"index.{HUB}", "alpine:3", True),
        (f"https://index.{HUB}/v1/", "alpine:3", True),
        (f"https://index.{HUB}/v1/", f"{HUB}/library/alpine:3", True),
        (HUB, f"index.{HUB}/library/alpine", True),
        (f"registry-1.{HUB}", "alpine:3", False),
        ("localhost:5000", "localhost:5000/x", True),
        ("localhost", "localhost/x", True),
        ("registry", "registry/x", False),
        (HUB, "registry.example.org/x", False),
    ],
)
def test_login_is_found_for_the_image_as_by_docker_py(host: str, image: str, found: bool) -> None:
    assert (login_host(host) == registry_of(image)) is found


@pytest.mark.parametrize(
    ("image", "programs"),
    [
        ("alpine", ("bash", "python3")),
        ("alpine:3.20", ("bash", "python3")),
        ("alpine:3.20@sha256:00", ("bash", "python3")),
        (f"{HUB}/library/alpine:3.20", ("bash", "python3")),
        ("library/alpine", ("bash", "python3")),
        ("debian:bookworm-slim", ("python3",)),
        ("node:22-alpine3.20", ("bash", "python3")),
        ("node:22-bookworm-slim", ("python3",)),
        ("node:22", ()),
        ("node@sha256:00", ()),
        ("python:3.12", ()),
        ("python:3.12-slim", ()),
        ("python:3.12-alpine", ("bash",)),
        ("golang:1.22", ()),
        ("team/alpine:3.20", ()),
        (f"{HUB}/team/alpine:3.20", ()),
        ("registry.example.org/alpine:3.20", ()),
        ("registry.example.org/library/alpine:3.20", ()),
        ("localhost:5000/alpine", ()),
        ("alpine-python:3", ()),
    ],
)
def test_only_official_images_are_judged(image: str, programs: tuple[str, ...]) -> None:
    assert missing_programs(image) == programs

"""Resolving images: references, builds, content tags."""

from __future__ import annotations

import posixpath
import re

from airdock.diagnostics import SpecPath
from airdock.diagnostics.shape import BAD_VALUE, NOT_FOUND
from airdock.load import seen
from airdock.load.files import DOES_NOT_EXIST
from airdock.project.content import NOTHING, ContentDigest
from airdock.project.dockerfile import airflow_dockerfile, image_dockerfile, image_ignore
from airdock.project.ignore import IgnoreRules, read_ignore
from airdock.project.model import Build, Image, ProjectPath
from airdock.project.requirements import check_requirements, is_pinned
from airdock.project.scope import Scope
from airdock.spec.image import ImageSpec

_REPOSITORY = re.compile(
    r"^([a-z0-9.-]+(:[0-9]+)?/)?([a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*/)*[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*$"
)


def resolve_images(scope: Scope) -> None:
    """Fill ``scope.images``; reports AD104, AD204, AD212 and AD906."""
    for name, spec in scope.spec.images.items():
        where: SpecPath = ("images", name)
        if spec.ref is not None:
            _check_reference(scope, spec.ref, (*where, "ref"))
            connection = spec.connection and scope.connection(
                spec.connection, (*where, "connection"), f'image "{name}"', registry=True
            )
            scope.images[name] = Image(name, spec.ref, None, spec.pull == "always", connection)
        elif spec.from_ is not None:
            _check_reference(scope, spec.from_, (*where, "from"))
            scope.images[name] = _described(scope, name, spec, where)
        else:
            scope.images[name] = _own(scope, name, spec, where)


def _check_reference(scope: Scope, reference: str, where: SpecPath) -> None:
    """Report AD104 for a name that has capital letters: the engine refuses it. A registry and a tag may have them."""
    name, at, digest = reference.partition("@")
    first, slash, rest = name.partition("/")
    registry = f"{first}/" if slash and (first == "localhost" or "." in first or ":" in first) else ""
    path, colon, tag = (rest if registry else f"{first}{slash}{rest}").partition(":")
    # Capital letters make the first part a registry, for engines after 20.10.
    refused = path.partition("/")[2] if slash and not registry else path
    if refused != refused.lower() and "{" not in reference:
        advice = f'did you mean "{registry}{path.lower()}{colon}{tag}{at}{digest}"?'
        expected = "the name of an image is in lower case"
        scope.report.add(BAD_VALUE.at(where, found=f'"{reference}"', expected=expected, help=advice))


def _described(scope: Scope, name: str, spec: ImageSpec, where: SpecPath) -> Image:
    """Return an image whose Dockerfile airdock writes."""
    named = [(copy.from_, (*where, "copy", index, "from")) for index, copy in enumerate(spec.copy_)]
    if isinstance(spec.pip, str) and _has_requirements(scope, spec.pip, (*where, "pip")):
        named.append((spec.pip, (*where, "pip")))
    if isinstance(spec.pip, list):
        check_requirements(spec.pip, (*where, "pip"), scope.report)
    copied = [(path, place) for path, place in named if _is_part(scope, path, place)]
    text = image_dockerfile(spec)
    ignore = image_ignore(path for path, _ in copied)
    digest = _digest_of(text, spec)
    digest.add("ignore", ignore.encode())
    for path, place in copied:
        _take_in(scope, digest, path, place, filtered=True)
    build = Build(
        ProjectPath("."), f"images/{name}/Dockerfile", text, ignore, None, tuple(spec.args.items()), spec.platform
    )
    return Image(name, _reference(scope, name, spec, digest), build)


def _has_requirements(scope: Scope, path: str, where: SpecPath) -> bool:
    """Say whether a file with requirements is there; reports AD212 or AD906 if it is not."""
    if is_pinned(path) and not scope.files.there(path):
        advice = f'text is the path of a file; write ["{path}"]'
        scope.report.add(NOT_FOUND.at(where, what="file", path=path, reason=DOES_NOT_EXIST, help=advice))
        return False
    return scope.exists(path, where, folder=False)


def _is_part(scope: Scope, path: str, where: SpecPath) -> bool:
    """Say whether a path is a file or folder below the project directory, which is the build context."""
    if not path.startswith("/") and posixpath.normpath(path) != ".":
        return True
    # Not the whole project: the outputs stand there, so every build would change the content, and with it the outputs.
    expected = "the build context is the project directory; name a file or folder in it"
    scope.report.add(BAD_VALUE.at(where, found=f'"{path}"', expected=expected))
    return False


def _own(scope: Scope, name: str, spec: ImageSpec, where: SpecPath) -> Image:
    """Return an image that has a Dockerfile of the user's."""
    folder = (spec.build or "").rstrip("/") or "/"
    dockerfile = spec.dockerfile or "Dockerfile"
    digest = _digest_of("", spec)
    if posixpath.normpath(folder) == ".":
        expected = "airdock's own outputs stand in it; use a folder of the image's own"
        scope.report.add(BAD_VALUE.at((*where, "build"), found="the project directory", expected=expected))
    elif scope.exists(folder, (*where, "build"), "folder", folder=True):
        place = (*where, "dockerfile") if spec.dockerfile else (*where, "build")
        # The Dockerfile is sent whatever the ignore file says.
        digest.add("text", (scope.read_text(f"{folder}/{dockerfile}", place, "Dockerfile") or "").encode())
        ignore = _ignore_of(scope, folder, dockerfile, (*where, "build"))
        _take_in(scope, digest, folder, (*where, "build"), ignore=ignore)
    digest.add("dockerfile", dockerfile.encode())
    build = Build(folder, dockerfile, None, None, spec.target, tuple(spec.args.items()), spec.platform)
    return Image(name, _reference(scope, name, spec, digest), build)


def _ignore_of(scope: Scope, folder: str, dockerfile: str, where: SpecPath) -> IgnoreRules:
    """Return what the build does not send: by the ignore file of the Dockerfile, else by that of the folder."""
    for path in (f"{folder}/{dockerfile}.dockerignore", f"{folder}/.dockerignore"):
        if seen.kind(scope.files.root / path).is_file():
            return read_ignore(scope.read_text(path, where, "ignore file") or "")
    return NOTHING


def resolve_airflow_image(scope: Scope) -> Image:
    """Return the image of the Airflow services."""
    spec = scope.spec.airflow
    if spec.image is not None:
        _check_reference(scope, spec.image, ("airflow", "image"))
    text = airflow_dockerfile(spec, scope.target)
    digest = ContentDigest()
    digest.add("Dockerfile", text.encode())
    if isinstance(spec.constraints, str) and "://" not in spec.constraints:
        where = ("airflow", "constraints")
        if _is_part(scope, spec.constraints, where) and scope.exists(spec.constraints, where, folder=False):
            _take_in(scope, digest, spec.constraints, where)
    build = Build(ProjectPath("."), "Dockerfile", text, None)
    return Image("airflow", f"{scope.spec.project.name}-airflow:{digest.tag}", build)


def _digest_of(text: str, spec: ImageSpec) -> ContentDigest:
    digest = ContentDigest()
    digest.add("Dockerfile", text.encode())
    digest.add("args", repr(sorted(spec.args.items())).encode())
    digest.add("target", repr((spec.target, spec.platform)).encode())
    return digest


def _take_in(
    scope: Scope,
    digest: ContentDigest,
    path: str,
    where: SpecPath,
    *,
    filtered: bool = False,
    ignore: IgnoreRules = NOTHING,
) -> None:
    if not scope.exists(path, where, "file or folder"):
        return
    try:
        digest.add_tree(path.removeprefix("./"), scope.files.root / path, filtered=filtered, ignore=ignore)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        scope.report.add(NOT_FOUND.at(where, what="file or folder", path=path, reason=reason))


def _reference(scope: Scope, name: str, spec: ImageSpec, digest: ContentDigest) -> str:
    repository = spec.repository or f"{scope.spec.project.name}-{name}"
    if not _REPOSITORY.match(repository):
        place = ("images", name, "repository") if spec.repository else ("images", name)
        expected = "Docker wants single . or _, or one or more -, between letters and digits"
        scope.report.add(BAD_VALUE.at(place, found=f'image name "{repository}"', expected=expected))
    tag = digest.tag if spec.tag in (None, "content") else spec.tag
    return f"{repository}:{tag}"

"""`[images.NAME]`: the images that tasks run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Kinds, Table

if TYPE_CHECKING:
    from typing import Annotated, ClassVar, Literal

    from pydantic import Field

    from airdock.spec.base import Doc, For
    from airdock.spec.scalars import AbsoluteLine, Identifier, ImageReference, ImageTag, Line, Owner, Path, PlainPath, Repository, Word
    from airdock.spec.unions import Requirements


class CopySpec(Table):
    """One file or folder copied into an image."""

    from_: Annotated[PlainPath, Field(alias="from"), Doc("File or folder of the project. No patterns.")]
    to: Annotated[Line, Doc("Where it goes in the image; ends in / for a folder that it goes into.")]
    chown: Annotated[Owner | None, Doc('Owner in the image, such as "1000:1000" or "app".')] = None


class ImageSpec(Table):
    """An image: taken as it is (`ref`), built from your Dockerfile (`build`), or described here (`from`)."""

    kinds: ClassVar[Kinds | None] = Kinds(("ref", "build", "from"))

    ref: Annotated[ImageReference | None, Doc("Reference of an image that is used as it is; give it a fixed tag.")] = None
    pull: Annotated[Literal["missing", "always"] | None, For("ref"), Doc('When the engine asks the registry: "missing" (default) or "always", before every task.')] = None
    connection: Annotated[Identifier | None, For("ref"), Doc("Id of a connection of type docker for the registry's login.")] = None

    build: Annotated[Path | None, Doc("Folder with a Dockerfile of your own; it is the build context.")] = None
    dockerfile: Annotated[Path | None, For("build"), Doc("Name of the Dockerfile in that folder. Default: Dockerfile.")] = None
    target: Annotated[Word | None, For("build"), Doc("Stage of the Dockerfile to build.")] = None

    from_: Annotated[ImageReference | None, Field(alias="from"), Doc("Base image; airdock writes the Dockerfile.")] = None
    apt: Annotated[list[Word], For("from"), Doc("Debian packages to install.")] = []
    pip: Annotated[Requirements, For("from"), Doc("Python requirements to install: a list, or the path of a requirements file.")] = []
    copy_: Annotated[list[CopySpec], Field(alias="copy"), For("from"), Doc("Files and folders of the project to copy into the image.")] = []
    run: Annotated[list[str], For("from"), Doc("Shell lines that are run after the copies, each as one RUN.")] = []
    env: Annotated[dict[Identifier, Line], For("from"), Doc("Environment variables of the image. No secrets: an image keeps them for everyone to read.")] = {}
    workdir: Annotated[AbsoluteLine | None, For("from"), Doc("Working directory; copies to a relative path start from it.")] = None
    user: Annotated[Word | None, For("from"), Doc("User that the container runs as.")] = None
    entrypoint: Annotated[list[str] | None, For("from"), Doc("ENTRYPOINT, as a list of arguments.")] = None
    cmd: Annotated[list[str] | None, For("from"), Doc("CMD, as a list of arguments.")] = None
    labels: Annotated[dict[Word, Line], For("from"), Doc("Labels of the image.")] = {}

    args: Annotated[dict[Identifier, str], For("build", "from"), Doc("Build arguments.")] = {}
    platform: Annotated[Word | None, For("build", "from"), Doc("Platform to build for, such as linux/amd64.")] = None
    repository: Annotated[Repository | None, For("build", "from"), Doc("Name of the built image. Default: the project's name, -, the image's name.")] = None
    tag: Annotated[ImageTag | None, For("build", "from"), Doc('Tag of the built image. Default: "content", 12 digits that change with everything that goes into the image.')] = None

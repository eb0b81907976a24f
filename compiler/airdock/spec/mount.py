"""`[mounts.NAME]`, and how a task uses one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Kinds, Table

if TYPE_CHECKING:
    from typing import Annotated, ClassVar, Literal

    from pydantic import Field

    from airdock.spec.base import Doc, For
    from airdock.spec.scalars import AbsolutePath, Name, Size, Word
    from airdock.spec.unions import BindSource, VolumeName


class MountSpec(Table):
    """A mount: a folder or file of the host (`source`), a named volume (`volume`), or memory (`tmpfs`)."""

    kinds: ClassVar[Kinds | None] = Kinds(("source", "volume", "tmpfs"))

    source: Annotated[BindSource | None, Doc('Bind mount of a folder or file of the engine\'s host: relative to the project directory, absolute, or { env = "DATA_DIR" }.')] = None
    create: Annotated[bool, For("source"), Doc("Make a missing folder when airdock builds.")] = False
    propagation: Annotated[Literal["private", "rprivate", "shared", "rshared", "slave", "rslave"] | None, For("source"), Doc("Bind propagation.")] = None

    volume: Annotated[VolumeName | None, Doc("Named volume; on the engine it is called <project>_<volume>.")] = None
    external: Annotated[bool, For("volume"), Doc("The volume exists already, and its name is taken as it is.")] = False
    driver: Annotated[Word | None, For("volume"), Doc("Volume driver.")] = None
    driver_opts: Annotated[dict[str, str], For("volume"), Doc("Options of the volume driver.")] = {}
    no_copy: Annotated[bool, For("volume"), Doc("Do not fill a new volume with what the image has at the target.")] = False
    labels: Annotated[dict[Word, str], For("volume"), Doc("Labels of the volume.")] = {}

    tmpfs: Annotated[Size | None, Doc("Memory file system of this size, gone with the container.")] = None
    mode: Annotated[Annotated[str, Field(pattern=r"^[0-7]{3,4}$")] | None, For("tmpfs"), Doc('Permissions of the memory file system in octal, such as "1777".')] = None

    target: Annotated[AbsolutePath, Doc("Where it appears in the task's container.")]
    read_only: Annotated[bool, Doc("The container may not write to it.")] = False


class MountUseSpec(Table):
    """A mount as one task uses it."""

    mount: Annotated[Name, Doc("Name of a mount declared under [mounts].")]
    target: Annotated[AbsolutePath | None, Doc("Another place in this container.")] = None
    read_only: Annotated[bool | None, Doc("Whether this container may write to it.")] = None

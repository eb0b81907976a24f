"""The types that have several forms, as pydantic wants them, and what else one table asks for.

Imported only where the language is compiled.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from airdock.spec import checks
from airdock.spec.callback import CallbackSpec
from airdock.spec.dag import ParamSpec, ScheduleSpec
from airdock.spec.doc import DocFile
from airdock.spec.mount import MountUseSpec
from airdock.spec.scalars import Factor, Identifier, Name, Path, PathOrUrl, PlainPath, Requirement, Text, Word
from airdock.spec.source import ConnectionSource, EnvSource, FileSource, OutputSource, ParamSource, VariableSource
from airdock.spec.task import FileText, PickleOutput, UlimitSpec

HostText: TypeAlias = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[EnvSource, Tag("<env>")] | Annotated[FileSource, Tag("<file>")],
    Discriminator(checks.host_text),
]
"""Text, or an env or file source."""
TaskText: TypeAlias = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[EnvSource, Tag("<env>")] | Annotated[FileSource, Tag("<file>")] | Annotated[ConnectionSource, Tag("<connection>")] | Annotated[VariableSource, Tag("<variable>")] | Annotated[ParamSource, Tag("<param>")] | Annotated[OutputSource, Tag("<output>")],
    Discriminator(checks.task_text),
]
"""Text, or any source."""
DocText: TypeAlias = Annotated[Annotated[str, Tag("<text>")] | Annotated[DocFile, Tag("<file>")], Discriminator(checks.text_or_file)]
Callbacks: TypeAlias = Annotated[
    Annotated[CallbackSpec, Tag("<one>")] | Annotated[list[CallbackSpec], Field(min_length=1), Tag("<list>")],
    Discriminator(checks.one_or_list),
]
"""One callback, or several."""
Port: TypeAlias = Annotated[
    Annotated[int, Field(ge=1, le=65535), Tag("<number>")] | Annotated[EnvSource, Tag("<env>")] | Annotated[FileSource, Tag("<file>")],
    Discriminator(checks.number_or_host_source),
]
Requirements: TypeAlias = Annotated[Annotated[list[Requirement], Tag("<list>")] | Annotated[PlainPath, Tag("<path>")], Discriminator(checks.path_or_list)]
BindSource: TypeAlias = Annotated[Annotated[Path, Tag("<path>")] | Annotated[EnvSource, Tag("<env>")], Discriminator(checks.path_or_env)]
VolumeName: TypeAlias = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")]
MountUse: TypeAlias = Annotated[Annotated[Name, Tag("<name>")] | Annotated[MountUseSpec, Tag("<use>")], Discriminator(checks.name_or_use)]
"""The name of a mount, or `{ mount = "raw", target = "/in", read_only = true }`."""
Constraints: TypeAlias = Annotated[Annotated[bool, Tag("<switch>")] | Annotated[PathOrUrl, Tag("<path>")], Discriminator(checks.switch_or_path)]
TextOrFile: TypeAlias = Annotated[Annotated[Text, Tag("<text>")] | Annotated[FileText, Tag("<file>")], Discriminator(checks.text_or_file)]
Words: TypeAlias = Annotated[Annotated[Text, Tag("<text>")] | Annotated[list[Text], Tag("<list>")], Discriminator(checks.text_or_list)]
XCom: TypeAlias = Annotated[
    Annotated[Literal["last", "all", "none"], Tag("<choice>")] | Annotated[PickleOutput, Tag("<pickle>")],
    Discriminator(checks.choice_or_pickle),
]
Gpus: TypeAlias = Annotated[
    Annotated[Literal["all"], Tag("<all>")] | Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[list[Word], Field(min_length=1), Tag("<list>")],
    Discriminator(checks.gpus),
]
User: TypeAlias = Annotated[Annotated[Word, Tag("<text>")] | Annotated[int, Field(ge=0), Tag("<number>")], Discriminator(checks.text_or_number)]
Ulimit: TypeAlias = Annotated[Annotated[int, Field(ge=-1), Tag("<number>")] | Annotated[UlimitSpec, Tag("<both>")], Discriminator(checks.number_or_both)]
ContainerPort: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{1,5}(/(tcp|udp|sctp))?$")]
HostPort: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Backoff: TypeAlias = Annotated[Annotated[bool, Tag("<switch>")] | Annotated[Factor, Tag("<number>")], Discriminator(checks.switch_or_number)]
MappedCommands: TypeAlias = Annotated[Annotated[list[Words], Tag("<list>")] | Annotated[OutputSource, Tag("<output>")], Discriminator(checks.list_or_output)]
MappedEnvironments: TypeAlias = Annotated[Annotated[list[dict[Identifier, Text]], Tag("<list>")] | Annotated[OutputSource, Tag("<output>")], Discriminator(checks.list_or_output)]
MappedValues: TypeAlias = Annotated[Annotated[list[Any], Tag("<list>")] | Annotated[OutputSource, Tag("<output>")], Discriminator(checks.list_or_output)]
ExitCode: TypeAlias = Annotated[int, Field(ge=0, le=255)]
ParamType: TypeAlias = Literal["string", "integer", "number", "boolean", "array", "object", "null"]
ParamTypes: TypeAlias = Annotated[Annotated[ParamType, Tag("<text>")] | Annotated[list[ParamType], Tag("<list>")], Discriminator(checks.text_or_list)]
Schedule: TypeAlias = Annotated[
    Annotated[str, Field(min_length=1), Tag("<text>")] | Annotated[ScheduleSpec, Tag("<table>")],
    Discriminator(checks.text_or_table),
]
Param: TypeAlias = Annotated[Annotated[ParamSpec, Tag("<table>")] | Annotated[Any, Tag("<value>")], Discriminator(checks.value_or_table)]
DagTag: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]

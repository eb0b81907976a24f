"""The text of a Compose file to its values, with a bound: five kilobytes of `[` would take half a minute."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scanner import RoundTripScanner

DEEPEST = 50
"""How deep lists and mappings may stand in each other; in a Compose file it is about six."""


class NoYaml(Exception):  # noqa: N818 - becomes a finding, or a note for a person
    """A text cannot be read; the message completes "file x …", ``line`` is where, if that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


class _TooDeepError(MarkedYAMLError):
    """More stands in each other than in any Compose file."""


class _Scanner(RoundTripScanner):
    """Stops at the first bracket, or indentation, that is too deep. What comes after it is never looked at."""

    def fetch_flow_collection_start(self, *arguments: Any, **named: Any) -> None:
        self._go_deeper()
        super().fetch_flow_collection_start(*arguments, **named)

    def add_indent(self, column: int) -> bool:
        if column > self.indent:
            self._go_deeper()
        return bool(super().add_indent(column))

    def _go_deeper(self) -> None:
        if len(self.flow_context) + len(self.indents) >= DEEPEST:
            raise _TooDeepError(problem_mark=self.reader.get_mark())


def values_of(text: str) -> Any:
    """Return what a text of YAML holds, with the places of all of it. Raises NoYaml."""
    # Keeps places, makes no objects of tags, and knows that Compose has tags of its own, as !reset.
    yaml = YAML(pure=True)
    yaml.Scanner = _Scanner
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        reason = (
            f"is nested more than {DEEPEST} deep" if isinstance(error, _TooDeepError) else "is no YAML that can be read"
        )
        mark = error.problem_mark
        raise NoYaml(reason, mark.line + 1 if mark else None) from None
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise NoYaml("is no YAML that can be read") from None

"""The whole of airdock, stage by stage. Each stage hands another type to the next, and stops the run if it failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from airdock.diagnostics import FilePlace, Report
from airdock.diagnostics.lint import ignore_findings, ignored_codes
from airdock.load.document import FILE_NOT_READABLE, Document, load_document
from airdock.load.dotenv import read_dotenv
from airdock.load.files import ProjectFiles
from airdock.load.host import Host, read_host
from airdock.project.model import Project
from airdock.project.resolve import resolve
from airdock.rules.registry import check
from airdock.spec import ProjectSpec
from airdock.spec.validate import validate

if TYPE_CHECKING:
    from airdock.output.changes import Change


class Checked(NamedTuple):
    """A project, and the host it was looked at on. What ``analyse`` returns has no errors."""

    project: Project
    host: Host


def load(root: Path, file: str, report: Report) -> Document:
    """airdock.toml → Document: values, and where they stand."""
    document = load_document(root, file, report)
    # From the raw values: a warning is silent although the rest of the file has not the right shape.
    report.ignored = ignored_codes(document.values)
    return document


def analyse(document: Document, report: Report) -> Checked:
    """Document → ProjectSpec → Project, checked. Raises Stopped at the first stage that reports errors."""
    checked = understand(document, report)
    report.gate()
    return checked


def understand(document: Document, report: Report) -> Checked:
    """Document → Project, though the rules may have reported errors of it. Raises Stopped where there is none."""
    files = ProjectFiles(document.root, document.named)
    # Nothing keeps the spec: of a large project it would be a quarter of all memory.
    project = resolve(_spec(document, report), files, report)
    report.gate()
    assert project is not None  # noqa: S101
    host = _host(document, report)
    check(project, files, host, document.values, report)
    return Checked(project, host)


def _spec(document: Document, report: Report) -> ProjectSpec:
    report.gate()
    spec = validate(document.values, report)
    report.gate()
    assert spec is not None  # noqa: S101 - no errors, so there is a spec
    report.extend(ignore_findings(spec.lint.ignore, know_all_kinds))
    return spec


def know_all_kinds() -> None:
    """Make the catalogue of findings whole: a kind is in it when the module has been imported that declares it."""
    # All others are imported by the modules above.
    import airdock.output.changes
    import airdock.rules.functions  # noqa: F401


def build(checked: Checked, root: Path, report: Report, *, force: bool) -> list[Change]:
    """Project → Artifacts → Changes. Nothing is written; AD901, AD902 and AD906 say what must not be overwritten."""
    # Checking alone needs neither the template engine nor the YAML writer.
    from airdock.emit.registry import emit
    from airdock.output.changes import plan

    artifacts = emit(checked.project, checked.host)
    return plan(artifacts, checked.project, root, checked.host, report, force=force)


def _host(document: Document, report: Report) -> Host:
    try:
        return read_host(document.root)
    except UnicodeEncodeError:
        reason = "its path is not UTF-8, and .env has to hold it"
        report.add(FILE_NOT_READABLE.of(FilePlace("."), file="the project directory", reason=reason))
        report.gate()
        raise
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        report.add(FILE_NOT_READABLE.of(FilePlace(".env"), file=".env", reason=reason))
        report.gate()
        raise


class Login(NamedTuple):
    """The first user of a stack whose base file airdock writes."""

    user: str
    password: str
    key: str
    """The variable of `.env` that holds the password."""


def new_login(checked: Checked, root: Path) -> Login | None:
    """Return the first user, if the build that has just been written made the password."""
    from airdock.emit.compose.base import ADMIN, ADMIN_PASSWORD

    before = checked.host.dotenv
    if not checked.project.compose.bundled or ADMIN_PASSWORD in before.block or ADMIN_PASSWORD in before.own:
        return None
    written = read_dotenv((root / ".env").read_text(encoding="utf-8"), {})
    return Login(ADMIN, written.block[ADMIN_PASSWORD], ADMIN_PASSWORD)

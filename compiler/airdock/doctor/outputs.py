"""Checks of airdock.toml, what was built of it, `.env` and the secrets in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from airdock.diagnostics import Report
from airdock.doctor.patient import Patient
from airdock.doctor.result import Result, listed, ok, problem, unknown
from airdock.pipeline import build
from airdock.project.host_values import host_values_by_variable, value_on
from airdock.project.values import EnvValue

DOTENV_COMMITTED = "AD505"
"""It has a check of its own."""
NOT_BUILT = "not built yet"


def errors_of(patient: Patient) -> list[str]:
    """Return the messages of the errors in airdock.toml."""
    return [
        finding.message
        for finding in patient.findings
        if finding.severity == "error" and finding.kind.code != DOTENV_COMMITTED
    ]


def is_built(patient: Patient) -> bool:
    """Say whether there is anything that airdock wrote."""
    return (patient.root / patient.project.compose.override).exists() and (patient.root / ".env").exists()


def airdock_toml(patient: Patient) -> Iterator[Result]:
    """The project should have no errors."""
    errors = errors_of(patient)
    if errors:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors, the first is"
        yield problem(f"{count}: {errors[0]}", patient.airdock("check"))
    else:
        yield ok(f"no errors in {patient.file}")


def outputs(patient: Patient) -> Iterator[Result]:
    """A build should change nothing."""
    if errors_of(patient):
        yield unknown(f"{patient.file} has errors")
        return
    if not is_built(patient):
        yield problem("not built on this host yet", patient.airdock("build"))
        return
    assert patient.checked is not None  # noqa: S101 - the registry has looked
    report = Report()
    changes = build(patient.checked, patient.root, report, force=False)
    for finding in report.findings[:1]:
        yield problem(finding.message, finding.help or patient.airdock("build"))
    # Rights alone are the next check's.
    stale = [
        change.path
        for change in changes
        if change.action != "unchanged" and (change.folder or change.old != change.new)
    ]
    if stale and not report.findings:
        yield problem(f"a build would change {listed(stale)}", patient.airdock("build"))
    elif not report.findings:
        yield ok("a build would change nothing")


def dotenv(patient: Patient) -> Iterator[Result]:
    """`.env` should be there for its owner alone, and out of git's hands."""
    path, fine = patient.root / ".env", True
    if path.exists() and os.name == "posix" and path.stat().st_mode & 0o077:
        fine = False
        text = f"other users may read .env: its mode is {path.stat().st_mode & 0o777:04o}"
        yield problem(text, patient.here("chmod 600 .env"))
    for finding in patient.findings:
        if finding.kind.code == DOTENV_COMMITTED:
            fine = False
            tracked = finding.params["why"] == "tracked"
            mend = "printf '\\n.env\\n' >> .gitignore" + (" && git rm --cached .env" if tracked else "")
            yield problem(finding.message, patient.here(mend))
    if fine and not path.exists():
        yield unknown(NOT_BUILT)
    elif fine:
        yield ok(".env is there, for its owner alone")


def secrets(patient: Patient) -> Iterator[Result]:
    """Every variable of the host that the project names should be set, now or when it was built."""
    missing: dict[str, str] = {}
    kept: dict[str, str] = {}
    for variable, value in host_values_by_variable(patient.project):
        if isinstance(value, EnvValue) and value_on(patient.host, value) is None:
            (kept if patient.variable(variable) else missing)[value.name] = variable
    if missing:
        names = list(missing)
        lines = "".join(f"{name}=...\\n" for name in names)
        verb = "is" if len(names) == 1 else "are"
        mend = patient.here(f"printf '\\n{lines}' >> .env") + f" (with values), and: {patient.airdock('build')}"
        yield problem(f"{listed(names)} {verb} not set, and .env holds no earlier value", mend)
    elif kept:
        yield ok(f"set; {listed(list(kept))} from an earlier build")
    else:
        yield ok("all set")

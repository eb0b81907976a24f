"""Checks of the Compose files: the base file, and whether Compose takes them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from airdock.doctor.patient import Patient
from airdock.doctor.result import Result, listed, ok, problem, unknown, warning

_AIRFLOW = re.compile(r"apache/airflow:(?:slim-)?(\d+\.\d+)\.\d+")
_OFFICIAL = "https://airflow.apache.org/docs/apache-airflow/{version}/docker-compose.yaml"


def base_file(patient: Patient) -> Iterator[Result]:
    """The base file should be there, and of the Airflow series that airdock.toml names."""
    compose, target = patient.project.compose, patient.project.target
    path = patient.root / compose.base
    if compose.bundled:
        yield ok(f"{compose.base} is airdock's own")
        return
    url = _OFFICIAL.format(version=target.version)
    mend = patient.here(f"curl -Lf -o {shlex.quote(compose.base)} {shlex.quote(url)}")
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        yield problem(f"{compose.base} is not there", f"{mend} (or bundled = true in [compose])")
        return
    named = list(dict.fromkeys(_AIRFLOW.findall(text)))
    others = [series for series in named if series != target.version.rpartition(".")[0]]
    if not named:
        yield unknown(f"{compose.base} names no image apache/airflow:X.Y.Z, so its version cannot be told")
    elif others:
        told = f"{compose.base} is of Airflow {listed(others)}, and airflow.version is {target.version}"
        yield warning(told, f"{mend} (and bring your own changes into [compose.services])")
    else:
        yield ok(f"{compose.base} is of Airflow {listed(named)}")


def config(patient: Patient) -> Iterator[Result]:
    """Compose should take the files."""
    merged = patient.merged
    if isinstance(merged, str):
        yield problem(merged, f"correct it; this says whether it is right: {patient.here('docker compose config -q')}")
        return
    # What stands behind a dollar sign in a value of .env may be part of a password, so only the key is named.
    signed = {name: key for name in merged.unset if (key := _key_with(name, patient)) is not None}
    for key in dict.fromkeys(signed.values()):
        text = f"a dollar sign in {key} of .env: Compose takes what comes after it for a variable, which nobody sets"
        yield warning(text, f"put the value into single quotes: {key}='...', and run airdock build")
    unset = [name for name in merged.unset if name not in signed]
    if unset:
        text = f"the Compose files use {listed(unset)}, which nobody sets"
        lines = "".join(f"{name}=...\\n" for name in unset)
        yield warning(text, patient.here(f"printf '\\n{lines}' >> .env") + " (with values)")
    elif not signed:
        yield ok(f"Compose takes the files: {len(merged.services)} services")


def _key_with(variable: str, patient: Patient) -> str | None:
    """Return the key of the line of .env, one of the user's own, whose value names a variable."""
    dotenv = patient.host.dotenv
    used = rf"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[^\n']*\$\{{?{re.escape(variable)}(?!\w)"
    line = re.search(used, dotenv.before + dotenv.after, re.MULTILINE)
    return line[1] if line else None

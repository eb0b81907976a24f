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
    if merged.unset:
        text = f"the Compose files use {listed(list(merged.unset))}, which nobody sets"
        lines = "".join(f"{name}=...\\n" for name in merged.unset)
        yield warning(text, patient.here(f"printf '\\n{lines}' >> .env") + " (with values)")
    else:
        yield ok(f"Compose takes the files: {len(merged.services)} services")

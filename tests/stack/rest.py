"""The REST interface of a running Airflow: the first of its users, on port and password of the stack."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

FINAL = frozenset(("success", "failed"))
Stale = (OSError, http.client.HTTPException)
"""What a server that is still starting answers with; urllib's own errors are OSErrors."""


class Rest:
    """Airflow 3 (v2, a token) or Airflow 2 (v1, a password with each call)."""

    def __init__(self, port: int, user: str, password: str, major: int) -> None:
        self._root = f"http://127.0.0.1:{port}"
        self._major = major
        self._user, self._password = user, password
        self._authorization = ""

    def ready(self) -> object:
        """Return True as soon as the user is let in; what is in the way until then."""
        try:
            if self._major == 2:
                word = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
                self._authorization = f"Basic {word}"
            else:
                login = {"username": self._user, "password": self._password}
                self._authorization = f"Bearer {self._call('POST', '/auth/token', login)['access_token']}"
            self._get("/dags")
        except Stale as error:
            return repr(error)
        return True

    def import_errors(self) -> list[dict[str, Any]]:
        """Return what Airflow could not import."""
        found: list[dict[str, Any]] = self._get("/importErrors")["import_errors"]
        return found

    def dags(self) -> dict[str, dict[str, Any]]:
        """Return the DAGs, by id."""
        return {dag["dag_id"]: dag for dag in self._get("/dags?limit=100")["dags"]}

    def pools(self) -> dict[str, dict[str, Any]]:
        """Return the pools, by name."""
        return {pool["name"]: pool for pool in self._get("/pools")["pools"]}

    def trigger(self, dag: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run, which is the scheduler's from then on, and return its id."""
        body = {"conf": conf or {}} | ({} if self._major == 2 else {"logical_date": None})
        run: str = self._call("POST", f"{self._prefix}/dags/{quote(dag)}/dagRuns", body)["dag_run_id"]
        return run

    def runs(self, dag: str) -> dict[str, str]:
        """Return the state of each run of a DAG."""
        found = self._get(f"/dags/{quote(dag)}/dagRuns?limit=100")["dag_runs"]
        return {run["dag_run_id"]: run["state"] for run in found}

    def ended(self, dag: str) -> object:
        """Return True if no run of the DAG goes on; else the states of the tasks of those that do."""
        going = {run for run, state in self.runs(dag).items() if state not in FINAL}
        return {run: self.tasks(dag, run) for run in going} or True

    def tasks(self, dag: str, run: str) -> dict[str, str | None]:
        """Return the state of each task of a run."""
        found = self._get(f"/dags/{quote(dag)}/dagRuns/{quote(run)}/taskInstances?limit=100")["task_instances"]
        return {task["task_id"]: task["state"] for task in found}

    def log(self, dag: str, run: str, task: str) -> str:
        """Return what a task's first try has logged."""
        path = f"/dags/{quote(dag)}/dagRuns/{quote(run)}/taskInstances/{quote(task)}/logs/1?full_content=true"
        return json.dumps(self._get(path)["content"], ensure_ascii=False)

    @property
    def _prefix(self) -> str:
        return "/api/v1" if self._major == 2 else "/api/v2"

    def _get(self, path: str) -> Any:
        return self._call("GET", self._prefix + path)

    def _call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._root + path, data, method=method)  # noqa: S310 - http, on the loopback
        request.add_header("Content-Type", "application/json")
        request.add_header("Accept", "application/json")
        if self._authorization:
            request.add_header("Authorization", self._authorization)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise OSError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from None

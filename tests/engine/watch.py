"""What the engine tells of a project while its DAGs run."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Seen:
    """What was seen of a project's containers and services."""

    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What `docker inspect` said of each container while it ran, by id."""
    events: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """(type, action, attributes) in the order in which they came; with the id and the time among the attributes."""

    def of(self, kind: str, action: str, labels: dict[str, str] | None = None) -> list[dict[str, str]]:
        """Return the attributes of the events of one type and action whose container has these labels."""
        wanted = (labels or {}).items()
        return [
            found for type_, what, found in self.events if (type_, what) == (kind, action) and wanted <= found.items()
        ]


class Watch(threading.Thread):
    """Listens to the engine: every event of one project, and each of its containers as soon as it runs."""

    def __init__(self, project: str, sync: Path) -> None:
        super().__init__(daemon=True)
        self.seen = Seen()
        self._project, self._sync = project, sync
        command = ["docker", "events", "--filter", "type=container", "--filter", "type=service"]
        self._process = subprocess.Popen([*command, "--format", "{{json .}}"], stdout=subprocess.PIPE, text=True)

    def run(self) -> None:
        """Write down what happens until `stop`."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                event = json.loads(line)
                found = {**event["Actor"]["Attributes"], "id": event["Actor"]["ID"], "time": str(event["timeNano"])}
                names = (found.get(key, "") for key in ("name", "com.docker.swarm.service.name"))
                if found.get("airdock.project") == self._project or any(map(self._is_ours, names)):
                    self.seen.events.append((event["Type"], event["Action"], found))
                    if (event["Type"], event["Action"]) == ("container", "start"):
                        self._look(found["id"])

    def _is_ours(self, name: str) -> bool:
        return name.startswith(self._project)

    def _look(self, container: str) -> None:
        command = ["docker", "inspect", "--type", "container", container]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:  # else it is gone already
            (self.seen.containers[container],) = json.loads(done.stdout)
            # A task may wait until it has been seen: it finds a file that is called like its host.
            (self._sync / self.seen.containers[container]["Config"]["Hostname"]).touch()

    def stop(self) -> Seen:
        """Take no more notice, and return what was seen."""
        self._process.terminate()
        self._process.wait()
        self.join()
        return self.seen

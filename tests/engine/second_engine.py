"""The engine at a second address: a socket whose calls go on to the first, and are counted."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from pathlib import Path
from types import TracebackType

ENGINE = "/var/run/docker.sock"


class _Call(socketserver.BaseRequestHandler):
    """One connection, handed on byte by byte in both directions until both ends are done."""

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(ENGINE)
            back = threading.Thread(target=_pour, args=(engine, self.request), daemon=True)
            back.start()
            made = _pour(self.request, engine)
            back.join()
        assert isinstance(self.server, _Server)
        self.server.made.append(made)


def _pour(source: socket.socket, into: socket.socket) -> int:
    """Hand on everything, then the end; return how many containers were asked for on the way."""
    made = 0
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            made += data.count(b"/containers/create")
            into.sendall(data)
    with contextlib.suppress(OSError):
        into.shutdown(socket.SHUT_WR)
    return made


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str) -> None:
        super().__init__(path, _Call)
        self.made: list[int] = []


class SecondEngine:
    """Listens at a path while its block runs; ``created`` counts the containers that were asked for there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server = _Server(str(path))

    def __enter__(self) -> SecondEngine:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    @property
    def created(self) -> int:
        """How many containers were made by calls to this address."""
        return sum(self._server.made)

"""Registries of this host, which answer GET /v2/ in several ways."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from commands import CANARY

USER, PASSWORD = "reader", f"p$ss\"w{{rd '1 é {CANARY}"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Registry(BaseHTTPRequestHandler):
    """Answers like a registry; how is said by the server's ``kind``."""

    server: Server

    def do_GET(self) -> None:
        given = self.headers.get("Authorization")
        self.server.asked.append((self.path, given))
        kind = self.server.kind
        token = f"t-{base64.b64encode(USER.encode()).decode()}"
        if self.path.startswith("/token"):
            good = given == BASIC
            self.answer(200 if good else 401, json.dumps({"token": token} if kind != "mute" else {}))
        elif kind == "open":
            self.answer(200)
        elif kind == "basic":
            self.answer(200 if given == BASIC else 401, challenge='Basic realm="registry"')
        elif kind in ("bearer", "mute"):
            realm = f'Bearer realm="http://{self.server.address}/token",service="some registry",scope=""'
            self.answer(200 if given == f"Bearer {token}" else 401, challenge=realm)
        elif kind == "other-realm":
            self.answer(401, challenge='Bearer realm="http://registry.example.org/token",service="x"')
        elif kind == "forbidden":
            self.answer(401 if given is None else 403, challenge="Basic realm=x")
        elif kind == "redirect":
            self.answer(302, location=f"http://{self.server.address}/elsewhere")
        elif kind == "slow":
            time.sleep(30)
        else:
            self.answer(404)

    def answer(self, status: int, body: str = "{}", *, challenge: str = "", location: str = "") -> None:
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A registry of this host."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, kind: str) -> None:
        super().__init__(("127.0.0.1", 0), Registry)
        self.kind = kind
        self.asked: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def listening(kind: str) -> Iterator[Server]:
    server = Server(kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

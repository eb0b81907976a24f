"""A private image registry on the loopback: basic authentication, pull only, and a list of what it was asked for.

Engines take registries on the loopback without TLS. An image here is one that the engine has, with a layer on top that
no other image has.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import subprocess
import tarfile
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


@dataclass
class Registry:
    """Serves images until its block ends."""

    user: str
    password: str
    port: int
    calls: list[tuple[bool, str, str]] = field(default_factory=list)
    """(let in, method, path) of every request."""
    _blobs: dict[str, bytes] = field(default_factory=dict)
    _manifests: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def add(self, name: str, tag: str, base: str, files: dict[str, bytes]) -> str:
        """Add an image: a local one with more executable files. Returns the reference that it is pulled by."""
        saved = subprocess.run(["docker", "save", base], capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(saved)) as archive:

            def read(path: str) -> bytes:
                file = archive.extractfile(path)
                assert file is not None
                return file.read()

            (entry,) = json.loads(read("manifest.json"))
            config = json.loads(read(entry["Config"]))
            layers = [_packed(read(path)) for path in entry["Layers"]]
        top = _tar(files)
        config["rootfs"]["diff_ids"].append(_digest(top))
        config["history"] = [{"created_by": "tests"}] * len(config["rootfs"]["diff_ids"])
        described = self._described(CONFIG, json.dumps(config).encode())
        entries = [self._described(LAYER, layer) for layer in (*layers, _packed(top))]
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": entries}
        data = json.dumps(manifest).encode()
        self._manifests[name, tag] = self._manifests[name, _digest(data)] = data
        return f"127.0.0.1:{self.port}/{name}:{tag}"

    def pulled(self, name: str) -> bool:
        """Say whether somebody who was let in has taken the layers of an image."""
        return any(let_in and f"/{name}/blobs/" in path for let_in, _, path in self.calls)

    def __enter__(self) -> Registry:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _described(self, kind: str, data: bytes) -> dict[str, Any]:
        self._blobs[_digest(data)] = data
        return {"mediaType": kind, "size": len(data), "digest": _digest(data)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self
        allowed = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                let_in = self.headers.get("Authorization") == allowed
                registry.calls.append((let_in, self.command, self.path))
                if let_in:
                    self._serve()
                else:
                    self._answer(401, b"{}", "application/json", {"WWW-Authenticate": 'Basic realm="private"'})

            do_HEAD = do_GET  # noqa: N815 - the name that the library looks for

            def _serve(self) -> None:
                found = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/(.+)", self.path)
                name, kind, what = found.groups() if found else ("", "", "")
                if self.path.rstrip("/") == "/v2":
                    self._answer(200, b"{}", "application/json")
                elif kind == "manifests" and (name, what) in registry._manifests:
                    data = registry._manifests[name, what]
                    self._answer(200, data, MANIFEST, {"Docker-Content-Digest": _digest(data)})
                elif kind == "blobs" and what in registry._blobs:
                    self._answer(200, registry._blobs[what], "application/octet-stream")
                else:
                    self._answer(404, b'{"errors": [{"code": "NAME_UNKNOWN"}]}', "application/json")

            def _answer(self, status: int, data: bytes, kind: str, extra: dict[str, str] | None = None) -> None:
                self.send_response(status)
                size = {"Content-Length": str(len(data)), "Docker-Distribution-Api-Version": "registry/2.0"}
                for header, text in {"Content-Type": kind, **size, **(extra or {})}.items():
                    self.send_header(header, text)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
                """Stay silent: `calls` has it all."""

        return Handler


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _packed(layer: bytes) -> bytes:
    return layer if layer.startswith(b"\x1f\x8b") else gzip.compress(layer, 1, mtime=0)


def _tar(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()

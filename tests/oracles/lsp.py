"""A language server over standard input and output, as an editor talks to it: as much as one test needs."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

TIMEOUT = 30  # seconds for one answer


class LanguageServer:
    """One server for one folder; use it in a `with` statement, which ends it whatever happens."""

    def __init__(self, command: Sequence[str], folder: Path, environ: dict[str, str]) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._received: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._number = 0
        self.capabilities: dict[str, Any] = {}
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def __enter__(self) -> LanguageServer:
        root = self._folder.as_uri()
        try:
            started = self.request(
                "initialize",
                {
                    "processId": None,
                    "rootUri": root,
                    "workspaceFolders": [{"uri": root, "name": "test"}],
                    "capabilities": {"textDocument": {"hover": {"contentFormat": ["markdown"]}, "diagnostic": {}}},
                },
            )
            self.capabilities = started["capabilities"]
            self._send({"method": "initialized", "params": {}})
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.request("shutdown", None)
                self._send({"method": "exit"})
                self._process.wait(TIMEOUT)
        finally:
            self._end()

    def open(self, path: Path) -> str:
        """Open a file of the folder as an editor would, wait until the server knows it, and return its URI."""
        document = {"uri": path.as_uri(), "languageId": "toml", "version": 1, "text": path.read_text(encoding="utf-8")}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        # A server may answer a question about a file before it has taken in that the file is open.
        until = time.monotonic() + TIMEOUT
        while not self.request("textDocument/documentSymbol", {"textDocument": {"uri": path.as_uri()}}):
            assert time.monotonic() < until, f"{path.name} was not opened within {TIMEOUT} s"
            time.sleep(0.02)
        return path.as_uri()

    def request(self, method: str, params: object) -> Any:
        """Return the server's answer; AssertionError for an error, for silence, and for a server that has gone."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        until = time.monotonic() + TIMEOUT
        while True:
            try:
                message = self._received.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no answer to {method} within {TIMEOUT} s") from None
            assert message is not None, f"the server ended instead of answering {method}"
            if "method" in message and "id" in message:
                # Its own questions, such as for the configuration: there is none.
                self._send({"id": message["id"], "result": None})
            elif message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        # A server that has gone is told by the answer that does not come.
        with contextlib.suppress(BrokenPipeError):
            stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            stream.flush()

    def _read(self, stream: IO[bytes]) -> None:
        """Put what the server says into the queue, and None at its end. Runs in a thread of its own."""
        length = 0
        while line := stream.readline():
            name, _, value = line.decode("ascii").partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif not line.strip():
                self._received.put(json.loads(stream.read(length)))
        self._received.put(None)

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                if stream is not None:
                    stream.close()

"""Asking a registry whether it takes a login: GET /v2/, with basic authentication or the token that it wants.

Nothing is pulled, no redirect is followed, and a password goes over plain HTTP only where the engine would send it so:
to this host, and to registries that the engine was told to trust.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

LIMIT = 3.0
"""Seconds that a registry has, for all of it."""
_CERTIFICATES = "/etc/docker/certs.d"
"""Where the engine looks for authorities, a folder for each registry."""
_PART = re.compile(r'(\w+)="([^"]*)"')


class Unclear(Exception):  # noqa: N818 - a sentence for the report
    """It cannot be told whether the registry takes the login; the text says why."""


@dataclass(frozen=True)
class Login:
    """A login to a registry. Its ``repr`` shows no password."""

    address: str
    """Host, and port if there is one."""
    user: str
    password: str

    def __repr__(self) -> str:
        """Return it without the password."""
        return f"Login({self.address!r})"

    @property
    def basic(self) -> str:
        """The header for it."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


def takes(login: Login, plain: Callable[[str], bool]) -> bool:
    """Say whether a registry takes a login; ``plain`` says of a host and port whether HTTP will do. Raises Unclear.

    Never longer than LIMIT: looking up a name has no limit of its own, so it is done aside.
    """
    answers: list[bool | BaseException] = []

    def ask() -> None:
        try:
            answers.append(_takes(login, plain))
        except BaseException as error:  # handed to the caller
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(LIMIT)
    if not answers:
        raise Unclear(f"no answer within {LIMIT:g} s")
    answer = answers[0]
    if isinstance(answer, bool):
        return answer
    if isinstance(answer, Unclear):
        raise answer
    if isinstance(answer, OSError | http.client.HTTPException | ValueError):
        raise Unclear(_reason(answer)) from None
    raise answer


def _takes(login: Login, plain: Callable[[str], bool]) -> bool:
    scheme, status, headers, _ = _first(login.address, plain)
    if status == 200:
        return True  # it asks nobody for a login
    if status != 401:
        raise Unclear(f"it answers {status}, not as a registry does")
    challenge = headers.get("www-authenticate", "")
    if challenge.lower().startswith("bearer"):
        authorization = _token(login, dict(_PART.findall(challenge)), plain)
        if authorization is None:
            return False
    else:
        authorization = login.basic
    _, status, _, _ = _get(scheme, login.address, "/v2/", authorization)
    if status in (401, 403):
        return False
    if status == 200:
        return True
    raise Unclear(f"it answers {status}")


def _first(address: str, plain: Callable[[str], bool]) -> tuple[str, int, Mapping[str, str], bytes]:
    """Ask without a login, in TLS first, as the engine does."""
    try:
        return _get("https", address, "/v2/")
    except (OSError, http.client.HTTPException):
        if not plain(address):
            raise
        return _get("http", address, "/v2/")


def _token(login: Login, wanted: dict[str, str], plain: Callable[[str], bool]) -> str | None:
    """Return the header with a token; None where the login is refused."""
    realm = urlsplit(wanted.get("realm", ""))
    if realm.scheme not in ("http", "https") or not realm.netloc or "@" in realm.netloc:
        raise Unclear("it does not say where tokens are given")
    if realm.scheme == "http" and not plain(realm.netloc):
        raise Unclear("it wants the password in plain HTTP")
    query = [("account", login.user), ("client_id", "docker")]
    query += [(key, wanted[key]) for key in ("service", "scope") if key in wanted]
    path = f"{realm.path or '/'}?{realm.query + '&' if realm.query else ''}{urlencode(query)}"
    _, status, _, body = _get(realm.scheme, realm.netloc, path, login.basic)
    if status in (401, 403):
        return None
    if status != 200:
        raise Unclear(f"where it gives tokens the answer is {status}")
    data = json.loads(body)
    token = (data.get("token") or data.get("access_token")) if isinstance(data, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise Unclear("it gives no token")
    return f"Bearer {token}"


def _get(
    scheme: str, address: str, path: str, authorization: str | None = None
) -> tuple[str, int, Mapping[str, str], bytes]:
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(address, timeout=LIMIT, context=_context(address))
    else:
        connection = http.client.HTTPConnection(address, timeout=LIMIT)
    try:
        connection.request("GET", path, headers={"Authorization": authorization} if authorization else {})
        response = connection.getresponse()
        headers = {key.lower(): value for key, value in response.getheaders()}
        return scheme, response.status, headers, response.read(1 << 20)
    finally:
        connection.close()


def _context(address: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for file in sorted(Path(_CERTIFICATES, address).glob("*.crt")):
        context.load_verify_locations(str(file))
    return context


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "this host does not trust its certificate; the engine may"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS, and the engine was not told to do without"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "its answer makes no sense"


def in_networks(address: str, networks: list[str]) -> bool:
    """Say whether the host of an address is a number in one of some networks, or localhost."""
    host = urlsplit(f"//{address}").hostname or ""
    try:
        number = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
        return any(number in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False

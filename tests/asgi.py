"""Calls an ASGI application with any bytes, also those that no HTTP client would send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)


async def call(app, method, path, *, query=b"", headers=(), chunks=(b"",), disconnect=False):
    """One request; `headers` are pairs of bytes, names in lower case. `disconnect`: the client goes within the body."""
    parts = list(chunks) or [b""]
    events = [
        {"type": "http.request", "body": part, "more_body": disconnect or number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    events.append({"type": "http.disconnect"})
    sent = []

    async def receive():
        return events.pop(0) if len(events) > 1 else events[0]

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path, errors="replace").encode(),
        "root_path": "",
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    start = sent[0]
    assert start["type"] == "http.response.start"
    assert [message["type"] for message in sent[1:]] == ["http.response.body"] * (len(sent) - 1)
    assert not sent[-1].get("more_body")
    return Answer(
        start["status"],
        {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]},
        b"".join(message["body"] for message in sent[1:]),
    )

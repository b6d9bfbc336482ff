"""The routes of the atlas, asked without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.requests import Request

from gateway.api.blocking import Blocking
from gateway.api.errors import install
from gateway.api.routes.joint import joint_router
from gateway.api.routes.registers import registers_router
from gateway.atlas.people import Person
from gateway.atlas.registers import Registers
from tests.unit.atlas.support import SENDER


def sender(request: Request) -> Person | None:
    return {"Bearer lieferung": SENDER, "Bearer lesen": Person("Leser", frozenset())}.get(
        request.headers.get("Authorization", "")
    )


class Client:
    """Asks the routes, each time in an event loop of its own."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers

    def ask(self, verb: str, path: str, **more: Any) -> httpx.Response:
        async def main() -> httpx.Response:
            app = FastAPI()
            install(app)
            app.include_router(registers_router(self.registers, Blocking(), sender))
            app.include_router(joint_router(self.registers, None, Blocking()))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
                return await client.request(verb, path, **more)

        return asyncio.run(main())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

"""The atlas inside the running service: a delivery arrives, is computed, checked, released, and can be read."""

from __future__ import annotations

import hashlib
import http.client
import re
from pathlib import Path

import pytest

from tests.flow.gateway_process import GatewayProcess, wait_for

TOKEN = "u" * 32


@pytest.fixture
def gateway(tmp_path: Path) -> GatewayProcess:
    people = tmp_path / "people.toml"
    people.write_text(
        f"""
[people]
Lieferstelle = ["deliver"]
"Prüfer" = ["check"]
Leitung = ["release"]
[tokens]
Lieferstelle = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"
""",
        encoding="utf-8",
    )
    return GatewayProcess(
        tmp_path / "gateway",
        f'[atlas]\nenabled = true\ninbox = "{tmp_path / "inbox"}"\npeople = "{people}"\n',
    )


def test_deliveries_in_the_inbox_are_computed_without_hands_and_refused_ones_say_why(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    with gateway:
        written = gateway.run_plain("atlas", "demo", str(tmp_path / "deliveries"))
        files = sorted((tmp_path / "deliveries").rglob("*_2023-12-31*.csv")) or sorted(
            (tmp_path / "deliveries").rglob("*.csv")
        )
        assert files, written
        inbox = tmp_path / "inbox"
        wait_for(inbox.is_dir, 20, "the inbox")
        (inbox / "nonsense.csv").write_text("x;y\n1;2\n")
        for file in files:
            target = inbox / f".{file.name}"
            target.write_bytes(file.read_bytes())
            target.rename(inbox / file.name)
        wait_for(lambda: len(list((inbox / "accepted").glob("*.csv"))) == len(files), 60, "all taken over")
        assert "DATENSATZ" in next((inbox / "refused").glob("nonsense*.txt")).read_text(encoding="utf-8")
        status, body = gateway.get("/v1/registers")
        assert status == 200
        assert re.search("sozialdatenatlas", str(body))


def test_uploads_need_a_persons_token(gateway: GatewayProcess) -> None:
    with gateway:
        path = next(
            p for p, routes in gateway.get("/openapi.json")[1]["paths"].items() if "post" in routes and "registers" in p
        )
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
        path = re.sub(r"\{[^}]*stichtag[^}]*\}", "2023-12-31", path)
        path = re.sub(r"\{[^}]*\}", "ba-sgb2", path)
        for token, expected in ((None, {401, 403}), ("w" * 32, {401, 403}), (TOKEN, {400, 404, 409, 422})):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            connection.request("POST", path, b"nothing useful", headers)
            response = connection.getresponse()
            response.read()
            assert response.status in expected, (token, response.status)
        connection.close()

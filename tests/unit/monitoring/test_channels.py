"""What is sent, against real receivers: webhooks and mail, signed, encrypted, refused, unreachable."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
import ssl
import threading

import pytest
import trustme

from gateway.config import ConfigError, MailSettings, MonitoringSettings, NotifySettings, WebhookSettings
from gateway.monitoring.channels import DeliveryError
from gateway.monitoring.digest import News
from gateway.monitoring.mail import Mail
from gateway.monitoring.model import Condition, Finding, Key
from gateway.monitoring.storage import Message
from gateway.monitoring.webhook import MOST_CHANGES, Webhook, signature
from gateway.monitoring.wording import MOST_LINES
from tests.unit.monitoring.facts import HOUR, NOW
from tests.unit.monitoring.receiver import Receiver
from tests.unit.monitoring.smtp import SmtpServer

NOTIFY = NotifySettings(name="Wuppertal")
NEWS = News(
    began=(
        Finding(Key("a1", Condition.SILENT), NOW - HOUR, None, 1860),
        Finding(Key("a2", Condition.LOW_BATTERY, "battery_voltage"), NOW, 2.41, 2.5),
    ),
    ended=(Finding(Key("gone", Condition.FLAT_LINE, "air_temperature probe"), NOW - 2 * HOUR, 21.5, 86400),),
)
NAMES = {"a1": "Döppersberg\r\nBcc: evil@example.org", "a2": ""}


def message(channel, news=NEWS):
    return Message(
        channel=channel.name, id="msg_1", body=channel.compose("msg_1", news, NAMES, NOW), began=(), ended=(), made_at=0
    )


def webhook(url, clock=lambda: NOW, **more):
    settings = WebhookSettings.model_validate({"url": {"value": url}, "secret": {"value": "s3cret"}, **more})
    return Webhook(settings, NOTIFY, clock)


async def test_a_webhook_lists_what_began_and_ended_signed_as_standard_webhooks():
    with Receiver() as receiver:
        hook = webhook(receiver.url)
        await hook.deliver(message(hook))
    (request,) = receiver.requests
    body = json.loads(request.body)
    assert body["type"] == "device.conditions"
    assert [(row["change"], row["device"], row["condition"]) for row in body["data"]] == [
        ("began", "a1", "silent"),
        ("began", "a2", "low_battery"),
        ("ended", "gone", "flat_line"),
    ]
    assert body["data"][1]["text_de"] == "Batterie schwach: Batteriespannung 2,41 V (Grenze 2,5 V)"
    assert body["data"][1]["text_en"] == "battery low: battery voltage 2.41 V (limit 2.5 V)"
    assert body["data"][0]["since"] == "2026-11-22T16:53:20Z"
    signed = f"msg_1.{NOW // 10**9}.".encode() + request.body
    expected = base64.b64encode(hmac.new(b"s3cret", signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_the_one_of_the_specification():
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_messages_are_bounded_however_much_is_wrong():
    many = News(tuple(Finding(Key(f"d{n:05}", Condition.SILENT), NOW, None, 60) for n in range(5000)))
    with Receiver() as receiver:
        hook = webhook(receiver.url)
        await hook.deliver(message(hook, many))
    body = json.loads(receiver.requests[0].body)
    assert (len(body["data"]), body["omitted"]) == (MOST_CHANGES, 5000 - MOST_CHANGES)
    assert body["text"].count("\n- ") == 2 * MOST_LINES
    assert f"… und {5000 - MOST_LINES} weitere" in body["text"]


@pytest.mark.parametrize(
    ("answer", "says", "wait"),
    [
        ((503, {"Retry-After": "120"}), "answered 503", 120),
        ((429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), "answered 429", None),
        ((404, {}), "answered 404", None),
        ((302, {"Location": "http://127.0.0.1:1/elsewhere"}), "answered 302", None),
    ],
)
async def test_any_answer_but_success_is_tried_again(answer, says, wait):
    with Receiver([answer]) as receiver:
        hook = webhook(f"{receiver.url}?key=hidden")
        with pytest.raises(DeliveryError, match=says) as raised:
            await hook.deliver(message(hook))
    assert raised.value.retry_after == wait
    assert "hidden" not in str(raised.value)
    assert len(receiver.requests) == 1


async def test_a_receiver_that_does_not_answer_costs_a_bounded_time():
    with Receiver(gate=threading.Event()) as receiver:
        hook = webhook(receiver.url, timeout=0.2)
        with pytest.raises(DeliveryError, match=r"no answer within 0\.2 s"):
            await hook.deliver(message(hook))


async def test_nobody_there_and_no_such_host_name_no_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        hook = webhook(f"http://127.0.0.1:{free.getsockname()[1]}/hidden")
        with pytest.raises(DeliveryError, match=r"^ConnectError$"):
            await hook.deliver(message(hook))


@pytest.mark.parametrize("url", ["", "ftp://host/x", "https://", "hook", "http://host:99999/"])
def test_an_unusable_address_is_refused_at_the_start_without_being_shown(url):
    with pytest.raises(ConfigError, match=r"notify\.webhook\.url") as raised:
        webhook(url)
    assert "host" not in str(raised.value).replace("http", "")


def test_a_secret_that_is_no_base64_is_refused():
    with pytest.raises(ConfigError, match="whsec_"):
        webhook("http://host/", secret={"value": "whsec_***"})


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(path))
    return authority, path


@pytest.fixture
def server_tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("localhost").configure_cert(context)
    return context


def mail(server, authority=None, **more):
    settings = {
        "host": "localhost", "port": server.port, "sender": "gateway@stadt.example", "timeout": 5,
        "recipients": ["a@stadt.example", "b@stadt.example"], "ca": authority and authority[1], **more,
    }  # fmt: skip
    return Mail(MailSettings.model_validate(settings), NOTIFY)


LOGIN = {"username": {"value": "gw"}, "password": {"value": "s3cret"}}


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_out_encrypted_german_first(security, server_tls, authority):
    with SmtpServer(tls=server_tls, implicit=security == "tls", login=("gw", "s3cret")) as server:
        channel = mail(server, authority, security=security, **LOGIN)
        await channel.deliver(message(channel))
    (delivered,) = server.mails
    assert (delivered.encrypted, delivered.user) == (True, "gw")
    assert delivered.recipients == ("a@stadt.example", "b@stadt.example")
    read = email.message_from_bytes(delivered.data, policy=email.policy.default)
    assert read["Subject"] == "[Wuppertal] 2 Störungen, 1 behoben / 2 faults, 1 recovered"
    assert read["Message-ID"] == "<msg_1@stadt.example>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert "Bcc" not in read
    text = read.get_content()
    assert text.index("2 Störungen") < text.index("2 faults")
    assert "- Döppersberg  Bcc: evil@example.org (a1): stumm seit 2026-11-22 17:53+01:00 (Grenze 31 min)" in text
    assert "- gone: flat line: air temperature (probe) 21.5 °C" in text
    assert "no longer watched" in text


async def test_check_reaches_the_servers_and_sends_nothing(server_tls, authority):
    with SmtpServer(tls=server_tls, login=("gw", "s3cret")) as server, Receiver() as receiver:
        assert "nothing was sent" in await mail(server, authority, **LOGIN).probe()
        assert "signed" in await webhook(receiver.url).probe()
    assert (server.mails, receiver.requests) == ([], [])
    assert "AUTH" in server.commands
    with pytest.raises(DeliveryError, match="ConnectionRefusedError"):
        await mail(server, authority, **LOGIN).probe()


async def test_without_tls_only_without_password():
    with SmtpServer() as server:
        channel = mail(server, security="none")
        await channel.deliver(message(channel))
        assert len(server.mails) == 1
        with pytest.raises(ValueError, match="not sent without TLS"):
            mail(server, security="none", **LOGIN)


async def test_a_server_that_offers_no_starttls_gets_nothing(authority):
    with SmtpServer(login=("gw", "s3cret")) as server:
        channel = mail(server, authority, **LOGIN)
        with pytest.raises(DeliveryError, match=r"^SMTPNotSupportedError$"):
            await channel.deliver(message(channel))
    assert server.mails == []
    assert "AUTH" not in server.commands


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_ends_it(security, server_tls):
    with SmtpServer(tls=server_tls, implicit=security == "tls", login=("gw", "s3cret")) as server:
        channel = mail(server, security=security, **LOGIN)
        with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
            await channel.deliver(message(channel))
    assert "AUTH" not in server.commands


async def test_refusals_name_neither_addresses_nor_the_password(server_tls, authority):
    with SmtpServer(tls=server_tls, login=("gw", "another")) as server:
        channel = mail(server, authority, **LOGIN)
        with pytest.raises(DeliveryError, match=r"^SMTPAuthenticationError: answered 535$"):
            await channel.deliver(message(channel))
    with SmtpServer(replies={"RCPT": [b"550 no a@stadt.example", b"550 no b@stadt.example"]}) as server:
        channel = mail(server, security="none")
        with pytest.raises(DeliveryError, match=r"^every recipient was refused$"):
            await channel.deliver(message(channel))
    with SmtpServer(replies={"RCPT": [b"550 no a@stadt.example"]}) as server:
        channel = mail(server, security="none")
        await channel.deliver(message(channel))
    assert server.mails[0].recipients == ("b@stadt.example",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sender": "a b@c"}, "sender"),
        ({"recipients": []}, "recipients"),
        ({"recipients": ["x@y\r\nRCPT TO:<z@y>"]}, "recipients"),
    ],
)
def test_addresses_that_are_none_are_refused(change, says):
    with pytest.raises(ValueError, match=says):
        MailSettings.model_validate({"host": "h", "sender": "a@b", "recipients": ["c@d"], **change})


def test_half_a_login_is_refused():
    with pytest.raises(ConfigError, match="belong together"):
        Mail(MailSettings(host="h", sender="a@b", recipients=("c@d",), username={"value": "x"}), NOTIFY)


def test_nothing_is_sent_unless_configured():
    assert MonitoringSettings().notify.webhook is None
    assert MonitoringSettings().notify.mail is None

"""A real SMTP server (RFC 5321, STARTTLS, AUTH PLAIN) that keeps what it is given."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Delivered:
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    encrypted: bool
    user: str


@dataclass
class SmtpServer:
    """`tls` offers STARTTLS (`implicit`: speaks TLS from the start). `replies` replace the answers to commands."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    login: tuple[str, str] | None = None
    replies: dict[str, list[bytes]] = field(default_factory=dict)
    mails: list[Delivered] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        smtp = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    if smtp.implicit:
                        self.encrypt()
                    self.talk()
                except (OSError, ValueError):
                    pass

            def finish(self) -> None:
                super().finish()
                self.connection.close()

            def encrypt(self) -> None:
                self.rfile.close()
                self.wfile.close()
                self.connection = smtp.tls.wrap_socket(self.connection, server_side=True)
                self.request = self.connection
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

            def say(self, line: bytes) -> None:
                self.wfile.write(line + b"\r\n")

            def talk(self) -> None:
                encrypted, user, sender, recipients = smtp.implicit, "", "", []
                self.say(b"220 test ESMTP")
                while line := self.rfile.readline(2000).decode().strip():
                    command = line.upper().split()[0]
                    smtp.commands.append(line if command != "AUTH" else "AUTH")
                    if smtp.replies.get(command):
                        self.say(smtp.replies[command].pop(0))
                        continue
                    match command:
                        case "EHLO":
                            offers = [b"STARTTLS"] if smtp.tls and not encrypted else []
                            offers += [b"AUTH PLAIN"] if smtp.login else []
                            for offer in [b"test", *offers]:
                                self.say(b"250-" + offer)
                            self.say(b"250 OK")
                        case "STARTTLS":
                            self.say(b"220 go ahead")
                            self.encrypt()
                            encrypted = True
                        case "AUTH":
                            _, name, password = base64.b64decode(line.split()[2]).decode().split("\0")
                            if (name, password) != smtp.login:
                                self.say(b"535 5.7.8 wrong")
                                continue
                            user = name
                            self.say(b"235 ok")
                        case "MAIL":
                            sender, recipients = line.partition("<")[2].partition(">")[0], []
                            self.say(b"250 ok")
                        case "RCPT":
                            recipients.append(line.partition("<")[2].partition(">")[0])
                            self.say(b"250 ok")
                        case "DATA":
                            self.say(b"354 go on")
                            data = b""
                            while (part := self.rfile.readline()) != b".\r\n":
                                data += part.removeprefix(b".")
                            smtp.mails.append(Delivered(sender, tuple(recipients), data, encrypted, user))
                            self.say(b"250 kept")
                        case "QUIT":
                            self.say(b"221 bye")
                            return
                        case _:
                            self.say(b"250 ok")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, False, True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

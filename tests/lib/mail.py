"""A mail server on loopback: takes what it is told to take, and notes every line that was said to it."""

import contextlib
import socket
import socketserver
import threading

EXTENSIONS = ["8BITMIME", "SIZE 100000"]


class Mailbox:
    """`refuse`: {first word of a command: its answer}."""

    def __init__(self):
        self.mails, self.said, self.refuse, self.open = [], [], {}, set()
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                mailbox.open.add(self.connection)
                self.say("220 mail.test ESMTP")
                while line := self.rfile.readline().decode().strip():
                    mailbox.said.append(line)
                    word = line.split()[0].upper()
                    if word in mailbox.refuse:
                        self.say(mailbox.refuse[word])
                    elif word == "EHLO":
                        self.say("\r\n".join(f"250-{e}" for e in ["mail.test", *EXTENSIONS]) + "\r\n250 HELP")
                    elif word == "DATA":
                        self.say("354 go on")
                        self.take()
                    elif word == "QUIT":
                        return self.say("221 bye")
                    else:
                        self.say("250 ok")

            def take(self):
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line)
                mailbox.mails.append(b"".join(lines))
                self.say(mailbox.refuse.get(".", "250 taken"))

            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

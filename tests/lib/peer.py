"""A server on loopback that notes what is posted to it, and answers as it is told to."""

import contextlib
import http.server
import json
import socket
import threading


class Post:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Peer:
    """`answers`: statuses, or (status, headers), of the next requests; after them `status`."""

    def __init__(self, status=200, port=0):
        self.posts, self.status, self.answers, self.connections, self.open = [], status, [], set(), set()
        self.gate = threading.Event()  # while it is not set, a request waits
        self.gate.set()
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes

            def setup(self):
                super().setup()
                peer.open.add(self.connection)

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                peer.gate.wait()
                peer.posts.append(Post(self.path, self.headers, body))
                peer.connections.add(self.client_address)
                given = peer.answers.pop(0) if peer.answers else peer.status
                status, headers = given if isinstance(given, tuple) else (given, {})
                self.send_response(status)
                for name, value in {"Content-Length": "2", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"{}")

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:  # kept ones would be served on
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

"""A printer's FTPS service in a few lines, which can misbehave in the ways that real ones do."""

import socket
import ssl
import threading


class FtpsPeer:
    """Serves one file, ${content} at ${path}; ${faults} is a set of:

    truncate (half of it, then a clean end)   grow (SIZE tells more each time)
    no_226 (silence after the last byte)      rude_close (no close_notify on the data channel)
    stall (half of it, then silence)          mute (silence after the TLS handshake)
    huge (announces 4 GB)                     no_size (SIZE is unknown)
    refuse (530)                              wrong_ip (PASV names another host)
    plain_only (no TLS on the data channel)
    """

    def __init__(self, certificate, path, content, *faults):
        self.path, self.content, self.faults = path, content, set(faults)
        self.commands, self.resumed, self.errors = [], [], []
        self.received = b""
        self.private = True  # the data channel, as PROT says
        self.sizes = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate.bundle(), certificate.key)
        self.names = []
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed.set()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, raw):
        try:
            with self.context.wrap_socket(raw, server_side=True) as control:
                self._talk(control)
        except (OSError, ssl.SSLError) as error:
            self.errors.append(repr(error))

    def _talk(self, control):
        if "mute" in self.faults:
            self.closed.wait(30)
            return
        control.sendall(b"220 ready\r\n")
        reader, data = control.makefile("rb"), None
        for line in reader:
            self.received += line
            command, _, value = line.decode().strip().partition(" ")
            self.commands.append(command)
            if command == "PROT":
                self.private = value == "P"
            if command == "PASV":
                data = socket.create_server(("127.0.0.1", 0))
                port = data.getsockname()[1]
                host = "10,255,255,1" if "wrong_ip" in self.faults else "127,0,0,1"
                control.sendall(f"227 Entering ({host},{port >> 8},{port & 255})\r\n".encode())
            elif command == "RETR":
                self._send_file(control, data, value)
            else:
                control.sendall(self._answer(command, value).encode() + b"\r\n")

    def _answer(self, command, value):
        if command == "PASS":
            return "530 no" if "refuse" in self.faults else "230 in"
        if command == "SIZE":
            return self._size(value)
        return {"USER": "331 code", "PWD": '257 "/"', "REST": "502 no", "QUIT": "221 bye"}.get(command, "200 ok")

    def _size(self, path):
        if not self._here(path):
            return "550 not here"
        if "no_size" in self.faults:
            return "502 unknown"
        self.sizes += 1
        size = len(self.content) if "huge" not in self.faults else 1 << 32
        return f"213 {size + (self.sizes - 1) * 1000 if 'grow' in self.faults else size}"

    def _here(self, path):
        return path.lstrip("/") == self.path.lstrip("/")

    def _send_file(self, control, data, path):
        if not self._here(path):
            control.sendall(b"550 not here\r\n")
            return
        control.sendall(b"150 here it comes\r\n")
        sock, _ = data.accept()
        data.close()
        if not self.private:
            sock.sendall(self.content)
            sock.close()
            control.sendall(b"226 done\r\n")
            return
        if "plain_only" in self.faults:
            sock.close()
            control.sendall(b"426 no\r\n")
            return
        channel = self.context.wrap_socket(sock, server_side=True)
        self.resumed.append(channel.session_reused)
        half = self.faults & {"truncate", "stall"}
        content = self.content[:len(self.content) // 2] if half else self.content
        channel.sendall(content)
        if "stall" in self.faults:
            self.closed.wait(60)
        if "rude_close" not in self.faults:
            channel.settimeout(2)
            try:
                channel.unwrap()
            except (OSError, ssl.SSLError):
                pass
        channel.close()
        if "no_226" in self.faults:
            return
        control.sendall(b"226 done\r\n")

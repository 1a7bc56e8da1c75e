"""Certificates like those of printers, made by the openssl program.

A printer presents a leaf with CN = serial: older models one that the root signed (it can be X.509
v1), newer ones a leaf of an intermediate for the model.
"""

import pathlib
import subprocess

CA_EXTENSIONS = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
LEAF_EXTENSIONS = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\n"
ALREADY_OVER = -1


def openssl(*arguments, stdin=None):
    """Run the openssl program and return its stdout."""
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True)
    if done.returncode:
        raise AssertionError(f"openssl {arguments}: {done.stderr.decode()}")
    return done.stdout


class Certificate:
    """A certificate and its key as PEM files, with the files that a server sends as its chain."""

    def __init__(self, pem, key, chain=()):
        self.pem = pathlib.Path(pem)
        self.key = pathlib.Path(key)
        self.chain = [pathlib.Path(c) for c in chain]

    def fingerprint(self):
        """SHA-256 of the certificate, hex in lower case."""
        text = openssl("x509", "-in", self.pem, "-noout", "-fingerprint", "-sha256").decode()
        return text.strip().split("=")[1].replace(":", "").lower()

    def spki_sha256(self):
        """SHA-256 of the public key (SPKI in DER), hex in lower case: what a pin holds."""
        key = openssl("x509", "-in", self.pem, "-noout", "-pubkey")
        der = openssl("pkey", "-pubin", "-outform", "DER", stdin=key)
        return openssl("dgst", "-sha256", "-r", stdin=der).decode().split()[0]

    def bundle(self, *more):
        """A file with this certificate, its chain and more PEM files, as a server sends them."""
        path = self.pem.with_suffix(".bundle.pem")
        parts = [self.pem, *self.chain, *more]
        path.write_bytes(b"".join(pathlib.Path(p).read_bytes() for p in parts))
        return path


def make_key(path, rsa=False):
    kind = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if rsa else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl("genpkey", "-algorithm", *kind, "-out", path)
    return path


def self_signed(folder, cn, days=365, extensions=LEAF_EXTENSIONS, rsa=False, name=None):
    """A certificate that nobody else vouches for."""
    folder = pathlib.Path(folder)
    name = name or f"self-{cn}"
    key = make_key(folder / f"{name}.key", rsa)
    return Certificate(_sign(folder, name, cn, key, days, extensions, None), key)


def _sign(folder, name, cn, key, days, extensions, issuer):
    pem, request, options = folder / f"{name}.pem", folder / f"{name}.csr", folder / f"{name}.ext"
    subject = "/" + "/".join(["C=XX", "O=Test Printers", "CN=" + cn])
    openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
    by = ["-CA", issuer.pem, "-CAkey", issuer.key, "-CAcreateserial"] if issuer else ["-signkey", key]
    with_extensions = []
    if extensions:
        options.write_text(extensions)
        with_extensions = ["-extfile", options]
    openssl("x509", "-req", "-in", request, "-days", days, "-sha256", "-out", pem, *by, *with_extensions)
    return pem


class Authority(Certificate):
    """A root or an intermediate that signs."""

    def __init__(self, folder, cn="Test Printer CA", issuer=None):
        self.folder = pathlib.Path(folder)
        self.name = cn.replace(" ", "-").lower()
        key = make_key(self.folder / f"{self.name}.key")
        pem = _sign(self.folder, self.name, cn, key, 3650, CA_EXTENSIONS, issuer)
        chain = [issuer.pem] if issuer and isinstance(issuer, Authority) and issuer.chain else []
        super().__init__(pem, key, chain)
        self.issuer = issuer
        self._count = 0

    def intermediate(self, cn="Test Device CA N7-V2"):
        return Authority(self.folder, cn, issuer=self)

    def leaf(self, cn, expired=False, v1=False, rsa=False):
        """A printer's certificate; its chain has this authority when it is an intermediate."""
        self._count += 1
        name = f"{self.name}-{self._count}-{cn}".replace("/", "-")
        key = make_key(self.folder / f"{name}.key", rsa)
        days = ALREADY_OVER if expired else 365
        pem = self._v1(name, cn, key, days) if v1 else _sign(self.folder, name, cn, key, days, LEAF_EXTENSIONS, self)
        return Certificate(pem, key, [self.pem] if self.issuer else [])

    def server(self):
        """A certificate for a server on 127.0.0.1."""
        key = make_key(self.folder / f"{self.name}-server.key")
        extensions = LEAF_EXTENSIONS + "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
        return Certificate(_sign(self.folder, f"{self.name}-server", "127.0.0.1", key, 365, extensions, self), key)

    def _v1(self, name, cn, key, days):
        pem = _sign(self.folder, name, cn, key, days, None, self)
        if b"Version: 1 " not in openssl("x509", "-in", pem, "-noout", "-text"):
            # OpenSSL 3.4 and later write version 3 unless told otherwise.
            openssl("req", "-x509", "-x509v1", "-key", key, "-subj", f"/C=XX/O=Test Printers/CN={cn}",
                    "-CA", self.pem, "-CAkey", self.key, "-days", days, "-out", pem)
        return pem

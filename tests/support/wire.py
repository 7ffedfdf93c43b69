"""The protocol for tests in Python, made from the .proto files themselves: messages are dictionaries, frames are sent raw, so that a test can also
send what no honest client would. No library: a varint is ten lines, and bad input needs them anyway."""
import os
import re
import socket
import ssl
import struct
import time

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto")
SCALARS = {"uint32", "uint64", "int64", "bool", "string", "bytes", "fixed64"}


def read_protos(files=("canvas.proto", "wire.proto")):
    """{message: {field: (number, type, repeated)}} and {enum: {name: value}} of these files."""
    messages, enums = {}, {}
    for file in files:
        with open(os.path.join(PROTO, file), encoding="utf-8") as f:
            text = re.sub(r"//[^\n]*", "", f.read())
        stack = []
        for token in re.finditer(r"(message|enum|oneof)\s+(\w+)\s*\{|(repeated\s+)?(\w+)\s+(\w+)\s*=\s*(\d+)\s*;|(\w+)\s*=\s*(\d+)\s*;|\}", text):
            kind, name, repeated, ftype, field, number, value_name, value = token.groups()
            if kind:
                stack.append((kind, name))
                if kind == "message":
                    messages[name] = {}
                elif kind == "enum":
                    enums.setdefault(name, {})      # several messages have a State
            elif field:
                owner = [n for k, n in stack if k == "message"][-1]
                messages[owner][field] = (int(number), ftype, bool(repeated))
            elif value_name:
                enums[stack[-1][1]][value_name] = int(value)
            else:
                stack.pop()
    return messages, enums


MESSAGES, ENUMS = read_protos()
CODES = {value: name for name, value in ENUMS["ErrorCode"].items()}


def varint(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def encode_value(number, ftype, value):
    if ftype == "string":
        value = value.encode("utf-8") if isinstance(value, str) else value
        return tag(number, 2) + varint(len(value)) + value
    if ftype == "bytes":
        return tag(number, 2) + varint(len(value)) + value
    if ftype == "fixed64":
        return tag(number, 1) + struct.pack("<Q", value)
    if ftype in SCALARS or ftype in ENUMS:
        if isinstance(value, str):
            value = ENUMS[ftype][value]
        return tag(number, 0) + varint(int(value) & (1 << 64) - 1)
    body = value if isinstance(value, bytes) else encode(ftype, value)
    return tag(number, 2) + varint(len(body)) + body


def encode(message, fields):
    out = b""
    for name, value in fields.items():
        number, ftype, repeated = MESSAGES[message][name]
        for one in value if repeated else [value]:
            out += encode_value(number, ftype, one)
    return out


def read_varint(data, at):
    n = shift = 0
    while True:
        byte = data[at]
        at += 1
        n |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return n, at


def decode(message, data, messages=None):
    messages = messages or MESSAGES
    by_number = {number: (name, ftype, repeated) for name, (number, ftype, repeated) in messages[message].items()}
    out, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, at = read_varint(data, at)
        elif wire_type == 1:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        else:
            size, at = read_varint(data, at)
            value, at = bytes(data[at:at + size]), at + size
        if number not in by_number:
            continue
        name, ftype, repeated = by_number[number]
        values = [value]
        if ftype == "string":
            values = [value.decode("utf-8")]
        elif ftype == "bool":
            values = [bool(value)]
        elif repeated and wire_type == 2 and ftype in ("uint32", "uint64"):
            values, i = [], 0
            while i < len(value):
                n, i = read_varint(value, i)
                values.append(n)
        elif ftype not in SCALARS and ftype not in ENUMS:
            values = [decode(ftype, value, messages)]
        if repeated:
            out.setdefault(name, []).extend(values)
        else:
            out[name] = values[0]
    return out


def frame(fields):
    body = fields if isinstance(fields, bytes) else encode("Frame", fields)
    return struct.pack(">I", len(body)) + body


def tls_context(certificate=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE      # what a client pins is the client library's test
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["cocanvas/1"])
    if certificate:
        context.load_cert_chain(certificate)
    return context


CONTEXT = tls_context()
PASSING = ("people", "status", "presence_update", "checkpoint", "ping")      # what may come at any time
HELLO = {"hello": {"proto_min": 1, "proto_max": 1, "software": "test/1"}}


class Closed(Exception):
    """The server closed the connection."""


class Wire:
    """One connection. send() takes the fields of a Frame, or raw bytes of one; receive() gives the next Frame."""

    def __init__(self, port, timeout=20, certificate=None):
        """certificate: a PEM file with certificate and key, to be shown to the server."""
        self.tcp = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket = (tls_context(certificate) if certificate else CONTEXT).wrap_socket(self.tcp, server_hostname="localhost")
        self.input = b""

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError) as e:
            raise Closed(str(e)) from e

    def send(self, *frames):
        self.send_bytes(b"".join(frame(f) for f in frames))

    def take(self, size):
        while len(self.input) < size:
            try:
                more = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError) as e:
                raise Closed(str(e)) from e
            if not more:
                raise Closed("end")
            self.input += more
        taken, self.input = self.input[:size], self.input[size:]
        return taken

    def receive(self):
        return decode("Frame", self.take(struct.unpack(">I", self.take(4))[0]))

    def either(self, *bodies, but=PASSING):
        """The next Frame, which must have one of these bodies; others named in `but` are passed over."""
        while True:
            got = self.receive()
            if any(body in got for body in bodies):
                return got
            if not any(name in got for name in but):
                raise AssertionError(f"expected {bodies}, got {got}")

    def expect(self, body, but=PASSING):
        """The same for one body, whose fields are returned."""
        return self.either(body, but=but)[body]

    def refused(self, code, fatal=False):
        error = self.expect("error")
        name = CODES[error.get("code", 0)]
        assert name == code, f"expected {code}, got {name}: {error.get('message')}"
        assert error.get("fatal", False) == fatal, error
        assert len(error.get("message", "")) > 10, "a refusal is a sentence"
        return error

    def ended(self):
        """Reads on until the server has closed; gives the frames."""
        frames = []
        try:
            while True:
                frames.append(self.receive())
        except Closed:
            return frames

    def alive(self):
        """The session is usable: a Ping is answered."""
        nonce = time.monotonic_ns()
        self.send({"ping": {"nonce": nonce}})
        assert self.expect("pong")["nonce"] == nonce

    # ---- the usual beginnings

    def hello(self):
        self.send(HELLO)
        return self.expect("welcome")

    def login(self, **login):
        self.send(HELLO, {"login": login})
        self.expect("welcome")
        return self.expect("logged_in")

    def open(self, canvas, client_id=b"", **more):
        """Opened, with the snapshot's encoded "state" and the batches "committed" since, up to the head."""
        self.send({"open": dict(canvas=canvas, client_id=client_id, **more)})
        opened = self.expect("opened")
        opened.update(state=b"", committed=[])
        seq = more.get("have_seq", 0)
        if opened.get("mode", 0) == ENUMS["Mode"]["SNAPSHOT"]:
            last = False
            while not last:
                part = self.expect("snapshot")
                opened["state"] += part.get("part", b"")
                last, seq = part.get("last", False), part.get("seq", 0)
        while seq < opened.get("head_seq", 0):
            opened["committed"].append(self.expect("committed"))
            seq += 1
            assert opened["committed"][-1]["seq"] == seq
        return opened

    def submit(self, client_seq, base_seq, *ops, **more):
        self.send({"submit": dict(client_seq=client_seq, base_seq=base_seq, ops=list(ops), **more)})

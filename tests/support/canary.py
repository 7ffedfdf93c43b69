"""Random words that must not be found where they don't belong, and random requests out of the protocol's own description. A canary is planted with the
names of those who may see it; Watch looks for all the others in whatever somebody was sent."""
import base64
import re

from wire import ENUMS, MESSAGES, Wire

LETTERS = "bcdfghjklmnpqrstvwxz"
SHAPE = re.compile(rb"zq[bcdfghjklmnpqrstvwxz]{16}")


class Watch:
    """What was planted, and who has seen what."""

    def __init__(self, rng):
        self.rng = rng
        self.words, self.ids = {}, {}       # canary or id: (what it is, the names of those who may see it)
        self.secrets = {}                   # what was issued to somebody: for what
        self.seen = {}                      # who: {what it is}
        self.found = []                     # convictions

    def plant(self, what, *seers):
        word = "zq" + "".join(self.rng.choice(LETTERS) for _ in range(16))
        self.words[word.encode()] = (what, set(seers))
        return word

    def plant_id(self, what, id_, *seers):
        self.ids[id_] = (what, set(seers))
        return id_

    def secret(self, what, text):
        self.secrets[text] = what
        return text

    def look(self, who, data, doing):
        """Bytes that somebody was sent."""
        seen = self.seen.setdefault(who, set())
        for match in SHAPE.finditer(data):
            what, seers = self.words.get(match.group(), (None, ()))
            if what and who in seers:
                seen.add(what)
            elif what:
                self.found.append(f"{who} was sent {what} ({match.group().decode()}) after {doing}")
        for id_, (what, seers) in self.ids.items():
            if who not in seers and id_ in data:
                self.found.append(f"{who} was sent the id of {what} after {doing}")

    def leaks(self, text, but=()):
        """Canaries of whatever kind in a text; as they are, and as PostgreSQL and others write bytes."""
        data = text.encode()
        bytes_ = b"".join(bytes.fromhex(h.decode()) + b"\0" for h in re.findall(rb"\\\\?x((?:[0-9a-f]{2}){18,})", data))
        return sorted({self.words[w][0] for w in SHAPE.findall(data) + SHAPE.findall(bytes_) if w in self.words and self.words[w][0] not in but})

    def betrayed(self, text):
        """Secrets in a text, in the forms in which somebody may have written them down."""
        lower, found = text.lower(), []
        for secret, what in self.secrets.items():
            raw = secret if isinstance(secret, bytes) else secret.encode()
            forms = {raw.hex(), base64.b64encode(raw).decode().rstrip("=").lower(), base64.urlsafe_b64encode(raw).decode().rstrip("=").lower()}
            if not isinstance(secret, bytes):
                forms |= {secret.lower(), secret.replace("-", "").lower()}
            found += [what for form in forms if form in lower]
        return sorted(set(found))


class Spy(Wire):
    """A connection on which everything that arrives is looked at."""

    def __init__(self, port, watch, who):
        super().__init__(port)
        self.watch, self.who, self.doing, self.tail = watch, who, "connecting", b""

    def take(self, size):
        data = super().take(size)
        self.watch.look(self.who, self.tail + data if size != 4 else data, self.doing)
        self.tail = data[-64:]
        return data


class Maker:
    """Random messages, field by field, as the .proto files describe them. pools: values for fields of that name, whatever the message; a test fills
    them with what is one's own, foreign, missing and garbage."""

    def __init__(self, rng, pools):
        self.rng, self.pools = rng, pools

    def garbage(self, kind):
        rng = self.rng
        if kind == "bytes":
            return rng.choice([b"", rng.randbytes(16), rng.randbytes(16), bytes(16), rng.randbytes(rng.randrange(40))])
        if kind == "string":
            return rng.choice(["", "a word", "two words", "x" * 65, "yes", "no", "2026-01-31", "12.5", "a\nb"])
        if kind == "bool":
            return rng.random() < 0.5
        if kind == "int64":
            return rng.choice([0, 1, 10 ** 12, -1])
        if kind in ENUMS:
            return rng.choice([*ENUMS[kind].values(), 99])
        return rng.choice([0, 1, 2, 3, 5, 17, 1000, 2 ** 32 - 1])

    def value(self, name, kind, depth):
        fits = {"bytes": bytes, "string": str}.get(kind, int)
        choices = [v for v in self.pools.get(name, ()) if isinstance(v, fits) and kind not in MESSAGES]
        if choices and self.rng.random() < 0.9:
            return self.rng.choice(choices)
        return self.message(kind, depth + 1) if kind in MESSAGES else self.garbage(kind)

    def message(self, kind, depth=0):
        if kind in ("Op", "Value", "TextStep"):             # a oneof: one of them
            field = self.rng.choice(list(MESSAGES[kind]))
            return {field: self.value(field, MESSAGES[kind][field][1], depth)}
        fields = {}
        for name, (_, type_, repeated) in MESSAGES[kind].items():
            if self.rng.random() < (0.25 if depth > 3 else 0.75):
                fields[name] = [self.value(name, type_, depth) for _ in range(self.rng.randrange(1, 3))] if repeated else self.value(name, type_, depth)
        return fields

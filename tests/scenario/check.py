"""Judges a run from what was written down: the actors' histories, the journal and the snapshots in PostgreSQL.

Independent of the C code: batches are replayed by the small model below, states are hashed as canvas.proto says. Each violation is a line that
begins with the broken invariant (the design's promise it belongs to is in brackets):

  I1  [P1]  whatever a client was shown as committed is in the journal, the same bytes
  I2  [P3]  a (client, client_seq) is in the journal at most once; nothing is there that its client did not seal; no run twice
  I3  [P2]  seq is 1 … head without a gap, in the journal and in what each client was shown
  I4  [P3]  per client, client_seq rises with seq; none is missing but rejected ones
  I5  [P2]  what was acknowledged before another batch was made comes before it
  I6  [P2]  what a client has applied never goes back
  I8  [P12] the epoch never falls along seq
  I9  [P4]  the hashes of all clients, of the replayed journal, and of each snapshot (and its suffix) are equal
  I10 [P5]  each run typed to its end stands whole in its card, each created card exists; but for the words that its client was told are not
            taken (the switch to anonymous came between, and nobody knows any more what held when they were typed)
  I15 [P9]  a batch without a name has no client, author or client_seq, a mark of its own, and nothing made in it has a client's id
  I14 [P11] when the faults are over, everybody comes to rest at the head, with nobody's help (run.py)
"""
import base64
import json
import pathlib

import xxhash

KINDS = {"header": 2, "blocks": 3, "cards": 4, "comments": 5, "links": 6, "readings": 7, "named": 8}

OPENING, LIVE = 4, 5        # enum client_state
CLIENT_ANONYMOUS, AUTHOR_ANONYMOUS = 0xFFFFFF00, 0xFFFFFFFF


def id_text(number):
    """As clients show ids."""
    if number >> 32 >= CLIENT_ANONYMOUS:
        return "a." + base64.b32encode((number & 0xFFFFFFFFFF).to_bytes(5, "big")).decode().lower()
    return f"{number >> 32}.{number & 0xffffffff}"


def made_of(text, source):
    """Whether text can be put together of pieces of source, none shorter than needed."""
    while text:
        n = next((n for n in range(len(text), 0, -1) if text[:n] in source), 0)
        if n == 0:
            return False
        text = text[n:]
    return True


def state_hash(state):
    total = 0
    for field, seed in KINDS.items():
        for message in [state.header] if field == "header" else getattr(state, field):
            total += xxhash.xxh3_64_intdigest(message.SerializeToString(deterministic=True), seed=seed)
    return total % 2**64


class Model:
    """A canvas as plain Python, changed by committed ops as they stand."""

    def __init__(self, pb, state):
        self.pb = pb
        self.state = state
        self.cards = {card.id: card for card in state.cards}
        self.blocks = {block.id: block for block in state.blocks}

    def message(self):
        whole = self.pb.CanvasState.FromString(self.state.SerializeToString())
        del whole.cards[:]
        whole.cards.extend(sorted(self.cards.values(), key=lambda card: card.id))
        return whole

    def apply(self, batch):
        for op in batch.ops:
            kind = op.WhichOneof("kind")
            getattr(self, kind)(getattr(op, kind), batch)
        self.state.seq = batch.seq

    @staticmethod
    def put(repeated, item, on):
        items = set(repeated)
        (items.add if on else items.discard)(item)
        del repeated[:]
        repeated.extend(sorted(items, key=lambda x: x.encode() if isinstance(x, str) else x))

    def put_prop(self, props, key, value):
        values = {prop.key: prop.value for prop in props}
        values.pop(key, None)
        if value.WhichOneof("kind"):
            values[key] = value
        ordered = [self.pb.Prop(key=k, value=v) for k, v in sorted(values.items(), key=lambda item: item[0].encode())]
        del props[:]
        props.extend(ordered)

    def stamp(self, card, batch):
        card.edited_by, card.edited_ms = batch.author, batch.time_ms

    def card_create(self, op, batch):
        card = self.pb.Card()
        card.id, card.block, card.order_key, card.text = op.id, op.place.block, op.place.order_key, op.text
        card.created_by, card.created_ms = batch.author, batch.time_ms
        for prop in op.props:
            self.put_prop(card.props, prop.key, prop.value)
        for tag in op.tags:
            self.put(card.tags, tag, True)
        self.cards[op.id] = card

    def card_delete(self, op, batch):
        card = self.cards[op.id]
        card.deleted_seq = card.deleted_seq or batch.seq

    def card_restore(self, op, batch):
        self.cards[op.id].deleted_seq = 0

    def card_move(self, op, batch):
        card = self.cards[op.id]
        card.block, card.order_key = op.place.block, op.place.order_key

    def tag_set(self, op, batch):
        self.put(self.cards[op.card].tags, op.tag, op.on)

    def vote_set(self, op, batch):
        self.put(self.cards[op.card].votes, batch.author, op.on)

    def prop_set(self, op, batch):
        if op.object == 0:
            self.put_prop(self.state.header.props, op.key, op.value)
            return
        card = self.cards[op.object]
        self.put_prop(card.props, op.key, op.value)
        self.stamp(card, batch)

    def text_edit(self, op, batch):
        card = self.cards[op.object]
        assert op.key == "" and len(card.text) == op.pre_len, f"text edit of {op.pre_len} on {len(card.text)} at seq {batch.seq}"
        out, at, removed = [], 0, []
        for step in op.steps:
            kind = step.WhichOneof("kind")
            if kind == "retain":
                out.append(card.text[at:at + step.retain])
                at += step.retain
            elif kind == "insert":
                out.append(step.insert)
            else:
                removed.append(card.text[at:at + step.remove])
                at += step.remove
        assert "".join(removed) == op.removed, f"removed characters differ at seq {batch.seq}"
        card.text = "".join(out) + card.text[at:]
        self.stamp(card, batch)

    def respread(self, op, batch):
        for card, key in zip(op.cards, op.keys):
            self.cards[card].order_key = key


class Checker:
    """rows: [(seq, epoch, client, client_seq, payload)] ascending; snapshots: [(seq, hash, state bytes)]; hashes: {who: (seq, hash)} at rest; rescued: {who: words that it was told
    are not taken}.
    calm: since that time (CLOCK_MONOTONIC, ns) nothing happened, so nobody may have had to open again; None: things did."""

    def __init__(self, pb, rows, snapshots, hashes, history_files, rescued, calm=None):
        self.calm, self.rescued = calm, rescued
        self.pb, self.rows, self.snapshots, self.hashes = pb, rows, snapshots, hashes
        self.batches = [pb.Committed.FromString(payload) for *_, payload in rows]
        self.events = []
        for path in history_files:
            self.events += [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
        self.events.sort(key=lambda e: e["t"])
        self.violations = []
        self.told = 0           # runs and cards that were not taken, and told

    def blame(self, invariant, text):
        self.violations.append(f"{invariant}: {text}")

    def of(self, *kinds):
        return [e for e in self.events if e["ev"] in kinds]

    def run(self):
        for check in (self.order, self.durable, self.once, self.anonymous, self.sessions, self.real_time, self.streams, self.convergence, self.texts):
            check()
        return self.violations

    def order(self):
        seqs = [row[0] for row in self.rows]
        if seqs != list(range(1, len(seqs) + 1)):
            self.blame("I3", f"the journal's seqs are not 1…{len(seqs)}")
        epoch = 0
        for (seq, row_epoch, client, client_seq, _), batch in zip(self.rows, self.batches):
            if (batch.seq, batch.client, batch.client_seq) != (seq, client, client_seq):
                self.blame("I3", f"row {seq} holds the batch {batch.seq} of {batch.client}.{batch.client_seq}")
            if row_epoch < epoch:
                self.blame("I8", f"epoch falls from {epoch} to {row_epoch} at seq {seq}")
            epoch = row_epoch

    def durable(self):
        payloads = {row[0]: bytes(row[4]) for row in self.rows}
        for e in self.of("committed"):
            if payloads.get(e["seq"]) != bytes.fromhex(e["body"]):
                what = "is another one in" if e["seq"] in payloads else "is not in"
                self.blame("I1", f"{e['who']} was shown batch {e['seq']} of client {e['client']}.{e['client_seq']}, which {what} the journal")

    def once(self):
        seen = {}
        sealed = {(e["client"], e["client_seq"]) for e in self.of("sealed")}
        known = {client for client, _ in sealed}
        # What an actor that was killed had sealed without having written it down.
        restored = {}
        for e in self.of("restored"):
            restored[e["client"]] = max(e["client_seq"], restored.get(e["client"], 0))
        for (seq, _, client, client_seq, _), batch in zip(self.rows, self.batches):
            if client == CLIENT_ANONYMOUS:
                client_seq = f"mark {batch.mark:016x}"
            if client and (client, client_seq) in seen:
                self.blame("I2", f"batch {client}.{client_seq} is at seq {seen[client, client_seq]} and again at {seq}")
            seen[client, client_seq] = seq
            if client in known and (client, client_seq) not in sealed and client_seq > restored.get(client, 0):
                self.blame("I2", f"batch {client}.{client_seq} at seq {seq} was never sealed")

    def anonymous(self):
        for (seq, *_), batch in zip(self.rows, self.batches):
            if not batch.mark and batch.client != CLIENT_ANONYMOUS:
                continue
            if (batch.client, batch.author, batch.client_seq, batch.undo_of) != (CLIENT_ANONYMOUS, AUTHOR_ANONYMOUS, 0, 0) or not batch.mark:
                self.blame("I15", f"the anonymous batch at seq {seq} says whose it is")
            for op in batch.ops:
                if op.WhichOneof("kind") == "card_create" and op.card_create.id >> 32 < CLIENT_ANONYMOUS:
                    self.blame("I15", f"the anonymous batch at seq {seq} makes {id_text(op.card_create.id)}")
                if op.WhichOneof("kind") == "vote_set":
                    self.blame("I15", f"the anonymous batch at seq {seq} votes")

    def sessions(self):
        last = {}
        rejected = set()
        clients = {}
        for e in self.of("sealed"):
            clients.setdefault(e["who"], set()).add(e["client"])
        for e in self.of("rejected"):
            rejected |= {(c, e["client_seq"]) for c in clients.get(e["who"], ())}
        for seq, _, client, client_seq, _ in self.rows:
            if not client or client == CLIENT_ANONYMOUS:
                continue
            expected = last.get(client, 0) + 1
            while (client, expected) in rejected and expected < client_seq:
                expected += 1
            if client_seq != expected:
                self.blame("I4", f"client {client}: client_seq {client_seq} at seq {seq}, expected {expected}")
            last[client] = max(client_seq, last.get(client, 0))

    def real_time(self):
        at = {(row[2], row[3]): row[0] for row in self.rows}
        newest = 0
        for e in self.events:
            if e["ev"] == "committed":
                newest = max(newest, e["seq"])
            elif e["ev"] == "sealed":
                seq = at.get((e["client"], e["client_seq"]))
                if seq is not None and seq <= newest:
                    self.blame("I5", f"batch {e['client']}.{e['client_seq']} was made after seq {newest} was acknowledged, but got {seq}")

    def streams(self):
        shown = {}      # who → last seq it was shown
        loaded = {}     # who → what it had been shown before its state was replaced, and has to reach again before it is live
        opened = set()
        fresh = set()   # whose next batch may have any number
        for e in self.of("committed", "replaced", "state"):
            who = e["who"]
            if e["ev"] == "replaced":
                fresh.add(who)
                loaded[who] = max(shown.pop(who, 0), loaded.get(who, 0))
            elif e["ev"] == "state" and e["state"] == OPENING:
                if self.calm is not None and e["t"] > self.calm and who in opened:
                    self.blame("I3", f"{who} had to open again after seq {shown.get(who, 0)}, though nothing had happened")
                opened.add(who)
                fresh.add(who)
            elif e["ev"] == "state" and e["state"] == LIVE:
                if who in shown and shown[who] < loaded.get(who, 0):
                    self.blame("I6", f"{who} is live at seq {shown[who]}, but had been shown {loaded[who]}")
                loaded.pop(who, None)
            elif e["ev"] == "committed":
                last = shown.get(who, 0)
                if who not in fresh and e["seq"] != last + 1:
                    self.blame("I3", f"{who} was shown seq {e['seq']} after {last}")
                if e["seq"] <= last:
                    self.blame("I6", f"{who} was shown seq {e['seq']} again after {last}")
                fresh.discard(who)
                shown[who] = e["seq"]
        for e in self.of("torn"):
            if self.rescued.get(e["who"]):      # a piece of it was not taken, and told
                continue
            self.blame("I10", f"{e['who']}'s run {e['run']} was torn apart while it was typed")

    def convergence(self):
        first = min(self.snapshots, key=lambda s: s[0])
        head = self.rows[-1][0] if self.rows else 0
        model = Model(self.pb, self.pb.CanvasState.FromString(bytes(first[2])))
        by_seq = {s[0]: s for s in self.snapshots}
        self.final = None
        try:
            for seq in range(first[0], head + 1):
                if seq > first[0]:
                    model.apply(self.batches[seq - 1])
                if seq in by_seq:
                    self.compare_snapshot(model, by_seq[seq])
        except (AssertionError, KeyError, IndexError) as error:
            self.blame("I9", f"the journal cannot be replayed: {type(error).__name__} {error}")
            return
        self.final = model.message()
        replayed = state_hash(self.final)
        for who, (seq, value) in self.hashes.items():
            if seq != head:
                self.blame("I9", f"{who} rests at seq {seq}, the journal ends at {head}")
            elif value != replayed:
                self.blame("I9", f"{who}'s state hash is {value:016x}, the replayed journal's {replayed:016x}")

    def compare_snapshot(self, model, snapshot):
        seq, value, stored = snapshot
        stored_hash = state_hash(self.pb.CanvasState.FromString(bytes(stored)))
        if stored_hash != value % 2**64:
            self.blame("I9", f"the snapshot at {seq} says hash {value % 2**64:016x}, but hashes to {stored_hash:016x}")
        if state_hash(model.message()) != stored_hash:
            self.blame("I9", f"the snapshot at {seq} differs from the replay up to it")

    def is_rescued(self, event, there, words):
        """Its beginning is there, and the rest was told."""
        n = next(n for n in range(len(words), -1, -1) if words[:n] in there)
        told = made_of(words[n:], self.rescued.get(event["who"], ""))
        self.told += told
        return told

    def texts(self):
        if self.final is None:
            return
        texts = {id_text(card.id): card.text for card in self.final.cards}
        everything = "\n".join(texts.values())
        for e in self.of("typed"):
            count = texts.get(e["card"], "").count(e["run"])
            if count == 0 and self.is_rescued(e, texts.get(e["card"], ""), e["run"]):
                continue
            if count != 1:
                self.blame("I10" if count == 0 else "I2", f"{e['who']}'s run {e['run']} is {count} times in card {e['card']}")
        for e in self.of("created"):
            if e["text"] not in texts.get(e["card"], "") and not self.is_rescued(e, "", e["text"]):
                self.blame("I10", f"{e['who']}'s card {e['card']} with {e['text']} is missing")
        nameless = sum(row[2] == CLIENT_ANONYMOUS for row in self.rows)
        self.summary = (f"{len(self.rows)} batches ({nameless} without a name), {self.told} told as not taken, {len(self.of('typed'))} runs, {len(self.of('created'))} cards, "
                        f"{len(self.of('committed'))} deliveries, {len(everything)} characters")

"""What cocanvas exports, read by other programs: CSV by Python's csv module, JSON by json, JSON Canvas against the rules of its specification
(https://jsoncanvas.org/spec/1.0/). Takes the folder with the files; says what is wrong."""
import csv
import json
import os
import re
import sys

ENDS = ("none", "arrow")
SIDES = ("top", "right", "bottom", "left")
NODE = {"id": str, "type": str, "x": int, "y": int, "width": int, "height": int}
OWN = {"text": {"text": (str, True)}, "file": {"file": (str, True), "subpath": (str, False)}, "link": {"url": (str, True)},
       "group": {"label": (str, False), "background": (str, False), "backgroundStyle": (("cover", "ratio", "repeat"), False)}}
EDGE = {"id": (str, True), "fromNode": (str, True), "toNode": (str, True), "fromSide": (SIDES, False), "toSide": (SIDES, False), "fromEnd": (ENDS, False),
        "toEnd": (ENDS, False), "label": (str, False)}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def fits(value, rule):
    if isinstance(rule, tuple):
        return value in rule
    return isinstance(value, rule) and not (rule is int and isinstance(value, bool))


def members(thing, rules, where):
    for key, (rule, required) in rules.items():
        if key not in thing:
            assert not required, f"{where}: no {key}"
        else:
            assert fits(thing[key], rule), f"{where}: {key} is {thing[key]!r}"


def color(thing, where):
    if "color" in thing:
        assert isinstance(thing["color"], str) and re.fullmatch(r"[1-6]|#[0-9A-Fa-f]{6}", thing["color"]), f"{where}: color {thing['color']!r}"


def check_canvas(canvas, name):
    """The whole specification, and that cards stand within their groups and groups apart."""
    assert isinstance(canvas, dict), name
    nodes, edges = canvas.get("nodes", []), canvas.get("edges", [])
    assert isinstance(nodes, list) and isinstance(edges, list), name
    ids = set()
    for i, node in enumerate(nodes):
        where = f"{name}: node {i}"
        members(node, {key: (rule, True) for key, rule in NODE.items()}, where)
        assert node["type"] in OWN, f"{where}: type {node['type']!r}"
        members(node, OWN[node["type"]], where)
        assert node.get("subpath", "#").startswith("#"), f"{where}: subpath"
        color(node, where)
        assert node["id"] not in ids, f"{where}: id twice"
        ids.add(node["id"])
    seen = set()
    for i, edge in enumerate(edges):
        where = f"{name}: edge {i}"
        members(edge, EDGE, where)
        color(edge, where)
        assert edge["id"] not in seen and not seen.add(edge["id"]), f"{where}: id twice"
        assert edge["fromNode"] in ids and edge["toNode"] in ids, f"{where}: an end that is not there"


def check_places(canvas, name):
    groups = [n for n in canvas["nodes"] if n["type"] == "group"]
    for i, a in enumerate(groups):
        for b in groups[:i]:
            apart = a["x"] >= b["x"] + b["width"] or b["x"] >= a["x"] + a["width"] or a["y"] >= b["y"] + b["height"] or b["y"] >= a["y"] + a["height"]
            assert apart, f"{name}: {a['label']} overlaps {b['label']}"
    cards = [n for n in canvas["nodes"] if n["type"] == "text" and n["id"] != "attribution"]
    assert cards, name
    for n in cards:
        inside = [g for g in groups if g["x"] <= n["x"] and g["y"] <= n["y"] and n["x"] + n["width"] <= g["x"] + g["width"]
                  and n["y"] + n["height"] <= g["y"] + g["height"]]
        assert len(inside) == 1, f"{name}: {n['text']!r} stands in {len(inside)} groups"


def check_csv(path, name):
    with open(path, "rb") as file:
        assert file.read().endswith(b"\r\n"), name
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    head = rows[0]
    assert len(set(head)) == len(head), f"{name}: a column twice"
    assert all(len(row) == len(head) for row in rows), f"{name}: rows of different length"
    assert len(rows) > 18, f"{name}: {len(rows)} rows"
    for row in rows:
        for cell in row:
            number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)
            assert number or not cell.startswith(DANGEROUS), f"{name}: {cell!r} is a formula"
    texts = [row[head.index("text")] for row in rows]
    for wanted in ("'=1+2", "''=quoted", "'-5", "'plain", "two\nlines\n\nand more", 'say "yes"', "a,b;c", "字典 😀 שלום"):
        assert wanted in texts, f"{name}: no {wanted!r}"
    assert all(row[head.index("attribution")] == rows[1][head.index("attribution")] for row in rows[1:]), name


def check_json(path, name, schema):
    with open(path, encoding="utf-8") as file:
        whole = json.load(file)
    assert whole["format"] == "cocanvas.canvas" and whole["schema"] == 1, name
    try:
        import jsonschema
    except ImportError:
        return
    jsonschema.validate(whole, schema)


def main(folder):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "..", "client", "cli", "canvas.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    seen = {"csv": 0, "canvas": 0, "json": 0}
    for name in sorted(os.listdir(folder)):
        path, kind = os.path.join(folder, name), name.rsplit(".", 1)[-1]
        if kind == "csv":
            check_csv(path, name)
        elif kind == "canvas":
            with open(path, encoding="utf-8") as file:
                canvas = json.load(file)
            check_canvas(canvas, name)
            check_places(canvas, name)
        elif kind == "json":
            check_json(path, name, schema)
        seen[kind] = seen.get(kind, 0) + 1
    assert min(seen.values()) >= 33, seen


if __name__ == "__main__":
    main(sys.argv[1])

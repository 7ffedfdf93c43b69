"""What members do about themselves: leave, and change their names; and that names change at once where others work."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import Case  # noqa: E402
from test_members import EDITOR, OWNER, VIEWER, Wires  # noqa: E402


class Leaving(Wires):
    def test_who_leaves_is_out_everywhere(self):
        ben, canvas = self.join("ben", EDITOR), self.canvas()
        working, _ = self.on(ben, canvas)
        asking = self.wire(ben.token)
        self.assertIn("done", self.ask(asking, member_leave={"workspace": self.workspace}))
        self.closed_as_missing(working)
        self.assertEqual(self.code(self.ask(asking, member_list_request={"workspace": self.workspace})), "NOT_FOUND")
        self.assertEqual(self.code(self.ask(asking, member_leave={"workspace": self.workspace})), "NOT_FOUND")
        listed = self.ask(self.host, member_list_request={"workspace": self.workspace, "removed": True})["member_list"]["members"]
        self.assertEqual([m.get("role", 0) for m in listed if m["author"] == ben.author], [0])

    def test_the_last_owner_stays(self):
        refused = self.ask(self.host, member_leave={"workspace": self.workspace})
        self.assertEqual(self.code(refused), "CONFLICT")
        self.assertIn("only owner", refused["error"]["message"])
        eve = self.join("eve", OWNER)
        self.assertIn("done", self.ask(self.wire(eve.token), member_leave={"workspace": self.workspace}))
        self.assertEqual(self.code(self.ask(self.host, member_leave={"workspace": self.workspace})), "CONFLICT")

    def test_what_was_offered_by_who_leaves_is_void(self):
        eve = self.join("eve", OWNER)
        wire = self.wire(eve.token)
        link = self.ask(wire, invitation_create={"workspace": self.workspace, "role": VIEWER})["invitation_created"]["token"]
        self.assertIn("done", self.ask(wire, member_leave={"workspace": self.workspace}))
        late = self.server.wire()
        self.open_wires.append(late)
        late.hello()
        late.send({"login": {"invitation": link, "login": "late", "name": "Late", "password": "a long password"}})
        self.assertIn("error", late.receive())

    def test_foreign_is_like_missing(self):
        stranger = self.join("sam", EDITOR)
        made = self.ask(self.host, workspace_create={"name": "Theirs", "request_id": os.urandom(16)})["workspace_changed"]["workspace"]["id"]
        wire = self.wire(stranger.token)
        for message, fields in (("member_leave", {}), ("member_rename", {"name": "Sam"})):
            there, nowhere = (self.raw(wire, **{message: {"workspace": w, **fields}}) for w in (made, os.urandom(16)))
            self.assertEqual(there, nowhere)

    def raw(self, wire, **message):
        got = self.ask(wire, **message)
        return got["error"]


class Names(Wires):
    def named(self, wire, author):
        """The next name that the room tells of somebody."""
        while True:
            got = wire.receive()
            for person in got.get("people", {}).get("people", ()):
                if person["author"] == author:
                    return person["name"]

    def test_a_new_name_is_seen_at_once(self):
        ben, ann, canvas = self.join("ben", EDITOR), self.join("ann", EDITOR), self.canvas()
        watching, _ = self.on(ann, canvas)
        working, _ = self.on(ben, canvas)
        self.assertIn("done", self.ask(self.wire(ben.token), member_rename={"workspace": self.workspace, "name": "Benedict Ode"}))
        while self.named(watching, ben.author) != "Benedict Ode":
            pass
        while self.named(working, ben.author) != "Benedict Ode":
            pass
        for wrong in ("", "a\nb", "x" * 65):
            self.assertEqual(self.code(self.ask(self.wire(ben.token), member_rename={"workspace": self.workspace, "name": wrong})), "MALFORMED")

    def test_an_erased_name_is_gone_at_once(self):
        ben, ann, canvas = self.join("ben", EDITOR), self.join("ann", EDITOR), self.canvas()
        watching, _ = self.on(ann, canvas)
        working, _ = self.on(ben, canvas)
        working.close()
        answer = self.ask(self.host, person_erase={"workspace": self.workspace, "author": ben.author, "confirm": ben.login.capitalize()})
        self.assertIn("person_erased", answer)
        while not self.named(watching, ben.author).startswith("Former member"):
            pass


class Commands(Case):
    def test_name_and_leaving(self):
        ben = self.newcomer("ben", "Ben Ode")
        self.assertIn("see you as Benedict Ode", ben.ok("person", "rename", "Benedict", "Ode").out)
        self.assertIn("Benedict Ode", self.owner.ok("member", "list").out)
        self.assertEqual(ben.json("person", "rename", "Ben")[0]["name"], "Ben")
        self.fails(1, ben.run("person", "rename", "x" * 65))
        self.fails(2, ben.run("workspace", "leave"), "needs --yes")
        self.fails(5, self.owner.run("workspace", "leave", "--yes"), "only owner")
        self.assertIn("You have left", ben.ok("workspace", "leave", "--yes").out)
        self.fails(3, ben.run("member", "list"))
        self.assertRegex(self.owner.ok("audit", "list").out, "Ben +left the workspace")


if __name__ == "__main__":
    unittest.main()

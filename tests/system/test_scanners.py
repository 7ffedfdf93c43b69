"""What sslscan and testssl.sh find at the running daemon: nothing, but for what is listed here with its reason. Either is passed over where it is not
installed."""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer  # noqa: E402

TESTSSL = shutil.which("testssl") or shutil.which("testssl.sh")
CIPHERS = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
GROUPS = {"x25519", "secp256r1 (NIST P-256)", "secp384r1 (NIST P-384)"}

# Findings of testssl.sh that hold for every self-made certificate: trust rests on its public key, which clients pin from the link that people are
# given (proto/README.md, 1). A certificate of a public authority can be configured instead.
ACCEPTED = {
    "cert_chain_of_trust": "self-signed, and pinned",
    "cert_trust": "the same, as a sum: no chain that it knows",
    "cert_validityPeriod": "ten years: replaced by announcing the next key, not by running out",
    "cert_revocation": "nobody issued it who could revoke it; clients forget a pin by `server forget`",
    "DNS_CAArecord": "no authority, and no name here",
    "optimal_proto": "testssl's own OpenSSL offers no ALPN, and without ours the server closes the connection",
    "service": "not HTTP",
}


class Scanners(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = LocalServer()
        cls.addClassCleanup(cls.server.close)

    def at(self):
        return f"127.0.0.1:{self.server.port}"

    @unittest.skipUnless(shutil.which("sslscan"), "sslscan is not installed")
    def test_sslscan(self):
        done = subprocess.run(["sslscan", "--xml=-", "--no-colour", self.at()], capture_output=True, check=True, timeout=300)
        scan = ElementTree.fromstring(done.stdout).find("ssltest")
        on = {f"{p.get('type')}{p.get('version')}" for p in scan.findall("protocol") if p.get("enabled") == "1"}
        self.assertEqual(on, {"tls1.3"})
        self.assertEqual({c.get("cipher") for c in scan.findall("cipher")}, CIPHERS)
        self.assertEqual({c.get("sslversion") for c in scan.findall("cipher")}, {"TLSv1.3"})
        self.assertEqual({g.get("name") for g in scan.findall("group")}, GROUPS)
        self.assertEqual(scan.find("renegotiation").get("supported"), "0")
        self.assertNotIn("1", [h.get("vulnerable") for h in scan.findall("heartbleed")])
        self.assertNotIn("1", [c.get("supported") for c in scan.findall("compression")])
        certificate = scan.find("certificates/certificate")
        self.assertEqual((certificate.find("signature-algorithm").text, certificate.find("pk").get("curve_name")), ("ecdsa-with-SHA256", "prime256v1"))

    @unittest.skipUnless(TESTSSL, "testssl.sh is not installed")
    def test_testssl(self):
        path = os.path.join(self.server.folder, "testssl.json")
        subprocess.run([TESTSSL, "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", path, "-p", "-s", "-f", "-P", "-S", "-U", self.at()],
                       stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=550)
        with open(path, encoding="utf-8") as f:
            found = {one["id"]: one for one in json.load(f)}
        wrong = {id_: f"{one['severity']}: {one['finding']}" for id_, one in found.items()
                 if one["severity"] not in ("OK", "INFO") and re.sub(r" <.*", "", id_) not in ACCEPTED}
        self.assertEqual(wrong, {})
        for id_ in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2"):
            self.assertIn("not offered", found[id_]["finding"], id_)
        self.assertIn("offered", found["TLS1_3"]["finding"])
        for id_ in ("heartbleed", "CCS", "CRIME_TLS", "secure_client_renego", "BEAST", "LUCKY13", "RC4", "FREAK", "DROWN"):
            self.assertIn("not vulnerable", found[id_]["finding"], id_)

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_no_early_data(self):
        """A ticket allows no early data: what is sent before the handshake is over could be sent again by others."""
        def client(*words):
            done = subprocess.run(["openssl", "s_client", "-connect", self.at(), *words], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                  timeout=60)
            return (done.stdout + done.stderr).decode("utf-8", "replace")
        shown = client("-alpn", "cocanvas/1", "-tls1_3")
        self.assertIn("ALPN protocol: cocanvas/1", shown)
        self.assertIn("Compression: NONE", shown)
        self.assertNotRegex(shown, r"Max Early Data: [1-9]")
        self.assertIn("alert", client("-tls1_3", "-alpn", "h2"))
        self.assertIn("alert", client("-tls1_2", "-alpn", "cocanvas/1"))


if __name__ == "__main__":
    unittest.main()

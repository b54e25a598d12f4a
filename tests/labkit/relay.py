# SPDX-License-Identifier: GPL-3.0-or-later
"""A real coturn in the lab's internet, on an address of its own."""

import base64
import hashlib
import hmac
import json
import shutil
import time

from .plan import NETNS, Component, LabError

RELAYS_MAX = 89  # 192.0.2.11 to .99


class Relay:
    """A STUN and TURN server that runs: where it is, and how to be let in."""

    def __init__(self, lab, description):
        self._lab = lab
        self.name, self.realm = description["name"], description["realm"]
        self.ipv4, self.ipv6 = description["ipv4"], description["ipv6"]
        self.port, self.users = description["port"], description["users"]
        self.secret, self.stun_only = description["secret"], description["stun_only"]
        self.component = f"relay/{self.name}"
        self.log = lab.logs / f"relay-{self.name}.log"

    def credentials(self, user="lab", lifetime_s=3600):
        """A user name and password that are good now; time-limited ones where it has a secret."""
        if self.secret is None:
            return user, self.users[user]
        name = f"{int(time.time()) + lifetime_s}:{user}"
        digest = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
        return name, base64.b64encode(digest).decode()

    def stop(self, signal=15):
        self._lab.request("stop", component=self.component, signal=int(signal))

    def start(self):
        self._lab.request("start", component=self.component)

    def restart(self, signal=15):
        self._lab.request("restart", component=self.component, signal=int(signal))

    def status(self):
        return self._lab.request("status")["components"][self.component]

    def allocations(self):
        """How many it has now, as its log tells."""
        text = self.log.read_text(errors="replace")
        made = {line.split("session ")[1].split(":")[0] for line in text.splitlines()
                if "session " in line and ": new, " in line}
        gone = {line.split("session ")[1].split(":")[0] for line in text.splitlines()
                if "session " in line and ": delete: " in line}
        return len(made - gone)


def folder_of(plan, name):
    return plan.folder / "relays" / name


def find_all(lab):
    """The relays that a lab has been given, by name."""
    return {path.parent.name: Relay(lab, json.loads(path.read_text()))
            for path in sorted((lab.folder / "relays").glob("*/relay.json"))}


def _configuration(folder, description, options):
    lines = ["simple-log", "verbose", "fingerprint", "no-cli", "no-tls", "no-dtls", "no-tcp",
             "no-tcp-relay", "no-multicast-peers", "log-file=stdout", "pidfile=",
             f"userdb={folder}/turndb", f"realm={description['realm']}",
             f"listening-port={description['port']}"]
    for address in (description["ipv4"], description["ipv6"]):
        lines += [f"listening-ip={address}", f"relay-ip={address}"]
    if description["stun_only"]:
        lines.append("stun-only")
    elif description["secret"] is not None:
        lines += ["use-auth-secret", f"static-auth-secret={description['secret']}"]
    else:
        lines.append("lt-cred-mech")
        lines += [f"user={user}:{password}" for user, password in description["users"].items()]
    lines += [f"{key}={value}" for key, value in (options or {}).items()]
    return "\n".join(lines) + "\n"


def add(lab, name, users, secret, realm, port, stun_only, options):
    """Prepares a relay's files and address; the supervisor then starts it from them."""
    if shutil.which("turnserver", path="/usr/bin:/usr/local/bin:/usr/sbin") is None:
        raise LabError("Missing: turnserver: install it with tests/install-deps --test (package "
                       "coturn)")
    if not name.replace("_", "a").replace("-", "a").isalnum() or not name.isascii():
        raise LabError(f"'{name}' cannot name a relay: use letters, digits, '_' and '-'")
    known = find_all(lab)
    if name in known or len(known) >= RELAYS_MAX:
        raise LabError(f"There is a relay '{name}' already" if name in known else
                       f"A lab has at most {RELAYS_MAX} relays")
    if secret is not None and users:
        raise LabError(f"Relay '{name}': give it users or a secret, not both")
    host = 11 + len(known)
    description = {"name": name, "realm": realm, "port": port, "stun_only": stun_only,
                   "users": users or {}, "secret": secret, "ipv4": f"192.0.2.{host}",
                   "ipv6": f"2001:db8:ffff::{host}"}
    if not (users or secret or stun_only):
        description["users"] = {"lab": "lab"}
    folder = folder_of(lab.plan, name)
    folder.mkdir(parents=True, mode=0o700)
    (folder / "turnserver.conf").write_text(_configuration(folder, description, options))
    for address, length in ((description["ipv4"], 32), (description["ipv6"], 128)):
        # On the loopback, so that it outlives the emulator's interface.
        done = lab.run(["ip", "address", "add", f"{address}/{length}", "dev", "lo"],
                       capture_output=True, text=True)
        if done.returncode != 0:
            raise LabError(f"Relay '{name}': no address: {done.stderr.strip()}")
    (folder / "relay.json").write_text(json.dumps(description))
    lab.request("relay", name=name)
    return Relay(lab, description)


def component(plan, name):
    """What the supervisor runs."""
    folder = folder_of(plan, name)
    if not (folder / "turnserver.conf").exists():
        raise LabError(f"There is no {folder}/turnserver.conf")
    return Component(f"relay/{name}", ["turnserver", "-c", str(folder / "turnserver.conf")],
                     "notify", plan.phones[0].environment, netns=NETNS / "internet")

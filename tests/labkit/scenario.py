# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios: small text files that say how a lab's network is, and what happens in it, and when."""

from dataclasses import dataclass, field
from pathlib import Path

from .plan import LabError

# What an event can do: the keys that it must have and may have besides at, do, every and times.
# "link" and "access" stand for the keys with these prefixes.
ACTIONS = {
    "outage": (("phone", "seconds"), ("hold",)),
    "move": (("phone",), ()),
    "access": (("phone", "access"), ()),
    "link": (("phone", "link"), ()),
    "fade": (("phone", "seconds", "link"), ()),
    "technology": (("phone", "technology"), ("link",)),
    "detach": (("phone",), ("seconds",)),
    "registration": (("phone", "registration"), ("seconds",)),
    "sim-out": (("phone",), ("seconds",)),
    "restart": (("phone",), ()),
    "reset": (("phone", "seconds"), ()),
    "suspend": (("phone",), ("seconds", "sms-wakes")),
    "resume": (("phone",), ()),
    "kill": (("phone", "component"), ("seconds",)),
    "sms": (("sms",), ()),
    "relay-down": (("relay",), ("seconds",)),
}
LINKS = ("link", "up", "down")
TIMES_MAX = 100000
NUMBERS = ("at", "seconds", "every", "times", "seed")


@dataclass
class Entry:
    text: str
    line: int


@dataclass
class Group:
    """One group of the file; its values know their lines."""

    path: Path
    name: str
    line: int
    entries: dict = field(default_factory=dict)

    def error(self, message, key=None):
        line = self.entries[key].line if key in self.entries else self.line
        return LabError(f"{self.path}:{line}: [{self.name}]{f' {key}' if key else ''}: {message}")

    def text(self, key, fallback=None):
        return self.entries[key].text if key in self.entries else fallback

    def number(self, key, fallback=None):
        if key not in self.entries:
            return fallback
        try:
            number = float(self.entries[key].text)
        except ValueError:
            number = -1
        if not 0 <= number < 1e9:
            raise self.error("must be a number, 0 or more", key)
        return number

    def flag(self, key):
        text = self.text(key, "false")
        if text not in ("true", "false"):
            raise self.error("must be true or false", key)
        return text == "true"

    def settings(self, prefix):
        """The keys `prefix.…`, and `prefix` itself as the preset; names as on D-Bus."""
        found = {key.removeprefix(f"{prefix}."): entry.text for key, entry in self.entries.items()
                 if key.startswith(f"{prefix}.")}
        return {"preset": self.text(prefix), **found} if prefix in self.entries else found

    def has(self, what):
        """`link` and `access` are there under other keys, too."""
        prefixes = LINKS if what == "link" else (what,)
        return any(self.settings(prefix) for prefix in prefixes)

    def check(self, needed, allowed):
        for key in needed:
            if not self.has(key):
                raise self.error(f"the key '{key}' is missing")
        known = {*needed, *allowed}
        known |= set(LINKS) if "link" in known else set()
        for key in self.entries:
            head, dot, _ = key.partition(".")
            if head not in known or (dot and head not in (*LINKS, "access", "sms")):
                raise self.error(f"no such key here; there are {', '.join(sorted(known))}", key)
        for key in NUMBERS:
            self.number(key)


@dataclass
class Event:
    """Something that happens `at` so many seconds after the start."""

    at: float
    group: Group
    phones: list

    @property
    def action(self):
        return self.group.text("do")

    def __str__(self):
        details = [f"{key}={entry.text}" for key, entry in self.group.entries.items()
                   if key not in ("at", "do", "phone", "every", "times")]
        return " ".join([self.action, ",".join(self.phones), *details])


def read_groups(path, text):
    """The groups of a key file, in order."""
    groups = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            groups.append(Group(path, " ".join(line[1:-1].split()), number))
            if any(group.name == groups[-1].name for group in groups[:-1]):
                raise groups[-1].error("is there already")
            continue
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not key:
            raise LabError(f"{path}:{number}: write [GROUP], KEY = VALUE or # a comment")
        if not groups:
            raise LabError(f"{path}:{number}: {key}: stands before any [GROUP]")
        if key in groups[-1].entries:
            raise LabError(f"{path}:{number}: [{groups[-1].name}] {key}: is there already")
        groups[-1].entries[key] = Entry(value, number)
    return groups


class Scenario:
    """A scenario as read and checked; what only the emulator knows it checks when it is applied."""

    def __init__(self, path, text):
        self.path = Path(path)
        self.description, self.seed, self.sms = "", None, None
        self.phones, self.relays, self.events = {}, {}, []
        groups = read_groups(self.path, text)
        for kind in ("scenario", "phone", "sms", "relay", "event"):  # events speak of the others
            for group in groups:
                if group.name.split()[0:1] == [kind]:
                    getattr(self, f"_read_{kind}")(group)
        for group in groups:
            if group.name.split()[0:1] not in [["scenario"], ["phone"], ["sms"], ["relay"], ["event"]]:
                raise group.error("no such group; there are [scenario], [phone NAME], [sms], "
                                  "[relay NAME], [event LABEL]")
        if not self.phones:
            raise LabError(f"{self.path}: there is no [phone NAME]")
        self.events.sort(key=lambda event: event.at)

    @classmethod
    def load(cls, path):
        try:
            return cls(path, Path(path).read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise LabError(f"{path}: {getattr(error, 'strerror', None) or error}") from None

    @property
    def length_s(self):
        """When the last event is over."""
        return max((event.at + event.group.number("seconds", 0) for event in self.events), default=0)

    def _name(self, group):
        words = group.name.split()
        if len(words) != 2:
            raise group.error(f"write [{words[0]} NAME]")
        return words[1]

    def _read_scenario(self, group):
        group.check((), ("description", "seed"))
        self.description = group.text("description", "")
        self.seed = group.number("seed")

    def _read_phone(self, group):
        group.check((), ("access", "link", "technology"))
        self.phones[self._name(group)] = group

    def _read_sms(self, group):
        self.sms = group

    def _read_relay(self, group):
        group.check((), ("users", "secret", "stun-only", "port", "realm"))
        if "users" in group.entries and "secret" in group.entries:
            raise group.error("give it users or a secret, not both", "secret")
        for pair in group.text("users", "").split(",") if "users" in group.entries else []:
            if pair.count(":") != 1:
                raise group.error("must be NAME:PASSWORD, …", "users")
        self.relays[self._name(group)] = group

    def _read_event(self, group):
        action = group.text("do")
        if action not in ACTIONS:
            raise group.error(f"must be one of: {', '.join(ACTIONS)}",
                              "do" if action is not None else None)
        needed, allowed = ACTIONS[action]
        group.check(("at", "do", *needed), (*allowed, "every", "times"))
        phones = [name.strip() for name in group.text("phone", "").split(",") if name.strip()]
        for name in phones:
            if name not in self.phones:
                raise group.error(f"there is no [phone {name}]", "phone")
        if "relay" in needed and group.text("relay") not in self.relays:
            raise group.error(f"there is no [relay {group.text('relay')}]", "relay")
        if action == "kill" and group.text("component") not in ("ofonod", "pulseaudio",
                                                                "session-bus", "system-bus"):
            raise group.error("must be ofonod, pulseaudio, session-bus or system-bus", "component")
        for key in ("hold", "sms-wakes"):
            group.flag(key)
        self._add_events(group, phones)

    def _add_events(self, group, phones):
        if ("every" in group.entries) != ("times" in group.entries):
            raise group.error("'every' and 'times' go together")
        if group.number("times", 1) > TIMES_MAX:
            raise group.error(f"must be at most {TIMES_MAX}", "times")
        for turn in range(int(group.number("times", 1))):
            self.events.append(Event(group.number("at") + turn * group.number("every", 0), group,
                                     phones))

# SPDX-License-Identifier: GPL-3.0-or-later
"""What should come of a call between two kinds of access: by one SMS, by two, or by no means.

The physics only, in the terms of RFC 4787; what Tacitel makes of it is measured by tests/reach-matrix.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Leg:
    """A phone's way to the internet of one address family.

    fixed: whoever it writes to sees it at the same address and port (endpoint-independent mapping)
    admits: from whom packets come in: "all"; those at an "address" or a "port" that it has written to
    """

    fixed: bool
    admits: str


OPEN = Leg(True, "all")
CONE = Leg(True, "port")  # eim-apdf; a stateful firewall does the same without changing addresses
SYMMETRIC = Leg(False, "port")
NAT64 = Leg(True, "address")  # eim-adf

# The emulator's presets (tests/emulator/README.md, Access). Two NATs of one kind in a row are as one.
KINDS = {
    "public": {"IPv4": OPEN, "IPv6": OPEN},
    "eim": {"IPv4": CONE},
    "symmetric": {"IPv4": SYMMETRIC},
    "double": {"IPv4": CONE},
    "ipv6-firewalled": {"IPv4": SYMMETRIC, "IPv6": CONE},
    "ipv6-only": {"IPv4": NAT64, "IPv6": CONE},
}
ONE_SMS, TWO_SMS, NO_PATH = "one SMS", "two SMS", "no-path"


def expected(caller: str, callee: str, relay: bool) -> str:
    """ONE_SMS, TWO_SMS or NO_PATH, between these KINDS; relay: both may use the same TURN server."""
    ours, theirs = KINDS[caller], KINDS[callee]
    common = [(ours[family], theirs[family]) for family in ours if family in theirs]
    # The relay knows nobody but itself, and has been told to admit itself.
    if relay or any(_reached_unasked(leg) for leg, _ in common):
        return ONE_SMS
    return TWO_SMS if any(_meet(*legs) for legs in common) else NO_PATH


def sms_allowed(expectation: str) -> int | None:
    """How many SMS a call may take at most; None where there is to be none that succeeds."""
    return {ONE_SMS: 1, TWO_SMS: 2, NO_PATH: None}[expectation]


def reason(caller: str, callee: str, relay: bool) -> str:
    """Why it is so, for people."""
    match expected(caller, callee, relay):
        case "one SMS":
            return "by the relay" if not _caller_is_open(caller, callee) else "the caller's address is open"
        case "two SMS":
            return "each must write to the other first"
    return "no fixed address on one side, none but known ports admitted on the other"


def _caller_is_open(caller: str, callee: str) -> bool:
    return any(_reached_unasked(KINDS[caller][family]) for family in KINDS[caller] if family in KINDS[callee])


def _reached_unasked(leg: Leg) -> bool:
    """Whether somebody reaches it of whom it knows nothing yet."""
    return leg.fixed and leg.admits == "all"


def _meet(one: Leg, other: Leg) -> bool:
    """Whether two who know how a STUN server sees the other reach each other.

    The first packet goes to a fixed address, which lets it in when it has written to where the packet
    comes from; the answer goes back the same way, so it needs nothing more.
    """
    return any(target.fixed and (target.admits in ("all", "address") or source.fixed)
               for target, source in ((one, other), (other, one)))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the two ends of a call tell the same story?"""

# Two ends that were connected, and could tell each other: reasons in any order.
TOLD = {frozenset(pair) for pair in (
    ("hangup", "remote-hangup"),
    ("hangup", "hangup"),  # both at once
    ("declined", "remote-declined"),
    ("declined", "hangup"),  # both at once
    ("no-answer", "no-answer"),
    ("lost", "lost"),
    ("sas-mismatch", "sas-mismatch"),
    ("media-failed", "remote-media-failed"),
    ("protocol-error", "protocol-error"),
)}
# What one end can come to when the other could not tell it anything; None: it never had a call.
LEFT_ALONE = {None, "no-path", "unreachable", "lost", "modem-gone", "sms-failed", "no-data"}
# And why the other may have ended meanwhile.
BY_ITSELF = LEFT_ALONE - {None} | {"hangup", "declined", "no-answer"}
# Said in an SMS, or in the first datagram: (caller, callee).
BY_REPLY = {("busy", None), ("remote-declined", "declined"), ("remote-no-data", "no-data"),
            ("no-path", "no-path"), ("hangup", "remote-hangup"), ("remote-declined", "hangup")}


def agree(caller: str | None, callee: str | None, met: bool, cut: bool = False) -> bool:
    """Whether these reasons fit together.

    met: the two were connected at some time; cut: the network was silent between them when the first ended
    """
    pair = frozenset((caller, callee))
    if pair in TOLD:
        return True
    if met and not cut:
        return False
    if not met and (caller, callee) in BY_REPLY:
        return True
    return caller in BY_ITSELF and callee in LEFT_ALONE or callee in BY_ITSELF and caller in LEFT_ALONE

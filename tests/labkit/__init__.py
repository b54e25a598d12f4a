# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of emulated phones, each with stock oFono, its own buses, network and sound server.

    from labkit import Lab

    with Lab(phones=["alice", "bob"]) as lab:
        lab.phone("alice").run(["tacitel", "status"], check=True)
"""

from .bystander import Bystander
from .lab import Lab, Phone
from .plan import LabError
from .play import Player
from .relay import Relay
from .scenario import Scenario

__all__ = ["Bystander", "Lab", "LabError", "Phone", "Player", "Relay", "Scenario"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon without its buses ends with an error, so that whoever started it starts it again."""

import subprocess

import pytest
from demokit.phones import MANAGER


@pytest.mark.parametrize("bus,words", [("system-bus", "system bus"), ("session-bus", "session bus")])
def test_bus_gone(strangers, bus, words):
    phone = strangers.bob if bus == "session-bus" else strangers.alice
    phone.stop_daemon()
    process = phone.phone.popen(["taciteld"], stderr=subprocess.PIPE, text=True)
    phone.service.wait(lambda: phone.service.objects(MANAGER), 20, "taciteld to be on the bus")
    phone.unlock()
    phone.wait_ready()
    phone.phone.stop(bus)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert words in said and "gone" in said

# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon without its buses ends with an error, so that whoever started it starts it again."""

import subprocess

import pytest
from basis import lab, network, phones  # noqa: F401
from demokit.phones import MANAGER


@pytest.mark.parametrize("bus,words", [("system-bus", "system bus"), ("session-bus", "session bus")])
def test_bus_gone(phones, bus, words):  # noqa: F811
    phone = phones[bus == "session-bus"]
    phone.stop_daemon()
    process = phone.phone.popen(["taciteld"], stderr=subprocess.PIPE, text=True)
    phone.service.wait(lambda: phone.service.objects(MANAGER), 20, "taciteld to be on the bus")
    phone.wait_ready()
    phone.phone.stop(bus)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert words in said and "gone" in said

# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the end-to-end tests find their kits, and what their marks mean."""

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
os.environ.setdefault("TACITEL_BUILD", str(TESTS.parent / "build"))


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: waits for long, left out by tests/run --quick")
    config.addinivalue_line("markers", "sanitize: also run with the sanitizers' build")


@pytest.fixture(scope="module")
def strangers():
    """Two phones that are ready and do not know each other."""
    from couple import couple

    with couple(os.environ["TACITEL_BUILD"], acquainted=False) as pair:
        yield pair


@pytest.fixture
def alice(strangers):
    """One of them, ready again after each test."""
    yield strangers.alice
    strangers.alice.emulate(Powered=True, SimInserted=True, Registration="registered")
    strangers.alice.wait_ready(timeout_s=20)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/soak plans and judges, without a call."""

import random

from labkit import Scenario

from .cycle import MOMENTS, plan
from .soak import SCENARIOS, Samples, leaks, multiply

TEXT = """[scenario]
seed = 3
[phone alice]
access = eim
[phone bob]
access.share = alice
[relay lab]
secret = bob
[event both]
at = 1
do = move
phone = alice, bob
"""


def test_every_pair_meets_the_same():
    scenario = Scenario("x.ini", multiply(TEXT, [("alice1", "bob1"), ("alice2", "bob2")]))
    assert list(scenario.phones) == ["alice1", "bob1", "alice2", "bob2"]
    assert scenario.phones["bob2"].text("access.share") == "alice2"
    assert sorted(event.phones for event in scenario.events) == [["alice1", "bob1"], ["alice2", "bob2"]]
    assert scenario.relays["lab"].text("secret") == "bob"


def test_the_scenarios_for_two_can_be_multiplied():
    for path in SCENARIOS.glob("*.ini"):
        if set(Scenario.load(path).phones) == {"alice", "bob"}:
            made = Scenario(path, multiply(path.read_text(), [("a", "b"), ("bob", "alice"), ("c", "d")]))
            assert set(made.phones) == {"a", "b", "bob", "alice", "c", "d"}
            assert len(made.events) == 3 * len(Scenario.load(path).events)


def test_plans():
    def plans(seed):
        source = random.Random(seed)
        return [plan(number, 50, source) for number in range(1000)]

    made = plans(1)
    assert made == plans(1) != plans(2)
    assert [number for number, one in enumerate(made) if one.reset] == list(range(49, 1000, 50))
    assert {one.moment for one in made} == set(MOMENTS)
    assert all(one.caller_ends for one in made if one.moment == "ringing")
    assert not any(one.caller_ends for one in made if one.moment == "declined")
    assert sum(one.caller_first for one in made) == 500
    assert not any(plan(number, 0, random.Random(1)).reset for number in range(100))


def test_what_grows_is_told():
    samples = Samples([20000 + index for index in range(100)], [30 + index / 100 for index in range(100)])
    assert [line[:20] for line in leaks([samples])] == ["files grows by 0.010"]
    assert not leaks([Samples([20000.0] * 100, [30.0] * 100)])
    assert not leaks([Samples([20000.0], [30.0])]) and not leaks([])

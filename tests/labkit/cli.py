# SPDX-License-Identifier: GPL-3.0-or-later
"""The command tests/lab."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .lab import Lab, Phone, default_build, default_folder
from .plan import LabError
from .play import Player
from .scenario import Scenario

DEFAULT_NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"]


def phone_names(text):
    if not text.isdigit():
        return text.split(",")
    count = int(text)
    return (DEFAULT_NAMES + [f"phone{i}" for i in range(len(DEFAULT_NAMES) + 1, count + 1)])[:count]


def _option(arguments):
    return "" if arguments.dir == default_folder() else f" --dir {shlex.quote(str(arguments.dir))}"


def up(arguments):
    lab = Lab(arguments.phones, arguments.build, arguments.dir, arguments.debug)
    print(f"Starting a lab of {len(arguments.phones)}: {', '.join(arguments.phones)}")
    lab.up(progress=lambda what: print(f"  {what} …", flush=True))
    try:
        if arguments.online:
            print("  modems online …", flush=True)
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(Phone.go_online, lab.phones))
        lab.detach()
    except BaseException:
        lab.down()
        raise
    print("Up:")
    for phone in lab.phones:
        print(f"  {phone.name:10} {phone.number}  {phone.ipv4:15} {phone.ipv6}")
    option = _option(arguments)
    print(f"""
  tests/lab shell{option} {lab.phones[0].name}   a shell on that phone: its buses, network and sound
  tests/lab status{option}        what runs
  tests/lab down{option}          ends all of it
  {lab.logs}   logs""")
    return 0


def down(arguments):
    try:
        lab = Lab.attach(arguments.dir)
    except LabError as nothing:
        print(str(nothing).split(":", maxsplit=1)[0])
        return 0
    lab.down()
    print(f"The lab in {lab.folder} is down; its logs are in {lab.logs}")
    return 0


def shell(arguments):
    lab = Lab.attach(arguments.dir)
    phone = lab.phone(arguments.phone)
    command = arguments.command or ["/bin/bash", "--norc", "-i"]
    environment = {**phone.env, "PS1": f"{phone.name}:\\w\\$ "}
    line = phone.command(command, cwd=phone.home if not arguments.command else os.getcwd())
    os.execve(line[0], line, environment)


def environment(arguments):
    lab = Lab.attach(arguments.dir)
    print((lab.phone(arguments.phone).folder / "env").read_text(), end="")
    return 0


def status(arguments):
    try:
        lab = Lab.attach(arguments.dir)
        state = {"up": True, "pid": lab.pid, "folder": str(lab.folder), **lab.request("status"),
                 "emulator_address": lab.emulator_address}
    except LabError as nothing:
        if not arguments.json:
            raise
        state = {"up": False, "folder": str(arguments.dir), "reason": str(nothing)}
    if arguments.json:
        print(json.dumps(state, indent=2))
        return 0 if state["up"] else 1
    print(f"Up, supervisor {state['pid']}, built in {state['build']}, files in {state['folder']}")
    for phone in state["phones"]:
        print(f"  {phone['name']:10} {phone['number']}  {phone['ipv4']:15} {phone['ipv6']}")
    for name, how in state["components"].items():
        print(f"  {name:24} {how}")
    return 0


def run(arguments):
    """A lab for one scenario, as long as a command, or until interrupted."""
    scenario = Scenario.load(arguments.scenario)
    lab = Lab(list(scenario.phones), arguments.build, arguments.dir, arguments.debug)
    print(f"{arguments.scenario}: {scenario.description or ', '.join(scenario.phones)}")
    lab.up(progress=lambda what: print(f"  {what} …", flush=True))
    try:
        with Player(lab, scenario, lambda what: print(what, flush=True)) as player:
            return _play(arguments, lab, player)
    finally:
        lab.down()


def _play(arguments, lab, player):
    player.apply()
    if arguments.online:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(Phone.go_online, lab.phones))
    player.start()
    if not arguments.command:
        print(f"Up: tests/lab shell{_option(arguments)} {lab.phones[0].name}; Ctrl-C ends it",
              flush=True)
        player.wait()
        signal.pause()
    environment = {**os.environ, "TACITEL_LAB": str(lab.folder),
                   "TACITEL_LAB_EMULATOR": lab.emulator_address}
    try:
        done = subprocess.run(arguments.command, env=environment, check=False)
    except OSError as error:
        raise LabError(f"{arguments.command[0]}: {error.strerror}") from None
    player.stop()
    player.wait()
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def component(arguments):
    lab = Lab.attach(arguments.dir)
    answer = lab.request(arguments.action, component=arguments.component,
                         signal=int(signal.Signals[f"SIG{arguments.signal}"]))
    print(f"{arguments.component}: {answer['status']}")
    return 0


def parse(words):
    parser = argparse.ArgumentParser(
        prog="tests/lab", description="Emulated phones, each with stock oFono, its own D-Bus, "
        "network and sound server. Works as root, and as a user where that may make namespaces.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name, function, text):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--dir", type=Path, default=default_folder(),
                            help="the lab's folder (default %(default)s); each has a lab of its own")
        action.set_defaults(function=function)
        return action

    action = add("up", up, "start a lab")
    action.add_argument("--phones", type=phone_names, default="alice,bob", metavar="NAMES|N",
                        help="their names, or how many (default alice,bob)")
    action.add_argument("--build", type=Path, default=default_build(),
                        help="where Tacitel is built (default %(default)s)")
    action.add_argument("--online", action="store_true",
                        help="power the modems and register, as taciteld would")
    action.add_argument("--debug", action="store_true", help="let oFono log all AT commands")
    add("down", down, "end it, and everything in it")
    action = add("status", status, "what runs")
    action.add_argument("--json", action="store_true", help="for programs")
    action = add("env", environment, "print a phone's environment, for `eval`")
    action.add_argument("phone")
    action = add("shell", shell, "run a shell, or a command, on a phone")
    action.add_argument("phone")
    action.usage = "tests/lab shell [--dir DIR] PHONE [-- COMMAND…]"
    action = add("run", run, "run a scenario, such as tests/scenarios/tunnel.ini: a lab that lasts "
                 "as long as COMMAND, which runs outside with TACITEL_LAB set to its folder")
    action.add_argument("scenario", type=Path)
    action.add_argument("--build", type=Path, default=default_build(),
                        help="where Tacitel is built (default %(default)s)")
    action.add_argument("--online", action="store_true",
                        help="power the modems and register, as taciteld would")
    action.add_argument("--debug", action="store_true", help="let oFono log all AT commands")
    action.usage = "tests/lab run [--dir DIR] [--build DIR] [--online] SCENARIO [-- COMMAND…]"
    for name in ("stop", "start", "restart"):
        action = add(name, component, f"{name} one component, such as alice/ofonod")
        action.add_argument("component")
        action.add_argument("--signal", default="TERM", help="to end it with (default TERM)")
    words = sys.argv[1:] if words is None else words
    end = words.index("--") if "--" in words else len(words)
    arguments = parser.parse_args(words[:end])
    arguments.command = words[end + 1:]
    if arguments.command and arguments.action not in ("shell", "run"):
        parser.error(f"{arguments.action} takes no command")
    arguments.dir = arguments.dir.resolve()
    return arguments


def main(words=None):
    arguments = parse(words)
    try:
        return arguments.function(arguments)
    except (LabError, KeyError) as error:
        print(f"tests/lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130

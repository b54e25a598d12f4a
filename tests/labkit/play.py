# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies a scenario to a lab that is up, and makes its events happen."""

import heapq
import itertools
import signal
import threading
import time

from .plan import LabError
from .scenario import LINKS

SERVICE = "org.tacitel.Emulator1"
PATH = "/org/tacitel/Emulator1"


def _variant(text):
    """As D-Bus wants a value of the file: true and false, numbers, else text."""
    if text in ("true", "false"):
        return {"variant": ["b", text == "true"]}
    try:
        return {"variant": ["d", float(text)]}
    except ValueError:
        return {"variant": ["s", text]}


class Player:
    """Use in a with block. `tell` is called with a line for each event."""

    def __init__(self, lab, scenario, tell=lambda what: None):
        from demokit.bus import BusError, Service  # needs python3-gi, which a lab itself does not
        self.lab, self.scenario, self.tell = lab, scenario, tell
        self._bus_error = BusError
        self._service = Service(lab.popen, SERVICE)
        self._stop = threading.Event()
        # An event, since a join() that is interrupted takes the thread for ended (bpo-45274).
        self._idle = threading.Event()
        self._idle.set()
        self.failure = None

    def __enter__(self):
        self._service.__enter__()
        return self

    def __exit__(self, *exception):
        self.stop()
        self._service.__exit__(*exception)

    def _call(self, group, phone, method, signature="()", *arguments):
        path = f"{PATH}/phone/{phone}" if phone else PATH
        interface = f"{SERVICE}.Phone" if phone else SERVICE
        try:
            self._service.call(path, interface, method, signature, *arguments)
        except self._bus_error as error:
            key = error.message.split(":")[0]
            places = [name for name in group.entries if name.rpartition(".")[2] == key
                      or (key == "preset" and name in (*LINKS, "access"))] if group else []
            if group:
                raise group.error(error.message, places[0] if places else None) from None
            raise LabError(error.message) from None
        except OSError as error:
            raise LabError(f"The emulator does not answer: {error}") from None

    def _set(self, group, phone, **values):
        kinds = {bool: "b", str: "s"}
        self._call(group, phone, "Set", "(a{sv})", {
            name: {"variant": [kinds[type(value)], value]} for name, value in values.items()})

    def _set_link(self, group, phone, fade_ms=None):
        for prefix in LINKS:
            values = {key: _variant(text) for key, text in group.settings(prefix).items()}
            direction = "both" if prefix == "link" else prefix
            if values and fade_ms is None:
                self._call(group, phone, "SetLink", "(sa{sv})", direction, values)
            elif values:
                self._call(group, phone, "FadeLink", "(sa{sv}u)", direction, values, fade_ms)

    def _set_access(self, group, phone):
        values = {key: _variant(text) for key, text in group.settings("access").items()}
        if values:
            self._call(group, phone, "SetAccess", "(a{sv})", values)

    def _set_sms(self, group, values):
        self._call(group, None, "SetSmsNetwork", "(a{sv})",
                   {key: _variant(text) for key, text in values.items()})

    def apply(self):
        """Makes the network what the scenario begins with."""
        scenario = self.scenario
        if scenario.seed is not None:
            self._call(None, None, "Set", "(a{sv})",
                       {"Seed": {"variant": ["u", int(scenario.seed)]}})
        # Who shares another's NAT comes after the other.
        for name, group in sorted(scenario.phones.items(),
                                  key=lambda item: "access.share" in item[1].entries):
            self._set_access(group, name)
            self._set_link(group, name)
            if "technology" in group.entries:
                self._set(group, name, Technology=group.text("technology"))
        if scenario.sms is not None:
            self._set_sms(scenario.sms, {key: entry.text
                                         for key, entry in scenario.sms.entries.items()})
        for name, group in scenario.relays.items():
            users = dict(pair.strip().split(":") for pair in group.text("users", "").split(",")
                         if pair.strip())
            self.lab.relay(name, users=users or None, secret=group.text("secret"),
                           realm=group.text("realm", "lab.example"),
                           port=int(group.number("port", 3478)), stun_only=group.flag("stun-only"))

    def start(self):
        """From now on the events happen, in a thread; stop() or the with block's end ends that."""
        self._idle.clear()
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self):
        self._stop.set()
        self._idle.wait()

    def wait(self, timeout_s=None):
        """Until all has happened, or an event has failed; raises its error."""
        self._idle.wait(timeout_s)
        if self.failure is not None:
            raise self.failure

    def _run(self):
        try:
            self._play()
        except LabError as error:
            self.failure = error
        finally:
            self._idle.set()

    def _play(self):
        begin = time.monotonic()
        order = itertools.count()
        due = [(event.at, next(order), str(event), lambda event=event: self._do(event))
               for event in self.scenario.events]
        heapq.heapify(due)
        while due:
            at, _, what, act = heapq.heappop(due)
            if self._stop.wait(max(0, begin + at - time.monotonic())):
                return
            self.tell(f"{time.monotonic() - begin:9.3f} s  {what}")
            later = act()
            if later is not None:
                seconds, text, undo = later
                heapq.heappush(due, (at + seconds, next(order), text, undo))

    def _do(self, event):
        """Returns: what is to follow, as (seconds, text, function), or None."""
        group, seconds = event.group, event.group.number("seconds")
        undo = [undo for phone in event.phones or [None]
                if (undo := self._act(event.action, group, phone, seconds)) is not None]
        if seconds is None or not undo:
            return None
        return seconds, f"end of {event}", lambda: [back() for back in undo] and None

    def _act(self, action, group, phone, seconds):
        """Does it to one phone. Returns: how it ends after `seconds`, None where that is not ours."""
        ms = int((seconds or 0) * 1000)
        match action:
            case "outage":
                self._call(group, phone, "InterruptLink", "(ub)", ms, group.flag("hold"))
            case "move":
                self._call(group, phone, "ChangeAddress")
            case "access":
                self._set_access(group, phone)
            case "link":
                self._set_link(group, phone)
            case "fade":
                self._set_link(group, phone, ms)
            case "technology":
                self._set(group, phone, Technology=group.text("technology"))
                self._set_link(group, phone)
            case "restart":
                self._call(group, phone, "RestartModem")
            case "reset":
                self._call(group, phone, "ResetModem", "(u)", ms)
            case "resume":
                self._call(group, phone, "Resume")
            case "sms":
                self._set_sms(group, group.settings("sms"))
            case _:
                return self._act_for_a_while(action, group, phone)
        return None

    def _act_for_a_while(self, action, group, phone):
        def setting(**values):
            return lambda: self._set(group, phone, **values)
        match action:
            case "detach":
                self._set(group, phone, DataAllowed=False)
                return setting(DataAllowed=True)
            case "registration":
                self._set(group, phone, Registration=group.text("registration"))
                return setting(Registration="registered")
            case "sim-out":
                self._set(group, phone, SimInserted=False)
                return setting(SimInserted=True)
            case "suspend":
                self._call(group, phone, "Suspend", "(b)", group.flag("sms-wakes"))
                return lambda: self._call(group, phone, "Resume")
            case "kill":
                component = group.text("component")
                if "seconds" not in group.entries:
                    self.lab.phone(phone).restart(component, signal.SIGKILL)
                    return None
                self.lab.phone(phone).stop(component, signal.SIGKILL)
                return lambda: self.lab.phone(phone).start(component)
        relay = self.lab.relays[group.text("relay")]
        relay.stop(signal.SIGKILL)
        return relay.start

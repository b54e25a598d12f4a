# SPDX-License-Identifier: GPL-3.0-or-later
"""A D-Bus service of a phone in the lab, as seen from outside: methods, properties, waiting."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

AGENT = Path(__file__).with_name("agent.py")
BETWEEN_NEWS_S = 0.2


class BusError(Exception):
    """A method's error: `name` is its D-Bus name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{message} ({name})" if name else message)
        self.name, self.message = name, message


def variant(signature: str, value) -> dict:
    """A value where a method wants a variant, as in a{sv}."""
    return {"variant": [signature, value]}


class Service:
    """One service and all its objects' properties, kept up to date.

    spawn: as subprocess.Popen, in the surroundings of the bus (labkit's Phone.popen)
    root: path of its ObjectManager, or None

    Objects that are gone keep their last properties. Use as a context manager.
    """

    def __init__(self, spawn: Callable, name: str, root: str | None = None) -> None:
        self.name = name
        self.signals: list[dict] = []
        self._objects: dict[str, dict[str, dict]] = {}
        self._removed: set[str] = set()
        self._answers: dict[int, dict] = {}
        self._last_id = 0
        self._news = threading.Condition()  # its lock is reentrant: conditions may ask for properties
        self._is_ready, self._failure, self._trouble, self._ended = False, None, None, False
        command = ["/usr/bin/python3", "-B", str(AGENT), name, *([root] if root else [])]
        self._process = spawn(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Service":
        self.wait(lambda: self._is_ready, 20, f"{self.name} to appear on its bus")
        return self

    def __exit__(self, *_) -> None:
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended by itself
        self._process.wait()
        self._thread.join()
        self._process.stdout.close()

    def call(self, path: str, interface: str, method: str, signature: str = "()", *arguments,
             timeout_s: float = 25):
        """Calls a method. Returns its value, a tuple where there are more, None where there is none.

        Raises BusError.
        """
        with self._news:
            self._last_id += 1
            identifier = self._last_id
            request = {"id": identifier, "path": path, "interface": interface, "method": method,
                       "signature": signature, "arguments": arguments, "timeout_s": timeout_s}
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        answer = self.wait(lambda: self._answers.pop(identifier, None), timeout_s + 5, f"{interface}.{method}")
        if "error" in answer:
            raise BusError(**answer["error"])
        result = answer["result"]
        return None if not result else result[0] if len(result) == 1 else tuple(result)

    def properties(self, path: str, interface: str) -> dict:
        """A copy of the properties last heard of."""
        with self._news:
            return dict(self._objects.get(path, {}).get(interface, {}))

    def objects(self, interface: str, gone: bool = False) -> list[str]:
        """The paths of the objects with an interface, in the order of their appearance."""
        with self._news:
            return [path for path, interfaces in self._objects.items()
                    if interface in interfaces and (gone or path not in self._removed)]

    def wait(self, condition: Callable, timeout_s: float, what: str):
        """Waits until `condition()` is true and returns its value.

        It is asked at every news, and between them, for what is counted and not signalled.

        Raises TimeoutError or ConnectionError, naming `what` was waited for.
        """
        deadline = time.monotonic() + timeout_s
        with self._news:
            while not (value := condition()):
                if self._failure or self._ended:
                    raise ConnectionError(f"waiting for {what}: {self._failure or 'the phone is gone'}")
                left = deadline - time.monotonic()
                if left <= 0:
                    trouble = f": {self._trouble}" if self._trouble and not self._is_ready else ""
                    raise TimeoutError(f"waited {timeout_s:g} s for {what}{trouble}")
                self._news.wait(min(left, BETWEEN_NEWS_S))
        return value

    def _read(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)
            with self._news:
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self._note(message)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _note(self, message: dict) -> None:
        match message["event"]:
            case "ready":
                self._is_ready = True
            case "failed":
                self._failure = message["message"]
            case "not-started":
                self._trouble = message["message"]
            case "vanished":
                self._removed.update(self._objects)
            case "removed":
                self._removed.add(message["path"])
            case "signal":
                self.signals.append(message)
            case "properties":
                self._removed.discard(message["path"])
                interfaces = self._objects.setdefault(message["path"], {})
                interfaces.setdefault(message["interface"], {}).update(message["properties"])

# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a lab's processes, waits by events until they can be used, and reaps them."""

import os
import select
import signal
import socket
import subprocess
import time

from . import kernel
from .plan import LabError

START_LIMIT_S = 20
STOP_LIMIT_S = 5


def tail(path, lines=15):
    try:
        with open(path, errors="replace") as log:
            return "".join(f"    {line}" for line in log.readlines()[-lines:])
    except OSError:
        return ""


class Process:
    """One component: perhaps running, perhaps ended."""

    def __init__(self, component, logs, notify_folder):
        self.component = component
        self.name = component.name
        self.log = logs / f"{component.name.replace('/', '-')}.log"
        self.notify_path = notify_folder / f"{component.name.replace('/', '-')}.notify"
        self.pid = None
        self.ended = None  # how, in words
        self.expected_to_end = False
        self.watch = None  # what becomes readable when the component is ready, or has said so

    def status(self):
        return f"running, pid {self.pid}" if self.pid else self.ended or "not started"

    def _set_up(self):
        if self.component.netns:
            kernel.setns(str(self.component.netns), kernel.CLONE_NEWNET)
        if self.component.binds:
            kernel.unshare(kernel.CLONE_NEWNS)
            for source, target in self.component.binds:
                kernel.mount(str(source), str(target), None, kernel.MS_BIND)
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

    def start(self):
        """Starts it; ready only once wait_ready() has returned."""
        environment, passed, write_end = dict(self.component.environment), (), None
        command = list(self.component.command)
        if self.component.ready == "address":
            self.watch, write_end = os.pipe()
            passed = (write_end,)
            command = [part.replace("{ready}", str(write_end)) for part in command]
        elif self.component.ready == "notify":
            self.notify_path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listener.bind(str(self.notify_path))
            environment["NOTIFY_SOCKET"] = str(self.notify_path)
            self.watch = listener.detach()

        with open(self.log, "ab") as log:
            try:
                child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                         stdout=log, stderr=log, pass_fds=passed, cwd="/",
                                         preexec_fn=self._set_up)
            except (OSError, subprocess.SubprocessError) as error:
                raise LabError(f"{self.name}: cannot start {command[0]}: {error}") from None
            finally:
                if write_end is not None:
                    os.close(write_end)
        # The supervisor reaps every child itself: it is the first process of its namespace.
        child.returncode = 0
        self.pid, self.ended, self.expected_to_end = child.pid, None, False
        if self.component.ready.startswith("name "):
            self._watch_name(self.component.ready.split()[1], environment)

    def _watch_name(self, name, environment):
        """A helper that ends when `name` has an owner: its standard output is then at its end."""
        bus = "--system" if name == "org.ofono" else "--session"
        self.watch, write_end = os.pipe()
        helper = subprocess.Popen(
            ["gdbus", "wait", bus, "--timeout", str(2 * START_LIMIT_S), name], env=environment,
            stdin=subprocess.DEVNULL, stdout=write_end, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, []))
        helper.returncode = 0
        os.close(write_end)

    def is_ready(self):
        """What the watch says, once it is readable."""
        if self.component.ready != "notify":
            return True
        return b"READY=1" in os.read(self.watch, 4096)

    def close_watch(self):
        if self.watch is not None:
            os.close(self.watch)
            self.watch = None
            self.notify_path.unlink(missing_ok=True)

    def on_exit(self, status):
        code = os.waitstatus_to_exitcode(status)
        how = f"ended with status {code}" if code >= 0 else \
            f"ended by {signal.Signals(-code).name}"
        self.pid, self.ended = None, "stopped" if self.expected_to_end else how

    def failure(self, what):
        return LabError(f"{self.name} {what}. Its log, {self.log}, ends with:\n{tail(self.log)}")

    def signal(self, number):
        self.expected_to_end = True
        if self.pid:
            os.kill(self.pid, number)


class Children:
    """All processes of the supervisor."""

    def __init__(self, wakeup):
        self.processes = {}
        self.wakeup = wakeup  # readable after a signal

    def add(self, process):
        self.processes[process.name] = process

    def reap(self):
        """Takes note of what has ended; returns those that were ours."""
        try:
            os.read(self.wakeup, 4096)
        except BlockingIOError:
            pass
        ended = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return ended
            if pid == 0:
                return ended
            for process in self.processes.values():
                if process.pid == pid:
                    process.on_exit(status)
                    ended.append(process)

    def start(self, processes):
        """Starts them together and returns when all are ready."""
        for process in processes:
            process.start()
        waiting, deadline = list(processes), time.monotonic() + START_LIMIT_S
        try:
            while waiting:
                watched = {process.watch: process for process in waiting}
                limit = max(0, deadline - time.monotonic())
                readable = select.select([self.wakeup, *watched], [], [], limit)[0]
                for process in self.reap():
                    if process in waiting:
                        raise process.failure(f"could not start: it {process.ended}")
                if not readable:
                    raise waiting[0].failure(f"was not ready within {START_LIMIT_S} s")
                for watch, process in watched.items():
                    if watch in readable and process.is_ready():
                        waiting.remove(process)
        finally:
            for process in processes:
                process.close_watch()

    def stop(self, processes, number=signal.SIGTERM):
        """Ends them and returns when they have; kills those that take too long."""
        deadline = time.monotonic() + STOP_LIMIT_S
        for process in processes:
            process.signal(number)
        while any(process.pid for process in processes):
            limit = deadline - time.monotonic()
            if limit <= 0:
                for process in processes:
                    process.signal(signal.SIGKILL)
                deadline = time.monotonic() + STOP_LIMIT_S
            select.select([self.wakeup], [], [], max(0, limit))
            self.reap()

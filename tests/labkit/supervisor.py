# SPDX-License-Identifier: GPL-3.0-or-later
"""The first process of a lab's own namespaces: the kernel ends the whole lab with it.

Started as `python3 -m labkit.supervisor REPORT LEASH` with a JSON description on standard input.
REPORT is a descriptor that takes JSON lines about the start; when LEASH is closed without a word,
the lab ends; "detach" on it lets the lab live on.
"""

import errno
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path

from . import kernel, relay
from .plan import NETNS, LabError, Plan
from .processes import Children, Process


def write_file(path, text):
    with open(path, "w") as file:
        file.write(text)


def explain_user_namespace(number):
    if number == errno.ENOSPC:
        return "raise the limit (root: sysctl -w user.max_user_namespaces=10000)"
    switches = (("/proc/sys/kernel/unprivileged_userns_clone", "0",
                 "kernel.unprivileged_userns_clone=1"),
                ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
                 "kernel.apparmor_restrict_unprivileged_userns=0"))
    for path, closed, remedy in switches:
        try:
            if Path(path).read_text().strip() == closed:
                return f"allow it (root: sysctl -w {remedy})"
        except OSError:
            continue
    return "they are not possible in a chroot or in this container: run it as root there, with " \
           "CAP_SYS_ADMIN and CAP_NET_ADMIN"


def enter_user_namespace():
    """Becomes root of a user namespace of its own, which needs no rights outside."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
    except OSError as error:
        raise LabError(f"Cannot make a user namespace ({error.strerror}): "
                       f"{explain_user_namespace(error.errno)}") from None
    write_file("/proc/self/setgroups", "deny")
    write_file("/proc/self/uid_map", f"0 {uid} 1")
    write_file("/proc/self/gid_map", f"0 {gid} 1")


def unshare_all():
    kinds = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWPID
    if os.geteuid() == 0:
        try:
            kernel.unshare(kinds)
            return
        except OSError as error:
            if error.errno != errno.EPERM:
                raise LabError(f"Cannot make namespaces: {error.strerror}") from None
    enter_user_namespace()
    kernel.unshare(kinds)


def check_tun():
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        remedy = {errno.ENOENT: "make it (root: modprobe tun; in a chroot: mkdir -p /dev/net && "
                                "mknod -m 0666 /dev/net/tun c 10 200)",
                  errno.ENODEV: "load its module (root: modprobe tun)",
                  errno.ENXIO: "load its module (root: modprobe tun)"}
        raise LabError(f"Cannot open /dev/net/tun ({error.strerror}), which the emulated network "
                       "needs: " + remedy.get(error.errno, "allow it (root: chmod 0666 "
                                                           "/dev/net/tun)")) from None


def set_up_namespaces(plan):
    """Runs inside: private mounts, an own /run with one network namespace a phone."""
    folder = os.open(plan.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    kernel.make_mounts_private()
    try:
        kernel.mount("proc", "/proc", "proc",
                     kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    except OSError as error:
        # Containers that hide parts of /proc forbid it. The old one does too.
        if error.errno != errno.EPERM:
            raise
    kernel.mount("tmpfs", "/run", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
    if not plan.folder.exists():
        plan.folder.mkdir(parents=True)
        kernel.mount(f"/proc/self/fd/{folder}", str(plan.folder), None, kernel.MS_BIND)
    os.close(folder)
    if not os.path.isdir("/var/lib/ofono"):
        kernel.mount("tmpfs", "/var/lib", "tmpfs", 0, "mode=755")
        os.mkdir("/var/lib/ofono")
    kernel.bring_loopback_up()
    NETNS.mkdir()
    for name in ["internet", *(phone.name for phone in plan.phones)]:
        kernel.make_network_namespace(str(NETNS / name))


class Supervisor:
    def __init__(self, plan, report, leash):
        self.plan, self.report, self.leash = plan, report, leash
        self.stopping = False
        read_end, write_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_stop_signal)
        self.children = Children(read_end)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(plan.control))
        self.listener.listen()

    def _on_stop_signal(self, *_):
        self.stopping = True

    def tell(self, **message):
        try:
            os.write(self.report, (json.dumps(message) + "\n").encode())
        except OSError:
            pass  # the one who asked has gone; the leash tells that too

    def start(self):
        set_up_namespaces(self.plan)
        notify = Path("/run/notify")
        notify.mkdir()
        for name, components in self.plan.stages():
            self.tell(progress=name)
            processes = [Process(component, self.plan.logs, notify) for component in components]
            for process in processes:
                self.children.add(process)
            self.children.start(processes)
        self.tell(ready=True)
        os.close(self.report)

    def serve(self):
        while not self.stopping:
            watched = [self.listener, self.children.wakeup]
            if self.leash is not None:
                watched.append(self.leash)
            readable = select.select(watched, [], [])[0]
            if self.children.wakeup in readable:
                self.children.reap()
            if self.leash in readable:
                self._on_leash()
            if self.listener in readable:
                self._on_client()

    def _on_leash(self):
        if os.read(self.leash, 100) != b"detach":
            self.stopping = True
        os.close(self.leash)
        self.leash = None

    def _on_client(self):
        client, _ = self.listener.accept()
        with client:
            client.settimeout(5)
            try:
                request = json.loads(client.makefile().readline())
                answer = self.answer(request)
            except LabError as error:
                answer = {"error": str(error)}
            except (OSError, ValueError, KeyError, TypeError) as error:
                answer = {"error": f"Bad request: {error}"}
            try:
                client.sendall((json.dumps(answer) + "\n").encode())
            except OSError:
                pass  # the client did not wait for its answer

    def answer(self, request):
        command = request["command"]
        if command == "status":
            return {"components": {name: process.status()
                                   for name, process in self.children.processes.items()},
                    "phones": [{"name": phone.name, "number": phone.number, "ipv4": phone.ipv4,
                                "ipv6": phone.ipv6} for phone in self.plan.phones],
                    "build": str(self.plan.build)}
        if command == "down":
            self.stopping = True
            return {}
        if command == "relay":
            process = Process(relay.component(self.plan, request["name"]), self.plan.logs,
                              Path("/run/notify"))
            self.children.add(process)
            self.children.start([process])
            return {"status": process.status()}
        process = self.children.processes.get(request["component"])
        if process is None:
            raise LabError(f"No component is called '{request['component']}': there are "
                           f"{', '.join(self.children.processes)}")
        if command in ("stop", "restart"):
            self.children.stop([process], request.get("signal", signal.SIGTERM))
        if command in ("start", "restart") and not process.pid:
            self.children.start([process])
        return {"status": process.status()}

    def stop(self):
        """Relays, sound servers and oFono first, their buses last."""
        self.children.stop([process for name, process in self.children.processes.items()
                            if name.startswith("relay/")])
        for _, components in reversed(self.plan.stages()):
            names = [component.name for component in components]
            self.children.stop([self.children.processes[name] for name in names
                                if name in self.children.processes])


def run_inside(plan, report, leash):
    os.setsid()
    supervisor = Supervisor(plan, report, leash)
    try:
        supervisor.start()
        supervisor.serve()
    except LabError as error:
        supervisor.tell(error=str(error))
    except OSError as error:
        supervisor.tell(error=str(error.strerror or error))
    supervisor.stop()


def main():
    report, leash = int(sys.argv[1]), int(sys.argv[2])
    description = json.load(sys.stdin)
    for descriptor in (report, leash):
        os.set_inheritable(descriptor, False)
    plan = Plan(description["folder"], description["phones"], description["build"],
                description["debug"], description["settings"])
    try:
        check_tun()
        unshare_all()
    except LabError as error:
        os.write(report, (json.dumps({"error": str(error)}) + "\n").encode())
        return 1
    child = os.fork()
    if child != 0:
        # The lab's first process goes on by itself.
        os.write(report, (json.dumps({"pid": child}) + "\n").encode())
        return 0
    run_inside(plan, report, leash)
    return 0


if __name__ == "__main__":
    sys.exit(main())

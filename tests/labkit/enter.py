# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command inside a running lab: `enter.py PID NETNS DIRECTORY COMMAND…`.

As nsenter(1), which cannot do two things that tests need: a signal to this process reaches the
command, and the command ends with this process.
"""

import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from labkit import kernel  # noqa: E402

FORWARDED = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
             signal.SIGUSR2, signal.SIGCONT, signal.SIGWINCH]
SI_USER = 0  # from a process; the terminal's signals reach the command by themselves


def enter(pid, netns):
    kinds = [("user", kernel.CLONE_NEWUSER), ("pid", kernel.CLONE_NEWPID),
             ("ipc", kernel.CLONE_NEWIPC), ("mnt", kernel.CLONE_NEWNS)]
    own_user = os.stat("/proc/self/ns/user")
    files = [(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC), kind)
             for name, kind in kinds
             if name != "user" or not os.path.samestat(own_user, os.stat(f"/proc/{pid}/ns/user"))]
    files.append((os.open(f"/proc/{pid}/root{netns}" if netns != "-" else f"/proc/{pid}/ns/net",
                          os.O_RDONLY | os.O_CLOEXEC), kernel.CLONE_NEWNET))
    root = os.open(f"/proc/{pid}/root", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for descriptor, kind in files:
        kernel.setns(descriptor, kind)
    # A mount namespace is entered at its own root, but the lab may live in a chroot.
    os.fchdir(root)
    os.chroot(".")


def run_child(command, directory, mask):
    kernel.die_with_parent(signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        os.chdir(directory)
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def follow(child):
    """Forwards signals until the command has ended; ends or stops as it did."""
    while True:
        received = signal.sigwaitinfo({signal.SIGCHLD, *FORWARDED})
        if received.si_signo != signal.SIGCHLD:
            if received.si_code <= SI_USER:
                os.kill(child, received.si_signo)
            continue
        pid, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            continue
        if os.WIFSTOPPED(status):
            os.kill(os.getpid(), signal.SIGSTOP)
            os.kill(child, signal.SIGCONT)
            continue
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code


def main():
    pid, netns, directory, command = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, *FORWARDED})
    try:
        enter(pid, netns)
    except OSError as error:
        print(f"Cannot enter the lab: {error.strerror}: is it up, and yours?", file=sys.stderr)
        return 125
    child = os.fork()
    if child == 0:
        run_child(command, directory, mask)
    return follow(child)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-3.0-or-later
"""The system calls of a lab that Python 3.11 does not have: namespaces, mounts, interfaces."""

import ctypes
import errno
import fcntl
import os
import socket
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18

PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def unshare(flags):
    _call("unshare", flags)


def setns(path, kind):
    """Enters the namespace that the file at `path`, or an open descriptor, stands for."""
    if isinstance(path, int):
        _call("setns", path, kind)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _call("setns", descriptor, kind)
    finally:
        os.close(descriptor)


def mount(source, target, kind=None, flags=0, data=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    try:
        _call("mount", text(source), text(target), text(kind), ctypes.c_ulong(flags), text(data))
    except OSError as error:
        raise OSError(error.errno, f"Cannot mount {target}: {error.strerror}") from None


def die_with_parent(signal_number):
    _call("prctl", PR_SET_PDEATHSIG, ctypes.c_ulong(signal_number), 0, 0, 0)


def make_mounts_private():
    """Keeps the mounts made from now on out of the mount namespace that this one was copied from."""
    try:
        mount(None, "/", None, MS_REC | MS_PRIVATE)
        return
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    # "/" is no mount point in a chroot. Climb out to the one that it lies in, and come back: a
    # process whose working directory is outside of its root walks up to the real one.
    inside = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.chroot("/proc")
    os.fchdir(inside)
    while os.stat(".").st_ino != os.stat("..").st_ino or os.stat(".").st_dev != os.stat("..").st_dev:
        os.chdir("..")
    os.chroot(".")
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    os.fchdir(inside)
    os.chroot(".")
    os.close(inside)


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack_from("16xH", request)[0] | IFF_UP
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))


def make_network_namespace(path):
    """Makes one with its loopback up, keeps it at `path`, and comes back to the present one."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        with open(path, "x"):
            pass
        unshare(CLONE_NEWNET)
        bring_loopback_up()
        mount("/proc/self/ns/net", path, None, MS_BIND)
    finally:
        setns(home, CLONE_NEWNET)
        os.close(home)

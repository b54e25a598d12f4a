# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/lab: comes up, works, says what is wrong, and leaves nothing behind however it ends."""

import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from labkit import Lab, LabError  # noqa: E402
from labkit.lab import default_build  # noqa: E402

BUILD = default_build().resolve()
LAB = ROOT / "tests/lab"
LIMIT_S = 60


@pytest.fixture
def folder():
    """Short, since sockets are in it; readable, since it may be another user's."""
    path = Path(tempfile.mkdtemp(prefix="lab-"))
    yield path
    subprocess.run([LAB, "down", "--dir", path], timeout=LIMIT_S, capture_output=True)
    shutil.rmtree(path)


def lab_command(*arguments, **more):
    return subprocess.run([LAB, *map(str, arguments)], timeout=LIMIT_S, capture_output=True,
                          text=True, **more)


def is_running(pid):
    """Not so when it only waits for whoever is the first process here to take note of its end."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def members(kind, namespace):
    """The processes that are in a namespace."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}/ns/{kind}").st_ino == namespace and is_running(pid):
                found.append(int(pid))
        except OSError:
            continue
    return found


class Traces:
    """What a lab that is up could leave behind.

    Its namespaces are held open until they have been looked for: the kernel gives the number of one
    that is gone to the next that anybody makes.
    """

    def __init__(self, pid):
        self.held = []
        self.namespaces = {kind: self.hold(f"/proc/{pid}/ns/{kind}") for kind in ("pid", "net", "mnt")}
        self.networks = [self.hold(entry) for entry in Path(f"/proc/{pid}/root/run/netns").iterdir()]
        self.pidfds = [os.pidfd_open(member) for member in members("pid", self.namespaces["pid"])]

    def hold(self, path):
        self.held.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        return os.fstat(self.held[-1]).st_ino

    def assert_hidden(self):
        """Nothing of it shows outside."""
        mounts = Path("/proc/self/mountinfo").read_text()
        assert self.networks
        for number in self.networks:
            assert f"net:[{number}]" not in mounts

    def assert_gone(self):
        for pidfd in self.pidfds:
            assert select.select([pidfd], [], [], 10)[0], "a process of the lab still runs"
            os.close(pidfd)
        for kind, number in self.namespaces.items():
            assert members(kind, number) == [], kind
        for number in self.networks:
            assert members("net", number) == []
        self.assert_hidden()
        for descriptor in self.held:
            os.close(descriptor)


def radio_interfaces():
    return {name for name in os.listdir("/sys/class/net") if name.startswith(("dummy", "wan"))}


@pytest.fixture
def outside():
    """The lab under test must not show outside, neither while it is up nor after."""
    before = radio_interfaces()
    yield
    assert radio_interfaces() == before


@pytest.fixture
def copy(folder):
    """The parts of the project that a lab needs, where another user can read them."""
    folder.chmod(0o755)
    shutil.copytree(ROOT / "tests/labkit", folder / "tests/labkit")
    shutil.copy(LAB, folder / "tests/lab")
    (folder / "dbus").mkdir()
    (folder / "build/tests/emulator").mkdir(parents=True)
    shutil.copy(BUILD / "tests/emulator/tacitel-emulator", folder / "build/tests/emulator")
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    (folder / "own").mkdir()
    os.chown(folder / "own", 65534, 65534)
    return folder


@pytest.mark.usefixtures("outside")
class TestCommand:
    def test_up_shell_status_down(self, folder):
        done = lab_command("up", "--build", BUILD, "--dir", folder)
        assert done.returncode == 0, done.stderr
        assert "198.51.100.2" in done.stdout and "tests/lab shell" in done.stdout

        state = json.loads(lab_command("status", "--json", "--dir", folder).stdout)
        assert state["up"] and len(state["components"]) == 10
        assert all(how.startswith("running") for how in state["components"].values())
        traces = Traces(state["pid"])
        assert len(traces.pidfds) >= 11
        traces.assert_hidden()

        done = lab_command("shell", "--dir", folder, "bob", "--", "sh", "-c",
                           "echo $TACITEL_LAB_NUMBER; pactl list short; exit 7")
        assert done.returncode == 7, done.stderr
        assert done.stdout.startswith("+15551000002")
        assert "microphone.monitor" in done.stdout and "speaker" in done.stdout

        again = lab_command("up", "--build", BUILD, "--dir", folder)
        assert again.returncode == 1 and "is up already" in again.stderr
        assert "no phone 'carol'" in lab_command("shell", "--dir", folder, "carol").stderr

        assert lab_command("down", "--dir", folder).returncode == 0
        traces.assert_gone()
        assert [entry.name for entry in folder.iterdir()] == ["logs"]
        assert lab_command("down", "--dir", folder).returncode == 0
        assert "tests/lab up" in lab_command("shell", "--dir", folder, "bob").stderr
        assert json.loads(lab_command("status", "--json", "--dir", folder).stdout)["up"] is False

    def test_online(self, folder):
        done = lab_command("up", "--build", BUILD, "--dir", folder, "--online", "--phones", 3)
        assert done.returncode == 0, done.stderr
        for name in ("alice", "bob", "carol"):
            assert "'Online': <true>" in Lab.attach(folder).phone(name).run(
                ["gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", "/phonesim",
                 "--method", "org.ofono.Modem.GetProperties"],
                capture_output=True, text=True, timeout=LIMIT_S).stdout

    def test_env(self, folder):
        lab_command("up", "--build", BUILD, "--dir", folder, "--phones", "anna")
        text = lab_command("env", "anna", "--dir", folder).stdout
        assert "export TACITEL_LAB_PHONE=anna\n" in text
        assert f"export DBUS_SESSION_BUS_ADDRESS=unix:path={folder}/anna/run/bus\n" in text

    def test_refuses(self, folder):
        (folder / "thesis.txt").write_text("years of work")
        done = lab_command("up", "--build", BUILD, "--dir", folder)
        assert done.returncode == 1 and "other things" in done.stderr
        assert (folder / "thesis.txt").read_text() == "years of work"
        for names, expected in (("a-b", "letters"), ("a,a", "taken"), ("0", "1 to 200"),
                                ("internet", "taken")):
            done = lab_command("up", "--build", BUILD, "--dir", folder / "x", "--phones", names)
            assert done.returncode == 1 and expected in done.stderr, names
        done = lab_command("up", "--build", BUILD, "--dir", folder / ("x" * 100))
        assert "too long" in done.stderr
        done = lab_command("up", "--build", folder / "nowhere", "--dir", folder / "x")
        assert "meson setup" in done.stderr

    def test_component_fails(self, folder):
        emulator = folder / "build/tests/emulator/tacitel-emulator"
        emulator.parent.mkdir(parents=True)
        emulator.write_text("#!/bin/sh\necho the antenna fell off >&2\nexit 3\n")
        emulator.chmod(0o755)
        done = lab_command("up", "--build", folder / "build", "--dir", folder / "lab")
        assert done.returncode == 1
        assert "emulator could not start: it ended with status 3" in done.stderr
        assert "the antenna fell off" in done.stderr
        assert lab_command("status", "--dir", folder / "lab").returncode == 1

    def test_interrupted(self, folder):
        """Whoever loses patience while it starts has nothing to clean up."""
        emulator = folder / "build/tests/emulator/tacitel-emulator"
        emulator.parent.mkdir(parents=True)
        emulator.write_text("#!/bin/sh\nexec sleep infinity\n")
        emulator.chmod(0o755)
        command = [LAB, "up", "--build", folder / "build", "--dir", folder / "lab"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert any("the emulator" in line for line in process.stdout)
            control = socket.socket(socket.AF_UNIX)
            control.connect(str(folder / "lab/control"))
            credentials = control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            control.close()
            traces = Traces(struct.unpack("3i", credentials)[0])
            process.send_signal(signal.SIGINT)
            assert process.wait(LIMIT_S) == 130
        traces.assert_gone()
        assert [entry.name for entry in (folder / "lab").iterdir()] == ["logs"]

    def test_killed(self, folder):
        """The kernel ends everything with the supervisor."""
        lab_command("up", "--build", BUILD, "--dir", folder, "--online")
        lab = Lab.attach(folder)
        traces = Traces(lab.pid)
        with lab.phone("alice").popen(["sh", "-c", "echo ready; exec sleep infinity"],
                                      stdout=subprocess.PIPE) as shell:
            assert shell.stdout.readline() == b"ready\n"
            os.kill(lab.pid, signal.SIGKILL)
            assert shell.wait(LIMIT_S) == 128 + signal.SIGKILL
        traces.assert_gone()
        assert lab_command("up", "--build", BUILD, "--dir", folder).returncode == 0

    def test_side_by_side(self, folder):
        for name in ("one", "two"):
            done = lab_command("up", "--build", BUILD, "--dir", folder / name)
            assert done.returncode == 0, done.stderr
        assert lab_command("down", "--dir", folder / "one").returncode == 0
        assert lab_command("shell", "--dir", folder / "two", "bob", "--", "true").returncode == 0
        assert lab_command("down", "--dir", folder / "two").returncode == 0


SCRIPT = """
import sys
from labkit import Lab
with Lab(build={build!r}) as lab:
    print(lab.pid, lab.folder, flush=True)
    sys.stdin.read()
"""


@pytest.mark.usefixtures("outside")
class TestPython:
    def test_owner_killed(self):
        """A lab that nobody detached ends with its owner."""
        process = subprocess.Popen(["/usr/bin/python3", "-c", SCRIPT.format(build=str(BUILD))],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "PYTHONPATH": str(ROOT / "tests")})
        with process:
            pid, folder = process.stdout.readline().split()
            traces = Traces(int(pid))
            process.kill()
        traces.assert_gone()
        shutil.rmtree(folder)

    def test_signals_and_status(self):
        with Lab(phones=["alice"], build=BUILD) as lab:
            folder, phone = lab.folder, lab.phone("alice")
            # wait, unlike read, returns at once when a trapped signal comes.
            trap = "trap 'kill $!; exit 5' TERM; sleep infinity & echo ready; wait"
            process = phone.popen(["bash", "-c", trap], stdout=subprocess.PIPE, text=True)
            with process:
                assert process.stdout.readline() == "ready\n"
                process.terminate()
                assert process.wait(LIMIT_S) == 5
            assert phone.run(["no-such-command"], capture_output=True).returncode == 127

            process = phone.popen(["sleep", "infinity"])
            before = Traces(lab.pid)
            process.kill()
            process.wait(LIMIT_S)
            lab.down()
            before.assert_gone()
        assert not folder.exists()

    def test_components(self):
        with Lab(phones=["alice"], build=BUILD) as lab:
            phone = lab.phone("alice")
            phone.go_online()
            phone.restart("ofonod", signal.SIGKILL)
            phone.go_online()
            phone.stop("pulseaudio")
            assert lab.request("status")["components"]["alice/pulseaudio"] == "stopped"
            assert phone.run(["pactl", "info"], capture_output=True).returncode == 1
            phone.start("pulseaudio")
            assert phone.run(["pactl", "info"], capture_output=True).returncode == 0
            with pytest.raises(LabError, match="No component is called"):
                phone.stop("kettle")

    def test_private_storage(self):
        """What oFono keeps for one phone is neither another's nor the machine's."""
        before = sorted(os.listdir("/var/lib/ofono"))
        with Lab(build=BUILD) as lab:
            for phone in lab.phones:
                phone.go_online()
                assert list((phone.folder / "ofono").iterdir()), phone.name
            assert len({entry.name for phone in lab.phones
                        for entry in (phone.folder / "ofono").iterdir()}) >= 2
        assert sorted(os.listdir("/var/lib/ofono")) == before


AS_USER = """
mount -t tmpfs -o mode=755 tmpfs /dev/net && mknod -m {mode} /dev/net/tun c 10 200 || exit 99
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
"""


def user_namespaces():
    """False in a chroot, where the kernel makes none (user_namespaces(7))."""
    return subprocess.run(["unshare", "-Ur", "true"], stderr=subprocess.DEVNULL).returncode == 0


needs_user_namespaces = pytest.mark.skipif(not user_namespaces(),
                                           reason="no user namespaces here, as in a chroot")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
class TestOrdinaryUser:
    def as_user(self, mode, *command):
        return subprocess.run(["unshare", "-m", "sh", "-c", AS_USER.format(mode=mode), "sh",
                               *map(str, command)], timeout=LIMIT_S, capture_output=True,
                              text=True, cwd="/", env={"PATH": os.environ["PATH"]})

    @needs_user_namespaces
    def test_works(self, copy):
        script = f"""
            set -e
            cd {copy}
            tests/lab up --dir own/lab --build build --online
            tests/lab status --dir own/lab
            tests/lab shell --dir own/lab bob -- pactl info
            tests/lab down --dir own/lab
        """
        done = self.as_user("0666", "sh", "-c", script)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Default Sink: speaker" in done.stdout
        pid = int(re.search(r"supervisor (\d+)", done.stdout)[1])
        assert not os.path.exists(f"/proc/{pid}") or not is_running(pid)

    def test_says_what_is_missing(self, copy):
        done = self.as_user("0600", copy / "tests/lab", "up", "--dir", copy / "own/lab", "--build",
                            copy / "build")
        assert done.returncode == 1
        assert "/dev/net/tun" in done.stderr and "chmod 0666" in done.stderr

    @needs_user_namespaces
    def test_no_user_namespaces(self, copy):
        done = subprocess.run(["unshare", "-Ur", "sh", "-c",
                               "echo 0 >/proc/sys/user/max_user_namespaces && "
                               f"exec setpriv --bounding-set -all --inh-caps -all {copy}/tests/lab "
                               f"up --dir {copy}/lab --build {copy}/build"],
                              timeout=LIMIT_S, capture_output=True, text=True, cwd="/")
        assert done.returncode == 1
        assert "user.max_user_namespaces" in done.stderr


ECHO = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as sock:
    sock.bind((sys.argv[1], 5000))
    print("ready", flush=True)
    packet, sender = sock.recvfrom(2000)
    sock.sendto(packet, sender)
"""

ASK = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as sock:
    sock.settimeout(5)
    sock.sendto(b"x" * 81, (sys.argv[1], 5000))
    assert sock.recv(2000) == b"x" * 81
"""


def ofono(phone, path, method, *arguments):
    done = phone.run(["gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", path,
                      "--method", f"org.ofono.{method}", *arguments],
                     capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def interfaces(phone):
    return phone.run(["ip", "-br", "address"], capture_output=True, text=True,
                     timeout=LIMIT_S).stdout


def attach(phone):
    """Brings the modem online and returns when oFono says that data can be had."""
    with phone.popen(["gdbus", "monitor", "--system", "--dest", "org.ofono"],
                     stdout=subprocess.PIPE, text=True) as monitor:
        monitor.stdout.readline()
        phone.go_online()
        assert any("'Attached', <true>" in line for line in monitor.stdout)
        monitor.terminate()


def exchange(receiver, sender, address):
    """A packet there and back; `receiver` may be the lab itself: its internet."""
    with receiver.popen(["/usr/bin/python3", "-c", ECHO, address], stdout=subprocess.PIPE) as echo:
        assert echo.stdout.readline() == b"ready\n"
        asked = sender.run(["/usr/bin/python3", "-c", ASK, address], capture_output=True,
                           text=True, timeout=LIMIT_S)
        assert asked.returncode == 0, asked.stderr
        assert echo.wait(LIMIT_S) == 0


class TestData:
    def test_contexts_of_stock_ofono(self):
        """IPv4 and IPv6 between phones and to the internet, on the interface that oFono names."""
        with Lab(build=BUILD) as lab:
            alice, bob = lab.phones
            for phone in lab.phones:
                attach(phone)
                ofono(phone, "/phonesim/context1", "ConnectionContext.SetProperty", "Active",
                      "<true>")
                settings = ofono(phone, "/phonesim/context1", "ConnectionContext.GetProperties")
                name = re.search(r"'Interface': <'(\w+)'>", settings)[1]
                assert name in interfaces(phone)
            for address in (bob.ipv4, bob.ipv6):
                exchange(bob, alice, address)
            exchange(lab, alice, "192.0.2.1")
            exchange(lab, bob, "2001:db8:ffff::1")
            for phone in lab.phones:
                ofono(phone, "/phonesim/context1", "ConnectionContext.SetProperty", "Active",
                      "<false>")
                assert "dummy" not in interfaces(phone)


IN_CHROOT = """
set -e
mount --make-rshared /
mkdir {root} && cd {root}
for name in usr etc var dev proc tmp; do mkdir $name; mount --bind /$name $name; done
for name in bin sbin lib lib64; do ln -s usr/$name $name; done
mkdir run
chroot {root} sh -c 'cd {copy} && tests/lab up --dir {copy}/own/lab --build build >&2 &&
  tests/lab shell alice --dir {copy}/own/lab -- ls / /run'
! grep netns /proc/self/mountinfo
chroot {root} {copy}/tests/lab down --dir {copy}/own/lab
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a chroot")
def test_chroot(copy):
    """A plain folder as root, in a mount namespace that shares its mounts: none must get out."""
    root = copy / "root"
    done = subprocess.run(["unshare", "-m", "sh", "-c", IN_CHROOT.format(root=root, copy=copy)],
                          timeout=LIMIT_S, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "netns" in done.stdout and "boot" not in done.stdout.split("/run:")[0].split()

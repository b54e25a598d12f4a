# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that is locked, stolen, wiped, damaged."""

import os
import shutil
from pathlib import Path

import pytest
from couple import CALL, MAIN, Couple, couple
from demokit.bus import BusError
from demokit.phones import KEYRING, PASSPHRASE, CommandFailed

WRONG, NEW, DURESS = "wrong", "a new passphrase", "take it, please"


@pytest.fixture
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


def folder(phone) -> Path:
    return Path(phone.phone.env["XDG_DATA_HOME"]) / "tacitel"


def state(phone) -> str:
    return phone.keyring["State"]


def wait_state(phone, name: str) -> None:
    phone.service.wait(lambda: state(phone) == name, 20, f"{phone.name}'s keyring to be {name}")


def lock(phone) -> None:
    phone.tacitel("lock")
    wait_state(phone, "locked")


def two_passphrases(phone, command: str, present: str, other: str) -> None:
    """Each through a pipe of its own; the shell writes them itself, so they are nobody's argument."""
    script = ('IFS= read -r present; IFS= read -r other; printf %s "$other" | { exec 4<&0; '
              'printf %s "$present" | tacitel passphrase "$1" --passphrase-fd 0 --new-passphrase-fd 4; }')
    done = phone.run("sh", "-c", script, "sh", command, input=f"{present}\n{other}\n")
    assert done.returncode == 0, done.stderr


@pytest.mark.sanitize
def test_locked_it_shows_nothing_and_remembers_that_someone_called(pair: Couple):
    bob = pair.bob
    out, incoming = pair.ring(pair.alice, bob)
    incoming.call("Hangup")
    pair.gone(out, incoming)
    assert pair.manager(bob, "GetDecisions")[0]["Name"] == "alice"
    lock(bob)
    assert pair.manager(bob, "GetDecisions") == []  # names are locked, too
    assert bob.manager["State"] == "locked" and bob.manager["Identity"] == bob.manager["Uri"] == ""
    for interface, method, signature, words in (("Contacts1", "List", "()", ()), ("Manager1", "Dial", "(s)", ("alice",)),
                                                ("History1", "List", "(a{sv})", ({},)), ("Pairing1", "List", "()", ())):
        with pytest.raises(BusError, match="Locked"):
            bob.service.call(MAIN, f"org.tacitel.{interface}", method, signature, *words)
    out = pair.dial(pair.alice, pair.bob)
    bob.service.wait(lambda: bob.keyring["SomeoneCalled"] == 1, 20, "the call to be counted")
    missed = [one for one in bob.service.signals if one["name"] == "MissedCall"][-1]["arguments"][0]
    assert (missed["Name"], missed["Number"], missed["Time"], missed["Reason"]) == ("", "", 0, "locked")
    out.call("Hangup")
    pair.gone(out)
    assert not bob.service.objects(CALL)
    kept = b"".join(path.read_bytes() for path in folder(bob).iterdir() if path.is_file())
    assert pair.alice.number.encode() not in kept and b"alice" not in kept
    bob.stop_daemon("KILL")
    bob.start_daemon(unlocked=False)
    assert bob.keyring["SomeoneCalled"] == 1  # also after a crash
    bob.unlock()
    row = bob.history()[0]
    assert (row["Reason"], row["Count"], row["Name"], row["Number"]) == ("locked", 1, "", "")
    assert bob.keyring["SomeoneCalled"] == 0
    assert "alice" in bob.contacts()


def test_locking_ends_a_call(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    lock(pair.bob)
    assert pair.gone(*ends) == ["remote-hangup", "hangup"]
    pair.bob.unlock()
    assert pair.bob.history()[0]["Reason"] == "hangup"


def test_a_wrong_passphrase_delays_and_never_locks_out(pair: Couple):
    lock(pair.bob)
    for _ in range(4):
        with pytest.raises(CommandFailed, match="passphrase|wait|seconds"):
            pair.bob.tacitel("unlock", "--passphrase-fd", "0", input=WRONG)
        assert state(pair.bob) == "locked"

    def opened() -> bool:
        try:
            pair.bob.tacitel("unlock", "--passphrase-fd", "0", input=PASSPHRASE)
        except CommandFailed as error:
            assert "try again in" in str(error)
            return False
        return True

    pair.bob.service.wait(opened, 30, "the right one to be taken when the delay is over")
    wait_state(pair.bob, "open")


def test_change(pair: Couple):
    two_passphrases(pair.bob, "change", PASSPHRASE, NEW)
    lock(pair.bob)
    with pytest.raises(CommandFailed):
        pair.bob.tacitel("unlock", "--passphrase-fd", "0", input=PASSPHRASE)
    pair.bob.unlock(NEW)
    assert "alice" in pair.bob.contacts()


def test_duress(pair: Couple):
    bob = pair.bob
    identity = bob.manager["Identity"]
    two_passphrases(bob, "duress", PASSPHRASE, DURESS)
    lock(bob)
    stolen = (folder(bob) / "keyring").read_bytes()
    bob.unlock(DURESS)
    assert bob.contacts() == {} and bob.history() == []
    assert len(bob.manager["Identity"]) == 64 and bob.manager["Identity"] != identity
    assert bob.manager["State"] == "ready"
    assert len((folder(bob) / "keyring").read_bytes()) == len(stolen)
    lock(bob)
    with pytest.raises(CommandFailed):
        bob.tacitel("unlock", "--passphrase-fd", "0", input=PASSPHRASE)  # destroyed
    bob.service.wait(lambda: _unlocks(bob, DURESS), 10, "the duress passphrase to be a normal one by now")
    bob.tacitel("contact", "add", "carol", "+15551000003", "11" * 31 + "22")
    lock(bob)
    bob.unlock(DURESS)
    assert "carol" in bob.contacts()  # destroyed once, not again


def _unlocks(phone, passphrase: str) -> bool:
    try:
        phone.tacitel("unlock", "--passphrase-fd", "0", input=passphrase)
    except CommandFailed:
        pass
    return state(phone) == "open"


def test_wipe(pair: Couple):
    bob = pair.bob
    with pytest.raises(BusError):
        bob.service.call(MAIN, KEYRING, "Wipe", "(s)", "yes")
    assert state(bob) == "open"
    ends = pair.talk(pair.alice, bob)
    bob.tacitel("wipe", "--yes")
    wait_state(bob, "none")
    assert pair.gone(*ends)[0] == "remote-hangup"
    left = [path.name for path in folder(bob).iterdir()]
    assert not {"keyring", "store.db", "store.db-wal", "store.db-shm", "someone-called"} & set(left)
    bob.tacitel("setup", "--passphrase-fd", "0", input=NEW)
    assert bob.contacts() == {}


def damage(data: bytes, how: str) -> bytes:
    if how == "truncated":
        return data[: len(data) // 2]
    if how == "bit-flipped":
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
    return os.urandom(len(data))


@pytest.mark.parametrize("how", ["truncated", "foreign"])
def test_a_damaged_keyring_is_named_and_kept(pair: Couple, how: str):
    bob = pair.bob
    bob.stop_daemon("KILL")
    keyring = folder(bob) / "keyring"
    broken = damage(keyring.read_bytes(), how)
    keyring.write_bytes(broken)
    bob.start_daemon(unlocked=False)
    wait_state(bob, "damaged")
    assert str(keyring) in bob.keyring["StateText"]
    for command in ("unlock", "setup"):
        with pytest.raises(CommandFailed):
            bob.tacitel(command, "--passphrase-fd", "0", input=PASSPHRASE)
    assert keyring.read_bytes() == broken
    bob.tacitel("setup", "--set-aside", "--passphrase-fd", "0", input=NEW)
    wait_state(bob, "open")
    aside = [path for path in folder(bob).iterdir() if path.name.startswith("keyring.damaged-")]
    assert [path.read_bytes() for path in aside] == [broken]


@pytest.mark.parametrize("how", ["truncated", "bit-flipped", "foreign"])
def test_a_damaged_store_is_named_and_kept(pair: Couple, how: str):
    bob = pair.bob
    identity = bob.manager["Identity"]
    lock(bob)
    store = folder(bob) / "store.db"
    data = store.read_bytes()
    broken = damage(data, how) if how != "bit-flipped" else data[:100] + bytes([data[100] ^ 1]) + data[101:]
    store.write_bytes(broken)
    with pytest.raises(CommandFailed, match="store.db"):
        bob.tacitel("unlock", "--passphrase-fd", "0", input=PASSPHRASE)
    assert store.read_bytes() == broken and state(bob) == "locked"
    bob.tacitel("unlock", "--set-aside", "--passphrase-fd", "0", input=PASSPHRASE)
    wait_state(bob, "open")
    assert bob.contacts() == {} and bob.manager["Identity"] == identity
    aside = [path for path in folder(bob).iterdir() if path.name.startswith("store.db.damaged-")]
    assert [path.read_bytes() for path in aside] == [broken]


def test_a_second_daemon_on_the_same_files_is_refused(pair: Couple):
    done = pair.bob.phone.run(["dbus-run-session", "--", "taciteld"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert str(folder(pair.bob)) in done.stderr
    assert state(pair.bob) == "open" and "alice" in pair.bob.contacts()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused nothing, and so try as another user")
def test_a_read_only_home_is_named(pair: Couple):
    bob = pair.bob
    home = folder(bob).parent
    bob.stop_daemon("KILL")
    script = f'mount --bind "{home}" "{home}" && mount -o remount,bind,ro "{home}" && exec dbus-run-session -- taciteld'
    done = bob.phone.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert str(home) in done.stderr and "ead-only" in done.stderr
    bob.start_daemon()
    assert "alice" in bob.contacts()


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_others_cannot_look_into_the_daemon(pair: Couple):
    """Even the same user cannot: not dumpable means /proc/PID is root's."""
    pid = pair.bob.daemon_pid()
    done = pair.bob.phone.run(["sh", "-c", f"stat -c %u /proc/{pid}/mem /proc/{pid}/environ; "
                                           f"grep -E 'VmLck|CoreDumping' /proc/{pid}/status; ulimit -c; "
                                           f"grep 'Max core' /proc/{pid}/limits"],
                              capture_output=True, text=True, timeout=20)
    assert "Max core file size        0                    0" in done.stdout
    locked = next(int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("VmLck"))
    assert locked > 0  # kB: the keys
    program = shutil.which("setpriv")
    child = ["sh", "-c", "XDG_DATA_HOME=$(mktemp -d) dbus-run-session -- sh -c '"
                         "taciteld & pid=$!; gdbus wait --session --timeout 10 org.tacitel.Tacitel; "
                         "cat /proc/$pid/environ; cat /proc/$pid/maps; kill $pid; wait $pid'"]
    done = pair.bob.phone.run([program, "--reuid=65534", "--regid=65534", "--clear-groups", *child],
                              capture_output=True, text=True, timeout=60)
    assert done.stderr.count("Permission denied") == 2, done.stderr
    assert done.stdout == ""


def test_no_secret_leaves(pair: Couple):
    """Neither arguments, environments nor logs of anything in the lab have the passphrase."""
    bob = pair.bob
    lock(bob)
    bob.unlock()
    script = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
    seen = bob.phone.run(["sh", "-c", script], capture_output=True, text=True, timeout=20, errors="replace").stdout
    assert "taciteld" in seen and PASSPHRASE not in seen
    logs = "".join(path.read_text(errors="replace") for path in Path(pair.lab.logs).iterdir() if path.is_file())
    assert PASSPHRASE not in logs and bob.manager["Identity"] not in logs

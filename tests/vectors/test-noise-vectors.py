#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs build/tests/noise-vectors over vectors of an independent implementation, then over files
that must fail: a runner that cannot fail proves nothing. Speaks TAP."""

import copy
import json
import os
import subprocess
import sys
import tempfile

RUNNER = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
OURS = "Noise_KK_25519_ChaChaPoly_SHA512"
tests = 0


def check(name, good, detail=""):
    global tests
    tests += 1
    print(f"{'ok' if good else 'not ok'} {tests} - {name}")
    if not good:
        print(f"# {detail!r}")


def run(folder, content):
    """Runs the vectors in content, an object or bytes: (exit status, last line, errors)."""
    path = os.path.join(folder, "vectors.json")
    with open(path, "wb") as out:
        out.write(content if isinstance(content, bytes) else json.dumps(content).encode())
    done = subprocess.run([RUNNER, path], capture_output=True, text=True)
    return done.returncode, (done.stdout.splitlines() or [""])[-1], done.stderr


def flip(hexadecimal, at):
    data = bytearray.fromhex(hexadecimal)
    data[at] ^= 1
    return data.hex()


def mutants(vector):
    """One change each, every one of which must make the vector fail."""
    for i, message in enumerate(vector["messages"]):
        for part in ("payload", "ciphertext"):
            if message[part]:
                changed = copy.deepcopy(vector)
                changed["messages"][i][part] = flip(message[part], -1)
                yield f"{part} of message {i}", changed
    for name in ("init_static", "init_ephemeral", "init_prologue", "init_remote_static",
                 "resp_static", "resp_ephemeral", "resp_prologue", "resp_remote_static",
                 "handshake_hash"):
        changed = copy.deepcopy(vector)
        changed[name] = flip(vector[name], 1)
        yield name, changed


def main():
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "made.json")
        subprocess.run([os.path.join(HERE, "make-noise-vectors.py"), made], check=True)
        with open(made, encoding="ascii") as file:
            vectors = json.load(file)["vectors"]
        ours = [v for v in vectors if v["protocol_name"] == OURS]
        skipped = len(vectors) - len(ours)

        result = run(folder, {"vectors": vectors})
        check("all pass, others are skipped", len(ours) >= 24 and skipped >= 6 and result[:2] == (
            0, f"{len(ours)} passed, 0 failed, {skipped} skipped"), result)

        bare = copy.deepcopy(ours[:4])
        for vector in bare:
            del vector["handshake_hash"], vector["init_remote_static"]
            vector.update(init_psks=[], resp_psks=[])
        result = run(folder, {"vectors": bare})
        check("optional members left out", result[:2] == (0, "4 passed, 0 failed, 0 skipped"),
              result)

        sample = next(v for v in ours if v["init_prologue"] and v["messages"][0]["payload"])
        for name, changed in mutants(sample):
            result = run(folder, {"vectors": [sample, changed]})
            check(f"fails: {name}", result[:2] == (1, "1 passed, 1 failed, 0 skipped"), result)

        def without(name):
            return {k: v for k, v in sample.items() if k != name}

        for name, content in (
                ("empty file", b""), ("not JSON", b"vectors"), ("cut off", b'{"vectors": [{'),
                ("an array", []), ("no vectors", {}), ("vectors not an array", {"vectors": 1}),
                ("vector not an object", {"vectors": [7]}), ("null", b"null"),
                ("no name", {"vectors": [without("protocol_name")]}),
                ("no key", {"vectors": [without("resp_static")]}),
                ("no messages", {"vectors": [without("messages")]}),
                ("not hexadecimal", {"vectors": [sample | {"init_static": "zz" * 32}]}),
                ("short key", {"vectors": [sample | {"resp_ephemeral": "00" * 31}]}),
                ("key a number", {"vectors": [sample | {"init_static": 5}]}),
                ("message not an object", {"vectors": [sample | {"messages": [1, 2]}]}),
                ("binary", bytes(range(256)))):
            result = run(folder, content)
            check(f"refused: {name}", result[0] == 2 and "vectors.json: " in result[2], result)
        done = subprocess.run([RUNNER, os.path.join(folder, "none")], capture_output=True)
        check("refused: no such file", done.returncode == 2, done)
    print(f"1..{tests}")


main()

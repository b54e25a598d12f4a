#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes Noise test vectors in the cacophony format, made by dissononce: an implementation of the
Noise specification that shares no code and no library with ours."""

import argparse
import hashlib
import json
import sys

from dissononce.cipher.aesgcm import AESGCMCipher
from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.x25519.private import PrivateKey
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.extras.dh.dangerous.dh_nogen import NoGenDH
from dissononce.hash.blake2b import Blake2bHash
from dissononce.hash.sha256 import SHA256Hash
from dissononce.hash.sha512 import SHA512Hash
from dissononce.processing.handshakepatterns.interactive.IK import IKHandshakePattern
from dissononce.processing.handshakepatterns.interactive.KK import KKHandshakePattern
from dissononce.processing.handshakepatterns.interactive.NN import NNHandshakePattern
from dissononce.processing.handshakepatterns.interactive.XX import XXHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState

# Pattern, cipher, hash: ours, and others that a runner must skip.
OURS = (KKHandshakePattern, ChaChaPolyCipher, SHA512Hash)
OTHERS = [
    (KKHandshakePattern, ChaChaPolyCipher, SHA256Hash),
    (KKHandshakePattern, AESGCMCipher, SHA512Hash),
    (KKHandshakePattern, ChaChaPolyCipher, Blake2bHash),
    (IKHandshakePattern, ChaChaPolyCipher, SHA512Hash),
    (XXHandshakePattern, ChaChaPolyCipher, SHA512Hash),
    (NNHandshakePattern, ChaChaPolyCipher, SHA512Hash),
]
PROLOGUES = [b"", b"tacitel/1", b"John Galt", bytes(range(256)) * 5]
PAYLOADS = [
    [b"", b"", b"", b"", b"", b""],
    [b"Ludwig von Mises", b"Murray Rothbard", b"F. A. Hayek", b"Carl Menger", b"J. B. Say",
     b"E. v. Boehm-Bawerk"],
    [b"\0" * 83, b"\0" * 83, b"\xff" * 60, b"\x80" * 60, b"", b"x", b"y" * 61, b"", b"", b"z"],
    [b"", b"a" * 1200, b"", b"b" * 65519, b"c" * 16384, b""],
    [b"d" * 65487, b"e" * 65487, b"f"],
    [b"one", b"two"],
]


def secret(seed, name):
    """32 bytes that follow from the seed: the same seed gives the same file."""
    return hashlib.sha256(f"{seed}/{name}".encode()).digest()


def key_pair(data):
    return X25519DH().generate_keypair(PrivateKey(data))


def party(recipe, ephemeral):
    pattern, cipher, digest = recipe
    symmetric = SymmetricState(CipherState(cipher()), digest())
    return HandshakeState(symmetric, NoGenDH(X25519DH(), PrivateKey(ephemeral)))


def make_vector(recipe, prologue, payloads, seed):
    pattern = recipe[0]()
    s = {role: key_pair(secret(seed, role + " static")) for role in ("init", "resp")}
    e = {role: secret(seed, role + " ephemeral") for role in ("init", "resp")}
    states = {role: party(recipe, e[role]) for role in ("init", "resp")}
    other = {"init": "resp", "resp": "init"}
    pre = {"init": pattern.initiator_pre_message_pattern,
           "resp": pattern.responder_pre_message_pattern}
    vector = {}
    for role, state in states.items():
        knows = pre[other[role]] == ("s",)
        state.initialize(pattern, role == "init", prologue, s=s[role],
                         rs=s[other[role]].public if knows else None)
        vector[role + "_prologue"] = prologue.hex()
        vector[role + "_static"] = s[role].private.data.hex()
        vector[role + "_ephemeral"] = e[role].hex()
        if knows:
            vector[role + "_remote_static"] = s[other[role]].public.data.hex()
    vector["protocol_name"] = states["init"].protocol_name

    messages = []
    ciphers = None  # (initiator to responder, responder to initiator), once split
    for i, payload in enumerate(payloads):
        writer, reader = ("init", "resp") if i % 2 == 0 else ("resp", "init")
        if ciphers is None:
            message, read = bytearray(), bytearray()
            ciphers = states[writer].write_message(payload, message)
            states[reader].read_message(bytes(message), read)
            if bytes(read) != payload:
                sys.exit("dissononce does not read what it wrote")
        else:
            message = ciphers[i % 2].encrypt_with_ad(b"", payload)
        messages.append({"payload": payload.hex(), "ciphertext": bytes(message).hex()})
    vector["handshake_hash"] = states["init"].symmetricstate.get_handshake_hash().hex()
    vector["messages"] = messages
    return vector


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", help="the JSON file to write")
    parser.add_argument("--seed", default="tacitel", help="all keys follow from it")
    args = parser.parse_args()

    vectors = []
    for i, prologue in enumerate(PROLOGUES):
        for j, payloads in enumerate(PAYLOADS):
            vectors.append(make_vector(OURS, prologue, payloads, f"{args.seed}/{i}/{j}"))
    for i, recipe in enumerate(OTHERS):
        vectors.append(make_vector(recipe, b"tacitel/1", PAYLOADS[1], f"{args.seed}/other/{i}"))
    with open(args.output, "w", encoding="ascii") as output:
        json.dump({"vectors": vectors}, output, indent=1)


if __name__ == "__main__":
    main()

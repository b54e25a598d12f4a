#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes protocol.json: test vectors of every byte that docs/protocol.md defines, computed with
dissononce, hashlib, hmac and cryptography, and nothing of codecs/."""

import argparse
import base64
import hashlib
import hmac
import ipaddress
import json
import sys

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.x25519.private import PrivateKey
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.extras.dh.dangerous.dh_nogen import NoGenDH
from dissononce.hash.sha512 import SHA512Hash
from dissononce.processing.handshakepatterns.interactive.KK import KKHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState

KINDS = {"host": 1, "server-reflexive": 2, "relayed": 3}
INVITE_CANDIDATES = [
    ("relayed", "198.51.100.7", 49160),
    ("host", "2001:db8:2::1:5", 40002),
    ("server-reflexive", "203.0.113.9", 61001),
    ("host", "10.64.0.2", 40000),
]
REPLY_CANDIDATES = [("host", "10.64.0.3", 40001)]
PAYLOAD = 83
# The words of the SAS below, looked up in a printed PGP word list: even and odd list by turns.
WORDS = {"a7b7fd74": ["repay", "processor", "willow", "hydraulic"]}


def fixed(name, size=32):
    return hashlib.sha512(f"tacitel vectors: {name}".encode()).digest()[:size]


def mac(key, data):
    return hmac.new(key, data, hashlib.sha512).digest()


def hkdf(ikm, info, size):
    prk, out, block, i = mac(b"\0" * 64, ikm), b"", b"", 0
    while len(out) < size:
        i += 1
        block = mac(prk, block + info + bytes([i]))
        out += block
    return out[:size]


def encode_candidates(candidates):
    out = b""
    for kind, text, port in candidates:
        address = ipaddress.ip_address(text)
        head = KINDS[kind] << 6 | (0x20 if address.version == 6 else 0)
        out += bytes([head]) + address.packed + port.to_bytes(2, "big")
    return out


def pad(data, size):
    assert len(data) <= size
    return data + b"\0" * (size - len(data))


def key_pair(secret):
    return X25519DH().generate_keypair(PrivateKey(secret))


def party(ephemeral, initiator, s, rs):
    symmetric = SymmetricState(CipherState(ChaChaPolyCipher()), SHA512Hash())
    state = HandshakeState(symmetric, NoGenDH(X25519DH(), PrivateKey(ephemeral)))
    state.initialize(KKHandshakePattern(), initiator, b"tacitel/1", s=s, rs=rs)
    return state


def seal(key, first, number, body):
    header = bytes([first]) + number.to_bytes(4, "big")
    return header + ChaCha20Poly1305(key).encrypt(number.to_bytes(12, "big"), body, header)


def chain_keys(chain, epochs):
    """The epoch keys asked for, by walking the ratchet."""
    keys = {}
    for n in range(max(epochs) + 1):
        if n in epochs:
            keys[n] = mac(chain, b"\x01")[:32]
        chain = mac(chain, b"\x02")[:32]
    return keys


def describe(candidates):
    return [{"kind": k, "address": a, "port": p} for k, a, p in candidates]


def handshake(vectors):
    """INVITE and REPLY; returns (ck after INVITE, h, root of the caller, root of the callee)."""
    s = {who: key_pair(fixed(who + " static")) for who in ("caller", "callee")}
    e = {who: fixed(who + " ephemeral") for who in ("caller", "callee")}
    caller = party(e["caller"], True, s["caller"], s["callee"].public)
    callee = party(e["callee"], False, s["callee"], s["caller"].public)
    for who in ("caller", "callee"):
        vectors[who] = {"static_secret": s[who].private.data.hex(),
                        "static_public": s[who].public.data.hex(),
                        "ephemeral_secret": e[who].hex()}
    time_ms, capabilities = 1790000000123, 1
    invite = time_ms.to_bytes(6, "big") + bytes([capabilities])
    invite = pad(invite + encode_candidates(INVITE_CANDIDATES), PAYLOAD)
    message = bytearray()
    caller.write_message(invite, message)
    callee.read_message(bytes(message), bytearray())
    vectors["invite"] = {"time_ms": time_ms, "capabilities": capabilities,
                         "candidates": describe(INVITE_CANDIDATES), "payload": invite.hex(),
                         "sms": (b"\x54\x12" + message).hex()}
    ck = callee.symmetricstate._ck  # dissononce has no public way to it

    status = 0
    reply = pad(bytes([status, capabilities]) + encode_candidates(REPLY_CANDIDATES), PAYLOAD)
    message = bytearray()
    callee.write_message(reply, message)
    ciphers = caller.read_message(bytes(message), bytearray())
    sms = b"\x54\x13" + message
    vectors["reply"] = {"status": status, "capabilities": capabilities,
                        "candidates": describe(REPLY_CANDIDATES), "payload": reply.hex(),
                        "sms": sms.hex(), "datagram": (b"\xc1" + sms).hex()}
    h = caller.symmetricstate.get_handshake_hash()
    return ck, h, ciphers[0]._key, ciphers[1]._key


def ice(ck, generation):
    out = hkdf(ck, b"tacitel/1 ice" + bytes([generation]), 48)
    parts = {"caller_ufrag": out[:6], "caller_pwd": out[6:24],
             "callee_ufrag": out[24:30], "callee_pwd": out[30:]}
    return {"generation": generation,
            **{name: base64.b64encode(part).decode() for name, part in parts.items()}}


def voice(root, kem_secret, h, direction):
    """The chain, four epochs' keys and a datagram of each."""
    chain = hkdf(root + kem_secret, b"tacitel/1 voice" + h, 32)
    ticks = [0, 511, 512, 4 * 512 + 49, 9 * 512]
    keys = chain_keys(chain, {tick >> 9 for tick in ticks})
    datagrams = []
    for tick in ticks:
        body = fixed(f"{direction} voice body {tick}", 60)
        key = keys[tick >> 9]
        datagrams.append({"tick": tick, "epoch": tick >> 9, "key": key.hex(), "body": body.hex(),
                          "packet": seal(key, 0xC3, tick, body).hex()})
    return {"direction": direction, "kem": bool(kem_secret), "chain": chain.hex(),
            "datagrams": datagrams}


# Of the voice received: field, bytes.
REPORT = {"highest_tick": 0x01020304, "ticks": 50, "lost": 7, "late": 1, "concealed": 3,
          "playout_delay_ms": 60, "jitter_ms": 11, "growth_ms": 310}
REPORT_SIZES = {"highest_tick": 4, "ticks": 1, "lost": 1, "late": 1, "concealed": 1,
                "playout_delay_ms": 2, "jitter_ms": 2, "growth_ms": 2}


def report_value(report):
    return b"".join(report[name].to_bytes(size, "big") for name, size in REPORT_SIZES.items())


def control(root, direction):
    key = hkdf(root, b"tacitel/1 control", 32)
    messages = [  # acknowledges, sequence, type, more, value
        (0, 1, 1, False, b""),
        (1, 2, 2, True, fixed("fragment", 54)),
        (1, 3, 2, False, b"rest"),
        (65535, 0, 14, False, b"12345678"),
        (7, 0, 0, False, b""),
        (7, 65535, 12, False, b"#"),
        (9, 0, 13, False, report_value(REPORT)),
    ]
    out = []
    for counter, (acknowledges, sequence, kind, more, value) in enumerate(messages):
        body = acknowledges.to_bytes(2, "big") + sequence.to_bytes(2, "big")
        body = pad(body + bytes([kind | 0x80 * more, len(value)]) + value, 60)
        out.append({"counter": counter, "acknowledges": acknowledges, "sequence": sequence,
                    "type": kind, "more": more, "value": value.hex(), "body": body.hex(),
                    "packet": seal(key, 0xC2, counter, body).hex()})
    return {"direction": direction, "key": key.hex(), "datagrams": out}


def path(root, direction):
    """PATH, as a control message's value and as an SMS with several counters."""
    key = hkdf(root, b"tacitel/1 path", 32)
    offers = []
    for counter, generation, candidates in ((1, 1, INVITE_CANDIDATES), (2, 2, REPLY_CANDIDATES),
                                            (2**32 - 1, 255, [])):
        value = pad(bytes([generation]) + encode_candidates(candidates), 76)
        header = b"\x54\x15" + counter.to_bytes(4, "big")
        sms = header + ChaCha20Poly1305(key).encrypt(counter.to_bytes(12, "big"), pad(value, 111),
                                                     header)
        offers.append({"counter": counter, "generation": generation,
                       "candidates": describe(candidates), "value": value.hex(),
                       "sms": sms.hex()})
    return {"direction": direction, "key": key.hex(), "offers": offers}


def sas(h):
    r_a, r_b = fixed("SAS a"), fixed("SAS b")
    spoken = hkdf(h + r_a + r_b, b"tacitel/1 sas", 32)[:4]
    return {"r_a": r_a.hex(), "r_b": r_b.hex(), "words": WORDS[spoken.hex()],
            "commitment": hashlib.sha512(b"tacitel/1 sas" + h + r_a).digest()[:32].hex()}


def pair():
    identity = key_pair(fixed("caller static")).public.data
    name = "Ålice 📞"
    body = pad(bytes([1]) + identity + name.encode(), 131)
    return {"answer": True, "identity": identity.hex(), "name": name,
            "sms": (b"\x54\x11" + body).hex()}


def fingerprint():
    identity = key_pair(fixed("caller static")).public.data
    digest = hashlib.sha512(b"tacitel/1 fingerprint" + identity).digest()
    return {"identity": identity.hex(), "fingerprint": digest[:16].hex()}


def make():
    vectors = {}
    ck, h, k_caller, k_callee = handshake(vectors)
    ek, ct, secret = fixed("ek", 64) * 18 + fixed("ek", 32), fixed("ct", 64) * 17, fixed("kem")
    mixed = hashlib.sha512(h + ek + ct).digest()
    vectors["ice"] = [ice(ck, generation) for generation in (0, 1, 255)]
    vectors["keys"] = {"h": h.hex(), "caller_to_callee": k_caller.hex(),
                       "callee_to_caller": k_callee.hex()}
    vectors["kem"] = {"ek": ek.hex(), "ct": ct.hex(), "secret": secret.hex(), "h": mixed.hex()}
    vectors["control"] = [control(k_caller, "caller to callee"),
                          control(k_callee, "callee to caller")]
    vectors["report"] = {**REPORT, "value": report_value(REPORT).hex()}
    vectors["path"] = [path(k_caller, "caller to callee"), path(k_callee, "callee to caller")]
    vectors["voice"] = [voice(k_caller, b"", h, "caller to callee"),
                        voice(k_callee, b"", h, "callee to caller"),
                        voice(k_caller, secret, mixed, "caller to callee"),
                        voice(k_callee, secret, mixed, "callee to caller")]
    vectors["sas"] = sas(h)
    vectors["pair"] = pair()
    vectors["fingerprint"] = fingerprint()
    return json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="the JSON file to write")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; fail where the file's content is another")
    args = parser.parse_args()

    made = make()
    if not args.check:
        with open(args.file, "w", encoding="ascii") as out:
            out.write(made)
    else:
        with open(args.file, encoding="ascii") as file:
            if file.read() != made:
                sys.exit(f"{args.file} is not what this program writes")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""STUN and TURN servers that are none, one on each port from 5000 on. Run inside of a lab's internet.

Prints "ready"; at the end of standard input, a line for each of them: its name, and how many datagrams it was sent.
"""

import os
import selectors
import socket
import struct
import sys

COOKIE = 0x2112A442  # RFC 8489 §5
REALM, NONCE = 0x0014, 0x0015
ERROR_CODE, LIFETIME, RELAYED, MAPPED = 0x0009, 0x000D, 0x0016, 0x0020


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def message(kind: int, transaction: bytes, *attributes: bytes) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body


def address(text: str, port: int) -> bytes:
    """XOR-MAPPED-ADDRESS and its like."""
    plain = struct.unpack("!I", socket.inet_aton(text))[0]
    return struct.pack("!BBHI", 0, 1, port ^ COOKIE >> 16, plain ^ COOKIE)


def error(request: bytes, code: int, realm: bytes = b"lab.example") -> bytes:
    return message(struct.unpack_from("!H", request)[0] | 0x0110, request[8:20],
                   attribute(ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100) + b"no"),
                   attribute(NONCE, os.urandom(8).hex().encode()), attribute(REALM, realm))


def success(request: bytes, transaction: bytes, *attributes: bytes) -> bytes:
    return message(struct.unpack_from("!H", request)[0] | 0x0100, transaction, *attributes)


def insane(request: bytes) -> list[bytes]:
    """Gives addresses that nobody can have."""
    return [success(request, request[8:20], attribute(RELAYED, address(relayed, 1)),
                    attribute(MAPPED, address("0.0.0.0", 0)), attribute(LIFETIME, struct.pack("!I", 0)))
            for relayed in ("127.0.0.1", "224.0.0.1", "0.0.0.0")]


SERVERS = {  # eight: libnice asks no more
    "silent": lambda request: [],
    "noise": lambda request: [request, *(os.urandom(size) for size in (1, 19, 20, 60, 500, 1400))],
    # With realms of nothing but quotes or NULs libnice's reckoning of the key leaves the heap (daemon/stun-filter.h).
    "unauthorized": lambda request: [error(request, 401, realm) for realm in (b'"' * 34, b"lab.example")],
    "another transaction": lambda request: [success(request, os.urandom(12),
                                                    attribute(MAPPED, address("192.0.2.5", 9)))],
    "insane addresses": insane,
    "lengths that lie": lambda request: [success(request, request[8:20], struct.pack("!HH", MAPPED, 0xFFFF) + bytes(8)),
                                         success(request, request[8:20], *[attribute(0x8022, bytes(76))] * 17)],
    "flood": lambda request: [error(request, 401, realm) for realm in (bytes(34), b"") + 100 * (b"lab.example",)],
    # The last, since libnice asks it again and again, one request in 20 ms, before those behind it.
    "stale": lambda request: [error(request, 438 if len(request) > 60 else 401)],
}


def main() -> None:
    selector, counts = selectors.DefaultSelector(), dict.fromkeys(SERVERS, 0)
    for i, name in enumerate(SERVERS):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("192.0.2.1", 5000 + i))
        selector.register(server, selectors.EVENT_READ, name)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                for name, count in counts.items():
                    print(f"{name}: {count}")
                return
            request, sender = key.fileobj.recvfrom(2048)
            counts[key.data] += 1
            if len(request) >= 20:
                for answer in SERVERS[key.data](request):
                    key.fileobj.sendto(answer, sender)


if __name__ == "__main__":
    main()

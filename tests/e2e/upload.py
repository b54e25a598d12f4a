# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends datagrams at a steady rate, as another program on the phone: upload.py TARGET KBPS. Until it is killed."""

import socket
import sys
import time

PAYLOAD = bytes(500)
UDP_IPV4 = 28

target, kbps = (sys.argv[1], 9), float(sys.argv[2])  # discard, RFC 863
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
due = time.monotonic()
while True:
    out.sendto(PAYLOAD, target)
    due += 8 * (len(PAYLOAD) + UDP_IPV4) / 1000 / kbps
    time.sleep(max(0, due - time.monotonic()))

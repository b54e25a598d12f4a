# SPDX-License-Identifier: GPL-3.0-or-later
"""The packet core with real namespaces and sockets: forwarding, refusals, rules, captures."""

import ctypes
import os
import re
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

BUILD = os.environ.get('TACITEL_BUILD', 'build')
DRIVER = os.path.join(BUILD, 'tests/emulator/packet-core-driver')
CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def enter_new_network():
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'unshare')


class Namespace:
    """A network namespace that lives as long as this object: its thread stays inside."""

    def __init__(self):
        self.calls, self.waiting = [], threading.Semaphore(0)
        self.thread = threading.Thread(target=self._run, daemon=True)
        ready = threading.Event()
        self.calls.append((self._enter, ready, []))
        self.waiting.release()
        self.thread.start()
        ready.wait()

    def _enter(self):
        enter_new_network()
        self.path = f'/proc/{os.getpid()}/task/{threading.get_native_id()}/ns/net'

    def _run(self):
        while True:
            self.waiting.acquire()
            function, done, result = self.calls.pop(0)
            if function is None:
                done.set()
                return
            try:
                result.append((function(), None))
            except Exception as error:  # handed to the caller, whatever it is
                result.append((None, error))
            done.set()

    def call(self, function):
        done, result = threading.Event(), []
        self.calls.append((function, done, result))
        self.waiting.release()
        done.wait()
        if result and result[0][1]:
            raise result[0][1]
        return result[0][0] if result else None

    def udp(self, address, port=0):
        family = socket.AF_INET6 if ':' in address else socket.AF_INET

        def make():
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.bind((address, port))
            sock.settimeout(5)
            return sock
        return self.call(make)

    def interfaces(self):
        return self.call(lambda: [name for _, name in socket.if_nameindex()])

    def close(self):
        self.call(None)
        self.thread.join()


class Driver:
    def __init__(self):
        self.process = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def __call__(self, *words):
        answer = self.ask(*words)
        assert answer.startswith('ok'), f'{words}: {answer}'
        return answer[3:]

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def counters(self, phone):
        text = self('counters', phone)
        return {name: int(value) for name, value in re.findall(r"'(\w+)': <(?:uint64 )?(\d+)>", text)}

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(10)
        self.process.stdout.close()
        return status


def read_pcapng(path):
    """Interfaces' names and packets (interface, time, direction, bytes), by an own parser."""
    with open(path, 'rb') as file:
        data = file.read()
    names, packets = [], []
    while data:
        kind, length = struct.unpack_from('=II', data)
        body, data = data[8:length - 4], data[length:]
        if kind == 1:
            assert struct.unpack_from('=H', body)[0] == 101
            size = struct.unpack_from('=H', body, 10)[0]
            names.append(body[12:12 + size].decode())
        elif kind == 6:
            number, high, low, size, original = struct.unpack_from('=IIIII', body)
            assert size == original
            options = body[20 + (size + 3) // 4 * 4:]
            code, option_length, flags = struct.unpack_from('=HHI', options)
            assert (code, option_length) == (2, 4)
            packets.append((names[number], (high << 32 | low) / 1e9,
                            {1: 'in', 2: 'out'}[flags], body[20:20 + size]))
    return names, packets


ADDRESSES = {'alice': ('198.51.100.1', '2001:db8:0:1::1'),
             'bob': ('198.51.100.2', '2001:db8:0:2::1'),
             'internet': ('192.0.2.1', '2001:db8:ffff::1')}


class PacketCore(unittest.TestCase):
    def setUp(self):
        self.net = {name: Namespace() for name in ADDRESSES}
        self.driver = Driver()
        self.folder = tempfile.TemporaryDirectory()
        for index, name in enumerate(('alice', 'bob'), 1):
            self.driver('phone', name, self.net[name].path, index)
            self.driver('activate', name, 1, 'dummy0')
        self.driver('internet', self.net['internet'].path)

    def tearDown(self):
        self.assertEqual(self.driver.close(), 0)
        for name, net in self.net.items():
            self.assertEqual(net.interfaces(), ['lo'], f'a TUN is left in {name}')
            net.close()
        self.folder.cleanup()

    def pair(self, first, second, version):
        return (self.net[first].udp(ADDRESSES[first][version]),
                self.net[second].udp(ADDRESSES[second][version]))

    def exchange(self, first, second, version):
        a, b = self.pair(first, second, version)
        with a, b:
            for size in (0, 1, 81, 1400):
                sent = os.urandom(size)
                a.sendto(sent, b.getsockname())
                got, source = b.recvfrom(2000)
                self.assertEqual(got, sent)
                self.assertEqual(source[:2], a.getsockname()[:2])
                b.sendto(got, source)
                self.assertEqual(a.recv(2000), sent)

    def test_phone_to_phone(self):
        for version in (0, 1):
            self.exchange('alice', 'bob', version)
            self.exchange('bob', 'alice', version)

    def test_first_packet(self):
        """A context that is active receives at once: the first packet is not lost."""
        for cid in range(2, 22):
            self.driver('deactivate', 'bob', cid - 1)
            self.driver('activate', 'bob', cid, f'dummy{cid}')
            a, b = self.pair('alice', 'bob', 1)
            with a, b:
                a.sendto(b'first', b.getsockname())
                self.assertEqual(b.recv(100), b'first')

    def test_internet(self):
        for version in (0, 1):
            self.exchange('alice', 'internet', version)
            self.exchange('internet', 'bob', version)

    def test_tcp(self):
        """Many packets in both directions at once, none lost or changed."""
        def listen():
            server = socket.create_server((ADDRESSES['internet'][0], 0))
            server.settimeout(5)
            return server
        server = self.net['internet'].call(listen)
        data = os.urandom(1 << 20)
        client = self.net['alice'].call(
            lambda: socket.create_connection(server.getsockname(), timeout=5))
        peer, _ = server.accept()
        with server, client, peer:
            writer = threading.Thread(target=client.sendall, args=(data,))
            writer.start()
            got = b''
            while len(got) < len(data):
                got += peer.recv(1 << 16)
            writer.join()
            self.assertEqual(got, data)

    def refused(self, phone, version, destination):
        sock = self.net[phone].udp(ADDRESSES[phone][version])
        with sock:
            if version == 0:
                sock.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR: tell of soft errors too
            else:
                sock.setsockopt(socket.IPPROTO_IPV6, 25, 1)  # IPV6_RECVERR
            sock.connect((destination, 9))
            sock.send(b'anybody?')
            with self.assertRaises(OSError) as raised:
                sock.recv(100)
        return raised.exception

    def test_unreachable(self):
        """What has no destination is answered at once, never with silence."""
        for version, nowhere, nobody in ((0, '203.0.113.9', '198.51.100.77'),
                                         (1, '2001:db8:77::1', '2001:db8:0:77::1')):
            for destination in (nowhere, nobody):
                error = self.refused('alice', version, destination)
                self.assertNotIsInstance(error, TimeoutError, destination)
                self.assertIn(error.errno, (101, 113), destination)  # ENETUNREACH, EHOSTUNREACH
            self.assertEqual(self.refused('internet', version, nobody).errno, 113)
        self.assertEqual(self.driver.counters('alice')['DroppedUnreachable'], 4)

    def test_hops(self):
        sock = self.net['alice'].udp(ADDRESSES['alice'][0])
        with sock:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
            sock.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
            sock.sendto(b'x', ('198.51.100.2', 9))
            poll = select.poll()
            poll.register(sock, 0)
            self.assertTrue(poll.poll(5000))
            _, ancillary, _, _ = sock.recvmsg(100, 500, 0x2000)  # MSG_ERRQUEUE
            _, origin, kind, code = struct.unpack_from('=IBBB', ancillary[0][2])
            self.assertEqual((origin, kind, code), (2, 11, 0))

    def test_foreign_source(self):
        """A phone cannot send from an address that is not its own."""
        a, b = self.pair('alice', 'bob', 0)
        with a, b:
            raw = self.net['alice'].call(
                lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
            with raw:
                forged = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 28, 1, 0, 64, 17, 0,
                                     socket.inet_aton('198.51.100.3'),
                                     socket.inet_aton('198.51.100.2'))
                port = b.getsockname()[1]
                raw.sendto(forged + struct.pack('>HHHH', 9, port, 8, 0), ('198.51.100.2', 0))
            a.sendto(b'real', b.getsockname())
            self.assertEqual(b.recvfrom(100)[0], b'real')
        self.assertEqual(self.driver.counters('alice')['DroppedSource'], 1)

    def test_rules(self):
        a, b = self.pair('alice', 'bob', 0)
        with a, b:
            self.driver('verdict', 'up', 0, 0)
            a.sendto(b'dropped', b.getsockname())
            self.driver('counters', 'alice')
            while not self.driver.counters('alice')['DroppedByRule']:
                pass
            self.driver('verdict', 'up', 3, 0)
            a.sendto(b'thrice', b.getsockname())
            self.assertEqual([b.recv(100) for _ in range(3)], [b'thrice'] * 3)

            self.driver('verdict', 'up', 1, 40)
            self.driver('verdict', 'down', 1, 60)
            begin = time.monotonic()
            for i in range(100):
                a.sendto(bytes([i]), b.getsockname())
            sent = time.monotonic()
            got = [b.recv(100)[0] for _ in range(100)]
            end = time.monotonic()
            self.assertEqual(got, list(range(100)))
            self.assertGreaterEqual(end - begin, 0.1)
            self.assertLess(end - sent, 0.6)
            self.assertFalse(select.select([b], [], [], 0)[0])
        self.driver('verdict', 'up', 1, 0)
        self.driver('verdict', 'down', 1, 0)
        self.assertEqual(self.driver.counters('alice'), self.driver.counters('alice') | {
            'UplinkPackets': 102, 'DroppedByRule': 1, 'Duplicated': 2, 'Delayed': 100})
        self.assertEqual(self.driver.counters('bob')['DownlinkPackets'], 103)

    def test_capture(self):
        path = os.path.join(self.folder.name, 'air-alice.pcapng')
        self.driver('capture', 'alice', path)
        a, b = self.pair('alice', 'bob', 0)
        with a, b:
            before = time.time()
            a.sendto(b'out', b.getsockname())
            self.assertEqual(b.recv(100), b'out')
            self.driver('verdict', 'down', 0, 0)
            b.sendto(b'lost on the air', a.getsockname())
            while not self.driver.counters('alice')['DroppedByRule']:
                pass
            self.driver('verdict', 'down', 1, 0)
            b.sendto(b'in', a.getsockname())
            self.assertEqual(a.recv(100), b'in')
        # Read while it is still being written.
        names, packets = read_pcapng(path)
        self.assertEqual(names, ['dummy0'])
        self.assertEqual([(way, data[28:]) for _, _, way, data in packets],
                         [('out', b'out'), ('in', b'in')])
        self.assertEqual(packets[0][3][12:20], socket.inet_aton('198.51.100.1')
                         + socket.inet_aton('198.51.100.2'))
        for _, when, _, _ in packets:
            self.assertTrue(before - 0.1 <= when <= time.time() + 0.1)

        self.driver('deactivate', 'alice', 1)
        self.driver('activate', 'alice', 1, 'dummy2')
        with self.net['alice'].udp('198.51.100.1') as a:
            a.sendto(b'again', ('192.0.2.1', 9))
            while self.driver.counters('alice')['UplinkPackets'] < 2:
                pass
        names, packets = read_pcapng(path)
        self.assertEqual(names, ['dummy0', 'dummy2'])
        self.assertEqual(packets[2][0], 'dummy2')
        self.driver('capture', 'alice', '-')
        size = os.path.getsize(path)
        self.exchange('alice', 'bob', 0)
        self.assertEqual(os.path.getsize(path), size)

    def test_contexts(self):
        self.assertIn('exists already', self.driver.ask('activate', 'alice', 2, 'dummy0'))
        self.assertIn('cannot name', self.driver.ask('activate', 'alice', 2, 'x' * 16))
        self.driver('activate', 'alice', 2, 'dummy1')
        self.driver('deactivate', 'alice', 1)
        self.assertEqual(self.net['alice'].interfaces(), ['lo', 'dummy1'])
        self.exchange('alice', 'bob', 0)
        self.driver('deactivate', 'alice', 2)
        self.assertEqual(self.net['alice'].interfaces(), ['lo'])
        self.assertEqual(self.refused('bob', 0, '198.51.100.1').errno, 113)
        self.driver('activate', 'alice', 1, 'dummy2')
        self.exchange('alice', 'bob', 1)

    def test_idle(self):
        """Nothing to carry, nothing to do: no wake-up at all."""
        def switches():
            total = 0
            for task in os.listdir(f'/proc/{self.driver.process.pid}/task'):
                with open(f'/proc/{self.driver.process.pid}/task/{task}/status') as status:
                    total += sum(int(line.split()[1]) for line in status
                                 if 'ctxt_switches' in line)
            return total
        self.exchange('alice', 'bob', 0)
        self.driver('counters', 'alice')
        # The answer comes before the driver sleeps again: let it, then look for a while.
        self.assertRaises(subprocess.TimeoutExpired, self.driver.process.wait, 0.2)
        before = switches()
        self.assertRaises(subprocess.TimeoutExpired, self.driver.process.wait, 2)
        self.assertEqual(switches(), before)


if __name__ == '__main__':
    unittest.main()

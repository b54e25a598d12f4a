#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plugins/gst/README.md shows: two gst-launch-1.0 processes, UDP on loopback, speech from file to file.

Usage: test-gst-launch.py PLUGIN_FOLDER
"""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import wave
from statistics import median

import numpy as np

RATE = 16000
PIECE = RATE // 4


def said():
    """Two seconds of a chirp whose loudness changes: it correlates with itself at one place only."""
    t = np.arange(2 * RATE) / RATE
    sound = np.sin(2 * np.pi * (200 + 300 * t) * t) * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * t))
    return (sound * 12000).astype('<i2')


def write(path, samples):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())


def read(path):
    with wave.open(path, 'rb') as heard:
        assert (heard.getnchannels(), heard.getsampwidth(), heard.getframerate()) == (1, 2, RATE)
        return np.frombuffer(heard.readframes(heard.getnframes()), '<i2')


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def correlation(heard, spoken):
    """Of the spoken with the best matching part of what was heard."""
    size = 1 << (len(heard) + len(spoken)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(spoken, size))
    at = int(np.argmax(np.fft.irfft(product, size)[:len(heard)]))
    part = heard[at:at + len(spoken)].astype(float)
    return np.corrcoef(part, spoken[:len(part)])[0, 1], len(part)


def run(folder, env):
    key, spoken, heard = (os.path.join(folder, name) for name in ('voice.key', 'said.wav', 'heard.wav'))
    port = free_port()
    with open(key, 'wb') as out:
        out.write(os.urandom(32))
    write(spoken, said())

    receiver = subprocess.Popen(
        ['gst-launch-1.0', '-e', 'udpsrc', 'address=127.0.0.1', f'port={port}', '!', 'taciteldec',
         f'key-file={key}', '!', 'wavenc', '!', 'filesink', f'location={heard}'],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in receiver.stdout:
        if 'New clock' in line:  # PLAYING: the port is bound
            break
    subprocess.run(
        ['gst-launch-1.0', '-q', 'filesrc', f'location={spoken}', '!', 'wavparse', '!', 'audioconvert', '!',
         'audioresample', '!', 'tacitelenc', f'key-file={key}', '!', 'udpsink', 'host=127.0.0.1', f'port={port}'],
        env=env, check=True, timeout=60)
    receiver.send_signal(signal.SIGINT)
    output, _ = receiver.communicate(timeout=60)
    assert receiver.returncode == 0, output
    return read(heard)


def likeness(heard, spoken):
    """Of its pieces' correlations the middle one: the playout may shift by a tick on a busy machine."""
    pieces = [spoken[at:at + PIECE] for at in range(0, len(spoken) - PIECE + 1, PIECE)]
    return median(correlation(heard, piece)[0] for piece in pieces)


def main():
    env = dict(os.environ, GST_PLUGIN_PATH=sys.argv[1], LC_ALL='C.UTF-8')
    with tempfile.TemporaryDirectory() as folder:
        env['GST_REGISTRY'] = os.path.join(folder, 'registry')
        heard = run(folder, env)
    _, length = correlation(heard, said())
    match = likeness(heard, said())
    print(f'likeness {match:.3f} over {length / RATE:.2f} s')
    assert length > 1.7 * RATE, 'the end is missing'
    assert match > 0.8, 'what was heard is not what was said'


if __name__ == '__main__':
    main()

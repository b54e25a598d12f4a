# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of tests/run: build, test, sanitize, fuzz, and count what came of it."""

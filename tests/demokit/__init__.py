# SPDX-License-Identifier: GPL-3.0-or-later
"""How the demo, the end-to-end tests and the benchmarks look and listen."""

# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches whom, how fast, and what is left after a thousand calls: tests/reach-matrix, tests/soak."""

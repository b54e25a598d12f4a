/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows the prompt of an SMS command. */
#pragma once
#include "at-dispatch.h"

/* @pdu: hexadecimal, or NULL where the prompt was cancelled. */
EmuAtResult emu_at_sms_pdu (EmuPhone *phone, const char *pdu);

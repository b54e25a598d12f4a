/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Audio1: thin; the test is audio-test.[ch]. */
#pragma once
#include "daemon/calls.h"

typedef struct TacAudioService TacAudioService;

/* @parts and @calls outlive it. */
TacAudioService *tac_audio_service_new (const TacCallParts *parts, TacCalls *calls,
                                        GDBusObjectSkeleton *object);
void tac_audio_service_free (TacAudioService *service);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers of the shapes that delays have. */
#pragma once
#include <glib.h>

typedef enum
{
  EMU_SHAPE_UNIFORM, /* from -1 to 1 */
  EMU_SHAPE_NORMAL,  /* standard deviation 1 */
  EMU_SHAPE_PARETO,  /* likewise: most a little below 0, few far above */
} EmuShape;
extern const char *const emu_shape_names[];

/* A standard normal number. */
double emu_draw_normal (GRand *random);
/* The number of @shape, mean 0, that is as probable as @z is in the normal distribution. */
double emu_shape_normal (EmuShape shape, double z);
/* Whether something happens that does so in @per_cent of all cases. */
gboolean emu_draw_share (GRand *random, double per_cent);

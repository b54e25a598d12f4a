/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers of the shapes that delays have. */
#include "distribution.h"

#include <math.h>

#define PARETO_SHAPE 3.0 /* the lowest whole one with a variance: a long tail */
#define PARETO_MEAN (PARETO_SHAPE / (PARETO_SHAPE - 1))
#define PARETO_DEVIATION 0.8660254037844386 /* sqrt(a / (a - 2)) / (a - 1) */
#define TAIL 0.99999                        /* nothing is rarer than one in 100,000 */

const char *const emu_shape_names[] = { "uniform", "normal", "pareto", NULL };

/* Box and Muller's transformation of two uniform numbers. */
double
emu_draw_normal (GRand *random)
{
  double radius = sqrt (-2 * log (1 - g_rand_double (random)));

  return radius * cos (2 * G_PI * g_rand_double (random));
}

double
emu_shape_normal (EmuShape shape, double z)
{
  double probability = 0.5 * erfc (-z * G_SQRT2 / 2);

  switch (shape)
    {
    case EMU_SHAPE_UNIFORM:
      return 2 * probability - 1;
    case EMU_SHAPE_NORMAL:
      return z;
    case EMU_SHAPE_PARETO:
      return (pow (1 - MIN (probability, TAIL), -1 / PARETO_SHAPE) - PARETO_MEAN)
             / PARETO_DEVIATION;
    }
  g_assert_not_reached ();
}

gboolean
emu_draw_share (GRand *random, double per_cent)
{
  return per_cent > 0 && g_rand_double (random) * 100 < per_cent;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over time, drawn without a library: polylines, a grid, and words. */
#include "plot.h"
#include "safe-text.h"

#include <math.h>

#define WIDTH 760.0
#define LEFT 64.0
#define RIGHT 24.0
#define TOP 58.0
#define PANEL 96.0
#define GAP 34.0
#define BOTTOM 44.0
#define PANELS 4

typedef struct
{
  double loss, made_up, jitter, delay, round_trip, sent, received;
} Point;

typedef struct
{
  GString *svg;
  const Point *points;
  guint n, step;
} Plot;

typedef struct
{
  gsize offset; /* of a member of Point */
  const char *colour, *name;
  gboolean steps; /* not joined: a value lasts until the next */
} Series;

typedef struct
{
  const char *title;
  double least; /* that the axis shows at least */
  Series series[2];
} Panel;

#define SERIES(member, colour, name, steps)                                                        \
  {                                                                                                \
    G_STRUCT_OFFSET (Point, member), colour, name, steps                                           \
  }
#define NO_SERIES                                                                                  \
  {                                                                                                \
    0, NULL, NULL, FALSE                                                                           \
  }

static const Panel panels[PANELS] = {
  { "Lost and made up, % of the voice",
    10,
    { SERIES (loss, "#c1121f", "lost", FALSE), SERIES (made_up, "#e09f3e", "made up", FALSE) } },
  { "Delay, ms",
    100,
    { SERIES (delay, "#1d4e89", "playout buffer", FALSE),
      SERIES (round_trip, "#7a9e9f", "round trip", FALSE) } },
  { "Jitter, ms", 20, { SERIES (jitter, "#5f0f40", "jitter", FALSE), NO_SERIES } },
  { "Profile",
    2,
    { SERIES (sent, "#386641", "sent", TRUE), SERIES (received, "#a7c957", "received", TRUE) } },
};

static double
value_of (const Point *point, const Series *series)
{
  return G_STRUCT_MEMBER (double, point, series->offset);
}

/* "wide", "lean", "thin" from the top down. */
static double
height_of_profile (const char *name)
{
  return g_str_equal (name, "wide") ? 2 : g_str_equal (name, "lean") ? 1 : 0;
}

static Point *
take (GVariant *points, guint *n)
{
  Point *taken;

  *n = (guint)g_variant_n_children (points);
  taken = g_new0 (Point, MAX (*n, 1));
  for (guint i = 0; i < *n; i++)
    {
      guchar loss, made_up;
      guint16 jitter, delay, trip;
      const char *sent, *received;

      g_variant_get_child (points, i, "(yyqqq&s&s)", &loss, &made_up, &jitter, &delay, &trip, &sent,
                           &received);
      taken[i] = (Point){
        loss, made_up, jitter, delay, trip, height_of_profile (sent), height_of_profile (received)
      };
    }
  return taken;
}

/* 1, 2 or 5 times a power of ten, so that @parts of it reach @most. */
static double
tick_of (double most, guint parts)
{
  double raw = most / parts, power = pow (10, floor (log10 (raw)));

  for (guint i = 0; i < 3; i++)
    if (raw <= (const double[]){ 1, 2, 5 }[i] * power)
      return (const double[]){ 1, 2, 5 }[i] * power;
  return 10 * power;
}

static double
x_of (const Plot *plot, double point)
{
  return LEFT + point / MAX (plot->n, 1) * (WIDTH - LEFT - RIGHT);
}

static void
add_text (Plot *plot, double x, double y, const char *anchor, const char *attributes,
          const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (plot->svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n",
                          x, y, anchor, attributes, escaped);
}

static void
add_grid_line (Plot *plot, double top, double share, const char *label)
{
  double y = top + PANEL * (1 - share);

  g_string_append_printf (
      plot->svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", LEFT,
      y, WIDTH - RIGHT, y);
  add_text (plot, LEFT - 8, y + 4, "end", " class=\"t\"", label);
}

/* Returns: what the panel's top stands for. */
static double
add_scale (Plot *plot, const Panel *panel, double top)
{
  double most = panel->least, tick;

  if (panel->series[0].steps)
    {
      add_grid_line (plot, top, 1, "wide");
      add_grid_line (plot, top, 0.5, "lean");
      add_grid_line (plot, top, 0, "thin");
      return 2;
    }
  for (guint i = 0; i < plot->n; i++)
    for (guint j = 0; j < G_N_ELEMENTS (panel->series) && panel->series[j].name != NULL; j++)
      most = MAX (most, value_of (&plot->points[i], &panel->series[j]));
  tick = tick_of (most, 4);
  most = ceil (most / tick) * tick;
  for (double at = 0; at <= most + tick / 2; at += tick)
    {
      g_autofree char *label = g_strdup_printf ("%g", at);

      add_grid_line (plot, top, at / most, label);
    }
  return most;
}

static void
add_series (Plot *plot, const Series *series, double top, double most)
{
  g_string_append_printf (plot->svg, "<polyline class=\"s\" stroke=\"%s\" points=\"",
                          series->colour);
  for (guint i = 0; i < plot->n; i++)
    {
      double y = top + PANEL * (1 - value_of (&plot->points[i], series) / most);

      if (series->steps)
        g_string_append_printf (plot->svg, "%.1f,%.1f %.1f,%.1f ", x_of (plot, i), y,
                                x_of (plot, i + 1), y);
      else
        g_string_append_printf (plot->svg, "%.1f,%.1f ", x_of (plot, i + 0.5), y);
    }
  g_string_append (plot->svg, "\"/>\n");
}

static void
add_panel (Plot *plot, const Panel *panel, double top)
{
  double most = add_scale (plot, panel, top), x = WIDTH - RIGHT;

  add_text (plot, LEFT, top - 8, "start", " class=\"h\"", panel->title);
  for (guint i = G_N_ELEMENTS (panel->series); i-- > 0;)
    {
      const Series *series = &panel->series[i];
      g_autofree char *colour = g_strdup_printf (" fill=\"%s\" class=\"t\"", series->colour);

      if (series->name == NULL)
        continue;
      add_series (plot, series, top, most);
      add_text (plot, x, top - 8, "end", colour, series->name);
      x -= 7.0 * (double)g_utf8_strlen (series->name, -1) + 16;
    }
}

/* Seconds in a call are read as minutes and seconds. */
static void
add_time (Plot *plot, double bottom)
{
  static const guint ticks[]
      = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400 };
  guint seconds = plot->n * plot->step, tick = 0;

  while (tick + 1 < G_N_ELEMENTS (ticks) && seconds / ticks[tick] > 10)
    tick++;
  for (guint at = 0; at <= seconds; at += ticks[tick])
    {
      double x = x_of (plot, (double)at / plot->step);
      g_autofree char *label
          = at < 3600 ? g_strdup_printf ("%u:%02u", at / 60, at % 60)
                      : g_strdup_printf ("%u:%02u:%02u", at / 3600, at / 60 % 60, at % 60);

      g_string_append_printf (
          plot->svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#eee\"/>\n", x,
          TOP, x, bottom);
      add_text (plot, x, bottom + 16, "middle", " class=\"t\"", label);
    }
  add_text (plot, (LEFT + WIDTH - RIGHT) / 2, bottom + 34, "middle", " class=\"t\"",
            "since the answer, minutes and seconds");
}

char *
cli_plot_svg (const char *title, guint step, GVariant *points)
{
  const double bottom = TOP + PANELS * PANEL + (PANELS - 1) * GAP;
  Plot plot = { .svg = g_string_new (NULL), .step = MAX (step, 1) };
  g_autofree Point *taken = take (points, &plot.n);
  g_autofree char *safe = cli_safe_text (title);

  plot.points = taken;
  g_string_append_printf (
      plot.svg,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<style>.h{font-weight:bold} .t{font-size:11px} "
      ".s{fill:none;stroke-width:1.6;stroke-linejoin:round}</style>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      WIDTH, bottom + BOTTOM, WIDTH, bottom + BOTTOM);
  add_text (&plot, LEFT, 24, "start", " font-size=\"15\" font-weight=\"bold\"", safe);
  add_time (&plot, bottom);
  for (guint i = 0; i < PANELS; i++)
    add_panel (&plot, &panels[i], TOP + i * (PANEL + GAP));
  g_string_append (plot.svg, "</svg>\n");
  return g_string_free (plot.svg, FALSE);
}

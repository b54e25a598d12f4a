/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the output may use: colours, Unicode marks, a width. */
#include "style.h"
#include <sys/ioctl.h>
#include <unistd.h>

CliStyle
cli_style_for (int fd)
{
  CliStyle style = { FALSE, FALSE, 0 };
  style.unicode = g_get_charset (NULL);
  if (!isatty (fd))
    return style;

  const char *no_colour = g_getenv ("NO_COLOR"); /* https://no-color.org: set and not empty */
  const char *term = g_getenv ("TERM");
  style.colour = (no_colour == NULL || *no_colour == '\0') && term != NULL && *term != '\0'
                 && g_strcmp0 (term, "dumb") != 0;
  struct winsize size;
  style.columns = ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  return style;
}

char *
cli_style_wrap (const CliStyle *style, CliEmphasis emphasis, const char *text)
{
  static const char *const on[] = {
    [CLI_PLAIN] = "",        [CLI_BOLD] = "\033[1m",  [CLI_DIM] = "\033[2m",
    [CLI_GOOD] = "\033[32m", [CLI_WARN] = "\033[33m", [CLI_BAD] = "\033[31m",
  };
  if (!style->colour || emphasis == CLI_PLAIN || *text == '\0')
    return g_strdup (text);
  return g_strconcat (on[emphasis], text, "\033[0m", NULL);
}

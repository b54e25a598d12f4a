/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target over its seed corpus without libFuzzer, so that every compiler tests it.
 *
 * Each argument is a file or a folder of files. Each file is one TAP test: the bytes as they are,
 * every shorter length, then every single bit flipped. Each input lies at the end of a heap block
 * of its own size, so that AddressSanitizer and valgrind see a read past its end.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Longer seeds are run as they are, without the variants: their number grows as the length. */
#define VARIANTS_MAX 2048

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv) __attribute__ ((weak));

static unsigned n_tests;

static void
bail_out (const char *what, const char *path)
{
  printf ("Bail out! %s: %s: %s\n", path, what, strerror (errno));
  exit (EXIT_FAILURE);
}

static void
run_copy (const uint8_t *data, size_t size, size_t flipped_bit)
{
  uint8_t *copy = malloc (size ? size : 1);

  if (copy == NULL)
    bail_out ("cannot copy the input", "malloc");
  memcpy (copy, data, size);
  if (flipped_bit / 8 < size)
    copy[flipped_bit / 8] ^= (uint8_t)(1u << (flipped_bit % 8));
  LLVMFuzzerTestOneInput (copy, size);
  free (copy);
}

static void
run_input (const uint8_t *data, size_t size)
{
  run_copy (data, size, SIZE_MAX);
  if (size > VARIANTS_MAX)
    return;

  for (size_t shorter = 0; shorter < size; shorter++)
    run_copy (data, shorter, SIZE_MAX);
  for (size_t bit = 0; bit < size * 8; bit++)
    run_copy (data, size, bit);
}

static void
run_file (const char *path, size_t size)
{
  FILE *file = fopen (path, "rb");
  uint8_t *data = malloc (size ? size : 1);

  if (file == NULL || data == NULL || fread (data, 1, size, file) != size)
    bail_out ("cannot read the seed", path);
  fclose (file);

  run_input (data, size);
  free (data);
  printf ("ok %u - %s\n", ++n_tests, path);
  fflush (stdout);
}

static void run_path (const char *path);

static void
run_folder (const char *path)
{
  struct dirent **entries;
  int n = scandir (path, &entries, NULL, alphasort);

  if (n < 0)
    bail_out ("cannot list the folder", path);
  for (int i = 0; i < n; i++)
    {
      char child[4096];

      if (entries[i]->d_name[0] != '.')
        {
          snprintf (child, sizeof child, "%s/%s", path, entries[i]->d_name);
          run_path (child);
        }
      free (entries[i]);
    }
  free (entries);
}

static void
run_path (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0)
    bail_out ("cannot find the seed", path);
  if (S_ISDIR (status.st_mode))
    run_folder (path);
  else
    run_file (path, (size_t)status.st_size);
}

int
main (int argc, char **argv)
{
  if (LLVMFuzzerInitialize != NULL)
    LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    run_path (argv[i]);

  if (n_tests == 0)
    {
      printf ("Bail out! no seed to run\n");
      return EXIT_FAILURE;
    }
  printf ("1..%u\n", n_tests);
  return EXIT_SUCCESS;
}

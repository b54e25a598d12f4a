/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounds-checked big-endian reader and writer over the caller's bytes. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once a read or write would pass the end, `failed` is set and stays: check it once, at the end.
 * A failed read gives zero, a failed write changes nothing. */
typedef struct
{
  const uint8_t *at;
  size_t left;
  bool failed;
} TacReader;

typedef struct
{
  uint8_t *at;
  size_t left;
  bool failed;
} TacWriter;

TacReader tac_reader (const uint8_t *bytes, size_t size);
/* The next @size bytes (@size at most 8) as one big-endian number. */
uint64_t tac_read_number (TacReader *reader, size_t size);
/* Copies the next @size bytes; @out is untouched where fewer are left. */
void tac_read_bytes (TacReader *reader, uint8_t *out, size_t size);
/* True where nothing but zeros is left; the reader is at its end afterwards. */
bool tac_read_zeros (TacReader *reader);

TacWriter tac_writer (uint8_t *bytes, size_t size);
void tac_write_number (TacWriter *writer, uint64_t number, size_t size);
void tac_write_bytes (TacWriter *writer, const uint8_t *bytes, size_t size);
/* Fills what is left with zeros. */
void tac_write_zeros (TacWriter *writer);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounds-checked big-endian reader and writer: the only place that walks over wire bytes. */
#include "cursor.h"

#include <string.h>

static bool
take (const size_t left, bool *failed, size_t size)
{
  if (size > left)
    *failed = true;
  return !*failed;
}

TacReader
tac_reader (const uint8_t *bytes, size_t size)
{
  return (TacReader){ .at = bytes, .left = size };
}

uint64_t
tac_read_number (TacReader *reader, size_t size)
{
  uint64_t number = 0;

  if (!take (reader->left, &reader->failed, size))
    return 0;
  for (size_t i = 0; i < size; i++)
    number = number << 8 | reader->at[i];
  reader->at += size;
  reader->left -= size;
  return number;
}

void
tac_read_bytes (TacReader *reader, uint8_t *out, size_t size)
{
  if (!take (reader->left, &reader->failed, size))
    return;
  memcpy (out, reader->at, size);
  reader->at += size;
  reader->left -= size;
}

bool
tac_read_zeros (TacReader *reader)
{
  uint8_t any = 0;

  for (; reader->left > 0; reader->left--)
    any |= *reader->at++;
  return any == 0;
}

TacWriter
tac_writer (uint8_t *bytes, size_t size)
{
  return (TacWriter){ .at = bytes, .left = size };
}

void
tac_write_number (TacWriter *writer, uint64_t number, size_t size)
{
  if (!take (writer->left, &writer->failed, size))
    return;
  for (size_t i = size; i > 0; i--, number >>= 8)
    writer->at[i - 1] = (uint8_t)number;
  writer->at += size;
  writer->left -= size;
}

void
tac_write_bytes (TacWriter *writer, const uint8_t *bytes, size_t size)
{
  if (!take (writer->left, &writer->failed, size))
    return;
  if (size > 0)
    memcpy (writer->at, bytes, size);
  writer->at += size;
  writer->left -= size;
}

void
tac_write_zeros (TacWriter *writer)
{
  if (writer->left > 0)
    memset (writer->at, 0, writer->left);
  writer->at += writer->left;
  writer->left = 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named values of a struct, set from and shown as "a{sv}": a table says which. Pure. */
#pragma once
#include <glib.h>

typedef enum
{
  EMU_SETTING_NUMBER, /* a double; u, i, t, x and d are taken */
  EMU_SETTING_FLAG,   /* a gboolean; b */
  EMU_SETTING_WORD,   /* a guint, the index into @words; s */
} EmuSettingKind;

typedef struct
{
  const char *key; /* NULL ends a table */
  EmuSettingKind kind;
  gsize offset;    /* in the struct */
  double min, max; /* of a number */
  const char *const *words;
} EmuSetting;

/**
 * emu_settings_apply:
 * @table: what there is
 * @target: the struct; untouched unless TRUE
 * @size: of the struct
 * @values: "a{sv}"
 * @others: (nullable) keys that the caller looks after, NULL-terminated
 *
 * Sets what @values names and leaves the rest.
 * Returns: FALSE with G_DBUS_ERROR_INVALID_ARGS, whose message starts with the key.
 */
gboolean emu_settings_apply (const EmuSetting *table, gpointer target, gsize size, GVariant *values,
                             const char *const *others, GError **error);

/* Returns: (transfer floating) "a{sv}" with every key: d, b or s. */
GVariant *emu_settings_describe (const EmuSetting *table, gconstpointer target);

/* Fills @error; returns FALSE. */
gboolean emu_settings_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The index of @word in @words; the list's length where it isn't there. */
guint emu_word_index (const char *const *words, const char *word);

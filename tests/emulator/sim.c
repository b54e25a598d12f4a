/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SIM card: its files (3GPP TS 51.011 §10) and its PIN (§9.3). */
#include "sim.h"
#include "sms-number.h"
#include <string.h>

#define READ_BINARY 176
#define READ_RECORD 178
#define GET_RESPONSE 192

#define EF_ICCID 0x2fe2
#define EF_SST 0x6f38
#define EF_MSISDN 0x6f40
#define EF_SPN 0x6f46
#define EF_AD 0x6fad
#define EF_PHASE 0x6fae

#define SERVICE_MSISDN 9
#define SERVICE_SPN 17
#define SST_SIZE 10
#define SPN_SIZE 17
#define MSISDN_ALPHA_SIZE 14
#define MSISDN_SIZE (MSISDN_ALPHA_SIZE + 14)

#define SW_OK 0x9000
#define SW_NO_FILE 0x9404
#define SW_NO_RECORD 0x9402
#define SW_WRONG_LENGTH 0x6700
#define SW_UNKNOWN_COMMAND 0x6d00

void
emu_sim_init (EmuSim *sim, const EmuPhoneConfig *config)
{
  memset (sim, 0, sizeof *sim);
  sim->config = config;
  sim->inserted = TRUE;
  sim->pin_enabled = config->pin != NULL;
  g_strlcpy (sim->pin, config->pin != NULL ? config->pin : EMU_SIM_DEFAULT_PIN, sizeof sim->pin);
  sim->pin_tries = EMU_SIM_PIN_TRIES;
  sim->puk_tries = EMU_SIM_PUK_TRIES;
}

void
emu_sim_reset (EmuSim *sim)
{
  sim->verified = FALSE;
}

EmuSimLock
emu_sim_lock (const EmuSim *sim)
{
  if (sim->puk_tries == 0)
    return EMU_SIM_BLOCKED;
  if (sim->pin_tries == 0)
    return EMU_SIM_NEEDS_PUK;
  return sim->pin_enabled && !sim->verified ? EMU_SIM_NEEDS_PIN : EMU_SIM_READY;
}

gboolean
emu_sim_check_pin (EmuSim *sim, const char *pin)
{
  if (sim->pin_tries == 0)
    return FALSE;
  if (strcmp (pin, sim->pin) != 0)
    {
      sim->pin_tries--;
      if (sim->pin_tries == 0)
        sim->verified = FALSE;
      return FALSE;
    }
  sim->pin_tries = EMU_SIM_PIN_TRIES;
  return TRUE;
}

gboolean
emu_sim_verify_pin (EmuSim *sim, const char *pin)
{
  if (emu_sim_lock (sim) != EMU_SIM_NEEDS_PIN || !emu_sim_check_pin (sim, pin))
    return FALSE;
  sim->verified = TRUE;
  return TRUE;
}

gboolean
emu_sim_unblock (EmuSim *sim, const char *puk, const char *new_pin)
{
  if (emu_sim_lock (sim) != EMU_SIM_NEEDS_PUK)
    return FALSE;
  if (strcmp (puk, EMU_SIM_PUK) != 0 || strlen (new_pin) > EMU_SIM_PIN_MAX)
    {
      sim->puk_tries--;
      return FALSE;
    }
  g_strlcpy (sim->pin, new_pin, sizeof sim->pin);
  sim->pin_tries = EMU_SIM_PIN_TRIES;
  sim->puk_tries = EMU_SIM_PUK_TRIES;
  sim->verified = TRUE;
  return TRUE;
}

/* Digits two a byte, the first in the low half; the rest 0xF. */
static void
put_bcd (guint8 *bytes, gsize size, const char *digits)
{
  memset (bytes, 0xff, size);
  for (gsize i = 0; digits[i] != '\0' && i < size * 2; i++)
    {
      guint8 digit = (guint8)(digits[i] - '0');

      bytes[i / 2] = i % 2 ? (guint8)((bytes[i / 2] & 0x0f) | digit << 4) : (guint8)(0xf0 | digit);
    }
}

/* TS 51.011 §10.5.5: name, length of what follows, type, number, capability, extension. */
static void
put_msisdn (guint8 record[MSISDN_SIZE], const char *number)
{
  guint8 address[EMU_ADDRESS_MAX];
  gsize size = emu_number_encode (number, address);

  memset (record, 0xff, MSISDN_SIZE);
  record[MSISDN_ALPHA_SIZE] = (guint8)(size - 1);
  memcpy (record + MSISDN_ALPHA_SIZE + 1, address + 1, size - 1);
}

static void
put_spn (guint8 file[SPN_SIZE], const char *name)
{
  memset (file, 0xff, SPN_SIZE);
  file[0] = 0x02; /* at home this name, abroad the network's (TS 51.011 §10.3.11) */
  memcpy (file + 1, name, MIN (strlen (name), SPN_SIZE - 1));
}

static void
put_sst (guint8 file[SST_SIZE])
{
  static const guint services[] = { SERVICE_MSISDN, SERVICE_SPN };

  memset (file, 0, SST_SIZE);
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    file[(services[i] - 1) / 4] |= (guint8)(0x03 << (services[i] - 1) % 4 * 2);
}

/* @record_size: 0 for a transparent file. Returns: the content, or NULL. */
static GByteArray *
make_file (const EmuSim *sim, guint file, gsize *record_size)
{
  GByteArray *content = g_byte_array_new ();
  guint8 bytes[MSISDN_SIZE];
  gsize size;

  *record_size = 0;
  switch (file)
    {
    case EF_ICCID:
      size = 10;
      put_bcd (bytes, size, sim->config->iccid);
      break;
    case EF_AD:
      size = 4;
      memcpy (bytes, (const guint8[]){ 0, 0, 0, (guint8)(strlen (sim->config->operator_code) - 3) },
              size);
      break;
    case EF_PHASE:
      size = 1;
      bytes[0] = 0x03;
      break;
    case EF_SST:
      size = SST_SIZE;
      put_sst (bytes);
      break;
    case EF_SPN:
      size = SPN_SIZE;
      put_spn (bytes, sim->config->spn);
      break;
    case EF_MSISDN:
      size = *record_size = MSISDN_SIZE;
      put_msisdn (bytes, sim->config->number);
      break;
    default:
      g_byte_array_unref (content);
      return NULL;
    }
  return g_byte_array_append (content, bytes, (guint)size);
}

/* TS 51.011 §9.2.1, response to SELECT of an elementary file. */
static GByteArray *
file_status (guint file, gsize size, gsize record_size)
{
  const guint8 status[15] = {
    0,
    0,
    (guint8)(size >> 8),
    (guint8)size,
    (guint8)(file >> 8),
    (guint8)file,
    0x04,
    0,
    0,
    0,
    0,
    0x01,
    0x02,
    record_size > 0 ? 0x01 : 0x00,
    (guint8)record_size,
  };

  return g_byte_array_append (g_byte_array_new (), status, sizeof status);
}

guint16
emu_sim_access (const EmuSim *sim, guint command, guint file, guint p1, guint p2, guint p3,
                GByteArray **response)
{
  gsize record_size;
  g_autoptr (GByteArray) content = make_file (sim, file, &record_size);
  gsize at = command == READ_BINARY ? (gsize)(p1 & 0x7f) << 8 | (p2 & 0xff) : 0;

  *response = NULL;
  if (content == NULL)
    return SW_NO_FILE;
  if (command == GET_RESPONSE)
    {
      *response = file_status (file, content->len, record_size);
      return SW_OK;
    }
  if (command != READ_BINARY && command != READ_RECORD)
    return SW_UNKNOWN_COMMAND;
  if ((command == READ_RECORD) != (record_size > 0))
    return SW_UNKNOWN_COMMAND;
  if (command == READ_RECORD && p1 != 1)
    return SW_NO_RECORD;
  if (at > content->len || p3 > content->len - at)
    return SW_WRONG_LENGTH;
  *response = g_byte_array_append (g_byte_array_new (), content->data + at,
                                   p3 > 0 ? p3 : content->len - (guint)at);
  return SW_OK;
}

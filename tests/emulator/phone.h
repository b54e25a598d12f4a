/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One phone: its SIM, what the network tells it, and what oFono has asked of its modem. */
#pragma once
#include "at-command.h"
#include "config.h"
#include "packet-core.h"
#include "rules.h"
#include "sim.h"
#include "tpdu.h"

#define EMU_CONTEXTS_MAX 4 /* data contexts that a modem has */
#define EMU_SIGNAL_UNKNOWN 99
#define EMU_SIGNAL_MAX 31

typedef struct _EmuAtServer EmuAtServer;
typedef struct _EmuPhone EmuPhone;

/* <stat> of +CREG, in that order (3GPP TS 27.007 §7.2). */
typedef enum
{
  EMU_UNREGISTERED,
  EMU_REGISTERED,
  EMU_SEARCHING,
  EMU_DENIED,
  EMU_UNKNOWN,
  EMU_ROAMING,
} EmuRegistration;
extern const char *const emu_registration_names[];

/* <AcT> of +CREG, in that order. */
typedef enum
{
  EMU_GSM,
  EMU_GSM_COMPACT,
  EMU_UMTS,
  EMU_EDGE,
  EMU_HSDPA,
  EMU_HSUPA,
  EMU_HSPA,
  EMU_LTE,
} EmuTechnology;
extern const char *const emu_technology_names[];

/* What the network gives the phone; changed from outside. */
typedef struct
{
  EmuRegistration registration;
  EmuTechnology technology;
  char *operator_name;
  char *operator_code;
  guint signal; /* 0…31, or EMU_SIGNAL_UNKNOWN */
  gboolean data_allowed;
} EmuNetwork;

typedef struct
{
  char apn[EMU_AT_STRING_MAX];
  gboolean active;
  char interface[16];       /* as oFono names it; "" unless active */
  EmuPacketContext *packet; /* NULL where the phone has no TUN */
} EmuDataContext;

/* What oFono has set in this session; forgotten when it disconnects. */
typedef struct
{
  guint cfun; /* 1 = full, 4 = radio off */
  guint creg_mode;
  guint cgreg_mode;
  guint cops_format;
  gboolean wants_sms;    /* +CNMI has asked for +CMT */
  gboolean attached;     /* +CGATT */
  gboolean sim_unlocked; /* a PIN was right: say so after the answer */
  guint pdu_size;        /* announced by +CMGS before the prompt; 0 after +CNMA */
  guint to_acknowledge;  /* SMS brought and not acknowledged */
  gboolean refused;      /* by +CNMA=2, before its PDU */
} EmuSession;

typedef struct
{
  guint64 at_commands;
  guint64 at_errors;
  guint64 sms_sent;
  guint64 sms_received;
  guint64 sms_lost; /* by the phone, waking up */
  guint64 connections;
} EmuPhoneCounters;

/* +CMS ERROR code for the sender, or 0. @reference is filled in where it is 0. */
typedef guint (*EmuSmsSubmitted) (EmuPhone *phone, const EmuSubmit *submit, guint8 *reference,
                                  gpointer user_data);
typedef struct
{
  EmuSmsSubmitted sms_submitted;
  /* The phone has taken (or refused) what emu_phone_deliver() brought. */
  void (*sms_acknowledged) (EmuPhone *phone, gboolean ok, gpointer user_data);
  /* The names that oFono's process gives to its next @count data interfaces: the first's number. */
  guint (*interfaces_made) (EmuPhone *phone, guint count, gpointer user_data);
  /* Anything that a program outside can see is different now. */
  void (*changed) (EmuPhone *phone, gpointer user_data);
} EmuPhoneOps;

struct _EmuPhone
{
  const EmuPhoneConfig *config; /* unowned */
  EmuRules *rules;              /* unowned */
  const EmuPhoneOps *ops;
  gpointer user_data;
  EmuPacketPhone *packet; /* unowned; NULL = no TUN */

  EmuSim sim;
  EmuNetwork network;
  EmuSession session;
  EmuDataContext contexts[EMU_CONTEXTS_MAX];
  guint interface_base; /* contexts[0] is dummy<interface_base> */
  guint8 sms_reference;
  gboolean powered;
  gboolean suspended;
  gboolean sms_wakes;   /* an SMS ends that */
  gboolean loses_sms;   /* the next one, for having been suspended */
  GSource *reset_timer; /* the modem comes back; NULL = none */
  GSource *sms_timer;   /* it begins to bring SMS; NULL = none */
  EmuAtServer *server;
  EmuPhoneCounters counters;
};

EmuPhone *emu_phone_new (const EmuPhoneConfig *config, EmuRules *rules, const EmuPhoneOps *ops,
                         gpointer user_data);
void emu_phone_free (EmuPhone *phone);

/* Sends a line to oFono: of an answer, or unsolicited. Nothing where it isn't connected. */
void emu_phone_say (EmuPhone *phone, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean emu_phone_connected (const EmuPhone *phone);
/* Radio on and registered at home or roaming. */
gboolean emu_phone_registered (const EmuPhone *phone);
/* Registered, attached and allowed to use data: IP packets pass. */
gboolean emu_phone_has_data (const EmuPhone *phone);
/* Can take an SMS now. */
gboolean emu_phone_takes_sms (const EmuPhone *phone);

/* Power: off closes oFono's connection and the port, as a modem does that has vanished. */
gboolean emu_phone_set_power (EmuPhone *phone, gboolean on, GError **error);
/* Tells oFono what is different, as far as it has asked for that. */
void emu_phone_set_registration (EmuPhone *phone, EmuRegistration registration);
void emu_phone_set_technology (EmuPhone *phone, EmuTechnology technology);
void emu_phone_set_operator (EmuPhone *phone, const char *name, const char *code);
void emu_phone_set_signal (EmuPhone *phone, guint signal);
void emu_phone_set_data_allowed (EmuPhone *phone, gboolean allowed);
void emu_phone_set_sim_inserted (EmuPhone *phone, gboolean inserted);
/* The modem restarts: oFono connects anew and comes back online by itself. */
void emu_phone_restart_modem (EmuPhone *phone);

/* phone-events.c: the modem vanishes, its port with it, and comes back fresh @off_ms later. oFono
 * does not connect by itself. */
void emu_phone_reset_modem (EmuPhone *phone, guint off_ms);
/* The phone falls asleep: no AT line and no packet passes. The first SMS from then on is lost:
 * acknowledged by the modem, and gone. @sms_wakes: it ends the sleep. */
void emu_phone_suspend (EmuPhone *phone, gboolean sms_wakes);
/* +CNMI asks for SMS, or for none: it gets what waits a little later. */
void emu_phone_expect_sms (EmuPhone *phone, gboolean expect);
void emu_phone_resume (EmuPhone *phone);
/* An SMS has come. Returns: TRUE where it is lost so. */
gboolean emu_phone_loses_sms (EmuPhone *phone);
void emu_phone_stop_events (EmuPhone *phone);

/* Brings an SMS. Returns: FALSE where the phone doesn't take any now. */
gboolean emu_phone_deliver (EmuPhone *phone, const guint8 *tpdu, gsize size);

/* From the AT side. */
void emu_phone_connected_changed (EmuPhone *phone, gboolean connected);
void emu_phone_set_cfun (EmuPhone *phone, guint cfun);
/* The answer to a command is out. */
void emu_phone_answered (EmuPhone *phone);
/* @full: with the mode in front, as an answer to a question. */
void emu_phone_say_registration (EmuPhone *phone, const char *prefix, EmuRegistration registration,
                                 guint mode, gboolean full);
EmuRegistration emu_phone_registration (const EmuPhone *phone);
EmuRegistration emu_phone_data_registration (const EmuPhone *phone);
void emu_phone_end_context (EmuPhone *phone, guint cid);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rule twice: in C, for datagrams that are read here, and as a BPF program, for the sockets
 * that libnice reads itself. */
#include "daemon/stun-filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>

#define HEADER 20   /* of STUN */
#define ATTRIBUTE 4 /* type and length */
#define CHANNEL 4   /* channel number and length */
#define UDP 8       /* a socket's filter sees that header, too */
#define ATTRIBUTES 24
#define USERNAME 0x0006
#define DATA 0x0013
#define REALM 0x0014
/* Of a message's type: the class, and the two bits that say that it is STUN (RFC 8489 §5). */
#define CLASS 0xC110
#define ERROR_RESPONSE 0x0110
#define BINDING_ERROR 0x0111 /* peers do send it */

static guint
read_u16 (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

/* That a relay hands on, as from a peer. */
static gboolean
inner_is_harmless (const guint8 *inner, gsize size)
{
  guint type;

  if (size < 2)
    return FALSE;
  type = read_u16 (inner);
  return type == BINDING_ERROR || (type & CLASS) != ERROR_RESPONSE;
}

/* @rest: bytes of the datagram from the attribute on, its header at least. */
static gboolean
attribute_is_harmless (const guint8 *attribute, gsize rest)
{
  switch (read_u16 (attribute))
    {
    case USERNAME:
    case REALM:
      return read_u16 (attribute + 2) != 0 && rest > ATTRIBUTE && attribute[ATTRIBUTE] != '"'
             && attribute[ATTRIBUTE] != '\0';
    case DATA:
      return inner_is_harmless (attribute + ATTRIBUTE, rest - ATTRIBUTE);
    default:
      return TRUE;
    }
}

gboolean
tac_stun_is_harmless (const guint8 *datagram, gsize size)
{
  gsize at = HEADER;

  if (size < 2)
    return FALSE;
  if (datagram[0] & 0x80) /* ours */
    return TRUE;
  if (datagram[0] & 0x40) /* ChannelData */
    return size >= CHANNEL && inner_is_harmless (datagram + CHANNEL, size - CHANNEL);
  for (guint i = 0; i < ATTRIBUTES; i++)
    {
      if (at == size)
        return TRUE;
      if (at > size || size - at < ATTRIBUTE || !attribute_is_harmless (datagram + at, size - at))
        return FALSE;
      at += ATTRIBUTE + ((read_u16 (datagram + at + 2) + 3u) & ~3u);
    }
  return FALSE;
}

/* In BPF. A load beyond the datagram's end drops it. */

#define DROP BPF_STMT (BPF_RET | BPF_K, 0)
#define ACCEPT BPF_STMT (BPF_RET | BPF_K, 0xFFFFFFFF)

/* X: where the attribute is. Jumps are in instructions, from the next one on. */
static const struct sock_filter per_attribute[] = {
  /* 0 */ BPF_STMT (BPF_LD | BPF_W | BPF_LEN, 0),
  /* 1 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1), /* the end: */
  /* 2 */ ACCEPT,
  /* 3 */ BPF_STMT (BPF_LD | BPF_H | BPF_IND, 2), /* its header is there */
  /* 4 */ BPF_STMT (BPF_LD | BPF_H | BPF_IND, 0),
  /* 5 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, USERNAME, 2, 0),
  /* 6 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, REALM, 1, 0),
  /* 7 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, DATA, 5, 10),
  /* 8 */ BPF_STMT (BPF_LD | BPF_H | BPF_IND, 2), /* USERNAME, REALM */
  /* 9 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, 0, 7, 0),
  /* 10 */ BPF_STMT (BPF_LD | BPF_B | BPF_IND, ATTRIBUTE),
  /* 11 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, '"', 5, 0),
  /* 12 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, '\0', 4, 5),
  /* 13 */ BPF_STMT (BPF_LD | BPF_H | BPF_IND, ATTRIBUTE), /* DATA */
  /* 14 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, BINDING_ERROR, 3, 0),
  /* 15 */ BPF_STMT (BPF_ALU | BPF_AND | BPF_K, CLASS),
  /* 16 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ERROR_RESPONSE, 0, 1),
  /* 17 */ DROP,
  /* 18 */ BPF_STMT (BPF_LD | BPF_H | BPF_IND, 2), /* on to the next */
  /* 19 */ BPF_STMT (BPF_ALU | BPF_ADD | BPF_K, 3),
  /* 20 */ BPF_STMT (BPF_ALU | BPF_AND | BPF_K, ~3u),
  /* 21 */ BPF_STMT (BPF_ALU | BPF_ADD | BPF_K, ATTRIBUTE),
  /* 22 */ BPF_STMT (BPF_ALU | BPF_ADD | BPF_X, 0),
  /* 23 */ BPF_STMT (BPF_MISC | BPF_TAX, 0),
};

static const struct sock_filter beginning[] = {
  /* 0 */ BPF_STMT (BPF_LD | BPF_H | BPF_ABS, UDP),
  /* 1 */ BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, 0x8000, 5, 0),
  /* 2 */ BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, 0x4000, 0, 6),
  /* 3 */ BPF_STMT (BPF_LD | BPF_H | BPF_ABS, UDP + CHANNEL), /* ChannelData */
  /* 4 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, BINDING_ERROR, 2, 0),
  /* 5 */ BPF_STMT (BPF_ALU | BPF_AND | BPF_K, CLASS),
  /* 6 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ERROR_RESPONSE, 1, 0),
  /* 7 */ ACCEPT,
  /* 8 */ DROP,
  /* 9 */ BPF_STMT (BPF_LDX | BPF_W | BPF_IMM, UDP + HEADER), /* STUN */
};

void
tac_stun_filter_attach (GSocket *socket)
{
  g_autoptr (GArray) program = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));
  const struct sock_filter drop = DROP;
  struct sock_fprog filter;

  g_array_append_vals (program, beginning, G_N_ELEMENTS (beginning));
  for (guint i = 0; i < ATTRIBUTES; i++)
    g_array_append_vals (program, per_attribute, G_N_ELEMENTS (per_attribute));
  g_array_append_val (program, drop);
  filter = (struct sock_fprog){ (unsigned short)program->len,
                                (struct sock_filter *)(gpointer)program->data };
  if (setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter)
      != 0)
    g_warning ("The kernel takes no filter for a socket (%s): a hostile relay could end this "
               "daemon. Is net.core.optmem_max under 20480?",
               g_strerror (errno));
}

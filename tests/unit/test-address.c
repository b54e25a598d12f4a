/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses in rtnetlink messages, well formed and not. */
#include "daemon/address-watch.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

typedef struct
{
  guint16 type;
  guint8 family, scope, flags;
  guint32 index;
  const char *address, *local; /* NULL: no such attribute */
} Message;

#define V4(...)                                                                                    \
  {                                                                                                \
    .family = AF_INET, .index = 7, __VA_ARGS__                                                     \
  }
#define V6(...)                                                                                    \
  {                                                                                                \
    .family = AF_INET6, .index = 7, __VA_ARGS__                                                    \
  }

static void
put_attribute (GByteArray *bytes, guint16 type, const void *value, gsize size)
{
  struct rtattr attribute = { .rta_len = (guint16)RTA_LENGTH (size), .rta_type = type };
  static const guint8 padding[4];

  g_byte_array_append (bytes, (const guint8 *)&attribute, sizeof attribute);
  g_byte_array_append (bytes, value, (guint)size);
  g_byte_array_append (bytes, padding, (guint)(RTA_ALIGN (size) - size));
}

static void
put_address (GByteArray *bytes, guint16 type, const char *text)
{
  g_autoptr (GInetAddress) address = text != NULL ? g_inet_address_new_from_string (text) : NULL;

  if (address != NULL)
    put_attribute (bytes, type, g_inet_address_to_bytes (address),
                   g_inet_address_get_native_size (address));
}

/* As the kernel writes it, with attributes around the addresses that mean nothing here. */
static void
put_message (GByteArray *bytes, const Message *message)
{
  guint start = bytes->len;
  struct nlmsghdr header = { .nlmsg_type = message->type };
  struct ifaddrmsg body = { .ifa_family = message->family,
                            .ifa_flags = message->flags,
                            .ifa_scope = message->scope,
                            .ifa_index = message->index };

  g_byte_array_append (bytes, (const guint8 *)&header, sizeof header);
  g_byte_array_append (bytes, (const guint8 *)&body, sizeof body);
  put_attribute (bytes, IFA_LABEL, "wwan0", 6);
  put_address (bytes, IFA_ADDRESS, message->address);
  put_address (bytes, IFA_LOCAL, message->local);
  put_attribute (bytes, IFA_CACHEINFO, "0123456789abcdef", 16);
  header.nlmsg_len = bytes->len - start;
  memcpy (bytes->data + start, &header, sizeof header);
}

/* "+7 192.0.2.1" or "-7 192.0.2.1", blank between two. */
static void
take (const TacAddressEvent *event, gpointer user_data)
{
  GString *text = user_data;
  g_autofree char *address = g_inet_address_to_string (event->address);

  g_string_append_printf (text, "%s%c%u %s", text->len > 0 ? " " : "", event->added ? '+' : '-',
                          event->index, address);
}

/* Parses a copy of exactly that size, so that a sanitizer sees each byte read beyond. */
static char *
parse (const guint8 *bytes, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, size);
  GString *text = g_string_new (NULL);

  tac_address_parse (copy, size, take, text);
  return g_string_free (text, FALSE);
}

static void
test_table (void)
{
  static const struct
  {
    Message message;
    const char *expected;
  } rows[] = {
    { V4 (.type = RTM_NEWADDR, .address = "192.0.2.1", .local = "192.0.2.1"), "+7 192.0.2.1" },
    { V4 (.type = RTM_DELADDR, .address = "192.0.2.1", .local = "192.0.2.1"), "-7 192.0.2.1" },
    { V6 (.type = RTM_NEWADDR, .address = "2001:db8::1"), "+7 2001:db8::1" },
    { V6 (.type = RTM_DELADDR, .address = "2001:db8::1"), "-7 2001:db8::1" },
    /* point to point: IFA_ADDRESS is the other end */
    { V4 (.type = RTM_NEWADDR, .address = "192.0.2.254", .local = "192.0.2.1"), "+7 192.0.2.1" },
    { V4 (.type = RTM_NEWADDR, .address = "192.0.2.1"), "+7 192.0.2.1" },
    { V4 (.type = RTM_NEWADDR, .local = "192.0.2.1"), "+7 192.0.2.1" },
    { V4 (.type = RTM_NEWADDR, .address = "127.0.0.1", .scope = RT_SCOPE_HOST), "" },
    { V4 (.type = RTM_NEWADDR, .address = "169.254.0.1", .scope = RT_SCOPE_LINK), "" },
    { V6 (.type = RTM_NEWADDR, .address = "fe80::1", .scope = RT_SCOPE_LINK), "" },
    { V6 (.type = RTM_NEWADDR, .address = "2001:db8::1", .flags = IFA_F_PERMANENT),
      "+7 2001:db8::1" },
    /* not usable yet, or no longer: as if it were gone */
    { V6 (.type = RTM_NEWADDR, .address = "2001:db8::1", .flags = IFA_F_TENTATIVE),
      "-7 2001:db8::1" },
    { V6 (.type = RTM_NEWADDR, .address = "2001:db8::1", .flags = IFA_F_DEPRECATED),
      "-7 2001:db8::1" },
    { V4 (.type = RTM_NEWADDR, .address = NULL), "" },
    /* an address of the other family's length */
    { V4 (.type = RTM_NEWADDR, .address = "2001:db8::1"), "" },
    { V6 (.type = RTM_NEWADDR, .address = "192.0.2.1"), "" },
    { { .type = RTM_NEWADDR, .family = AF_PACKET, .address = "192.0.2.1" }, "" },
    { V4 (.type = RTM_NEWLINK, .address = "192.0.2.1"), "" },
    { V4 (.type = NLMSG_DONE, .address = "192.0.2.1"), "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *got = NULL;

      put_message (bytes, &rows[i].message);
      got = parse (bytes->data, bytes->len);
      if (!g_str_equal (got, rows[i].expected))
        g_error ("row %zu: \"%s\", not \"%s\"", i, got, rows[i].expected);
    }
}

static GByteArray *
make_three (guint ends[3])
{
  static const Message messages[]
      = { V4 (.type = RTM_NEWADDR, .address = "192.0.2.1", .local = "192.0.2.1"),
          V6 (.type = RTM_NEWADDR, .address = "2001:db8::1"),
          V4 (.type = RTM_DELADDR, .local = "192.0.2.9") };
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < 3; i++)
    {
      put_message (bytes, &messages[i]);
      ends[i] = bytes->len;
    }
  return bytes;
}

/* Cut anywhere, only whole messages count. */
static void
test_truncated (void)
{
  static const char *const expected[] = { "", "+7 192.0.2.1", "+7 192.0.2.1 +7 2001:db8::1",
                                          "+7 192.0.2.1 +7 2001:db8::1 -7 192.0.2.9" };
  guint ends[3], whole = 0;
  g_autoptr (GByteArray) bytes = make_three (ends);

  for (guint size = 0; size <= bytes->len; size++)
    {
      g_autofree char *got = parse (bytes->data, size);

      if (whole < 3 && size == ends[whole])
        whole++;
      g_assert_cmpstr (got, ==, expected[whole]);
    }
  g_assert_cmpuint (whole, ==, 3);
}

/* A message that says it is shorter than it was: its attributes end there. */
static void
test_lying_length (void)
{
  guint ends[3];
  g_autoptr (GByteArray) bytes = make_three (ends);
  struct nlmsghdr header;

  memcpy (&header, bytes->data, sizeof header);
  for (guint32 length = 0; length <= ends[0] + 40; length++)
    {
      g_autofree char *got = NULL;

      header.nlmsg_len = length;
      memcpy (bytes->data, &header, sizeof header);
      got = parse (bytes->data, ends[0]);
      if (length < NLMSG_HDRLEN || length > ends[0])
        g_assert_cmpstr (got, ==, "");
    }
  header.nlmsg_len = G_MAXUINT32;
  memcpy (bytes->data, &header, sizeof header);
  g_free (parse (bytes->data, bytes->len));
}

/* Each attribute length from 0 to far beyond: no loop without end, nothing read beyond. */
static void
test_lying_attribute (void)
{
  guint ends[3];
  g_autoptr (GByteArray) bytes = make_three (ends);
  gsize at = NLMSG_HDRLEN + NLMSG_ALIGN (sizeof (struct ifaddrmsg));
  guint16 lengths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 20, 100, 0x7fff, 0xffff };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *got = NULL;

      memcpy (bytes->data + at, &lengths[i], sizeof lengths[i]);
      got = parse (bytes->data, bytes->len);
      g_assert_true (g_str_has_suffix (got, "+7 2001:db8::1 -7 192.0.2.9"));
    }
}

static void
test_random (void)
{
  guint ends[3];
  g_autoptr (GByteArray) bytes = make_three (ends);

  for (guint n = 0; n < 20000; n++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes->data, bytes->len);
      gsize size = (gsize)g_test_rand_int_range (0, (gint32)bytes->len + 1);

      for (guint i = 0; i < 4; i++)
        copy[g_test_rand_int_range (0, (gint32)bytes->len)] = (guint8)g_test_rand_int ();
      g_free (parse (copy, size));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/table", test_table);
  g_test_add_func ("/address/truncated", test_truncated);
  g_test_add_func ("/address/lying-length", test_lying_length);
  g_test_add_func ("/address/lying-attribute", test_lying_attribute);
  g_test_add_func ("/address/random", test_random);
  return g_test_run ();
}

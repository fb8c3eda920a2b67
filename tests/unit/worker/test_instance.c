// SPDX-License-Identifier: BSD-3-Clause
// +sip.instance and reg-id (RFC 5626): what the Contact says, and that it is still known as our own.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define OUTBOUND "    sip_instance: on\n    reg_id: 5\n"
#define UUID_LEN 36

// Of the kth caught request; "" when it has none.
static void instance_of(const struct rig *rig, uint32_t k, char out[UUID_LEN + 1])
{
	static const char before[] = ">;+sip.instance=\"<urn:uuid:";
	const char *at = strstr(rig_header(rig, k, "Contact"), before);

	out[0] = '\0';
	if (at == NULL)
		return;
	at += sizeof(before) - 1;
	memcpy(out, at, UUID_LEN);
	out[UUID_LEN] = '\0';
	cr_assert(strncmp(at + UUID_LEN, ">\"", 2) == 0, "%s", at);
}

Test(instance, sip_instance_is_a_uuid_of_each_line_and_the_same_in_each_boot)
{
	enum { LINES = 100 };
	static char ids[2][LINES][UUID_LEN + 1];

	for (int boot = 0; boot < 2; boot++) {
		rig_boot_key[0] = 11 + (uint64_t)boot;
		struct rig *rig = rig_new("    sip_instance: on\n", LINES);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_pass(rig, SEC);
		for (uint32_t k = 0; k < rig->n && k < LINES; k++) {
			uint32_t line = (uint32_t)atoi(strstr(rig_header(rig, k, "To"), "sip:") +
						       4) -
					6000;

			instance_of(rig, k, ids[boot][line]);
			cr_assert(strstr(rig->sent[k].text, "reg-id") == NULL);
		}
		rig_free(rig);
	}
	for (uint32_t a = 0; a < LINES; a++) {
		const char *id = ids[0][a];

		cr_assert(eq(sz, strlen(id), UUID_LEN), "line %u", a);
		cr_assert_str_eq(id, ids[1][a]);
		for (unsigned i = 0; i < UUID_LEN; i++)
			cr_assert(i == 8 || i == 13 || i == 18 || i == 23
					  ? id[i] == '-'
					  : isxdigit((unsigned char)id[i]) != 0,
				  "%s", id);
		cr_assert(id[14] == '8' && strchr("89ab", id[19]) != NULL, "%s", id);
		for (uint32_t b = 0; b < a; b++)
			cr_assert(strcmp(id, ids[0][b]) != 0);
	}
}

Test(instance, reg_id_is_one_more_at_the_backup_and_outbound_is_supported)
{
	struct rig *rig = rig_new(OUTBOUND, 1);
	char first[UUID_LEN + 1], second[UUID_LEN + 1];

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(strstr(rig_header(rig, 0, "Contact"), ";reg-id=5") != NULL);
	cr_assert_str_eq(rig_header(rig, 0, "Supported"), "path, outbound");
	instance_of(rig, 0, first);
	rig_pass(rig, 2100 * MS);
	uint32_t b = rig->n - 1;
	cr_assert_str_eq(rig_server(rig, b), "B");
	cr_assert(strstr(rig_header(rig, b, "Contact"), ";reg-id=6") != NULL);
	instance_of(rig, b, second);
	cr_assert_str_eq(first, second);
	rig_free(rig);
	rig = rig_new(OUTBOUND "    supported: timer\n", 1);
	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert_str_eq(rig_header(rig, 0, "Supported"), "timer");
	rig_free(rig);
}

// A server says the parameters again, in its own order, or leaves them out.
Test(instance, the_own_contact_is_found_with_and_without_its_parameters)
{
	static const char *const forms[] = {
		"%s;expires=100",
		"%s;q=0.5;expires=100;received=\"<sip:a@b>,x;expires=3\"",
		"<%.*s>;expires=100",
		"<%.*s>;expires=100;reg-id=5;+sip.instance=\"<urn:uuid:x>\"",
		"\"6000, <x>\" <%.*s>;+sip.instance=\"<urn:uuid:x>\";reg-id=5;expires=100",
	};

	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct rig *rig = rig_new(OUTBOUND "    register_refresh_interval: 1000\n", 1);
		char contact[512], own[512], headers[1024];

		rig_command(rig, HL_COMMAND_ENABLE);
		snprintf(contact, sizeof(contact), "%s", rig_header(rig, 0, "Contact"));
		int uri_len = (int)strcspn(contact + 1, ">");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (i < 2)
			snprintf(own, sizeof(own), forms[i], contact);
		else
			snprintf(own, sizeof(own), forms[i], uri_len, contact + 1);
#pragma GCC diagnostic pop
		snprintf(headers, sizeof(headers),
			 "Contact: <sip:6000@198.51.100.1>;+sip.instance=\"<urn:uuid:x>\";reg-id=5;"
			 "expires=7, %s\r\n",
			 own);
		rig_answer(rig, 0, 200, headers);
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P), "form %u", i);
		rig_clear(rig);
		rig_pass(rig, 49 * SEC);
		cr_assert(eq(u32, rig->n, 0), "form %u: too early", i);
		rig_pass(rig, 2 * SEC);
		cr_assert(ge(u32, rig->n, 1), "form %u: half of 100 s", i);
		rig_free(rig);
	}
}

// The port that a stale Contact is removed at is patched into the same text.
Test(instance, a_stale_contact_is_removed_in_the_same_form)
{
	struct rig *rig = rig_new(OUTBOUND "    remove_last_registration: on\n", 1);
	char contact[512], headers[1024];
	uint32_t k = 0;

	rig_command(rig, HL_COMMAND_ENABLE);
	const struct frame f = rig->sent[0].frame;
	unsigned stale = f.src.port == 50000 ? 50001 : 50000;
	snprintf(contact, sizeof(contact), "%s", rig_header(rig, 0, "Contact"));
	snprintf(headers, sizeof(headers),
		 "Contact: %s;expires=100\r\nContact: <sip:6000@10.99.1.1:%u;hl=b>;expires=9\r\n",
		 contact, stale);
	rig_answer(rig, 0, 200, headers);
	rig_pass(rig, SEC);
	for (k = 1; k < rig->n && strcmp(rig_header(rig, k, "Expires"), "0") != 0; k++)
		;
	cr_assert(lt(u32, k, rig->n), "no unregister among %u frames", rig->n);
	char want[64];
	snprintf(want, sizeof(want), "<sip:6000@10.99.1.1:%u;hl=b>;+sip.instance=\"", stale);
	cr_assert(strncmp(rig_header(rig, k, "Contact"), want, strlen(want)) == 0, "%s",
		  rig_header(rig, k, "Contact"));
	rig_free(rig);
}

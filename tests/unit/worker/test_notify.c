// SPDX-License-Identifier: BSD-3-Clause
// register_subscribe: what a NOTIFY of the subscription does (RFC 6665).
#include "subscribe.h"

// A NOTIFY within what the kth caught SUBSCRIBE began, or with other ids. The answer's status.
struct notify {
	const char *from_tag, *call_id, *to_tag, *headers;
	uint32_t cseq;
};

static int notify(struct rig *rig, uint32_t k, struct notify n)
{
	const struct frame f = rig->sent[k].frame;
	const char *const our_tag = strstr(rig_header(rig, k, "From"), ";tag=") + 5;
	char to_tag[64], call_id[64], text[HL_FRAME_MAX];

	snprintf(to_tag, sizeof(to_tag), "%s", n.to_tag ? n.to_tag : our_tag);
	snprintf(call_id, sizeof(call_id), "%s",
		 n.call_id ? n.call_id : rig_header(rig, k, "Call-ID"));
	snprintf(text, sizeof(text),
		 "NOTIFY sip:6000@10.99.1.1 SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 10.99.0.1;branch=z9hG4bKn%u;rport\r\n"
		 "From: <sip:6000@10.99.0.1>;tag=%s\r\nTo: <sip:6000@10.99.0.1>;tag=%s\r\n"
		 "Call-ID: %s\r\nCSeq: %u NOTIFY\r\n%sContent-Length: 0\r\n\r\n",
		 n.cseq, n.from_tag ? n.from_tag : "srv-1", to_tag, call_id, n.cseq,
		 n.headers ? n.headers : "Event: reg\r\nSubscription-State: active\r\n");
	uint32_t before = rig->n;
	rig_datagram(rig, "10.99.0.1", 5060, &f.src.addr, f.src.port, text);
	return rig->n > before ? atoi(rig->sent[before].text + 8) : 0;
}

Test(subscribe, notify_of_our_subscription_gets_200)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	cr_assert(eq(int, notify(rig, 1, (struct notify){ .cseq = 1 }), 200));
	cr_assert(eq(int, notify(rig, 1, (struct notify){ .cseq = 1 }), 200), "said again");
	cr_assert(eq(int, notify(rig, 1, (struct notify){ .cseq = 7 }), 200));
	cr_assert(eq(int, notify(rig, 1, (struct notify){ .cseq = 2 }), 500), "out of order");
	rig_free(rig);
}

Test(subscribe, notify_of_another_subscription_gets_481)
{
	static const struct notify others[] = {
		{ .cseq = 1, .call_id = "0123456789abcdef" },
		{ .cseq = 1, .call_id = "x" },
		{ .cseq = 1, .from_tag = "srv-2" },
		{ .cseq = 1, .from_tag = "srv-" },
		{ .cseq = 1, .to_tag = "00000000" },
		{ .cseq = 1, .headers = "Event: presence\r\nSubscription-State: active\r\n" },
		{ .cseq = 1, .headers = "Subscription-State: active\r\n" },
	};
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	for (unsigned k = 0; k < sizeof(others) / sizeof(others[0]); k++)
		cr_expect(eq(int, notify(rig, 1, others[k]), 481), "case %u", k);
	cr_expect(eq(int, notify(rig, 1, (struct notify){ .cseq = 1 }), 200));
	rig_free(rig);
}

Test(subscribe, notify_that_comes_before_the_2xx_gets_200)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	cr_assert(eq(int, notify(rig, 1, (struct notify){ .cseq = 1 }), 200));
	rig_clear(rig);
	rig_pass(rig, 600 * MS);
	cr_assert_not(contains(rig_header(rig, last(rig), "To"), ";tag="), "the same bytes again");
	grant(rig, "Expires: 1000\r\n");
	cr_assert(eq(int, notify(rig, last(rig), (struct notify){ .cseq = 2 }), 200));
	rig_free(rig);
}

Test(subscribe, terminated_subscription_is_asked_for_again_later)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	cr_assert(eq(int,
		     notify(rig, 1,
			    (struct notify){ .cseq = 1,
					     .headers = "Event: reg\r\nSubscription-State: "
							"terminated;reason=deactivated\r\n" }),
		     200));
	rig_pass(rig, 14 * SEC);
	cr_assert(eq(u32, subscribes(rig), 1));
	rig_pass(rig, 17 * SEC);
	cr_assert(eq(u32, subscribes(rig), 2));
	cr_assert_not(contains(rig_header(rig, last(rig), "To"), ";tag="));
	cr_assert(eq(int, notify(rig, 1, (struct notify){ .cseq = 2 }), 481), "the old one");
	rig_free(rig);
}

Test(subscribe, terminated_with_retry_after_waits_so_long)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	notify(rig, 1,
	       (struct notify){ .cseq = 1,
				.headers = "Event: reg\r\nSubscription-State: "
					   "terminated;reason=probation;retry-after=300\r\n" });
	rig_pass(rig, 299 * SEC);
	cr_assert(eq(u32, subscribes(rig), 1));
	rig_pass(rig, 2 * SEC);
	cr_assert(eq(u32, subscribes(rig), 2));
	rig_free(rig);
}

Test(subscribe, notify_that_shortens_the_subscription_is_heeded)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	notify(rig, 1,
	       (struct notify){ .cseq = 1,
				.headers = "Event: reg\r\n"
					   "Subscription-State: active;expires=100\r\n" });
	rig_pass(rig, 52 * SEC);
	cr_assert(eq(u32, subscribes(rig), 2));
	rig_free(rig);
}

Test(subscribe, retry_after_of_an_answer_or_a_notify_is_bounded)
{
	for (int by_notify = 0; by_notify < 2; by_notify++) {
		const char *extra = SUBSCRIBE_1000_S "    retry_after_max: 60s\n";
		struct rig *rig = by_notify ? subscribed(extra) : asked(extra);

		if (by_notify)
			notify(rig, 1,
			       (struct notify){
				       .cseq = 1,
				       .headers =
					       "Event: reg\r\nSubscription-State: "
					       "terminated;reason=probation;retry-after=140000\r\n" });
		else
			rig_answer(rig, 1, 503, "Retry-After: 140000\r\n");
		uint32_t before = subscribes(rig);
		rig_pass(rig, 59 * SEC);
		cr_expect(eq(u32, subscribes(rig), before));
		rig_pass(rig, 2 * SEC);
		cr_expect(eq(u32, subscribes(rig), before + 1));
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->long_retry_afters), 1));
		rig_free(rig);
	}
}

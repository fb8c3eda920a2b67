// SPDX-License-Identifier: BSD-3-Clause
// Writes and checks the frame of a file of state. A hash goes from the head through all blocks to the end, so that
// a file that is cut short, or mixed from two, is found out at whatever byte.
#include "control/saved_file.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/siphash.h"

// "HLSTATE1" as the machine has it in memory: one of another byte order differs.
static const uint64_t magic = UINT64_C(0x3145544154534c48);

// What the head is in the file. The format comes before all that may differ between formats.
struct head_bytes {
	uint64_t magic;
	uint32_t format, bytes;
	uint64_t run;
	uint32_t worker, n_workers;
	int64_t wall_ms;
	uint64_t boot_ms;
	uint8_t boot_id[16];
	uint64_t reserved, hash;
};
static_assert(sizeof(struct head_bytes) == HL_SAVED_HEAD_BYTES, "as it is declared");

struct block_head {
	uint32_t bytes; // of the lines behind it; 0: this is the end
	uint32_t lines;
};

struct end_bytes {
	struct block_head none;
	uint64_t lines, hash;
};
static_assert(sizeof(struct end_bytes) == HL_SAVED_END_BYTES, "as it is declared");

static uint64_t hash_on(uint64_t hash, const void *bytes, uint32_t len)
{
	const uint64_t key[2] = { hash, magic };

	return siphash(key, bytes, len);
}

void hl_saved_begin(struct hl_saved_sum *sum, const struct hl_saved_head *head,
		    uint8_t out[HL_SAVED_HEAD_BYTES])
{
	struct head_bytes bytes = {
		.magic = magic,
		.format = HL_SAVED_FORMAT,
		.bytes = sizeof(bytes),
		.run = head->run,
		.worker = head->worker,
		.n_workers = head->n_workers,
		.wall_ms = head->at.wall_ms,
		.boot_ms = head->at.boot_ms,
	};

	memcpy(bytes.boot_id, head->at.boot_id, sizeof(bytes.boot_id));
	bytes.hash = hash_on(0, &bytes, offsetof(struct head_bytes, hash));
	memcpy(out, &bytes, sizeof(bytes));
	*sum = (struct hl_saved_sum){ .hash = bytes.hash };
}

uint32_t hl_saved_block(struct hl_saved_sum *sum, struct hl_save *save)
{
	const struct block_head head = {
		.bytes = save->len - (uint32_t)sizeof(head),
		.lines = save->n_lines,
	};

	if (save->n_lines == 0)
		return 0;
	memcpy(save->block, &head, sizeof(head));
	sum->hash = hash_on(sum->hash, save->block, save->len);
	sum->lines += save->n_lines;
	return save->len;
}

void hl_saved_end(struct hl_saved_sum *sum, uint8_t out[HL_SAVED_END_BYTES])
{
	struct end_bytes end = { .lines = sum->lines };

	end.hash = hash_on(sum->hash, &end, offsetof(struct end_bytes, hash));
	memcpy(out, &end, sizeof(end));
}

static int head_read(const uint8_t *bytes, size_t len, struct hl_saved_head *head, uint64_t *hash,
		     struct hl_error *err)
{
	struct head_bytes h = { 0 };

	memcpy(&h, bytes, len < sizeof(h) ? len : sizeof(h));
	if (len < offsetof(struct head_bytes, run) || h.magic != magic)
		return hl_fail(err, EBADMSG, "it is no state of heartline, or torn");
	if (h.format != HL_SAVED_FORMAT)
		return hl_fail(err, EPROTONOSUPPORT,
			       "it has format %" PRIu32 ", and this heartline reads format %u",
			       h.format, HL_SAVED_FORMAT);
	if (len < sizeof(h) || h.bytes != sizeof(h) ||
	    h.hash != hash_on(0, &h, offsetof(struct head_bytes, hash)))
		return hl_fail(err, EBADMSG, "its head is torn or damaged");
	*head = (struct hl_saved_head){
		.run = h.run,
		.worker = h.worker,
		.n_workers = h.n_workers,
		.at = { .wall_ms = h.wall_ms, .boot_ms = h.boot_ms },
	};
	memcpy(head->at.boot_id, h.boot_id, sizeof(h.boot_id));
	*hash = h.hash;
	return 0;
}

static int torn(struct hl_error *err)
{
	return hl_fail(err, EBADMSG, "it is torn or damaged: its checksum is wrong");
}

int saved_open(struct saved_reading *reading, const uint8_t *bytes, size_t len,
	       struct hl_error *err)
{
	size_t at = sizeof(struct head_bytes);
	struct block_head block;
	struct end_bytes end;
	uint64_t hash = 0;
	int rc = head_read(bytes, len, &reading->head, &hash, err);

	if (rc != 0)
		return rc;
	reading->blocks = bytes + at;
	reading->lines = 0;
	for (;;) {
		if (len - at < sizeof(block))
			return torn(err);
		memcpy(&block, bytes + at, sizeof(block));
		if (block.bytes == 0)
			break;
		if (block.bytes > HL_SAVED_BLOCK_BYTES - sizeof(block) ||
		    block.bytes > len - at - sizeof(block))
			return torn(err);
		hash = hash_on(hash, bytes + at, (uint32_t)sizeof(block) + block.bytes);
		at += sizeof(block) + block.bytes;
		reading->lines += block.lines;
	}
	reading->bytes = (size_t)(bytes + at - reading->blocks);
	if (len - at != sizeof(end))
		return torn(err);
	memcpy(&end, bytes + at, sizeof(end));
	if (end.lines != reading->lines ||
	    end.hash != hash_on(hash, &end, offsetof(struct end_bytes, hash)))
		return torn(err);
	return 0;
}

struct saved_cursor saved_first(const struct saved_reading *reading)
{
	return (struct saved_cursor){ reading->blocks, reading->blocks + reading->bytes, 0, 0 };
}

bool saved_next(struct saved_cursor *cursor, const uint8_t **bytes, uint32_t *room)
{
	struct block_head block;

	if (cursor->left == 0) {
		if (cursor->at == cursor->end)
			return false;
		memcpy(&block, cursor->at, sizeof(block));
		cursor->at += sizeof(block);
		cursor->left = block.bytes;
	}
	*bytes = cursor->at;
	*room = cursor->left;
	return true;
}

void saved_skip(struct saved_cursor *cursor, uint32_t len)
{
	cursor->at += len;
	cursor->left -= len;
	cursor->lines++;
}

// SPDX-License-Identifier: BSD-3-Clause
// A file of state that is not what it was, yet has the right sums: lines take it up or begin anew, and go on.
#include <stdio.h>

#include "bed.h"
#include "input.h"

static struct {
	uint8_t block[HL_SAVED_BLOCK_BYTES];
	uint32_t len, n_lines;
} good; // what a run has written

static void good_make(void)
{
	static struct hl_save save;
	struct bed *bed = bed_new(NULL, false);

	bed_pass(bed, 5 * SEC, true);
	save.base_ns = bed->now_ns;
	hl_worker_save_now(bed->worker, &save, bed->now_ns);
	MUST(save.n_lines == BED_LINES);
	memcpy(good.block, save.block, save.len);
	good.len = save.len;
	good.n_lines = save.n_lines;
	bed_free(bed);
}

// Bytes of the good block replaced or cut, as the input says.
static void block_change(struct hl_save *save, struct input *in)
{
	const uint16_t cut = input_u16(in);

	memcpy(save->block, good.block, good.len);
	save->len = cut && cut < good.len && cut > 8 ? cut : good.len;
	save->n_lines = good.n_lines + (input_u8(in) & 3);
	while (in->left) {
		const uint16_t at = input_u16(in);
		save->block[at % save->len] = input_u8(in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct hl_save save;
	struct input in = { bytes, size };
	struct hl_saved_head head = { .run = 1, .n_workers = 1, .at = { 1000, 1000, { 1 } } };
	const struct hl_moment now = { 1000 + input_u16(&in),
				       1000 + input_u16(&in),
				       { input_u8(&in) & 1 } };
	struct hl_saved_sum sum;
	struct hl_error err = { 0 };
	struct hl_saved *saved = hl_saved_new();

	if (!good.len)
		good_make();
	block_change(&save, &in);
	const size_t total = HL_SAVED_HEAD_BYTES + save.len + HL_SAVED_END_BYTES;
	uint8_t *file = malloc(total);
	hl_saved_begin(&sum, &head, file);
	MUST(hl_saved_block(&sum, &save) == save.len);
	memcpy(file + HL_SAVED_HEAD_BYTES, save.block, save.len);
	hl_saved_end(&sum, file + HL_SAVED_HEAD_BYTES + save.len);
	if (hl_saved_read(saved, file, total, &now, &head, &err) == 0) {
		struct bed *bed = bed_new(saved, false);
		bed_pass(bed, 100 * SEC, true);
		bed_check(bed);
		bed_free(bed);
	} else {
		MUST(err.text[0]);
	}
	hl_saved_free(saved);
	free(file);
	return 0;
}

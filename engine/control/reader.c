// SPDX-License-Identifier: BSD-3-Clause
// Places of entries in the document, and failing there.
#include "control/reader.h"

#include "control/csv.h"

static int item_of(struct reader *r, const char *list)
{
	struct yaml_positions *positions = &r->positions;
	int root = yaml_position_root(positions);

	return yaml_position_item(positions, yaml_position_key(positions, root, list),
				  r->fault.index);
}

int reader_entry(struct reader *r)
{
	struct yaml_positions *positions = &r->positions;
	int root = yaml_position_root(positions), node = 0;

	switch (r->fault.at) {
	case FAULT_PORT:
		return item_of(r, "ports");
	case FAULT_POOL:
		return item_of(r, "pools");
	case FAULT_PROFILE:
		yaml_position_pair(positions, yaml_position_key(positions, root, "profiles"),
				   r->fault.index, &node);
		return node;
	case FAULT_LINES:
	case FAULT_ROW:
		return item_of(r, "lines");
	case FAULT_ALERT:
		return item_of(r, "alerts");
	case FAULT_PHASE:
		return item_of(r, "phases");
	case FAULT_EXPECT:
		return yaml_position_key(positions, root, "expect");
	case FAULT_FILE:
		break;
	}
	return root;
}

int reader_fail(struct reader *r)
{
	int entry = reader_entry(r), node = 0;

	if (r->fault.at == FAULT_ROW)
		return csv_fail_row(&r->config->lines[r->fault.index], r->fault.row, &r->fault,
				    r->err);
	if (r->fault.key != NULL)
		node = yaml_position_key(&r->positions, entry, r->fault.key);
	return yaml_position_fail(&r->positions, node != 0 ? node : entry, 0, &r->fault, r->err);
}

int reader_memory_fail(struct reader *r)
{
	return hl_fail(r->err, ENOMEM, "%s: out of memory", r->positions.source.name);
}

int reader_keys(struct reader *r, const struct key *keys, char *const texts[], void *object)
{
	for (uint32_t i = 0; keys[i].name != NULL; i++)
		if (texts[i] != NULL && key_set(&keys[i], object, texts[i], &r->fault) != 0)
			return reader_fail(r);
	return 0;
}

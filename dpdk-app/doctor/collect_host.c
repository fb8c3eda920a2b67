// SPDX-License-Identifier: BSD-3-Clause
// Huge pages, rights, the device and what holds it.

#include "doctor/collect.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/port.h"
#include "doctor/finding.h"
#include "doctor/read_file.h"

#define EAL_BYTES (64u << 20) // for queues, rings and EAL itself, beside the packet buffers

static bool number_line(uint64_t *number, const char *root, const char *path, const char *name)
{
	char line[64];

	if (!root_line(line, sizeof(line), root, "%s/%s", path, name))
		return false;
	*number = strtoull(line, NULL, 10);
	return true;
}

// A folder with a folder for each size of page.
static void pools_read(const struct collect *c, const char *folder, int node,
		       struct facts_memory *memory)
{
	char path[ROOT_PATH_ROOM];
	const struct dirent *entry;

	root_path(path, c->root, "%s", folder);
	DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir)) && memory->n < HUGE_POOLS_MAX) {
		struct huge_pool pool = { .node = node };
		char at[ROOT_PATH_ROOM];
		if (sscanf(entry->d_name, "hugepages-%" SCNu64 "kB", &pool.page_kib) != 1)
			continue;
		snprintf(at, sizeof(at), "%.200s/%.200s", folder, entry->d_name);
		if (number_line(&pool.pages, c->root, at, "nr_hugepages") &&
		    number_line(&pool.free_pages, c->root, at, "free_hugepages"))
			memory->pools[memory->n++] = pool;
	}
	if (dir)
		closedir(dir);
}

void collect_memory(const struct collect *c, struct facts *facts)
{
	struct facts_memory *memory = &facts->memory;
	char folder[96];

	memory->needed_bytes = port_buffers_bytes(c->n_workers) + EAL_BYTES;
	memory->is_root = geteuid() == 0;
	for (int node = 0; node < HUGE_POOLS_MAX; node++) {
		snprintf(folder, sizeof(folder), "/sys/devices/system/node/node%d/hugepages", node);
		pools_read(c, folder, node, memory);
	}
	if (memory->n == 0)
		pools_read(c, "/sys/kernel/mm/hugepages", -1, memory);
	if (memory->n == 0)
		snprintf(memory->why_not, WHY_ROOM,
			 "neither /sys/devices/system/node nor /sys/kernel/mm/hugepages lists any "
			 "huge pages; this kernel has none");
}

static unsigned folder_count(const char *root, const char *folder)
{
	char path[ROOT_PATH_ROOM];
	const struct dirent *entry;
	unsigned n = 0;

	root_path(path, root, "%s", folder);
	DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

void collect_iommu(const struct collect *c, struct facts *facts)
{
	struct facts_iommu *iommu = &facts->iommu;
	const char *name = facts->device.name;
	char line[16], path[ROOT_PATH_ROOM];

	if (facts->device.type != DEVICE_TYPE_PCI) {
		snprintf(iommu->why_not, WHY_ROOM, "only a PCI device is bound to vfio-pci");
		return;
	}
	if (strcmp(facts->device.driver, "vfio-pci") != 0) {
		snprintf(iommu->why_not, WHY_ROOM, "%s is not bound to vfio-pci", name);
		return;
	}
	iommu->n_groups = folder_count(c->root, "/sys/kernel/iommu_groups");
	iommu->no_iommu_mode = root_line(
				       line, sizeof(line), c->root,
				       "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") &&
			       *line == 'Y';
	root_link(iommu->group, sizeof(iommu->group), c->root,
		  "/sys/bus/pci/devices/%s/iommu_group", name);
	if (iommu->group[0]) {
		root_path(path, c->root, "/dev/vfio/%s%s", iommu->no_iommu_mode ? "noiommu-" : "",
			  iommu->group);
		iommu->group_opens = access(path, R_OK | W_OK) == 0;
	}
}

void collect_rights(const struct collect *c, struct facts *facts)
{
	char path[ROOT_PATH_ROOM], line[256];
	bool got = false;

	root_path(path, c->root, "/proc/self/status");
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %" SCNx64, &facts->rights.effective) == 1)
			got = true;
	if (file)
		fclose(file);
	if (!got)
		snprintf(facts->rights.why_not, WHY_ROOM, "/proc/self/status has no CapEff");
}

static enum device_type type_of(const struct device *device)
{
	static const struct {
		const char *driver;
		enum device_type type;
	} types[] = {
		{ "net_af_packet", DEVICE_TYPE_AF_PACKET },
		{ "net_af_xdp", DEVICE_TYPE_AF_XDP },
		{ "net_tap", DEVICE_TYPE_TAP },
	};

	if (device->kind == DEVICE_PCI)
		return DEVICE_TYPE_PCI;
	for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (device_driver_is(device, types[i].driver))
			return types[i].type;
	return DEVICE_TYPE_OTHER;
}

void collect_device(const struct collect *c, const char *text, struct facts *facts)
{
	struct facts_device *f = &facts->device;
	char value[DEVICE_TEXT];

	f->node = -1;
	if (!text) {
		snprintf(f->why_not, WHY_ROOM,
			 "no device was named; give -c FILE or --port DEVICE");
		return;
	}
	snprintf(f->text, sizeof(f->text), "%s", text);
	if (!c->device)
		return;
	f->type = type_of(c->device);
	snprintf(f->name, sizeof(f->name), "%s", c->device->name);
	if (f->type == DEVICE_TYPE_PCI) {
		root_link(f->driver, sizeof(f->driver), c->root, "/sys/bus/pci/devices/%s/driver",
			  f->name);
		if (root_line(value, sizeof(value), c->root, "/sys/bus/pci/devices/%s/numa_node",
			      f->name))
			f->node = atoi(value);
	} else if (f->type != DEVICE_TYPE_OTHER && device_argument(c->device, "iface", value)) {
		snprintf(f->interface, sizeof(f->interface), "%.31s", value);
	}
}

void collect_interface(const struct collect *c, struct facts *facts)
{
	struct facts_interface *f = &facts->interface;
	const char *name = facts->device.interface;
	char line[64];
	uint64_t mtu;

	f->carrier = -1;
	if (!name[0]) {
		snprintf(f->why_not, WHY_ROOM, "the device uses no interface of the kernel");
		return;
	}
	snprintf(line, sizeof(line), "/sys/class/net/%s", name);
	if (!number_line(&mtu, c->root, line, "mtu")) {
		snprintf(f->why_not, WHY_ROOM,
			 facts->device.type == DEVICE_TYPE_TAP
				 ? "/sys/class/net/%s is not there: the run makes the interface"
				 : "/sys/class/net/%s/mtu cannot be read",
			 name);
		return;
	}
	f->mtu = (uint32_t)mtu;
	if (root_line(line, sizeof(line), c->root, "/sys/class/net/%s/carrier", name))
		f->carrier = *line == '1';
	snprintf(f->forwards_file, sizeof(f->forwards_file),
		 "/proc/sys/net/ipv4/conf/%s/forwarding", name);
	f->forwards = root_line(line, sizeof(line), c->root, "%s", f->forwards_file) &&
		      *line == '1';
}

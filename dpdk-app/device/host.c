// SPDX-License-Identifier: BSD-3-Clause
// Reads from /sys and /proc what this machine has.

#include "device/host.h"

#include <dirent.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCI_DEVICES "/sys/bus/pci/devices"
#define PCI_CLASS_NETWORK 0x02 // top byte of the class

// Append a word to a list in one line. A list that is full ends in "...".
static void list_add(char *out, size_t size, const char *word)
{
	size_t len = strlen(out);
	if (len + strlen(word) + 8 < size)
		snprintf(out + len, size - len, "%s%s", len ? ", " : "", word);
	else if (len + 5 < size && (len < 3 || strcmp(out + len - 3, "...")))
		strcpy(out + len, " ...");
}

static void list_end(char *out, size_t size)
{
	if (!*out)
		snprintf(out, size, "none");
}

static bool line_read(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	*out = 0;
	if (!file)
		return false;
	bool got = fgets(out, (int)size, file) != NULL;
	out[strcspn(out, "\n")] = 0;
	fclose(file);
	return got;
}

bool host_may(enum host_right right)
{
	char line[256];
	bool may = false;
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return geteuid() == 0;
	while (fgets(line, sizeof(line), file)) {
		uint64_t mask;
		if (sscanf(line, "CapEff: %" SCNx64, &mask) == 1)
			may = mask >> right & 1;
	}
	fclose(file);
	return may;
}

bool host_pci_exists(const char *address)
{
	char path[128];
	snprintf(path, sizeof(path), PCI_DEVICES "/%s", address);
	return access(path, F_OK) == 0;
}

bool host_pci_network(const char *address)
{
	char path[512], text[32];
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/class", address);
	return line_read(path, text, sizeof(text)) &&
	       strtoul(text, NULL, 16) >> 16 == PCI_CLASS_NETWORK;
}

void host_pci_driver(const char *address, char *out, size_t size)
{
	char path[512], target[512];
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver", address);
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = 0;
	const char *slash = strrchr(target, '/');
	snprintf(out, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
}

bool host_pci_usable(const char *driver)
{
	// The first four give DPDK the whole port; with the others the kernel keeps a share of it.
	static const char *const usable[] = {
		"vfio-pci",  "igb_uio", "uio_pci_generic", "vfio-platform", "mlx5_core",
		"mlx4_core", "mana",
	};
	for (unsigned i = 0; i < sizeof(usable) / sizeof(*usable); i++)
		if (!strcmp(driver, usable[i]))
			return true;
	return false;
}

void host_pci_ports(char *out, size_t size)
{
	DIR *dir = opendir(PCI_DEVICES);
	const struct dirent *entry;

	*out = 0;
	while (dir && (entry = readdir(dir))) {
		char driver[64], word[384];
		if (entry->d_name[0] == '.' || !host_pci_network(entry->d_name))
			continue;
		host_pci_driver(entry->d_name, driver, sizeof(driver));
		snprintf(word, sizeof(word), "%s (driver %s)", entry->d_name,
			 *driver ? driver : "none");
		list_add(out, size, word);
	}
	if (dir)
		closedir(dir);
	list_end(out, size);
}

void host_interfaces(char *out, size_t size)
{
	struct if_nameindex *all = if_nameindex();

	*out = 0;
	for (struct if_nameindex *i = all; i && i->if_name; i++)
		list_add(out, size, i->if_name);
	if (all)
		if_freenameindex(all);
	list_end(out, size);
}

bool host_interface_up(const char *name)
{
	char path[128], text[32];
	snprintf(path, sizeof(path), "/sys/class/net/%s/flags", name);
	// It cannot be read in a network namespace without its own /sys. Then assume that it is up.
	return !line_read(path, text, sizeof(text)) || strtoul(text, NULL, 16) & IFF_UP;
}

int host_interface_carrier(const char *name)
{
	char path[128], text[32];

	if (!host_interface_up(name)) // then its carrier cannot be read
		return 0;
	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier", name);
	return line_read(path, text, sizeof(text)) ? *text == '1' : -1;
}

bool host_interface_tap(const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	if (access(path, F_OK) != 0)
		return true; // unknown in a network namespace without its own /sys
	strncat(path, "/tun_flags", sizeof(path) - strlen(path) - 1);
	return access(path, F_OK) == 0;
}

bool host_driver_known(const char *text)
{
	static const char *const drivers[] = {
		"net_tap",  "net_tun",     "net_memif",       "net_af_packet",   "net_af_xdp",
		"net_ring", "net_pcap",    "net_virtio_user", "net_vhost",       "eth_vhost",
		"net_null", "net_bonding", "net_failsafe",    "net_vdev_netvsc", "net_softnic",
	};
	size_t len = strcspn(text, "0123456789,");
	for (unsigned i = 0; i < sizeof(drivers) / sizeof(*drivers); i++)
		if (strlen(drivers[i]) == len && !strncmp(drivers[i], text, len))
			return true;
	return false;
}

bool host_socket_taken(const char *path, bool abstract)
{
	char line[512];
	bool taken = false;
	FILE *file = fopen("/proc/net/unix", "re");

	while (file && fgets(line, sizeof(line), file)) {
		unsigned flags;
		int at = 0;
		// address: references protocol flags type state inode path
		if (sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &at) < 1 || at == 0)
			continue;
		line[strcspn(line, "\n")] = 0;
		const char *name = line + at;
		if (abstract != (*name == '@'))
			continue;
		// An abstract name is shown with its padding of NULs as "@".
		name += abstract;
		size_t len = strlen(path);
		if (flags & 0x10000 && !strncmp(name, path, len) &&
		    name[len + strspn(name + len, "@")] == 0) // 0x10000: listens
			taken = true;
	}
	if (file)
		fclose(file);
	return taken;
}

uint64_t host_free_huge_bytes(void)
{
	DIR *dir = opendir("/sys/kernel/mm/hugepages");
	const struct dirent *entry;
	uint64_t bytes = 0;

	while (dir && (entry = readdir(dir))) {
		char path[512], text[32];
		uint64_t kib;
		if (sscanf(entry->d_name, "hugepages-%" SCNu64 "kB", &kib) != 1)
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/%s/free_hugepages",
			 entry->d_name);
		if (line_read(path, text, sizeof(text)))
			bytes += strtoull(text, NULL, 10) * kib * 1024;
	}
	if (dir)
		closedir(dir);
	return bytes;
}

unsigned host_processors(char *out, size_t size)
{
	cpu_set_t set;
	unsigned n = 0;

	*out = 0;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		CPU_SET(0, &set);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		size_t len = strlen(out);
		int first = i;
		if (!CPU_ISSET(i, &set) || len + 16 > size)
			continue;
		while (i + 1 < CPU_SETSIZE && CPU_ISSET(i + 1, &set))
			i++;
		snprintf(out + len, size - len, first == i ? "%s%d" : "%s%d-%d", len ? "," : "",
			 first, i);
		n += (unsigned)(i - first + 1);
	}
	return n;
}

// SPDX-License-Identifier: BSD-3-Clause
// Rules about what was configured: the file, its places for lines, the device and the rights for it.

#include "doctor/rules.h"

#include <inttypes.h>
#include <string.h>

#define CAP_NET_ADMIN 12
#define CAP_NET_RAW 13
#define CAP_IPC_LOCK 14
#define CAP_BPF 39
#define FULL_PERCENT 90

// "FILE:LINE:COLUMN: error: WHAT" and the line that is echoed below it, or a text without a place.
static void message_split(const char *message, struct finding *f)
{
	const char *mark = strstr(message, ": error: "), *end = strchr(message, '\n');

	if (!mark || (end && mark > end)) {
		finding_say(f->found, "%s", message);
		return;
	}
	const char *what = mark + strlen(": error: ");
	finding_say(f->found, "%.*s", end ? (int)(end - what) : (int)strlen(what), what);
	finding_say(f->proof, "%.*s%s", (int)(mark - message), message, end ? end : "");
}

void judge_configuration(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_config *c = &facts->config;
	struct finding *f;

	if (c->error[0]) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		message_split(c->error, f);
		finding_say(f->means, "heartline run refuses this configuration");
		finding_say(f->fix, "heartline check %s", c->path);
		return;
	}
	if (c->why_not[0]) {
		finding_not_checked(findings, check, c->why_not);
		return;
	}
	if (facts->plan.error[0]) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		message_split(facts->plan.error, f);
		finding_say(f->means, "heartline run ends with this message before it starts");
		return;
	}
	f = finding_add(findings, check, SEVERITY_OK);
	finding_say(f->found, "%s: %" PRIu64 " lines on %" PRIu32 " addresses",
		    c->path[0] ? c->path : "the flags can be used", c->lines, c->n_addresses);
}

void judge_places(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_config *c = &facts->config;

	if (c->why_not[0]) {
		finding_not_checked(findings, check, c->why_not);
		return;
	}
	bool full = c->profile_lines * 100 > c->profile_places * FULL_PERCENT;
	struct finding *f = finding_add(findings, check, full ? SEVERITY_NOTE : SEVERITY_OK);
	finding_say(f->found,
		    "profile %s: %" PRIu64 " lines in %" PRIu64 " places: %" PRIu32
		    " addresses times %" PRIu32 " ports",
		    c->profile, c->profile_lines, c->profile_places, c->n_addresses,
		    c->profile_ports);
	if (full)
		finding_say(f->means,
			    "there is little room for more lines, and for the steering of "
			    "replies to choose places");
}

static void pci_fix(const struct facts_device *d, struct finding *f)
{
	finding_say(f->fix, "modprobe vfio-pci && dpdk-devbind.py -b vfio-pci %s", d->name);
}

// "device: WHAT; ADVICE", the prefix and the advice being optional.
static void unusable_judge(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_device *d = &facts->device;
	const char *what = strncmp(d->error, "device: ", 8) ? d->error : d->error + 8,
		   *advice = strstr(what, "; ");
	// Then it is the missing right that is named.
	bool follows = !facts->rights.why_not[0] && strstr(what, ": needs CAP_");
	struct finding *f = finding_add(findings, check, follows ? SEVERITY_NOTE : SEVERITY_ERROR);

	finding_say(f->found, "%.*s", advice ? (int)(advice - what) : FINDING_ROOM, what);
	finding_say(f->proof, "device: %s", d->text);
	if (advice && !strncmp(advice, "; do: ", 6))
		finding_say(f->fix, "%s", advice + 6);
	else if (strstr(what, "bound to the kernel driver"))
		pci_fix(d, f);
	finding_say(f->means, "heartline run cannot start on it%s%s",
		    advice && !f->fix[0] ? ": " : "", advice && !f->fix[0] ? advice + 2 : "");
}

void judge_device(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_device *d = &facts->device;
	struct finding *f;

	if (d->why_not[0] && !d->error[0]) {
		finding_not_checked(findings, check, d->why_not);
		return;
	}
	if (d->error[0]) {
		unusable_judge(facts, check, findings);
		return;
	}
	if (d->type == DEVICE_TYPE_PCI && !d->driver[0]) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "%s has no driver", d->name);
		finding_say(f->proof, "/sys/bus/pci/devices/%s/driver is not there", d->name);
		pci_fix(d, f);
		return;
	}
	f = finding_add(findings, check, SEVERITY_OK);
	if (d->type == DEVICE_TYPE_PCI)
		finding_say(f->found, "%s is bound to %s, and DPDK has a driver for it", d->name,
			    d->driver);
	else
		finding_say(f->found, "%s opens: DPDK has its driver", d->text);
}

void judge_iommu(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_iommu *i = &facts->iommu;
	struct finding *f;

	if (i->why_not[0]) {
		finding_not_checked(findings, check, i->why_not);
		return;
	}
	if (i->n_groups == 0 && !i->no_iommu_mode) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "there is no IOMMU, and vfio needs one");
		finding_say(f->proof, "/sys/kernel/iommu_groups is empty");
		finding_say(f->means, "switch it on in the firmware (VT-d, AMD-Vi) and by "
				      "intel_iommu=on iommu=pt on the kernel's command line; in a "
				      "virtual machine without one only the mode below is left, in "
				      "which the device can write all memory");
		finding_say(f->fix,
			    "echo 1 >/sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
		return;
	}
	if (i->group[0] && !i->group_opens) {
		f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "this user may not open the device's IOMMU group %s",
			    i->group);
		finding_say(f->proof, "/dev/vfio/%s: no access", i->group);
		finding_say(f->means, "run as root, or give the group's file to the user");
		finding_say(f->fix, "chown $USER /dev/vfio/%s", i->group);
		return;
	}
	f = finding_add(findings, check, i->no_iommu_mode ? SEVERITY_NOTE : SEVERITY_OK);
	if (i->no_iommu_mode) {
		finding_say(f->found, "vfio works without an IOMMU");
		finding_say(f->proof, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode: Y");
		finding_say(f->means, "nothing keeps the device from writing any memory");
	} else {
		finding_say(f->found, "%u IOMMU groups; the device is in group %s", i->n_groups,
			    i->group[0] ? i->group : "-");
	}
}

struct right {
	unsigned number;
	const char *name;
};

// What the drivers ask for.
static unsigned rights_needed(enum device_type type, struct right out[2])
{
	switch (type) {
	case DEVICE_TYPE_TAP:
		out[0] = (struct right){ CAP_NET_ADMIN, "CAP_NET_ADMIN" };
		return 1;
	case DEVICE_TYPE_AF_PACKET:
		out[0] = (struct right){ CAP_NET_RAW, "CAP_NET_RAW" };
		return 1;
	case DEVICE_TYPE_AF_XDP:
		out[0] = (struct right){ CAP_NET_ADMIN, "CAP_NET_ADMIN" };
		out[1] = (struct right){ CAP_BPF, "CAP_BPF" };
		return 2;
	case DEVICE_TYPE_PCI:
		out[0] = (struct right){ CAP_IPC_LOCK, "CAP_IPC_LOCK" };
		return 1;
	case DEVICE_TYPE_NONE:
	case DEVICE_TYPE_OTHER:
		break;
	}
	return 0;
}

void judge_rights(const struct facts *facts, const char *check, struct findings *findings)
{
	const struct facts_rights *r = &facts->rights;
	struct right needed[2];
	unsigned n = rights_needed(facts->device.type, needed), missing = 0;

	if (r->why_not[0] || facts->device.type == DEVICE_TYPE_NONE) {
		finding_not_checked(findings, check,
				    r->why_not[0] ? r->why_not
						  : "no device is known, and each needs others");
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		if (r->effective >> needed[i].number & 1)
			continue;
		struct finding *f = finding_add(findings, check, SEVERITY_ERROR);
		finding_say(f->found, "%s is missing, which %s needs", needed[i].name,
			    facts->device.name);
		finding_say(f->proof, "/proc/self/status: CapEff: %016" PRIx64, r->effective);
		finding_say(f->means, "run as root, or give the program the capability");
		finding_say(f->fix, "setcap %s+ep $(command -v heartline)",
			    needed[i].number == CAP_NET_RAW    ? "cap_net_raw"
			    : needed[i].number == CAP_IPC_LOCK ? "cap_ipc_lock"
							       : "cap_net_admin,cap_bpf");
		missing++;
	}
	if (missing > 0)
		return;
	struct finding *f = finding_add(findings, check, SEVERITY_OK);
	finding_say(f->found, n > 0 ? "%s is there%s" : "%s needs no rights%s",
		    n > 0 ? needed[0].name : facts->device.name,
		    n > 1 ? ", and so is CAP_BPF" : "");
}

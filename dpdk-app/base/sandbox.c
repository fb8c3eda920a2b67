// SPDX-License-Identifier: BSD-3-Clause
// A list of what is refused, not of what is allowed: DPDK's drivers and the C library need many calls, other
// ones with each release, and a call that is refused by mistake would be a fault far from here.

#include "base/sandbox.h"

#include <errno.h>
#include <string.h>

#include <seccomp.h>
#include <sys/socket.h>

static const int refused[] = {
	// other processes
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(kcmp),
	// what the kernel is and runs
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(reboot),
	SCMP_SYS(syslog),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	// the file system as such
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	// who may do what
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setfsuid),
	SCMP_SYS(setfsgid),
	SCMP_SYS(setgroups),
	SCMP_SYS(capset),
	SCMP_SYS(chown),
	SCMP_SYS(fchownat),
	SCMP_SYS(lchown),
	SCMP_SYS(setxattr),
	SCMP_SYS(lsetxattr),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	// the time and the name of the machine
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
};

static const int programs[] = { SCMP_SYS(execve), SCMP_SYS(execveat) };

static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET };

static int all_refuse(scmp_filter_ctx filter, const int calls[], size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
	return rc;
}

// The families between those that are allowed, and those above.
static int families_refuse(scmp_filter_ctx filter)
{
	int rc = 0;

	for (int family = 0; rc == 0 && family <= AF_PACKET; family++) {
		bool allowed = false;
		for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
			allowed |= families[i] == family;
		if (!allowed)
			rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
					      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0));
	}
	return rc < 0 ? rc
		      : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
					 SCMP_A0(SCMP_CMP_GT, AF_PACKET, 0));
}

int sandbox_close(bool starts_programs, struct hl_error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return hl_fail(err, ENOMEM, "sandbox: no memory for its filter");
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (rc == 0)
		rc = all_refuse(filter, refused, sizeof(refused) / sizeof(*refused));
	if (rc == 0 && !starts_programs)
		rc = all_refuse(filter, programs, sizeof(programs) / sizeof(*programs));
	if (rc == 0)
		rc = families_refuse(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc < 0 ? hl_fail(err, -rc,
				"sandbox: %s: this kernel takes no filter of system calls",
				strerror(-rc))
		      : 0;
}

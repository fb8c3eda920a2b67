// SPDX-License-Identifier: BSD-3-Clause
// The allocator's hooks on mmap(), and the handler that counts forbidden writes.
#include "arena.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <heartline/alloc.h>

#define BLOCKS_MAX 4096
#define PAGE 4096ul

static struct block {
	char *at;
	size_t bytes;
	uint32_t owner;
} blocks[BLOCKS_MAX];
static uint32_t n_blocks, owner_now;
static uint64_t written[ARENA_OWNERS_MAX];

static void *block_new(void *user, size_t bytes, size_t align)
{
	size_t whole = (bytes + PAGE - 1) & ~(PAGE - 1);
	char *at;

	(void)user;
	if (n_blocks == BLOCKS_MAX || align > PAGE)
		return NULL;
	at = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		  -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	blocks[n_blocks++] = (struct block){ .at = at, .bytes = whole, .owner = owner_now };
	return at;
}

static void block_free(void *user, void *memory)
{
	(void)user;
	for (uint32_t i = 0; i < n_blocks; i++)
		if (blocks[i].at == memory) {
			munmap(blocks[i].at, blocks[i].bytes);
			blocks[i] = blocks[--n_blocks];
			return;
		}
}

static void write_caught(int number, siginfo_t *info, void *context)
{
	char *at = (char *)((uintptr_t)info->si_addr & ~(PAGE - 1));

	(void)context;
	for (uint32_t i = 0; i < n_blocks; i++)
		if (blocks[i].at <= at && at < blocks[i].at + blocks[i].bytes) {
			written[blocks[i].owner]++;
			mprotect(at, PAGE, PROT_READ | PROT_WRITE);
			return;
		}
	signal(number, SIG_DFL); // a fault of our own
}

void arena_use(void)
{
	static const struct hl_allocator hooks = { .zalloc = block_new, .free = block_free };
	struct sigaction action = { .sa_sigaction = write_caught, .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	sigaction(SIGSEGV, &action, NULL);
	hl_set_allocator(&hooks);
}

void arena_own(uint32_t owner)
{
	owner_now = owner;
}

static void blocks_allow(uint32_t writer, uint32_t free_from, int others)
{
	for (uint32_t i = 0; i < n_blocks; i++)
		if (blocks[i].owner != writer && blocks[i].owner < free_from &&
		    mprotect(blocks[i].at, blocks[i].bytes, others) < 0) {
			perror("bench: mprotect");
			exit(1);
		}
}

void arena_protect(uint32_t writer, uint32_t free_from)
{
	for (uint32_t i = 0; i < ARENA_OWNERS_MAX; i++)
		written[i] = 0;
	blocks_allow(writer, free_from, PROT_READ);
}

void arena_release(void)
{
	blocks_allow(UINT32_MAX, UINT32_MAX, PROT_READ | PROT_WRITE);
}

uint64_t arena_pages_written(uint32_t owner)
{
	return written[owner];
}

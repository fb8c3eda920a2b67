// SPDX-License-Identifier: BSD-3-Clause
// Counts what OpenSSL and the engine allocate. For one .c file of a test program.
#pragma once

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/alloc.h>

static unsigned allocations;

static void *counting_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	allocations++;
	return malloc(n);
}

static void *counting_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	allocations++;
	return realloc(p, n);
}

static void plain_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

// OpenSSL takes hooks only before its first allocation, and libraries of the test framework use it
// in their constructors: be earlier than those.
static int hooks_set;

static void hooks_early(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	hooks_set = CRYPTO_set_mem_functions(counting_malloc, counting_realloc, plain_free);
}

__attribute__((section(".preinit_array"),
	       used)) static void (*const hooks_before_all)(int, char **, char **) = hooks_early;

static void *counting_zalloc(void *user, size_t bytes, size_t align)
{
	void *memory = NULL;

	(void)user;
	allocations++;
	if (posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes) != 0)
		return NULL;
	return memset(memory, 0, bytes);
}

static void hook_free(void *user, void *p)
{
	(void)user;
	free(p);
}

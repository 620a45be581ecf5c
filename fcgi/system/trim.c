/* SPDX-License-Identifier: MIT */
/*
 * Memory that only the start has needed.
 */
#include "config.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "confab/system/trim.h"

/* Only what was never writable is the file's own content, and may go. */
static int
trim_object(struct dl_phdr_info *o, size_t size, void *arg)
{
	uintptr_t page = *(const uintptr_t *)arg, from, to;
	const ElfW(Phdr) * p;
	size_t i;

	(void)size;
	for (i = 0; i < o->dlpi_phnum; i++) {
		p = &o->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || (p->p_flags & PF_W) != 0 ||
		    p->p_filesz != p->p_memsz)
			continue;
		/* Whole pages alone: nothing of a neighbour. */
		from = (o->dlpi_addr + p->p_vaddr + page - 1) & ~(page - 1);
		to = (o->dlpi_addr + p->p_vaddr + p->p_filesz) & ~(page - 1);
		if (from >= to)
			continue;
		/* The addresses are the linker's, and as such are numbers. */
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void
trim_heap(void)
{
#ifdef __GLIBC__ /* others give back by themselves */
	(void)malloc_trim(0);
#endif
}

void
trim_memory(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	trim_heap();
	(void)dl_iterate_phdr(trim_object, &page);
}

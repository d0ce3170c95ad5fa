#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <sys/types.h>

enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };
#define MAP_FAILED ((void *)-1)

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int mprotect(void *address, size_t size, int protection), munmap(void *address, size_t size);

#endif

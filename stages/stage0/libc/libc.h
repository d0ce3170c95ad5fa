// libc.h: all of the libc's headers, and what its own sources share.
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A call of the Linux kernel (i386), with its result as C has it: an error sets errno and gives -1.
long __syscall(int number, ...);
enum {
    SYS_fork = 2, SYS_read = 3, SYS_write = 4, SYS_close = 6, SYS_link = 9, SYS_unlink = 10, SYS_execve = 11,
    SYS_chdir = 12, SYS_chmod = 15, SYS_getpid = 20, SYS_access = 33, SYS_kill = 37, SYS_rename = 38, SYS_mkdir = 39,
    SYS_rmdir = 40, SYS_dup = 41, SYS_pipe = 42, SYS_ioctl = 54, SYS_umask = 60, SYS_dup2 = 63, SYS_symlink = 83,
    SYS_readlink = 85, SYS_munmap = 91, SYS_wait4 = 114, SYS_mprotect = 125, SYS_llseek = 140,
    SYS_rt_sigaction = 174, SYS_getcwd = 183, SYS_mmap2 = 192, SYS_exit_group = 252, SYS_openat = 295,
    SYS_statx = 383, SYS_clock_gettime64 = 403, SYS_clock_nanosleep_time64 = 407, SYS_utimensat_time64 = 412
};

// The arguments that follow `last`: they lie behind it on the stack.
#define ARGUMENTS(last) ((va_list)(&(last) + 1))

struct _FILE {
    int fd, flags;
    unsigned char *next; // in the buffer: next byte to read, or end of those to be written
    unsigned char *end;  // end of the bytes that were read
    FILE *following;     // in the list of open files
    unsigned char buffer[BUFSIZ];
};
enum {
    AT_END = 1, FAILED = 2,
    WRITING = 4,    // the buffer holds bytes to be written, not bytes that were read
    UNBUFFERED = 8, // each call's output is written at once
    LINES = 16,     // output is written when a line ends
    UNDECIDED = 32  // LINES if it is a terminal
};

// Writes the decimal digits of mantissa * 2^exponent, all of them and no others, without leading zeros.
// Sets *length to their count. Returns how many of them stand before the decimal point: below zero if
// zeros follow the point first, above *length if zeros stand before it.
int __digits(unsigned long long mantissa, int exponent, char *digits, int *length);
enum { MAX_DIGITS = 11600 }; // more than any long double has: the smallest one's neighbour has 11,514

// syscall.c: how the kernel is called; open files and memory.
#include "libc.h"

// The kernel takes the number in eax and the arguments in ebx, ecx, edx, esi, edi and ebp. All six
// are always loaded: what a caller did not give is whatever lies above it on the stack, unused.
asm(".globl __kernel\n"
    "__kernel:\n"
    ".byte 0x55, 0x53, 0x56, 0x57\n"       // push ebp; push ebx; push esi; push edi
    ".byte 0x8b, 0x74, 0x24, 0x14\n"       // mov esi, [esp+20]
    ".byte 0x8b, 0x06, 0x8b, 0x5e, 0x04\n" // mov eax, [esi]; mov ebx, [esi+4]
    ".byte 0x8b, 0x4e, 0x08\n"             // mov ecx, [esi+8]
    ".byte 0x8b, 0x56, 0x0c\n"             // mov edx, [esi+12]
    ".byte 0x8b, 0x7e, 0x14\n"             // mov edi, [esi+20]
    ".byte 0x8b, 0x6e, 0x18\n"             // mov ebp, [esi+24]
    ".byte 0x8b, 0x76, 0x10\n"             // mov esi, [esi+16]
    ".byte 0xcd, 0x80\n"                   // int 0x80
    ".byte 0x5f, 0x5e, 0x5b, 0x5d, 0xc3"); // pop edi; pop esi; pop ebx; pop ebp; ret
long __kernel(int *number_and_arguments);

int errno;

long __syscall(int number, ...) {
    long result = __kernel(&number);
    if (result >= 0 || result < -4095)
        return result;
    errno = -result;
    return -1;
}

int open(const char *path, int flags, ...) {
    mode_t mode = *(mode_t *)ARGUMENTS(flags);
    return __syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

off_t lseek(int fd, off_t offset, int from) {
    off_t position;
    int high = offset >> 32, low = offset;
    return __syscall(SYS_llseek, fd, high, low, &position, from) < 0 ? -1 : position;
}

int isatty(int fd) {
    char settings[64];
    return __syscall(SYS_ioctl, fd, 0x5401, settings) == 0; // TCGETS
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    int page = offset >> 12; // mmap2 counts in pages
    return (void *)__syscall(SYS_mmap2, address, size, protection, flags, fd, page);
}

ssize_t read(int fd, void *data, size_t size) { return __syscall(SYS_read, fd, data, size); }
ssize_t write(int fd, const void *data, size_t size) { return __syscall(SYS_write, fd, data, size); }
int creat(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int close(int fd) { return __syscall(SYS_close, fd); }
int dup(int fd) { return __syscall(SYS_dup, fd); }
int dup2(int from, int to) { return __syscall(SYS_dup2, from, to); }
int pipe(int ends[2]) { return __syscall(SYS_pipe, ends); }
int mprotect(void *address, size_t size, int to) { return __syscall(SYS_mprotect, address, size, to); }
int munmap(void *address, size_t size) { return __syscall(SYS_munmap, address, size); }

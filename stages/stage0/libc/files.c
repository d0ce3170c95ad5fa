// files.c: names in the file system, and what is known about them.
#include "libc.h"

int access(const char *path, int mode) { return __syscall(SYS_access, path, mode); }
int chdir(const char *path) { return __syscall(SYS_chdir, path); }
int chmod(const char *path, mode_t mode) { return __syscall(SYS_chmod, path, mode); }
int link(const char *from, const char *to) { return __syscall(SYS_link, from, to); }
int mkdir(const char *path, mode_t mode) { return __syscall(SYS_mkdir, path, mode); }
int rename(const char *from, const char *to) { return __syscall(SYS_rename, from, to); }
int rmdir(const char *path) { return __syscall(SYS_rmdir, path); }
int symlink(const char *target, const char *path) { return __syscall(SYS_symlink, target, path); }
int unlink(const char *path) { return __syscall(SYS_unlink, path); }
int remove(const char *path) { return unlink(path) == 0 ? 0 : errno == EISDIR ? rmdir(path) : -1; }
mode_t umask(mode_t mask) { return __syscall(SYS_umask, mask); }
char *getcwd(char *path, size_t size) { return __syscall(SYS_getcwd, path, size) < 0 ? NULL : path; }
ssize_t readlink(const char *path, char *to, size_t size) { return __syscall(SYS_readlink, path, to, size); }
int utimensat(int directory, const char *path, const struct timespec times[2], int flags) {
    return __syscall(SYS_utimensat_time64, directory, path, times, flags);
}

// What statx(2) fills in. The older calls have 32 bits for times.
struct statx {
    unsigned mask, block_size, attributes[2], links, user, group;
    unsigned short mode, padding;
    unsigned long long inode, size, blocks, attributes_mask;
    struct timespec access, birth, change, modification;
    unsigned special_major, special_minor, major, minor, spare[28];
};

static int status_of(int directory, const char *path, int flags, struct stat *status) {
    struct statx x;
    if (__syscall(SYS_statx, directory, path, flags, 0x7ff, &x) < 0) // STATX_BASIC_STATS
        return -1;
    status->st_dev = (dev_t)x.major << 20 | x.minor;
    status->st_ino = x.inode;
    status->st_mode = x.mode;
    status->st_size = x.size;
    status->st_atim = x.access;
    status->st_mtim = x.modification;
    status->st_ctim = x.change;
    return 0;
}

int stat(const char *path, struct stat *status) { return status_of(AT_FDCWD, path, 0, status); }
int lstat(const char *path, struct stat *status) { return status_of(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, status); }
int fstat(int fd, struct stat *status) { return status_of(fd, "", AT_EMPTY_PATH, status); }

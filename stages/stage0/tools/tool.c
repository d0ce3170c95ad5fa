// tool.c: what the tools share.
#include "tool.h"

void fail(const char *format, ...) {
    va_list arguments;
    fprintf(stderr, "%s: cannot ", tool);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

void fail_because(const char *action, const char *path) { fail("%s %s: %s", action, path, strerror(errno)); }

char *read_file(const char *path, size_t *size) {
    struct stat status;
    size_t done = 0;
    int part, fd = open(path, O_RDONLY);
    char *data;
    if (fd < 0 || fstat(fd, &status) != 0)
        fail_because("read", path);
    if (!S_ISREG(status.st_mode))
        fail("read %s: it is not a file", path);
    data = status.st_size < 0x7fff0000 ? malloc(status.st_size + 1) : NULL;
    if (data == NULL)
        fail("read %s: it does not fit in memory", path);
    for (; done < status.st_size; done += part) {
        part = read(fd, data + done, status.st_size - done);
        if (part < 0)
            fail_because("read", path);
        if (part == 0)
            fail("read %s: it became shorter meanwhile", path);
    }
    close(fd);
    data[done] = 0;
    *size = done;
    return data;
}

void write_file(const char *path, const char *data, size_t size, int executable) {
    size_t done = 0;
    int part, fd;
    do
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL, executable ? 0755 : 0644);
    while (fd < 0 && errno == EEXIST && unlink(path) == 0);
    if (fd < 0)
        fail_because("write", path);
    for (; done < size; done += part) {
        part = write(fd, data + done, size - done);
        if (part < 0)
            fail_because("write", path);
    }
    if (close(fd) != 0)
        fail_because("write", path);
}

void set_time(const char *path, long long time) {
    struct timespec times[2];
    times[0].tv_sec = times[1].tv_sec = time;
    times[0].tv_nsec = times[1].tv_nsec = 0;
    if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0)
        fail_because("set the time of", path);
}

char *join(const char *directory, const char *name) {
    char *path = malloc(strlen(directory) + strlen(name) + 2);
    sprintf(path, "%s/%s", directory, name);
    return path;
}

void make_parents(const char *path) {
    static char *known; // the path of the last call, up to its last slash
    char *part = strdup(path), *slash = part;
    struct stat status;
    size_t length = strrchr(path, '/') ? strrchr(path, '/') - path : 0;
    if (known && strncmp(known, path, length) == 0 && known[length] == 0)
        return;
    while ((slash = strchr(slash + 1, '/'))) {
        *slash = 0;
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            fail_because("make the directory", part);
        if (lstat(part, &status) != 0 || !S_ISDIR(status.st_mode))
            fail("make %s: %s is not a directory", path, part);
        *slash = '/';
    }
    part[length] = 0;
    known = part;
}

void make_directory(const char *path) {
    char *parents = join(path, "");
    make_parents(parents);
    free(parents);
}

char *place(const char *directory, const char *name, int strip) {
    char *path = join(directory, name);
    size_t length;
    if (*name == '/')
        fail("use the name '%s': it is absolute", name);
    path[strlen(directory)] = 0;
    for (; *name; name += length, name += strspn(name, "/")) {
        length = strcspn(name, "/");
        if (length == 2 && name[0] == '.' && name[1] == '.')
            fail("use the name of a file that begins with '..': %s", name);
        if ((length == 1 && name[0] == '.') || strip-- > 0)
            continue;
        strcat(path, "/");
        strncat(path, name, length);
    }
    return path[strlen(directory)] ? path : NULL;
}

// install DIR FILE...: makes DIR and the directories on the way to it, and copies the files there under their own
// names. Times and the right to execute are kept.
#include "tool.h"

const char tool[] = "install";

static void install(const char *file, const char *directory) {
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    char *copy = join(directory, name), *data;
    struct stat status;
    size_t size;
    data = read_file(file, &size);
    if (stat(file, &status) != 0)
        fail_because("read", file);
    write_file(copy, data, size, status.st_mode & S_IXUSR);
    set_time(copy, status.st_mtime);
    free(data);
}

int main(int argc, char **argv) {
    if (argc < 2)
        fail("install: usage: install DIR FILE...");
    make_directory(argv[1]);
    while (--argc > 1)
        install(argv[argc], argv[1]);
    return 0;
}

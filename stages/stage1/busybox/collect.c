// collect OUT TEMPLATE MARK FILE...: writes TEMPLATE to OUT, with its line INSERT replaced by what follows MARK in those
// lines of the FILEs that begin with MARK. They go to the end where there is no such line. Lists of busybox's applets,
// objects, options and help texts stand in its sources as such lines; its scripts/gen_build_files.sh does this by sed.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *action, const char *path) {
    fprintf(stderr, "collect: cannot %s %s: %s\n", action, path, strerror(errno));
    exit(1);
}

static FILE *open_to_read(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail("read", path);
    return file;
}

static char *line; // the one that was read last, without its end
static size_t room;

static int read_line(FILE *file, const char *path) {
    ssize_t length = getline(&line, &room, file);
    if (ferror(file))
        fail("read", path);
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = 0;
    return length > 0;
}

static void collect(FILE *out, const char *mark, char **paths) {
    // A help text is the body of a macro, whose lines begin with a blank.
    int joined = strcmp(mark, "//usage:") == 0;
    const char *text;
    FILE *file;
    for (; *paths; paths++) {
        file = open_to_read(*paths);
        while (read_line(file, *paths)) {
            if (strncmp(line, mark, strlen(mark)) != 0)
                continue;
            text = line + strlen(mark);
            fprintf(out, "%s\n%s", joined && (*text == ' ' || *text == '\t') ? " \\" : "", text);
        }
        fclose(file);
    }
    fputc('\n', out);
}

int main(int argc, char **argv) {
    int inserted = 0;
    FILE *out, *template;
    if (argc < 4) {
        fputs("collect: usage: collect OUT TEMPLATE MARK FILE...\n", stderr);
        return 1;
    }
    out = fopen(argv[1], "w");
    if (out == NULL)
        fail("write", argv[1]);
    template = open_to_read(argv[2]);
    while (read_line(template, argv[2]))
        if (strcmp(line, "INSERT") == 0) {
            collect(out, argv[3], argv + 4);
            inserted = 1;
        } else {
            fprintf(out, "%s\n", line);
        }
    if (!inserted)
        collect(out, argv[3], argv + 4);
    if (fclose(out) != 0)
        fail("write", argv[1]);
    return 0;
}

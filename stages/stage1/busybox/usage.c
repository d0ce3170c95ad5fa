// usage OUT: writes the applets' help texts, in the order of their names, as the C string that libbb/appletlib.c asks
// for. busybox makes it from the output of its applets/usage.c by od and sed.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autoconf.h"

// As platform.h has them where a process can fork
#define USE_FOR_NOMMU(...)
#define USE_FOR_MMU(...) __VA_ARGS__

#include "usage.h"

#define MAKE_USAGE(name, text) { name, text },

static struct usage {
    const char *name, *text;
} usages[] = {
#include "applets.h"
};

enum { COUNT = sizeof usages / sizeof *usages };

static int compare(const void *a, const void *b) {
    const struct usage *first = a, *second = b;
    return strcmp(first->name, second->name);
}

int main(int argc, char **argv) {
    const char *text;
    FILE *out;
    int i;
    if (argc != 2) {
        fputs("usage: usage: usage OUT\n", stderr);
        return 1;
    }
    out = fopen(argv[1], "w");
    if (out == NULL) {
        fprintf(stderr, "usage: cannot write %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    qsort(usages, COUNT, sizeof *usages, compare);
    fputs("#define UNPACKED_USAGE \\\n", out);
    for (i = 0; i < COUNT; i++) {
        fputs("\"", out);
        for (text = usages[i].text; *text; text++)
            fprintf(out, "\\%03o", (unsigned char)*text);
        fputs("\\000\" \\\n", out);
    }
    fputs("\n", out);
    return fclose(out) != 0;
}

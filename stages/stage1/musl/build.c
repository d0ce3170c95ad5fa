// build SRC OUT CC: builds musl for i386 from its unpacked source SRC with the compiler CC, into OUT/include and
// OUT/lib. It does what musl's Makefile does; there is neither a make nor a shell nor a sed to run that yet.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *format, ...) {
    va_list arguments;
    fprintf(stderr, "build: cannot ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

// Text made as printf does
static char *text(const char *format, ...) {
    char *made = malloc(4096);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(made, 4096, format, arguments);
    return made;
}

// Lists of texts, ended by NULL

struct list {
    char **item;
    int count;
};

static void add(struct list *list, char *item) {
    list->item = realloc(list->item, (list->count + 2) * sizeof *list->item);
    list->item[list->count++] = item;
    list->item[list->count] = NULL;
}

static void add_words(struct list *list, ...) {
    va_list words;
    char *word;
    va_start(words, list);
    while ((word = va_arg(words, char *)))
        add(list, word);
}

static int compare(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

static int ends(const char *name, const char *end) {
    size_t length = strlen(name), end_length = strlen(end);
    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

// Files

static int exists(const char *path) { return access(path, F_OK) == 0; }

static char *read_file(const char *path) {
    int fd = open(path, O_RDONLY), part, size = 0;
    char *data = NULL;
    if (fd < 0)
        fail("read %s: %s", path, strerror(errno));
    do {
        data = realloc(data, size + 65537);
        part = read(fd, data + size, 65536);
        size += part;
    } while (part > 0);
    close(fd);
    data[size] = 0;
    return data;
}

static FILE *create(const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        fail("write %s: %s", path, strerror(errno));
    return file;
}

static void make_directory(const char *path) {
    char *part = text("%s/", path), *slash = part;
    while ((slash = strchr(slash + 1, '/'))) {
        *slash = 0;
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            fail("make %s: %s", part, strerror(errno));
        *slash = '/';
    }
}

// getdents64(2): the libc of stage 0 has no opendir.
struct entry {
    unsigned long long inode, offset;
    unsigned short size;
    unsigned char type;
    char name[1];
};
long __syscall(int number, ...);
extern char **environ;

// The names in a directory, sorted; none if there is no such directory.
static struct list names_in(const char *path) {
    struct list names = { NULL, 0 };
    static char buffer[32768];
    struct entry *entry;
    int fd = open(path, O_RDONLY), size, at;
    while (fd >= 0 && (size = __syscall(220, fd, buffer, sizeof buffer)) > 0)
        for (at = 0; at < size; at += entry->size) {
            entry = (struct entry *)(buffer + at);
            if (entry->name[0] != '.')
                add(&names, strdup(entry->name));
        }
    if (fd >= 0)
        close(fd);
    if (names.count > 0)
        qsort(names.item, names.count, sizeof *names.item, compare);
    return names;
}

// Runs a program in the directory `where`, and ends if it fails.
static void run(const char *where, struct list *command) {
    int status, process = fork();
    if (process == 0) {
        if (chdir(where) == 0)
            execve(command->item[0], command->item, environ);
        fail("run %s in %s: %s", command->item[0], where, strerror(errno));
    }
    if (process < 0 || waitpid(process, &status, 0) < 0 || status != 0)
        fail("build %s", where);
}

static const char *source, *out, *compiler;

// Headers

// alltypes.h.in has a line for each type, which a header asks for by a macro: tools/mkalltypes.sed.
static void write_types(FILE *to, const char *from) {
    char *line = strtok(read_file(from), "\n"), *name, *kind;
    for (; line; line = strtok(NULL, "\n")) {
        kind = strncmp(line, "TYPEDEF ", 8) == 0 ? "" : strncmp(line, "STRUCT ", 7) == 0 ? "struct " : NULL;
        if (strncmp(line, "UNION ", 6) == 0)
            kind = "union ";
        if (kind == NULL) {
            fprintf(to, "%s\n", line);
            continue;
        }
        line = strchr(line, ' ') + 1;
        line[strlen(line) - 1] = 0; // the semicolon
        if (*kind) {
            name = text("%s_%.*s", strncmp(kind, "struct", 6) == 0 ? "struct" : "union", (int)strcspn(line, " "), line);
            line = text("%s%s", kind, line);
        } else {
            name = strrchr(line, ' ') + 1;
            line = text("typedef %s", line);
        }
        fprintf(to, "#if defined(__NEED_%s) && !defined(__DEFINED_%s)\n%s;\n#define __DEFINED_%s\n#endif\n\n", name,
                name, line, name);
    }
}

// Each number __NR_x of a system call is also called SYS_x.
static void write_system_calls(FILE *to, const char *from) {
    char *line;
    fputs(read_file(from), to);
    for (line = strtok(read_file(from), "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, "#define __NR_", 13) == 0)
            fprintf(to, "#define SYS_%s\n", line + 13);
}

static void copy_headers(const char *from, const char *to) {
    struct list names = names_in(from);
    struct list command = { NULL, 0 };
    int i;
    add_words(&command, "/install", to, NULL);
    for (i = 0; i < names.count; i++)
        if (ends(names.item[i], ".h"))
            add(&command, names.item[i]);
        else if (!ends(names.item[i], ".in"))
            copy_headers(text("%s/%s", from, names.item[i]), text("%s/%s", to, names.item[i]));
    run(from, &command);
}

static void make_headers(void) {
    FILE *file;
    char *bits = text("%s/include/bits", out), *version = read_file(text("%s/VERSION", source));
    copy_headers(text("%s/include", source), text("%s/include", out));
    copy_headers(text("%s/arch/generic/bits", source), bits);
    copy_headers(text("%s/arch/i386/bits", source), bits);
    file = create(text("%s/alltypes.h", bits));
    write_types(file, text("%s/arch/i386/bits/alltypes.h.in", source));
    write_types(file, text("%s/include/alltypes.h.in", source));
    fclose(file);
    file = create(text("%s/syscall.h", bits));
    write_system_calls(file, text("%s/arch/i386/bits/syscall.h.in", source));
    fclose(file);
    file = create(text("%s/src/internal/version.h", source));
    fprintf(file, "#define VERSION \"%.*s\"\n", (int)strcspn(version, "\n"), version);
    fclose(file);
}

// Objects

// TinyCC knows neither the constraints of x87 registers, nor the instructions on the control word of SSE, which
// it never uses. musl has portable C in their place.
static int compiles(const char *folder, const char *name) {
    if (strcmp(folder, "src/math") == 0)
        return !ends(name, ".c");
    return strcmp(folder, "src/fenv") != 0;
}

// The file of that name, without its suffix, that i386 has in place of the portable one.
static char *of_i386(const char *folder, const char *stem) {
    static const char *const suffixes[] = { ".c", ".s", ".S" };
    int i;
    for (i = 0; i < 3; i++)
        if (exists(text("%s/%s/i386/%s%s", source, folder, stem, suffixes[i])))
            return text("i386/%s%s", stem, suffixes[i]);
    return NULL;
}

static char *stem_of(const char *name) { return text("%.*s", (int)(strrchr(name, '.') - name), name); }

// The sources in a folder, each of which is a C file or one of i386.
static struct list sources_in(const char *folder) {
    struct list found = { NULL, 0 }, names = names_in(text("%s/%s", source, folder));
    char *name, *other;
    int i;
    for (i = 0; i < names.count; i++) {
        name = names.item[i];
        if (!ends(name, ".c"))
            continue;
        other = of_i386(folder, stem_of(name));
        add(&found, other && compiles(folder, other) ? other : name);
    }
    names = names_in(text("%s/%s/i386", source, folder));
    for (i = 0; i < names.count; i++) {
        name = names.item[i];
        if (!exists(text("%s/%s/%s.c", source, folder, stem_of(name))) && compiles(folder, name))
            add(&found, text("i386/%s", name));
    }
    return found;
}

// Compiles a folder's sources, in one process, and adds the objects to the list.
static void compile(const char *folder, struct list *objects) {
    struct list sources = sources_in(folder);
    struct list command = { NULL, 0 };
    char *to = text("%s/obj/%s", source, folder), *name;
    int i;
    if (sources.count == 0)
        return;
    make_directory(to);
    add_words(&command, compiler, "-c", "-nostdinc", "-D_XOPEN_SOURCE=700", NULL);
    // TinyCC cannot call through a segment register, which is the faster way into the kernel.
    add(&command, "-DSYSCALL_NO_TLS=1");
    if (strcmp(folder, "crt") == 0)
        add(&command, "-DCRT");
    add_words(&command, text("-I%s/arch/i386", source), text("-I%s/arch/generic", source), NULL);
    add_words(&command, text("-I%s/src/include", source), text("-I%s/src/internal", source), NULL);
    add(&command, text("-I%s/include", out));
    for (i = 0; i < sources.count; i++) {
        add(&command, text("%s/%s/%s", source, folder, sources.item[i]));
        name = strrchr(sources.item[i], '/') ? strrchr(sources.item[i], '/') + 1 : sources.item[i];
        add(objects, text("%s/%s.o", to, stem_of(name)));
    }
    run(to, &command);
}

static void archive(const char *name, struct list *objects) {
    struct list command = { NULL, 0 };
    int i;
    add_words(&command, compiler, "-ar", "rcs", text("%s/lib/%s", out, name), NULL);
    for (i = 0; i < objects->count; i++)
        add(&command, objects->item[i]);
    run(out, &command);
}

int main(int argc, char **argv) {
    static const char *const empty[] = { "m", "rt", "pthread", "crypt", "util", "xnet", "resolv", "dl" };
    struct list folders, objects = { NULL, 0 }, starts = { NULL, 0 }, command = { NULL, 0 };
    int i;
    FILE *file;
    if (argc != 4)
        fail("build musl: usage: build SRC OUT CC");
    source = argv[1];
    out = argv[2];
    compiler = argv[3];

    make_headers();

    folders = names_in(text("%s/src", source));
    for (i = 0; i < folders.count; i++)
        // Nothing that TinyCC compiles can be complex: it lacks the type.
        if (strcmp(folders.item[i], "complex") != 0)
            compile(text("src/%s", folders.item[i]), &objects);
    compile("src/malloc/mallocng", &objects);
    compile("crt", &starts);

    make_directory(text("%s/lib", out));
    archive("libc.a", &objects);
    add_words(&command, "/install", text("%s/lib", out), "crt1.o", "crti.o", "crtn.o", NULL);
    run(text("%s/obj/crt", source), &command);
    // All is in libc.a, but programs name these, too.
    for (i = 0; i < 8; i++) {
        file = create(text("%s/lib/lib%s.a", out, empty[i]));
        fputs("!<arch>\n", file);
        fclose(file);
    }
    return 0;
}

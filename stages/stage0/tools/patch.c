// patch [-pN] DIR PATCH: applies a unified diff to the files in DIR, whose names in the patch lose their first
// N components (1 unless given). Every line of context must stand exactly where the patch says. Format:
// POSIX.1-2017, diff, "Diff -u or -U Output Format".
#include "tool.h"

const char tool[] = "patch";

static const char *patch_name;
static char *line; // the current line of the patch; its end is a 0, and the next begins behind that
static char *patch_end;
static int line_number = 1, strip = 1;

static void damaged(const char *reason) { fail("apply %s: line %d: %s", patch_name, line_number, reason); }

static int at_end(void) { return line >= patch_end; }

static void next_line(void) {
    line += strlen(line) + 1;
    line_number++;
}

static int begins(const char *text) { return !at_end() && strncmp(line, text, strlen(text)) == 0; }

// Text that grows
struct text {
    char *data;
    size_t size, room;
};

static void append(struct text *text, const char *data, size_t size) {
    if (text->room - text->size < size) {
        text->room = 2 * text->room + size;
        text->data = realloc(text->data, text->room);
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

// The file that a line "--- NAME<tab>…" or "+++ NAME" names; NULL for /dev/null.
static char *file_name(const char *directory) {
    char *name = strndup(line + 4, strcspn(line + 4, "\t")), *path;
    if (strcmp(name, "/dev/null") == 0)
        return NULL;
    path = place(directory, name, strip);
    if (path == NULL)
        damaged("nothing is left of the file's name");
    return path;
}

// Reads "START,COUNT" or "START", which means a count of 1. Returns where the text goes on.
static char *read_range(char *p, long *start, long *count) {
    *start = strtol(p, &p, 10);
    *count = 1;
    if (*p == ',')
        *count = strtol(p + 1, &p, 10);
    if (*start < 0 || *count < 0)
        damaged("a range is negative");
    return p;
}

// The length of the line at p, with its end if it has one
static size_t line_length(const char *p) {
    const char *end = strchr(p, '\n');
    return end ? end - p + 1 : strlen(p);
}

// Whether "\ No newline at end of file" follows the current line
static int lacks_newline(void) {
    char *next = line + strlen(line) + 1;
    return next < patch_end && *next == '\\';
}

// Applies one hunk. `old` is where the old file goes on and *old_line that line's number; the new file grows.
static const char *apply_hunk(const char *old, long *old_line, struct text *new) {
    long start, count, new_start, new_count;
    char *p = read_range(line + 4, &start, &count);
    size_t length;
    if (strncmp(p, " +", 2) != 0)
        damaged("the hunk's ranges are missing");
    p = read_range(p + 2, &new_start, &new_count);
    if (strncmp(p, " @@", 3) != 0)
        damaged("the hunk's ranges are missing");
    if (count == 0)
        start++; // a range without lines stands before its place
    if (start < *old_line)
        damaged("the hunk comes too late");
    for (; *old_line < start; ++*old_line) {
        length = line_length(old);
        if (length == 0)
            damaged("the file has fewer lines");
        append(new, old, length);
        old += length;
    }
    for (next_line(); count > 0 || new_count > 0; next_line()) {
        if (at_end())
            damaged("the hunk is truncated");
        if (*line == '\\')
            continue;
        length = strlen(line) - (*line != 0); // an empty line stands for an empty line of context
        if (*line == ' ' || *line == '-' || *line == 0) {
            if (line_length(old) != length + !lacks_newline() || memcmp(old, line + 1, length) != 0)
                damaged("the file has another line here");
            if (*line != '-')
                append(new, old, line_length(old));
            old += line_length(old);
            ++*old_line;
            count--;
            new_count -= *line != '-';
        } else if (*line == '+') {
            append(new, line + 1, length);
            if (!lacks_newline())
                append(new, "\n", 1);
            new_count--;
        } else {
            damaged("the line is neither context nor change");
        }
        if (count < 0 || new_count < 0)
            damaged("the hunk is longer than it says");
    }
    return old;
}

// Git's changes without lines
static void refuse_unknown(void) {
    static const char *const unknown[] = { "rename ", "copy ", "old mode ", "new file mode 100755", "GIT binary patch" };
    int i;
    for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (begins(unknown[i]))
            damaged("this kind of change is not known here");
}

static void patch_file(const char *directory) {
    struct text new = { NULL, 0, 0 };
    struct stat status;
    const char *old = "";
    char *from, *to;
    long old_line = 1;
    size_t size = 0;
    from = file_name(directory);
    next_line();
    if (!begins("+++ "))
        damaged("the new file's name is missing");
    to = file_name(directory);
    next_line();
    if (from == NULL && to == NULL)
        damaged("the patch names no file");
    status.st_mode = 0;
    make_parents(to ? to : from);
    if (to && begins("@@ -0,0 ") && access(to, F_OK) != 0)
        from = NULL; // as diff -N says it
    if (from == NULL && access(to, F_OK) == 0)
        fail("make %s: it is there already", to);
    if (from) {
        from = to ? to : from; // the new name is the one without ".orig" and the like
        old = read_file(from, &size);
        if (strlen(old) != size)
            fail("patch %s: it is not a text", from);
        stat(from, &status);
    }
    while (begins("@@ "))
        old = apply_hunk(old, &old_line, &new);
    if (begins("\\"))
        next_line();
    // Git ends a patch with "-- " and its version.
    if (begins(" ") || begins("+") || (begins("-") && !begins("--- ") && !begins("-- ")))
        damaged("the hunk is longer than it says");
    append(&new, old, strlen(old));
    if (to == NULL && new.size > 0)
        fail("delete %s: the patch leaves some of it", from);
    if (to == NULL) {
        if (remove(from) != 0)
            fail_because("delete", from);
        return;
    }
    write_file(to, new.data, new.size, status.st_mode & 0100);
}

int main(int argc, char **argv) {
    size_t size;
    char *p;
    int files = 0;
    if (argc == 4 && strncmp(argv[1], "-p", 2) == 0) {
        strip = atoi(argv[1] + 2);
        argv++;
        argc--;
    }
    if (argc != 3)
        fail("patch: usage: patch [-pN] DIR PATCH");
    patch_name = argv[2];
    line = read_file(patch_name, &size);
    if (strlen(line) != size)
        fail("apply %s: it is not a text", patch_name);
    patch_end = line + size;
    for (p = line; p < patch_end; p++)
        if (*p == '\n')
            *p = 0;
    while (!at_end())
        if (begins("--- ")) {
            patch_file(argv[1]);
            files++;
        } else if (begins("@@ ")) {
            damaged("a hunk without a file");
        } else {
            refuse_unknown();
            next_line();
        }
    if (files == 0)
        fail("apply %s: it is no unified diff", patch_name);
    return 0;
}

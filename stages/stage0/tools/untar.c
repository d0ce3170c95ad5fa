// untar [--strip N] IN DIR: extracts a tar archive (ustar, with pax and GNU long names) into DIR, without the
// names' first N components. Times of files and the right to execute are kept. Format: POSIX.1-2017, pax,
// "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
#include "tool.h"

const char tool[] = "untar";

enum { BLOCK = 512 };

struct header {
    char name[100], mode[8], user[8], group[8], size[12], time[12], checksum[8], type, link[100];
    char magic[6], version[2], user_name[32], group_name[32], major[8], minor[8], prefix[155], unused[12];
};

// A member as its header and the extended headers before it tell.
struct member {
    char *name, *link;
    long long size, time; // -1: not given by an extended header
};

static const char *archive, *directory;
static int strip;

static void damaged(const char *reason) { fail("extract %s: %s", archive, reason); }

// An octal number, with spaces around it, in a field that need not end with 0
static long long octal(const char *field, int size) {
    long long value = 0;
    const char *end = field + size;
    while (field < end && *field == ' ')
        field++;
    for (; field < end && *field >= '0' && *field <= '7'; field++)
        value = value * 8 + *field - '0';
    if (field < end && *field != ' ' && *field != 0)
        damaged("a header has a bad number");
    return value;
}

static void check_header(const struct header *header) {
    const unsigned char *p = (const unsigned char *)header;
    int sum = 0, i;
    for (i = 0; i < BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : p[i]; // the checksum itself counts as spaces
    if (sum != octal(header->checksum, sizeof header->checksum))
        damaged("a header's checksum is wrong");
}

static char *header_name(const struct header *header) {
    char *name = calloc(1, 300);
    if (memcmp(header->magic, "ustar", 6) == 0 && header->prefix[0]) {
        strncat(name, header->prefix, sizeof header->prefix);
        strcat(name, "/");
    }
    return strncat(name, header->name, sizeof header->name);
}

// Reads pax records, "LENGTH KEY=VALUE\n".
static void read_pax(const char *p, const char *end, struct member *member) {
    char *key, *value;
    long length;
    for (; p < end; p += length) {
        length = strtol(p, &key, 10);
        if (length < 5 || length > end - p || *key != ' ' || p[length - 1] != '\n')
            damaged("an extended header is damaged");
        key++;
        value = memchr(key, '=', p + length - key);
        if (value == NULL)
            damaged("an extended header is damaged");
        value++;
        if (strncmp(key, "path=", 5) == 0)
            member->name = strndup(value, p + length - 1 - value);
        else if (strncmp(key, "linkpath=", 9) == 0)
            member->link = strndup(value, p + length - 1 - value);
        else if (strncmp(key, "size=", 5) == 0)
            member->size = atoll(value);
        else if (strncmp(key, "mtime=", 6) == 0)
            member->time = atoll(value);
    }
}

static void extract(const struct header *header, const struct member *member, const char *data) {
    char *path = place(directory, member->name, strip), *target;
    if (path == NULL)
        return;
    make_parents(path);
    switch (header->type) {
    case 0: case '0': case '7':
        write_file(path, data, member->size, octal(header->mode, sizeof header->mode) & 0100);
        break;
    case '1':
        target = place(directory, member->link, strip);
        if (target == NULL)
            fail("link %s: nothing is left of the name '%s'", path, member->link);
        make_parents(target);
        unlink(path);
        if (link(target, path) != 0)
            fail_because("link", path);
        break;
    case '2':
        unlink(path);
        if (symlink(member->link, path) != 0)
            fail_because("link", path);
        break;
    case '5':
        make_directory(path);
        return;
    default:
        fail("extract %s: '%s' is neither file, link nor directory", archive, member->name);
    }
    set_time(path, member->time);
}

// A directory's time changes with each file made in it, so it is set when all are there.
static void set_directory_time(const struct header *header, const struct member *member, const char *data) {
    char *path = header->type == '5' ? place(directory, member->name, strip) : NULL;
    if (path)
        set_time(path, member->time);
}

// Whether the header is one that only tells about the next; if so, notes what it says.
static int read_extension(const struct header *header, const char *data, size_t size, struct member *member) {
    if (header->type == 'x')
        read_pax(data, data + size, member);
    else if (header->type == 'L')
        member->name = strndup(data, size);
    else if (header->type == 'K')
        member->link = strndup(data, size);
    else
        return header->type == 'g';
    return 1;
}

typedef void (*visitor)(const struct header *, const struct member *, const char *data);

static void walk(const char *p, const char *end, visitor visit) {
    const struct member unknown = { NULL, NULL, -1, -1 };
    struct member member = unknown;
    const struct header *header;
    long long size;
    for (;; p += (size + BLOCK - 1) / BLOCK * BLOCK) {
        header = (const struct header *)p;
        if (end - p < BLOCK)
            damaged("it is truncated");
        if (header->name[0] == 0)
            return; // a block of zeros ends the archive
        check_header(header);
        p += BLOCK;
        size = member.size < 0 ? octal(header->size, sizeof header->size) : member.size;
        if (header->type == '1' || header->type == '2' || header->type == '5')
            size = 0;
        if (size > end - p)
            damaged("it is truncated");
        if (read_extension(header, p, size, &member))
            continue;
        member.size = size;
        if (member.name == NULL)
            member.name = header_name(header);
        if (member.link == NULL)
            member.link = strndup(header->link, sizeof header->link);
        if (member.time < 0)
            member.time = octal(header->time, sizeof header->time);
        visit(header, &member, p);
        member = unknown;
    }
}

int main(int argc, char **argv) {
    size_t size;
    char *data;
    if (argc == 5 && strcmp(argv[1], "--strip") == 0) {
        strip = atoi(argv[2]);
        argv += 2;
    } else if (argc != 3) {
        fail("extract: usage: untar [--strip N] IN DIR");
    }
    archive = argv[1];
    directory = argv[2];
    data = read_file(archive, &size);
    make_directory(directory);
    walk(data, data + size, extract);
    walk(data, data + size, set_directory_time);
    return 0;
}

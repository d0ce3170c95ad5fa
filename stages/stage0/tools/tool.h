// tool.h: what the tools share.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern const char tool[]; // the tool's name, defined by each

// Ends the program with the line "TOOL: cannot …".
void fail(const char *format, ...);

// The same, with the reason that errno gives.
void fail_because(const char *action, const char *path);

// The whole file, followed by a 0 that *size does not count.
char *read_file(const char *path, size_t *size);

// Makes a new file; one that stands at `path` is replaced, a link there not followed.
void write_file(const char *path, const char *data, size_t size, int executable);

// Sets the time of a file, directory or link, in seconds since 1970.
void set_time(const char *path, long long time);

// DIRECTORY/NAME
char *join(const char *directory, const char *name);

// Makes the directories on the way to `path`, which must not lead through links.
void make_parents(const char *path);

// Makes the directory and those on the way to it.
void make_directory(const char *path);

// The place in `directory` of a name that comes from outside, without its first `strip` components. Fails if it is
// absolute or has "..", so that it could lead elsewhere; gives NULL if nothing remains of it. Components "." do not
// count.
char *place(const char *directory, const char *name, int strip);

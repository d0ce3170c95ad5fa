// stdio.c: buffered files.
#include "libc.h"

static FILE input = { 0, 0, input.buffer, input.buffer };
static FILE output = { 1, UNDECIDED, output.buffer, output.buffer };
static FILE error = { 2, UNBUFFERED, error.buffer, error.buffer };
FILE *stdin = &input, *stdout = &output, *stderr = &error;
static FILE *opened; // what fopen and fdopen made

// Buffers

// Writes what waits in the buffer.
static int drain(FILE *file) {
    unsigned char *from = file->buffer;
    int written;
    for (; from < file->next; from += written) {
        written = write(file->fd, from, file->next - from);
        if (written < 0) {
            file->flags |= FAILED;
            break;
        }
    }
    file->next = file->buffer;
    return file->flags & FAILED ? EOF : 0;
}

// Leaves off reading or writing: the file's position becomes what the program believes.
static int settle(FILE *file) {
    int status = 0;
    if (file->flags & WRITING)
        status = drain(file);
    else if (file->next < file->end)
        lseek(file->fd, file->next - file->end, SEEK_CUR);
    file->flags &= ~WRITING;
    file->next = file->end = file->buffer;
    return status;
}

// Reads on when all is read; EOF at the end or on an error.
static int fill(FILE *file) {
    int count;
    settle(file);
    if (output.flags & LINES)
        fflush(stdout); // a prompt is seen before its answer is awaited
    count = read(file->fd, file->buffer, BUFSIZ - 512); // which leaves ungetc room
    if (count <= 0) {
        file->flags |= count == 0 ? AT_END : FAILED;
        return EOF;
    }
    file->end = file->buffer + count;
    return 0;
}

int fflush(FILE *file) {
    int status = 0;
    if (file)
        return file->flags & WRITING ? drain(file) : 0;
    for (file = opened; file; file = file->following)
        status |= fflush(file);
    return status | fflush(stdout) | fflush(stderr);
}

#ifdef __TINYC__
// A program run by `tcc -run` ends by returning from main into the compiler, not into exit.
static void __attribute__((destructor)) flush_all(void) { fflush(NULL); }
#endif

// Opening and closing

// Opens the path as fopen's mode says; gives the file descriptor.
static int open_as(const char *path, const char *mode) {
    int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    if (*mode == 'w')
        flags |= O_CREAT | O_TRUNC;
    if (*mode == 'a')
        flags |= O_CREAT | O_APPEND;
    if (strchr(mode, 'x'))
        flags |= O_EXCL;
    return open(path, flags, 0666);
}

FILE *fdopen(int fd, const char *mode) {
    FILE *file = fd < 0 ? NULL : malloc(sizeof *file);
    if (file == NULL)
        return NULL;
    file->fd = fd;
    file->flags = 0;
    file->next = file->end = file->buffer;
    file->following = opened;
    opened = file;
    return file;
}

FILE *fopen(const char *path, const char *mode) { return fdopen(open_as(path, mode), mode); }

FILE *freopen(const char *path, const char *mode, FILE *file) {
    settle(file);
    close(file->fd);
    file->fd = open_as(path, mode);
    file->flags &= UNBUFFERED;
    return file->fd < 0 ? NULL : file;
}

int fclose(FILE *file) {
    int status = settle(file);
    FILE **link = &opened;
    while (*link && *link != file)
        link = &(*link)->following;
    status |= close(file->fd);
    if (*link) {
        *link = file->following;
        free(file);
    }
    return status;
}

// The FILE's own buffer is always used.
int setvbuf(FILE *file, char *buffer, int mode, size_t size) {
    file->flags &= ~(LINES | UNBUFFERED | UNDECIDED);
    file->flags |= mode == _IOLBF ? LINES : mode == _IONBF ? UNBUFFERED : 0;
    return 0;
}

void setbuf(FILE *file, char *buffer) { setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ); }

// Reading

int fgetc(FILE *file) {
    if ((file->next >= file->end || file->flags & WRITING) && fill(file))
        return EOF;
    return *file->next++;
}

int ungetc(int c, FILE *file) {
    if (c == EOF || file->flags & WRITING)
        return EOF;
    if (file->next != file->buffer)
        file->next--;
    else if (file->end < file->buffer + BUFSIZ)
        memmove(file->buffer + 1, file->buffer, file->end++ - file->buffer);
    else
        return EOF;
    if (*file->next != (unsigned char)c) // sscanf reads from what may be a constant
        *file->next = c;
    file->flags &= ~AT_END;
    return (unsigned char)c;
}

size_t fread(void *data, size_t size, size_t count, FILE *file) {
    char *to = data;
    size_t rest = size * count, part;
    for (; rest > 0; rest -= part, to += part) {
        if ((file->next >= file->end || file->flags & WRITING) && fill(file))
            return (to - (char *)data) / size;
        part = file->end - file->next < rest ? file->end - file->next : rest;
        memcpy(to, file->next, part);
        file->next += part;
    }
    return size ? count : 0;
}

char *fgets(char *line, int size, FILE *file) {
    char *p = line;
    int c = 0;
    while (p < line + size - 1 && c != '\n' && (c = fgetc(file)) != EOF)
        *p++ = c;
    *p = 0;
    return p == line ? NULL : line;
}

int getc(FILE *file) { return fgetc(file); }
int getchar(void) { return fgetc(stdin); }

// Writing

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
    const char *from = data, *end = from + size * count;
    int part;
    if (!(file->flags & WRITING))
        settle(file);
    file->flags |= WRITING;
    if (file->flags & UNDECIDED)
        file->flags ^= UNDECIDED | (isatty(file->fd) ? LINES : 0);
    for (; from < end; from += part) {
        part = file->buffer + BUFSIZ - file->next;
        if (part > end - from)
            part = end - from;
        memcpy(file->next, from, part);
        file->next += part;
        if (file->next == file->buffer + BUFSIZ && drain(file))
            return 0;
    }
    if (file->flags & UNBUFFERED || (file->flags & LINES && memchr(data, '\n', size * count)))
        return drain(file) ? 0 : count;
    return count;
}

int fputc(int c, FILE *file) {
    char byte = c;
    if ((file->flags & ~(AT_END | FAILED)) == WRITING && file->next < file->buffer + BUFSIZ - 1)
        return *file->next++ = c; // the common case, by the short way
    return fwrite(&byte, 1, 1, file) == 1 ? (unsigned char)c : EOF;
}

int fputs(const char *text, FILE *file) {
    size_t length = strlen(text);
    return fwrite(text, 1, length, file) == length ? 0 : EOF;
}

int puts(const char *line) { return fputs(line, stdout) == EOF ? EOF : fputc('\n', stdout); }
int putc(int c, FILE *file) { return fputc(c, file); }
int putchar(int c) { return fputc(c, stdout); }

void perror(const char *prefix) {
    const char *reason = strerror(errno);
    fprintf(stderr, "%s%s%s\n", prefix ? prefix : "", prefix && *prefix ? ": " : "", reason);
}

// Position and state

int fseeko(FILE *file, off_t offset, int from) {
    if (settle(file) || lseek(file->fd, offset, from) < 0)
        return -1;
    file->flags &= ~AT_END;
    return 0;
}

off_t ftello(FILE *file) {
    off_t position = lseek(file->fd, 0, SEEK_CUR);
    if (position < 0)
        return -1;
    return position + (file->next - (file->flags & WRITING ? file->buffer : file->end));
}

int fseek(FILE *file, long offset, int from) { return fseeko(file, offset, from); }
long ftell(FILE *file) { return ftello(file); }
int feof(FILE *file) { return (file->flags & AT_END) != 0; }
int ferror(FILE *file) { return (file->flags & FAILED) != 0; }
int fileno(FILE *file) { return file->fd; }
void clearerr(FILE *file) { file->flags &= ~(AT_END | FAILED); }

void rewind(FILE *file) {
    fseek(file, 0, SEEK_SET);
    clearerr(file);
}

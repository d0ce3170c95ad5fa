#ifndef _STDIO_H
#define _STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF (-1)
#define BUFSIZ 16384
#define FILENAME_MAX 4096
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
enum { _IOFBF, _IOLBF, _IONBF };

typedef struct _FILE FILE;
extern FILE *stdin, *stdout, *stderr;

FILE *fdopen(int fd, const char *mode);
FILE *fopen(const char *path, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *file);
char *fgets(char *line, int size, FILE *file);
int fclose(FILE *file), feof(FILE *file), ferror(FILE *file), fflush(FILE *file), fgetc(FILE *file), fileno(FILE *file);
int fputc(int c, FILE *file), fputs(const char *text, FILE *file);
int fseek(FILE *file, long offset, int from), fseeko(FILE *file, off_t offset, int from);
int getc(FILE *file), getchar(void), putc(int c, FILE *file), putchar(int c), puts(const char *line);
int remove(const char *path), rename(const char *from, const char *to);
int setvbuf(FILE *file, char *buffer, int mode, size_t size), ungetc(int c, FILE *file);
long ftell(FILE *file);
off_t ftello(FILE *file);
size_t fread(void *data, size_t size, size_t count, FILE *file);
size_t fwrite(const void *data, size_t size, size_t count, FILE *file);
void clearerr(FILE *file), perror(const char *prefix), rewind(FILE *file), setbuf(FILE *file, char *buffer);

int fprintf(FILE *file, const char *format, ...), vfprintf(FILE *file, const char *format, va_list arguments);
int printf(const char *format, ...), vprintf(const char *format, va_list arguments);
int snprintf(char *text, size_t size, const char *format, ...);
int vsnprintf(char *text, size_t size, const char *format, va_list arguments);
int sprintf(char *text, const char *format, ...), vsprintf(char *text, const char *format, va_list arguments);
int fscanf(FILE *file, const char *format, ...), vfscanf(FILE *file, const char *format, va_list arguments);
int scanf(const char *format, ...), sscanf(const char *text, const char *format, ...);
int vsscanf(const char *text, const char *format, va_list arguments);

#endif

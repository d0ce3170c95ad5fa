#ifndef _STDLIB_H
#define _STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7fffffff

typedef struct { int quot, rem; } div_t;

int atexit(void (*function)(void));
void abort(void), exit(int status), _Exit(int status);
char *getenv(const char *name);

void *malloc(size_t size), *calloc(size_t count, size_t size), *realloc(void *memory, size_t size);
void free(void *memory);
void *alloca(size_t size); // in TinyCC's runtime library

int abs(int number), rand(void);
long labs(long number);
div_t div(int number, int divisor);
void srand(unsigned seed);

int atoi(const char *text);
long atol(const char *text), strtol(const char *text, char **end, int base);
long long atoll(const char *text), strtoll(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
unsigned long long strtoull(const char *text, char **end, int base);
double atof(const char *text), strtod(const char *text, char **end);
float strtof(const char *text, char **end);
long double strtold(const char *text, char **end);

void *bsearch(const void *key, const void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

#endif

#ifndef _STRING_H
#define _STRING_H

#include <stddef.h>

void *memchr(const void *memory, int c, size_t size), *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size), *memset(void *memory, int c, size_t size);
char *strcat(char *to, const char *from), *strncat(char *to, const char *from, size_t size);
char *strcpy(char *to, const char *from), *strncpy(char *to, const char *from, size_t size);
char *strchr(const char *text, int c), *strrchr(const char *text, int c);
char *strdup(const char *text), *strndup(const char *text, size_t size), *strerror(int number);
char *strpbrk(const char *text, const char *wanted), *strstr(const char *text, const char *part);
char *strtok(char *text, const char *separators), *strtok_r(char *text, const char *separators, char **rest);
int memcmp(const void *a, const void *b, size_t size);
int strcmp(const char *a, const char *b), strncmp(const char *a, const char *b, size_t size);
int strcasecmp(const char *a, const char *b), strncasecmp(const char *a, const char *b, size_t size);
size_t strlen(const char *text), strnlen(const char *text, size_t size);
size_t strspn(const char *text, const char *wanted), strcspn(const char *text, const char *stop);

#endif

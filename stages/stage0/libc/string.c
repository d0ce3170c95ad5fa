// string.c: memory and strings.
#include "libc.h"

void *memchr(const void *memory, int c, size_t size) {
    const unsigned char *p = memory, *end = p + size;
    while (p < end && *p != (unsigned char)c)
        p++;
    return p < end ? (void *)p : NULL;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *p = a, *q = b, *end = p + size;
    while (p < end && *p == *q)
        p++, q++;
    return p < end ? *p - *q : 0;
}

// An i386 loads and stores words at any address.
void *memcpy(void *to, const void *from, size_t size) {
    unsigned *word = to;
    char *byte;
    for (; size >= 4; size -= 4)
        *word++ = *(const unsigned *)from, from = (const char *)from + 4;
    for (byte = (char *)word; size > 0; size--)
        *byte++ = *(const char *)from, from = (const char *)from + 1;
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *p = (char *)to + size;
    const char *q = (const char *)from + size;
    if ((char *)to <= (char *)from || (char *)to >= q)
        return memcpy(to, from, size);
    while (size-- > 0)
        *--p = *--q;
    return to;
}

void *memset(void *memory, int c, size_t size) {
    unsigned *word = memory, value = (unsigned char)c * 0x01010101u;
    char *byte;
    for (; size >= 4; size -= 4)
        *word++ = value;
    for (byte = (char *)word; size > 0; size--)
        *byte++ = c;
    return memory;
}

size_t strlen(const char *text) {
    const char *end = text;
    while (*end)
        end++;
    return end - text;
}

size_t strnlen(const char *text, size_t size) {
    const char *end = memchr(text, 0, size);
    return end ? end - text : size;
}

char *strcpy(char *to, const char *from) { return memcpy(to, from, strlen(from) + 1); }

char *strcat(char *to, const char *from) {
    strcpy(to + strlen(to), from);
    return to;
}

char *strncpy(char *to, const char *from, size_t size) {
    size_t length = strnlen(from, size);
    memset(to + length, 0, size - length);
    return memcpy(to, from, length);
}

char *strncat(char *to, const char *from, size_t size) {
    size_t before = strlen(to), length = strnlen(from, size);
    memcpy(to + before, from, length);
    to[before + length] = 0;
    return to;
}

char *strndup(const char *text, size_t size) {
    size_t length = strnlen(text, size);
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    copy[length] = 0;
    return memcpy(copy, text, length);
}

char *strdup(const char *text) { return strndup(text, strlen(text)); }

int strncmp(const char *a, const char *b, size_t size) {
    while (size > 0 && *a == *b && *a)
        a++, b++, size--;
    return size > 0 ? (unsigned char)*a - (unsigned char)*b : 0;
}

int strncasecmp(const char *a, const char *b, size_t size) {
    while (size > 0 && tolower(*a) == tolower(*b) && *a)
        a++, b++, size--;
    return size > 0 ? tolower((unsigned char)*a) - tolower((unsigned char)*b) : 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, -1); }
int strcasecmp(const char *a, const char *b) { return strncasecmp(a, b, -1); }

char *strchr(const char *text, int c) {
    while (*text && *text != (char)c)
        text++;
    return *text == (char)c ? (char *)text : NULL;
}

char *strrchr(const char *text, int c) {
    const char *p = text + strlen(text);
    while (p > text && *p != (char)c)
        p--;
    return *p == (char)c ? (char *)p : NULL;
}

size_t strspn(const char *text, const char *wanted) {
    size_t length = 0;
    while (text[length] && strchr(wanted, text[length]))
        length++;
    return length;
}

size_t strcspn(const char *text, const char *stop) {
    size_t length = 0;
    while (!strchr(stop, text[length])) // the final 0 is found, too
        length++;
    return length;
}

char *strpbrk(const char *text, const char *wanted) {
    text += strcspn(text, wanted);
    return *text ? (char *)text : NULL;
}

char *strstr(const char *text, const char *part) {
    size_t length = strlen(part);
    for (; strncmp(text, part, length) != 0; text++)
        if (*text == 0)
            return NULL;
    return (char *)text;
}

char *strtok_r(char *text, const char *separators, char **rest) {
    char *word = text ? text : *rest;
    word += strspn(word, separators);
    *rest = word + strcspn(word, separators);
    if (*rest == word)
        return NULL;
    if (**rest)
        *(*rest)++ = 0;
    return word;
}

char *strtok(char *text, const char *separators) {
    static char *rest;
    return strtok_r(text, separators, &rest);
}

char *strerror(int number) {
    static char unknown[24];
    static const char *const messages[] = {
        "Success", "Operation not permitted", "No such file or directory", "No such process",
        "Interrupted system call", "Input/output error", "No such device or address", "Argument list too long",
        "Exec format error", "Bad file descriptor", "No child processes", "Resource temporarily unavailable",
        "Cannot allocate memory", "Permission denied", "Bad address", "Block device required",
        "Device or resource busy", "File exists", "Invalid cross-device link", "No such device", "Not a directory",
        "Is a directory", "Invalid argument", "Too many open files in system", "Too many open files",
        "Inappropriate ioctl for device", "Text file busy", "File too large", "No space left on device",
        "Illegal seek", "Read-only file system", "Too many links", "Broken pipe",
        "Numerical argument out of domain", "Numerical result out of range", "Resource deadlock avoided",
        "File name too long", "No locks available", "Function not implemented", "Directory not empty",
        "Too many levels of symbolic links",
    };
    if (number >= 0 && number < sizeof messages / sizeof messages[0])
        return (char *)messages[number];
    sprintf(unknown, "Unknown error %d", number);
    return unknown;
}

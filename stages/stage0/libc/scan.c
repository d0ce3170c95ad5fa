// scan.c: scanf and its family, without %[.
#include "libc.h"

enum { MAX_TOKEN = 500 }; // of a number

// Whether a character may belong to what the letter converts.
static int belongs(int c, char letter) {
    if (letter == 'c')
        return 1;
    return letter == 's' ? !isspace(c) : letter == ' ' ? isspace(c) : isalnum(c) || c == '+' || c == '-' || c == '.';
}

// Reads at most `width` characters that belong to the letter's conversion to `text`, unless that is NULL; returns how
// many they were.
static int read_text(FILE *file, char letter, int width, char *text) {
    int count, c;
    for (count = 0; count < width; count++) {
        c = fgetc(file);
        if (c == EOF || !belongs(c, letter)) {
            ungetc(c, file);
            break;
        }
        if (text)
            text[count] = c;
    }
    return count;
}

// Reads a number and stores it at `to`, unless that is NULL, as `size` bytes. Characters that might belong to it and
// do not are given back. Returns the count of those that do.
static int read_number(FILE *file, char letter, int width, int size, void *to) {
    static const char letters[] = "iouxXpd", bases[] = { 0, 8, 10, 16, 16, 16, 10 };
    const char *integer = strchr(letters, letter);
    char text[MAX_TOKEN + 1], *end;
    int count = read_text(file, letter, width < MAX_TOKEN ? width : MAX_TOKEN, text);
    long double real;
    unsigned long long whole;
    text[count] = 0;
    if (!integer)
        real = strtold(text, &end);
    else if (letter == 'd' || letter == 'i')
        whole = strtoll(text, &end, bases[integer - letters]);
    else
        whole = strtoull(text, &end, bases[integer - letters]);
    while (text + count > end)
        ungetc(text[--count], file);
    if (count == 0 || to == NULL)
        return count;
    if (integer)
        memcpy(to, &whole, size);
    else if (size == sizeof(float))
        *(float *)to = real;
    else if (size == sizeof(double))
        *(double *)to = real;
    else
        *(long double *)to = real;
    return count;
}

int vfscanf(FILE *file, const char *format, va_list arguments) {
    int done = 0, total = 0, store, width, size, count, c;
    char letter;
    void *to;
    for (; *format; format++) {
        if (isspace(*format) || (*format == '%' && format[1] == '%'))
            total += read_text(file, ' ', INT_MAX, NULL);
        if (isspace(*format))
            continue;
        if (*format != '%' || *++format == '%') {
            c = fgetc(file);
            total++;
            if (c == (unsigned char)*format)
                continue;
            ungetc(c, file);
            return c == EOF && done == 0 ? EOF : done;
        }
        store = *format != '*';
        format += !store;
        width = isdigit(*format) ? strtol(format, (char **)&format, 10) : *format == 'c' ? 1 : INT_MAX;
        for (size = 4; *format && strchr("hlLjqzt", *format); format++)
            size = *format == 'h' ? size / 2 : strchr("Ljq", *format) || format[-1] == 'l' ? 8 : size;
        letter = *format;
        if (letter && strchr("aefgAEFG", letter))
            size = size == 8 ? sizeof(long double) : format[-1] == 'l' ? sizeof(double) : sizeof(float);
        to = store ? va_arg(arguments, void *) : NULL;
        if (letter == 'n') {
            memcpy(to, &total, size);
            continue;
        }
        if (letter != 'c')
            total += read_text(file, ' ', INT_MAX, NULL);
        c = fgetc(file);
        if (c == EOF)
            return done ? done : EOF;
        ungetc(c, file);
        if (letter == 'c' || letter == 's')
            count = read_text(file, letter, width, to);
        else
            count = read_number(file, letter, width, size, to);
        if (count == 0 || (letter == 'c' && count < width))
            break;
        if (letter == 's' && store)
            ((char *)to)[count] = 0;
        total += count;
        done += store;
    }
    return done;
}

int vsscanf(const char *text, const char *format, va_list arguments) {
    FILE file;
    file.fd = -1;
    file.flags = 0;
    file.next = (unsigned char *)text;
    file.end = file.next + strlen(text);
    return vfscanf(&file, format, arguments);
}

int scanf(const char *format, ...) { return vfscanf(stdin, format, ARGUMENTS(format)); }
int fscanf(FILE *file, const char *format, ...) { return vfscanf(file, format, ARGUMENTS(format)); }
int sscanf(const char *text, const char *format, ...) { return vsscanf(text, format, ARGUMENTS(format)); }

// format.c: printf and its family.
#include "libc.h"

// Where the text goes: a file, or memory with room for so many bytes more.
struct output {
    FILE *file;
    char *memory;
    size_t room;
    int count;
};

// One conversion, as %[flags][width][.precision][length]letter gives it.
struct conversion {
    char flag[5];         // those of "-+ #0" that are given
    int width, precision; // precision -1: none given
    int length;           // in bytes, of an integer; 12 for a long double
    char letter;
};
enum { LEFT, PLUS, SPACE, ALTERNATIVE, ZERO };

// A part of a field: zeros, then text.
struct part {
    int zeros;
    const char *text;
    int size;
};

static void put(struct output *out, const char *text, int size) {
    int fitting = size < out->room ? size : out->room;
    out->count += size;
    if (out->file) {
        fwrite(text, 1, size, out->file);
        return;
    }
    memcpy(out->memory, text, fitting);
    out->memory += fitting;
    out->room -= fitting;
}

static void fill(struct output *out, char c, int count) {
    while (count-- > 0)
        put(out, &c, 1);
}

static void put_field(struct output *out, const struct conversion *c, const char *prefix, const struct part *parts,
                      int count, int zero) {
    int i, padding = c->width - strlen(prefix);
    for (i = 0; i < count; i++)
        padding -= parts[i].zeros + parts[i].size;
    if (!c->flag[LEFT] && !zero)
        fill(out, ' ', padding);
    put(out, prefix, strlen(prefix));
    if (!c->flag[LEFT] && zero)
        fill(out, '0', padding);
    for (i = 0; i < count; i++) {
        fill(out, '0', parts[i].zeros);
        put(out, parts[i].text, parts[i].size);
    }
    if (c->flag[LEFT])
        fill(out, ' ', padding);
}

static void put_text(struct output *out, const struct conversion *c, const char *prefix, const char *text, int size) {
    struct part part = { 0, text, size };
    put_field(out, c, prefix, &part, 1, 0);
}

static const char *sign_of(const struct conversion *c, int negative) {
    return negative ? "-" : c->flag[PLUS] ? "+" : c->flag[SPACE] ? " " : "";
}

static void put_integer(struct output *out, const struct conversion *c, unsigned long long value) {
    char text[24], *end = text + sizeof text, *p = end;
    const char *digits = c->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef", *prefix = "";
    unsigned base = c->letter == 'o' ? 8 : strchr("xXp", c->letter) ? 16 : 10, small;
    struct part part;
    if (c->letter == 'd') {
        prefix = sign_of(c, (long long)value < 0);
        if ((long long)value < 0)
            value = -value;
    }
    if (base == 16 && (c->letter == 'p' || (c->flag[ALTERNATIVE] && value)))
        prefix = c->letter == 'X' ? "0X" : "0x";
    for (; value >> 32; value /= base)
        *--p = digits[value % base];
    for (small = value; small > 0; small /= base)
        *--p = digits[small % base];
    part.text = p;
    part.size = end - p;
    part.zeros = (c->precision < 0 ? 1 : c->precision) - part.size;
    if (part.zeros < 0)
        part.zeros = 0;
    if (base == 8 && c->flag[ALTERNATIVE] && part.zeros == 0)
        part.zeros = 1;
    put_field(out, c, prefix, &part, 1, c->flag[ZERO] && c->precision < 0);
}

// Floating point

static int clamp(int value, int least, int most) { return value < least ? least : value > most ? most : value; }

// Puts a number whose digits are given from the first that is not zero; the point stands behind `point` of them,
// and `fraction` digits behind it. Where no digit is given there is a zero.
static void put_digits(struct output *out, const struct conversion *c, const char *prefix, const char *digits,
                       int length, int point, int fraction, const char *power) {
    int before = clamp(point, 0, length), skipped = clamp(-point, 0, fraction);
    int after = clamp(length - before, 0, fraction - skipped);
    struct part parts[4];
    parts[0].zeros = point <= 0;
    parts[0].text = digits;
    parts[0].size = before;
    parts[1].zeros = point > 0 ? point - before : 0;
    parts[1].text = ".";
    parts[1].size = fraction > 0 || c->flag[ALTERNATIVE];
    parts[2].zeros = skipped;
    parts[2].text = digits + before;
    parts[2].size = after;
    parts[3].zeros = fraction - skipped - after;
    parts[3].text = power;
    parts[3].size = strlen(power);
    put_field(out, c, prefix, parts, 4, c->flag[ZERO]);
}

// Rounds the digits to the first `keep`, to nearest even. Returns 1 if that made one more digit in front.
static int round_digits(char *digits, int *length, int keep) {
    int up, i, rest = *length - keep;
    if (rest <= 0)
        return 0;
    *length = keep > 0 ? keep : 0;
    if (keep < 0)
        return 0;
    up = digits[keep] > '5' || (digits[keep] == '5' && (rest > 1 || (keep > 0 && digits[keep - 1] & 1)));
    for (i = keep - 1; up && i >= 0; i--) {
        up = digits[i] == '9';
        digits[i] = up ? '0' : digits[i] + 1;
    }
    if (up) {
        memmove(digits + 1, digits, *length);
        digits[0] = '1';
        ++*length;
    }
    return up;
}

// %e, %f and %g of mantissa * 2^exponent
static void put_decimal(struct output *out, const struct conversion *c, const char *sign, unsigned long long mantissa,
                        int exponent) {
    char digits[MAX_DIGITS + 1], power[8] = "", letter = c->letter | ('a' - 'A');
    int fraction = c->precision < 0 ? 6 : c->precision, length, point;
    point = __digits(mantissa, exponent, digits, &length);
    if (length == 0)
        point = 1;
    if (letter == 'g') {
        fraction = clamp(fraction, 1, fraction);
        point += round_digits(digits, &length, fraction);
        letter = point > fraction || point < -3 ? 'e' : 'f';
        while (!c->flag[ALTERNATIVE] && length > 0 && digits[length - 1] == '0')
            length--;
        if (!c->flag[ALTERNATIVE])
            fraction = length;
        fraction -= letter == 'e' ? 1 : point;
        fraction = clamp(fraction, 0, fraction);
    } else {
        point += round_digits(digits, &length, fraction + (letter == 'e' ? 1 : point));
    }
    if (letter == 'e') {
        sprintf(power, "%c%+.2d", c->letter < 'a' ? 'E' : 'e', point - 1);
        point = 1;
    }
    put_digits(out, c, sign, digits, length, point, fraction, power);
}

// %a, with a first digit of 1 unless the number is zero
static void put_hexadecimal(struct output *out, const struct conversion *c, int negative, unsigned long long mantissa,
                            int exponent) {
    const char *digits = c->letter == 'A' ? "0123456789ABCDEF" : "0123456789abcdef";
    char prefix[4], power[8], text[17];
    int length, precision = clamp(c->precision, -1, 16);
    unsigned long long rest, unit = 1;
    for (exponent += 63; mantissa && !(mantissa >> 63); exponent--)
        mantissa <<= 1;
    // The first digit takes one bit, so the last of 16 more has three bits that are zero.
    if (precision >= 0 && precision < 16) {
        unit <<= 63 - 4 * precision;
        rest = mantissa & (unit - 1);
        mantissa -= rest;
        if (rest > unit / 2 || (rest == unit / 2 && mantissa & unit))
            mantissa += unit;
        if (mantissa == 0 && rest) { // it became 2
            mantissa = 1ULL << 63;
            exponent++;
        }
    }
    text[0] = digits[mantissa >> 63];
    for (length = 1, rest = mantissa << 1; rest; rest <<= 4)
        text[length++] = digits[rest >> 60];
    sprintf(prefix, "%s0%c", sign_of(c, negative), c->letter + ('x' - 'a'));
    sprintf(power, "%c%+d", c->letter + ('p' - 'a'), mantissa ? exponent : 0);
    put_digits(out, c, prefix, text, length, 1, c->precision < 0 ? length - 1 : c->precision, power);
}

// Every double is a long double, too: one bit of sign, 15 of exponent, 64 of mantissa.
static void put_float(struct output *out, const struct conversion *c, long double value) {
    union { long double value; struct { unsigned long long mantissa; unsigned short top; } bits; } u;
    int exponent, negative;
    const char *sign;
    u.value = value;
    exponent = u.bits.top & 0x7fff;
    negative = u.bits.top >> 15;
    sign = sign_of(c, negative);
    if (exponent == 0x7fff)
        put_text(out, c, sign, (u.bits.mantissa << 1 ? "NANnan" : "INFinf") + (c->letter < 'a' ? 0 : 3), 3);
    else if (c->letter == 'a' || c->letter == 'A')
        put_hexadecimal(out, c, negative, u.bits.mantissa, clamp(exponent, 1, exponent) - 16446);
    else
        put_decimal(out, c, sign, u.bits.mantissa, clamp(exponent, 1, exponent) - 16446);
}

// Formats

// Reads digits, or takes an argument for '*'. Returns where the text goes on.
static const char *parse_number(const char *p, int *number, va_list *arguments) {
    if (*p == '*') {
        *number = va_arg(*arguments, int);
        return p + 1;
    }
    for (*number = 0; *p >= '0' && *p <= '9'; p++)
        *number = *number * 10 + *p - '0';
    return p;
}

// Reads the conversion after a '%'. Returns where the text goes on.
static const char *parse_conversion(const char *p, struct conversion *c, va_list *arguments) {
    static const char flags[] = "-+ #0", lengths[] = "hlLqjzt";
    memset(c, 0, sizeof *c);
    for (; *p && strchr(flags, *p); p++)
        c->flag[strchr(flags, *p) - flags] = 1;
    p = parse_number(p, &c->width, arguments);
    if (c->width < 0) {
        c->flag[LEFT] = 1;
        c->width = -c->width;
    }
    c->precision = -1;
    if (*p == '.')
        p = parse_number(p + 1, &c->precision, arguments);
    for (c->length = 4; *p && strchr(lengths, *p); p++)
        if (*p == 'h')
            c->length /= 2;
        else if (*p == 'L')
            c->length = 12;
        else if (*p == 'q' || *p == 'j' || (*p == 'l' && p[1] == 'l'))
            c->length = 8;
    c->letter = *p == 'i' ? 'd' : *p;
    return *p ? p + 1 : p;
}

static unsigned long long next_integer(const struct conversion *c, va_list *arguments) {
    int value;
    if (c->length >= 8)
        return va_arg(*arguments, unsigned long long);
    value = va_arg(*arguments, int);
    if (c->letter == 'd')
        return c->length == 1 ? (signed char)value : c->length == 2 ? (short)value : value;
    return c->length == 1 ? (unsigned char)value : c->length == 2 ? (unsigned short)value : (unsigned)value;
}

static void convert(struct output *out, const struct conversion *c, va_list *arguments) {
    const char *text;
    char byte = c->letter;
    switch (c->letter) {
    case 'd': case 'u': case 'o': case 'x': case 'X':
        put_integer(out, c, next_integer(c, arguments));
        break;
    case 'p':
        put_integer(out, c, va_arg(*arguments, unsigned));
        break;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'a': case 'A':
        put_float(out, c, c->length == 12 ? va_arg(*arguments, long double) : va_arg(*arguments, double));
        break;
    case 'c':
        byte = va_arg(*arguments, int);
    case '%': // and 'c' goes on here
        put_text(out, c, "", &byte, 1);
        break;
    case 's':
        text = va_arg(*arguments, char *);
        if (text == NULL)
            text = "(null)";
        put_text(out, c, "", text, c->precision < 0 ? strlen(text) : strnlen(text, c->precision));
        break;
    case 'n':
        *va_arg(*arguments, int *) = out->count;
        break;
    }
}

static int format_to(struct output *out, const char *format, va_list arguments) {
    struct conversion c;
    int length;
    while (*format) {
        length = strcspn(format, "%");
        put(out, format, length);
        format += length;
        if (*format) {
            format = parse_conversion(format + 1, &c, &arguments);
            convert(out, &c, &arguments);
        }
    }
    return out->count;
}

int vfprintf(FILE *file, const char *format, va_list arguments) {
    struct output out = { file, NULL, 0, 0 };
    int unbuffered = file->flags & UNBUFFERED;
    file->flags ^= unbuffered; // one write for the whole text
    format_to(&out, format, arguments);
    file->flags |= unbuffered;
    if (unbuffered)
        fflush(file);
    return ferror(file) ? -1 : out.count;
}

int vsnprintf(char *text, size_t size, const char *format, va_list arguments) {
    struct output out = { NULL, text, size > 0 ? size - 1 : 0, 0 };
    format_to(&out, format, arguments);
    if (size > 0)
        *out.memory = 0;
    return out.count;
}

int vsprintf(char *text, const char *format, va_list list) { return vsnprintf(text, INT_MAX, format, list); }
int vprintf(const char *format, va_list list) { return vfprintf(stdout, format, list); }
int printf(const char *format, ...) { return vprintf(format, ARGUMENTS(format)); }
int fprintf(FILE *file, const char *format, ...) { return vfprintf(file, format, ARGUMENTS(format)); }
int sprintf(char *text, const char *format, ...) { return vsprintf(text, format, ARGUMENTS(format)); }

int snprintf(char *text, size_t size, const char *format, ...) {
    return vsnprintf(text, size, format, ARGUMENTS(format));
}

// number.c: exact conversion between floating-point numbers and decimal text, and the numbers' bits.
// Both ways use whole numbers of any length, so that the only rounding is the last one, to nearest even.
#include "libc.h"

enum { BASE = 1000000000, LIMBS = 2000 };

// A whole number in base 10^9, lowest limb first; the highest is not zero.
struct big {
    int length;
    unsigned limb[LIMBS];
};

// n = n * factor + carry, for factors up to BASE and carries below it
static void multiply(struct big *n, unsigned factor, unsigned carry) {
    unsigned long long product;
    int i;
    for (i = 0; i < n->length; i++) {
        product = (unsigned long long)n->limb[i] * factor + carry;
        carry = product / BASE;
        n->limb[i] = product - (unsigned long long)carry * BASE;
    }
    if (carry)
        n->limb[n->length++] = carry;
}

// n = n * base^exponent, in steps of `large`, which is base^step
static void scale(struct big *n, unsigned base, int exponent, unsigned large, int step) {
    for (; exponent >= step; exponent -= step)
        multiply(n, large, 0);
    for (; exponent > 0; exponent--)
        multiply(n, base, 0);
}

static int compare(const struct big *a, const struct big *b) {
    int i;
    if (a->length != b->length)
        return a->length - b->length;
    for (i = a->length - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

// a = a - b, where a >= b
static void subtract(struct big *a, const struct big *b) {
    int i, borrow = 0;
    for (i = 0; i < a->length; i++) {
        a->limb[i] -= borrow + (i < b->length ? b->limb[i] : 0);
        borrow = a->limb[i] >= BASE;
        if (borrow)
            a->limb[i] += BASE;
    }
    while (a->length > 0 && a->limb[a->length - 1] == 0)
        a->length--;
}

int __digits(unsigned long long mantissa, int exponent, char *digits, int *length) {
    struct big n;
    char *p = digits;
    int i, fraction;
    unsigned limb, place;
    while (exponent < 0 && mantissa != 0 && (mantissa & 1) == 0) {
        mantissa >>= 1;
        exponent++;
    }
    for (n.length = 0; mantissa > 0; mantissa /= BASE)
        n.limb[n.length++] = mantissa % BASE;
    // m / 2^k is m * 5^k / 10^k, and to divide by 10^k is to move the point.
    fraction = exponent < 0 ? -exponent : 0;
    scale(&n, 5, fraction, 244140625, 12);
    scale(&n, 2, exponent, 536870912, 29);
    for (i = n.length - 1; i >= 0; i--) {
        limb = n.limb[i];
        for (place = BASE / 10; place > 0; place /= 10)
            if (p > digits || limb / place % 10 > 0)
                *p++ = '0' + limb / place % 10;
    }
    *length = p - digits;
    return *length - fraction;
}

// A binary format: bits of the mantissa, exponent of its last bit in the smallest numbers, and the biased
// exponent that marks infinity.
struct format { int precision, lowest, infinite; };

struct result {
    unsigned long long mantissa;
    int exponent; // biased as in the format; 0 for subnormal numbers
    int negative;
};

// The number nearest to n / d. Changes both.
static void divide(struct big *n, struct big *d, const struct format *to, struct result *r) {
    int bits, above, exponent = 0;
    r->mantissa = 0;
    r->exponent = 0;
    if (n->length == 0)
        return;
    for (; d->length > n->length + 1; exponent -= 29)
        multiply(n, 536870912, 0);
    for (; n->length > d->length + 1; exponent += 29)
        multiply(d, 536870912, 0);
    for (; compare(n, d) >= 0; exponent++)
        multiply(d, 2, 0);
    for (multiply(n, 2, 0); compare(n, d) < 0; exponent--)
        multiply(n, 2, 0);
    // Here d <= n < 2d, and the number is n / d * 2^(exponent - 1): long division gives bit after bit.
    bits = to->precision;
    if (exponent - bits < to->lowest)
        bits = exponent - to->lowest;
    exponent -= bits;
    for (; bits > 0; bits--) {
        r->mantissa <<= 1;
        if (compare(n, d) >= 0) {
            r->mantissa |= 1;
            subtract(n, d);
        }
        multiply(n, 2, 0);
    }
    above = bits < 0 ? -1 : compare(n, d);
    if (above > 0 || (above == 0 && (r->mantissa & 1))) {
        r->mantissa++;
        if (r->mantissa == 0 || (to->precision < 64 && r->mantissa >> to->precision)) {
            r->mantissa = 1ULL << (to->precision - 1);
            exponent++;
        }
    }
    if (r->mantissa >> (to->precision - 1))
        r->exponent = exponent - to->lowest + 1;
    else
        errno = ERANGE;
    if (r->exponent >= to->infinite) {
        errno = ERANGE;
        r->exponent = to->infinite;
        r->mantissa = 1ULL << (to->precision - 1);
    }
}

// The length of the word if the text begins with it, in any case; else 0
static int match(const char *text, const char *word) {
    return strncasecmp(text, word, strlen(word)) == 0 ? strlen(word) : 0;
}

// Reads a decimal number at `text`. Returns where it ends, NULL if there is none.
static const char *number_at(const char *text, const struct format *to, struct result *r) {
    struct big n, d;
    int count = 0, exponent = 0, point = 0, rest = 0, power = 0, any = 0;
    const char *p;
    n.length = 0;
    for (; isdigit(*text) || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = 1;
            continue;
        }
        any = 1;
        exponent -= point;
        if (count < MAX_DIGITS) {
            multiply(&n, 10, *text - '0');
            count += n.length > 0;
        } else {
            exponent++;
            rest |= *text - '0';
        }
    }
    if (!any)
        return NULL;
    if (rest) { // digits were left out: one more stands for them, since it only matters that they are there
        multiply(&n, 10, 1);
        exponent--;
    }
    p = text + 1 + (text[1] == '-' || text[1] == '+');
    if (tolower(*text) == 'e' && isdigit(*p)) {
        for (point = text[1] == '-' ? -1 : 1, text = p; isdigit(*text); text++)
            if (power < 100000000)
                power = power * 10 + *text - '0';
        exponent += point * power;
    }
    // Below 10^-5000 and above 10^5000 all numbers are alike in every format.
    if (count > 0 && (exponent + count < -5000 || exponent + count > 5000)) {
        n.length = n.limb[0] = 1;
        exponent = exponent + count < 0 ? -5000 : 5000;
    }
    d.length = d.limb[0] = 1;
    scale(exponent < 0 ? &d : &n, 10, abs(exponent), BASE, 9);
    divide(&n, &d, to, r);
    return text;
}

static void parse(const char *text, char **end, const struct format *to, struct result *r) {
    const char *p = text;
    int word;
    while (isspace(*p))
        p++;
    r->negative = *p == '-';
    p += *p == '-' || *p == '+';
    r->exponent = to->infinite;
    r->mantissa = 1ULL << (to->precision - 1);
    if ((word = match(p, "infinity")) || (word = match(p, "inf"))) {
        p += word;
    } else if ((word = match(p, "nan"))) {
        r->mantissa |= r->mantissa >> 1;
        p += word;
    } else {
        p = number_at(p, to, r);
        if (p == NULL) {
            r->mantissa = r->exponent = r->negative = 0;
            p = text;
        }
    }
    if (end)
        *end = (char *)p;
}

float strtof(const char *text, char **end) {
    static const struct format single = { 24, -149, 255 };
    union { unsigned bits; float value; } u;
    struct result r;
    parse(text, end, &single, &r);
    u.bits = (unsigned)r.negative << 31 | r.exponent << 23 | ((unsigned)r.mantissa & 0x7fffff);
    return u.value;
}

double strtod(const char *text, char **end) {
    static const struct format twofold = { 53, -1074, 2047 };
    union { unsigned long long bits; double value; } u;
    struct result r;
    parse(text, end, &twofold, &r);
    u.bits = (unsigned long long)(r.negative << 11 | r.exponent) << 52 | (r.mantissa & 0xfffffffffffffULL);
    return u.value;
}

long double strtold(const char *text, char **end) {
    static const struct format extended = { 64, -16445, 32767 };
    union { struct { unsigned long long mantissa; unsigned short top; } bits; long double value; } u;
    struct result r;
    parse(text, end, &extended, &r);
    u.bits.mantissa = r.mantissa;
    u.bits.top = r.negative << 15 | r.exponent;
    return u.value;
}

double atof(const char *text) { return strtod(text, NULL); }

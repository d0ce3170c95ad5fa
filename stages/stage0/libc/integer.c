// integer.c: whole numbers: from text, divided, at random.
#include "libc.h"

// Reads spaces, a sign and digits. The number counts as beyond `max`, or `below` if it is negative, when it is
// greater than that: then errno is set and that limit is the result.
static unsigned long long parse(const char *text, char **end, int base, unsigned long long max,
                                unsigned long long below) {
    const char *p = text, *digits;
    unsigned long long value = 0;
    int digit, negative, fits = 1;
    while (isspace(*p))
        p++;
    negative = *p == '-';
    p += *p == '-' || *p == '+';
    if ((base == 0 || base == 16) && p[0] == '0' && tolower(p[1]) == 'x' && isxdigit(p[2])) {
        p += 2;
        base = 16;
    }
    if (base == 0)
        base = *p == '0' ? 8 : 10;
    for (digits = p; isalnum(*p); p++) {
        digit = isdigit(*p) ? *p - '0' : tolower(*p) - 'a' + 10;
        if (digit >= base)
            break;
        if (value >> 32 && value > (ULLONG_MAX - digit) / base) // small numbers are spared the division
            fits = 0;
        value = value * base + digit;
    }
    if (end)
        *end = (char *)(p == digits ? text : p);
    if (!fits || value > (negative ? below : max)) {
        errno = ERANGE;
        value = negative ? below : max;
    }
    return negative ? -value : value;
}

long strtol(const char *text, char **end, int base) { return parse(text, end, base, LONG_MAX, LONG_MAX + 1ULL); }
unsigned long strtoul(const char *text, char **end, int base) { return parse(text, end, base, ULONG_MAX, ULONG_MAX); }

long long strtoll(const char *text, char **end, int base) {
    return parse(text, end, base, LLONG_MAX, LLONG_MAX + 1ULL);
}

unsigned long long strtoull(const char *text, char **end, int base) {
    return parse(text, end, base, ULLONG_MAX, ULLONG_MAX);
}

int atoi(const char *text) { return strtol(text, NULL, 10); }
long atol(const char *text) { return strtol(text, NULL, 10); }
long long atoll(const char *text) { return strtoll(text, NULL, 10); }
int abs(int number) { return number < 0 ? -number : number; }
long labs(long number) { return number < 0 ? -number : number; }

div_t div(int number, int divisor) {
    div_t result = { number / divisor, number % divisor };
    return result;
}

static unsigned long long random_state = 1;

void srand(unsigned seed) { random_state = seed; }

// A linear congruential generator with Knuth's multiplier (MMIX); its high bits are the good ones.
int rand(void) {
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return random_state >> 33;
}

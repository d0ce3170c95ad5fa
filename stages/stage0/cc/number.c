// number.c: 64-bit integers and exact floating constants, with C0's signed 32-bit arithmetic.
// A 64-bit value is two words; a function's result is left in `low` and `high`.

enum { BIG_LIMBS = 3000 };

int low;
int high;

int unsigned_less(int a, int b) {
    return (a ^ (1 << 31)) < (b ^ (1 << 31));
}

void wide_add(int a, int a_high, int b, int b_high) {
    low = a + b;
    high = a_high + b_high + unsigned_less(low, a);
}

void wide_negate(int a, int a_high) {
    low = -a;
    high = ~a_high + (a == 0);
}

void wide_multiply(int a, int a_high, int b, int b_high) {
    int a0 = a & 0xffff;
    int a1 = (a >> 16) & 0xffff;
    int b0 = b & 0xffff;
    int b1 = (b >> 16) & 0xffff;
    int bottom = a0 * b0;
    int left = a1 * b0;
    int right = a0 * b1;
    int middle = ((bottom >> 16) & 0xffff) + (left & 0xffff) + (right & 0xffff);
    low = (bottom & 0xffff) | (middle << 16);
    high = a1 * b1 + ((left >> 16) & 0xffff) + ((right >> 16) & 0xffff) + (middle >> 16);
    high = high + a * b_high + a_high * b;
}

void wide_shift_left(int a, int a_high, int count) {
    low = a;
    high = a_high;
    if (count >= 32) {
        high = low;
        low = 0;
        count = count - 32;
    }
    if (count == 0) return;
    high = (high << count) | ((low >> (32 - count)) & ((1 << count) - 1));
    low = low << count;
}

// fill is what comes in from the left: 0 or -1.
void wide_shift_right(int a, int a_high, int count, int fill) {
    low = a;
    high = a_high;
    if (count >= 32) {
        low = high;
        high = fill;
        count = count - 32;
    }
    if (count == 0) return;
    low = ((low >> 1) & 0x7fffffff) >> (count - 1) | high << (32 - count);
    high = ((high >> 1) & 0x7fffffff) >> (count - 1) | fill << (32 - count);
}

int wide_less(int a, int a_high, int b, int b_high, int is_unsigned_type) {
    if (a_high == b_high) return unsigned_less(a, b);
    if (is_unsigned_type) return unsigned_less(a_high, b_high);
    return a_high < b_high;
}

// The quotient of unsigned values, or with is_rest the remainder; the divisor is not 0.
void wide_divide(int a, int a_high, int b, int b_high, int is_rest) {
    int rest = 0;
    int rest_high = 0;
    int carry;
    int i;
    for (i = 0; i < 64; i++) {
        carry = rest_high < 0;
        rest_high = (rest_high << 1) | ((rest >> 31) & 1);
        rest = (rest << 1) | ((a_high >> 31) & 1);
        a_high = (a_high << 1) | ((a >> 31) & 1); // the quotient comes in where the dividend goes out
        a = a << 1;
        if (carry || wide_less(rest, rest_high, b, b_high, 1) == 0) {
            wide_negate(b, b_high);
            wide_add(rest, rest_high, low, high);
            rest = low;
            rest_high = high;
            a = a | 1;
        }
    }
    low = is_rest ? rest : a;
    high = is_rest ? rest_high : a_high;
}

void wide_absolute(int a, int a_high) {
    low = a;
    high = a_high;
    if (a_high < 0) wide_negate(a, a_high);
}

// Signed, towards zero.
void wide_divide_signed(int a, int a_high, int b, int b_high, int is_rest) {
    int negative = (is_rest ? a_high : a_high ^ b_high) < 0;
    wide_absolute(b, b_high);
    b = low;
    b_high = high;
    wide_absolute(a, a_high);
    wide_divide(low, high, b, b_high, is_rest);
    if (negative) wide_negate(low, high);
}

// Floating constants. Every one is kept in the x87's extended format, rounded to its own type:
// a mantissa of 64 bits with its leading 1, and 16 bits of sign and biased exponent.

int float_low;
int float_high;
int float_exponent;

int big[BIG_LIMBS]; // a natural number, 16 bits a limb, lowest first
int big_count;
int big_sticky;     // something smaller than the number's last bit was lost
char *number_end;   // behind the number that was parsed

void big_set(int a, int a_high) {
    big[0] = a & 0xffff;
    big[1] = (a >> 16) & 0xffff;
    big[2] = a_high & 0xffff;
    big[3] = (a_high >> 16) & 0xffff;
    big_count = 4;
    big_sticky = 0;
}

void big_multiply_add(int factor, int addend) {
    int i;
    for (i = 0; i < big_count; i++) {
        addend += big[i] * factor;
        big[i] = addend & 0xffff;
        addend = addend >> 16;
    }
    if (addend == 0) return;
    if (big_count == BIG_LIMBS) fail("constant is too long", 0);
    big[big_count++] = addend;
}

void big_divide(int divisor) {
    int rest = 0;
    int i;
    for (i = big_count - 1; i >= 0; i--) {
        rest = (rest << 16) | big[i];
        big[i] = rest / divisor;
        rest = rest % divisor;
    }
    if (rest) big_sticky = 1;
    while (big_count && big[big_count - 1] == 0) big_count--;
}

void big_shift_limbs(int count) {
    int i;
    if (big_count + count > BIG_LIMBS) fail("constant is too long", 0);
    for (i = big_count - 1; i >= 0; i--) big[i + count] = big[i];
    for (i = 0; i < count; i++) big[i] = 0;
    big_count += count;
}

int big_bit(int n) {
    return n < 0 ? 0 : (big[n >> 4] >> (n & 15)) & 1;
}

int big_bits(void) {
    int n = big_count * 16;
    while (n > 0 && big_bit(n - 1) == 0) n--;
    return n;
}

int big_any_below(int n) {
    int i;
    for (i = 0; i < n; i++) if (big_bit(i)) return 1;
    return big_sticky;
}

// float = big * 2^scale, rounded to nearest, ties to even, with the bits and the least exponent
// of the type.
void round_big(int scale, int precision, int minimum) {
    int length = big_bits();
    int exponent = length - 1 + scale;
    int up;
    int i;
    low = 0;
    high = 0;
    float_low = 0;
    float_high = 0;
    float_exponent = 0;
    if (length == 0) return;
    if (exponent < minimum) precision = precision - (minimum - exponent);
    if (precision < 0) return;
    for (i = 1; i <= precision; i++) {
        wide_shift_left(low, high, 1);
        low = low | big_bit(length - i);
    }
    i = length - 1 - precision;
    up = big_bit(i) && ((low & 1) || big_any_below(i));
    exponent = exponent - precision + 64;
    if (up) {
        wide_add(low, high, 1, 0);
        if (low == 0 && high == 0) {
            high = 1 << 31;
            exponent++;
        }
    }
    if (low == 0 && high == 0) return;
    while (high >= 0) {
        wide_shift_left(low, high, 1);
        exponent--;
    }
    if (exponent > 1 - minimum) { // infinity
        low = 0;
        high = 1 << 31;
        exponent = 16384;
    } else if (exponent < -16382) {
        wide_shift_right(low, high, -16382 - exponent, 0);
        exponent = -16383;
    }
    float_low = low;
    float_high = high;
    float_exponent = exponent + 16383;
}

int digit_value(int c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

// A decimal number with an optional sign, at *text; stops at what is none.
int parse_exponent(char *text) {
    int negative = *text == '-';
    int n = 0;
    if (*text == '-' || *text == '+') text++;
    if (digit_value(*text) > 9) fail("bad exponent", 0);
    while (digit_value(*text) <= 9) {
        if (n < 100000) n = n * 10 + digit_value(*text);
        text++;
    }
    number_end = text;
    return negative ? -n : n;
}

// Sets float from the text of a constant; number_end is left at its suffix.
void parse_float(char *text, int precision, int minimum) {
    int base = 10;
    int scale = 0; // power of ten, or of two in hexadecimal
    int fraction = 0;
    if (*text == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text = text + 2;
    }
    big_set(0, 0);
    while (digit_value(*text) < base || (*text == '.' && fraction == 0)) {
        if (*text == '.') fraction = 1;
        else {
            big_multiply_add(base, digit_value(*text));
            if (fraction) scale = scale - (base == 16 ? 4 : 1);
        }
        text++;
    }
    number_end = text;
    if ((*text | 32) == (base == 16 ? 'p' : 'e')) scale += parse_exponent(text + 1);
    if (big_bits() == 0 || base == 16) {
        round_big(scale, precision, minimum);
        return;
    }
    if (scale > 5000) { // beyond every type: infinity
        big_set(1, 0);
        round_big(40000, precision, minimum);
        return;
    }
    if (scale < -6000 - big_bits()) scale = -6000 - big_bits(); // zero in every type
    fraction = 0;
    if (scale < 0) {
        fraction = (-scale * 10 / 3 + 1) / 16 + 6; // limbs: the quotient keeps over 64 bits
        big_shift_limbs(fraction);
    }
    while (scale > 0) {
        big_multiply_add(10, 0);
        scale--;
    }
    while (scale <= -4) {
        big_divide(10000);
        scale += 4;
    }
    while (scale < 0) {
        big_divide(10);
        scale++;
    }
    round_big(-16 * fraction, precision, minimum);
}

// The integer part of a float in low and high, as C converts it to a 64-bit integer.
void truncate_float(int a, int a_high, int exponent) {
    int shift = 16383 + 63 - (exponent & 0x7fff);
    low = 0;
    high = 0;
    if (shift < 64) wide_shift_right(a, a_high, shift < 0 ? 0 : shift, 0);
    if (exponent & 0x8000) wide_negate(low, high);
}

// The IEEE encoding of a float in low and high: fraction_bits are 23 or 52.
void encode_float(int a, int a_high, int exponent, int fraction_bits, int bias) {
    int negative = exponent & 0x8000;
    int biased = (exponent & 0x7fff) - 16383 + bias;
    int shift = 63 - fraction_bits;
    if ((exponent & 0x7fff) == 0x7fff) biased = 2 * bias + 1;
    if (a == 0 && a_high == 0) biased = 0;
    if (biased < 0) {
        shift = shift + 1 - biased;
        biased = 0;
    } else if (biased == 0) shift++;
    wide_shift_right(a, a_high, shift, 0);
    if (fraction_bits == 52) {
        high = (high & 0xfffff) | biased << 20;
        if (negative) high = high | 1 << 31;
    } else {
        low = (low & 0x7fffff) | biased << 23;
        if (negative) low = low | 1 << 31;
    }
}

// Integers of up to 32 bits: promotion, conversion and every operator.
#include "show.h"

int zero = 0, minus = -7, five = 5, least = -2147483647 - 1;
unsigned int big = 4000000000u;
signed char sc = -3;
unsigned char uc = 253;
char c = -3;
short s = -300;
unsigned short us = 65000;
_Bool yes = 5;

int identity(int x) { return x; }
unsigned char as_uchar(int x) { return x; }
signed char as_char(int x) { return x; }
short as_short(int x) { return x; }
unsigned short as_ushort(int x) { return x; }
_Bool as_bool(int x) { return x; }

int main(void)
{
    unsigned char wraps = 255;
    short falls = -32768;
    _Bool flag = 0;
    int x = 10, *p = &x;
    show("add", minus + five);
    show("subtract", minus - five);
    show("multiply", minus * five);
    show("divide towards zero", minus / 2);
    show("remainder has the dividend's sign", minus % 3);
    show("divide by minus", 7 / -five);
    show("unsigned divide", big / 7);
    show("unsigned remainder", big % 7);
    show("unsigned divide by power of two", big / 16);
    show("unsigned remainder by power of two", big % 16);
    show("unsigned multiply wraps", big * 3);
    show("and or xor", (minus & 12) | (five ^ 3));
    show("complement", ~five);
    show("negate", -minus);
    show("negate unsigned", -big);
    show("not", !five + !zero * 10);
    show("shift left", five << 3);
    show("shift left by variable", five << five);
    show("shift right signed", minus >> 1);
    show("shift right signed by variable", minus >> five);
    show("shift right unsigned", big >> 4);
    show("shift right unsigned by variable", big >> five);
    show("shift keeps the left type", (uc << 24) < 0);
    show("char is signed", c < 0);
    show("char promotes with sign", sc + 0);
    show("unsigned char promotes without", uc + 0);
    show("chars compare as ints", sc == uc);
    show("unsigned char below minus", uc < minus);
    show("short times short", s * us);
    show("unsigned short promotes to int", us - 65001 < 0);
    show("int against unsigned", minus > five + 0u);
    show("minus one is the greatest unsigned", -1 == 4294967295u);
    show("signed compare", (minus < five) + 2 * (minus <= -7) + 4 * (five > minus) + 8 * (five >= 5));
    show("unsigned compare", (big < 5u) + 2 * (big <= 5u) + 4 * (big > 5u) + 8 * (big >= 4000000000u));
    show("least int", least);
    show("least int negated", -least);
    show("convert to unsigned char", as_uchar(-1) + as_uchar(256) + as_uchar(511));
    show("convert to char", as_char(200) + as_char(-129));
    show("convert to short", as_short(40000));
    show("convert to unsigned short", as_ushort(-1));
    show("convert to bool", as_bool(256) + as_bool(0) * 2 + as_bool(-1) * 4);
    show("bool object", yes);
    show("cast cuts", (unsigned char)1000 + (signed char)1000);
    show("cast of a variable", (unsigned char)minus + (short)big);
    show("cast chain", (int)(unsigned char)(signed char)-1);
    wraps++;
    show("unsigned char wraps", wraps);
    falls--;
    show("short wraps", falls);
    show("value of assignment is converted", (uc = 511) + 1);
    show("post increment", x++ * 100 + x);
    show("pre increment", ++x * 100 + x);
    show("post decrement", x-- * 100 + x);
    show("pre decrement", --x * 100 + x);
    show("increment through pointer", (*p)++ + *p * 100);
    x = 7;
    x += 3; x -= 1; x *= 5; x /= 2; x %= 13; x <<= 4; x >>= 1; x |= 3; x &= ~1; x ^= 5;
    show("all assignments", x);
    sc += 130;
    show("char plus assign", sc);
    us -= 65001;
    show("unsigned short minus assign", us);
    big >>= 31;
    show("unsigned shift assign", big);
    flag++;
    flag++;
    show("bool counts to one", flag);
    flag = 0.5;
    show("bool of a half", flag);
    show("comma", (five, minus, 3));
    show("conditional", (five ? minus : zero) + (zero ? 1 : 2));
    show("conditional mixes signs", (zero ? 1u : -1) > 0);
    show("and or values", (five && minus) + 2 * (zero || five) + 4 * (zero && five) + 8 * (zero || zero));
    show("deep expression", ((((((1 + identity(2)) * 3) - identity(4)) << identity(1)) | identity(64)) ^ (identity(7) + identity(8) * identity(9))));
    show("constant folding wraps", 2147483647 + 1);
    show("constant unsigned compare", -1 > 0u);
    show("constant shift", (-16 >> 2) + (0x80000000 >> 28));
    show("constant divide", -7 / 2 * 10 + -7 % 2);
    show("size of operators", sizeof(sc + sc) * 10 + sizeof(sc) + sizeof(1 ? sc : sc) * 100);
    return 0;
}

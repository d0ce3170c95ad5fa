// math.c: mathematics by the x87, whose functions these mostly are. Arguments begin at [esp+4]; the result is
// left in st0.
#include "libc.h"

// NAME(double x): fld qword [esp+4]; INSTRUCTIONS; ret
#define FUNCTION(NAME, INSTRUCTIONS) \
    asm(".globl " NAME "\n" NAME ":\n.byte 0xdd, 0x44, 0x24, 0x04\n.byte " INSTRUCTIONS "\n.byte 0xc3");

FUNCTION("atan", "0xd9, 0xe8, 0xd9, 0xf3")              // fld1; fpatan
FUNCTION("cos", "0xd9, 0xff")                           // fcos
FUNCTION("fabs", "0xd9, 0xe1")                          // fabs
FUNCTION("log", "0xd9, 0xed, 0xd9, 0xc9, 0xd9, 0xf1")   // fldln2; fxch; fyl2x
FUNCTION("log2", "0xd9, 0xe8, 0xd9, 0xc9, 0xd9, 0xf1")  // fld1; fxch; fyl2x
FUNCTION("log10", "0xd9, 0xec, 0xd9, 0xc9, 0xd9, 0xf1") // fldlg2; fxch; fyl2x
FUNCTION("rint", "0xd9, 0xfc")                          // frndint
FUNCTION("sin", "0xd9, 0xfe")                           // fsin
FUNCTION("sqrt", "0xd9, 0xfa")                          // fsqrt
FUNCTION("tan", "0xd9, 0xf2, 0xdd, 0xd8")               // fptan; fstp st0
FUNCTION("atan2", "0xdd, 0x44, 0x24, 0x0c, 0xd9, 0xf3") // fld qword [esp+12]; fpatan
// fild dword [esp+12]; fxch; fscale; fstp st1
FUNCTION("ldexp", "0xdb, 0x44, 0x24, 0x0c, 0xd9, 0xc9, 0xd9, 0xfd, 0xdd, 0xd9")
// fld qword [esp+12]; fxch; again: fprem; fnstsw ax; test ah, 4; jnz again; fstp st1
FUNCTION("fmod", "0xdd, 0x44, 0x24, 0x0c, 0xd9, 0xc9, 0xd9, 0xf8, 0xdf, 0xe0, 0xf6, 0xc4, 0x04, 0x75, 0xf7,"
                 "0xdd, 0xd9")
// x^y as 2^(y log2 x) for positive x: fld qword [esp+12]; fxch; fyl2x; fld st0; frndint; fsub st1, st0; fxch;
// f2xm1; fld1; faddp; fscale; fstp st1
FUNCTION("__power", "0xdd, 0x44, 0x24, 0x0c, 0xd9, 0xc9, 0xd9, 0xf1, 0xd9, 0xc0, 0xd9, 0xfc, 0xdc, 0xe9, 0xd9, 0xc9,"
                    "0xd9, 0xf0, 0xd9, 0xe8, 0xde, 0xc1, 0xd9, 0xfd, 0xdd, 0xd9")
// e^x: the same with fldl2e; fmulp in front
FUNCTION("__exponential", "0xd9, 0xea, 0xde, 0xc9, 0xd9, 0xc0, 0xd9, 0xfc, 0xdc, 0xe9, 0xd9, 0xc9,"
                          "0xd9, 0xf0, 0xd9, 0xe8, 0xde, 0xc1, 0xd9, 0xfd, 0xdd, 0xd9")
double __power(double x, double y);
double __exponential(double x);

double exp(double x) {
    double result = x > 1000 ? HUGE_VAL : x < -1000 ? 0 : __exponential(x);
    return result; // rounded to a double by being stored
}

double pow(double x, double y) {
    int whole = rint(y) == y, odd = whole && rint(y / 2) * 2 != y;
    double result;
    if (y == 0 || x == 1)
        return 1;
    if (x != x || y != y || (x < 0 && !whole))
        return NAN;
    if (x == 0 || isinf(x))
        result = (x == 0) == (y < 0) ? HUGE_VAL : 0;
    else if (isinf(y))
        result = fabs(x) == 1 ? 1 : (fabs(x) > 1) == (y > 0) ? HUGE_VAL : 0;
    else
        result = __power(fabs(x), y);
    return x < 0 && odd ? -result : result;
}

double floor(double x) {
    double near = rint(x);
    return near > x ? near - 1 : near;
}

double ceil(double x) { return -floor(-x); }
double asin(double x) { return atan2(x, sqrt((1 - x) * (1 + x))); }
double acos(double x) { return atan2(sqrt((1 - x) * (1 + x)), x); }

// Floating point: constants to the last bit, arithmetic, comparisons, conversions.
#include "show.h"

float f = 1.5f, third = 0.333333343f;
double d = 0.1, tenth = 0.1, minus = -2.5;
long double l = 0.1L, e = 2.7182818284590452353602874713526625L;
double zero = 0.0, table[] = { 1, -2, 3.5, 1e10, -1e-10 };

double twice(double x) { return x * 2; }
float half(float x) { return x / 2; }
long double cube(long double x) { return x * x * x; }
int count;
double counted(double x) { count++; return x; }
double sum(int n, float a, double b, long double c) { return n + a + b + c; }

#define COMPARE(a, b) ((a < b) + 2 * (a <= b) + 4 * (a > b) + 8 * (a >= b) + 16 * (a == b) + 32 * (a != b))

double fold(double a, double b, double c, double x, double y, double g, double h, double i, double j)
{
    return a + (b * (c - (x + (y * (g - (h + (i * (j - (a + (b * (c - twice(x))))))))))));
}

int main(void)
{
    double nan = zero / zero, inf = 1 / zero;
    float single;
    unsigned char narrow;
    show_double("0.1", 0.1);
    show_float("0.1f", 0.1f);
    show_long_double("0.1L", 0.1L);
    show_double("1e23 rounds to even", 1e23);
    show_double("greatest double", 1.7976931348623157e308);
    show_double("least normal double", 2.2250738585072014e-308);
    show_double("greatest denormal double", 2.2250738585072009e-308);
    show_double("least denormal double", 4.9e-324);
    show_double("half of the least denormal is zero", 2.4703282292062327e-324);
    show_double("just above half is not", 2.4703282292062328e-324);
    show_double("beyond is infinite", 1e309);
    show_float("greatest float", 3.40282347e38f);
    show_float("least denormal float", 1.4e-45f);
    show_float("half way rounds to even", 16777217.0f);
    show_float("above half way rounds up", 16777217.0000001f);
    show_long_double("greatest long double", 1.18973149535723176502e+4932L);
    show_long_double("least denormal long double", 3.6e-4951L);
    show_long_double("least normal long double", 3.36210314311209350626e-4932L);
    show_long_double("many digits", 3.14159265358979323846264338327950288419716939937510582097494459230781640628620899L);
    show_double("hexadecimal", 0x1.921fb54442d18p+1);
    show_double("hexadecimal rounds", 0x1.00000000000008p0);
    show_double("hexadecimal rounds up", 0x1.000000000000081p0);
    show_long_double("hexadecimal long double", 0x.8p-16382L);
    show_double("no digits before the point", .5);
    show_double("no digits after the point", 5.);
    show_double("exponent without point", 12e-1);
    show_long_double("e", e);
    show_float("static float", third);
    show_double("static minus", minus);
    show_double("static from integers", table[1] + table[4]);
    show_double("add", d + tenth + tenth);
    show_double("subtract", d - 0.3);
    show_double("multiply", d * minus);
    show_double("divide", d / 3);
    show_double("negate zero", -zero);
    show_double("mixed with int", 3 * d + 1);
    show_double("mixed with unsigned", 4294967295u + d);
    show_double("mixed with long long", -9007199254740993LL + d);
    show_float("float arithmetic", f * third + 0.1f);
    show_long_double("long double arithmetic", l * 3 - e / 7);
    show_double("function of double", twice(0.3));
    show_float("function of float", half(third));
    show_long_double("function of long double", cube(l));
    show_double("int argument becomes double", twice(3));
    show_double("all kinds of arguments", sum(1, 2.5, 3.25, 4.125));
    show_double("deeply nested", fold(1, 2, 3, 4, 5, 6, 7, 8, 9));
    show_double("calls inside", twice(1) + (twice(2) * (twice(3) - (twice(4) / (twice(5) + twice(6))))));
    show("less and greater", COMPARE(1.0, 2.0) * 1000000 + COMPARE(minus, minus) * 1000 + COMPARE(f, d));
    show("nan compares false", COMPARE(nan, 1.0) * 1000 + COMPARE(nan, nan));
    show("nan is true", nan ? 1 : 2);
    show("not nan", !nan);
    show("minus zero equals zero", -zero == zero);
    show("minus zero is false", -zero ? 1 : 0);
    show("infinity is greater", inf > 1e308);
    if (nan < 1) show("branch on nan", 1); else show("branch on nan", 2);
    if (!(nan >= 1)) show("negated branch on nan", 1);
    if (d) show("true", 1);
    show("and or", (d && zero) + 2 * (d || zero));
    show("to int", (int)-2.9 + (int)2.9 * 10);
    show("to int at run time", (int)minus);
    show("to unsigned", (unsigned)(d + 3e9));
    show("to long long", (long long)(minus * 1e17));
    show("to unsigned long long", (unsigned long long)(d + 1e19) / 2);
    show("small to unsigned long long", (unsigned long long)(d + 12345));
    narrow = d + 200;
    show("to unsigned char", narrow);
    show("to short", (short)(minus * 1000));
    show("to bool", (_Bool)d + (_Bool)zero);
    show_double("from int", (double)(int)minus);
    show_double("from unsigned", (double)(unsigned)-1);
    show_double("from long long", (double)((long long)1e18 + 1));
    show_double("from unsigned long long", (double)((unsigned long long)-1 - (count != 0)));
    show_float("from unsigned long long to float", (float)(0x8000008000000001ull + count));
    show_float("double to float", (float)d);
    show_double("float to double", (float)d);
    show_long_double("double to long double", d);
    show_double("long double to double", (double)e);
    show_double("constant from unsigned long long", (double)0xffffffffffffffffull);
    show_float("constant double to float", (float)1e-40);
    show("constant to long long", (long long)-1e15);
    single = 0.1;
    show("a float is not its double", single == 0.1);
    single += 0.5;
    show_float("plus assign", single);
    single++;
    show_float("increment", single);
    show_float("value of post increment", single++);
    show_float("value of pre decrement", --single);
    d *= 3; d -= 1; d /= 7;
    show_double("assignments", d);
    count = 10;
    count *= 1.55;
    show("int times double assign", count);
    count += 0.9;
    show("int plus double assign", count);
    show_double("conditional mixes", count ? 1 : 2.5);
    show_double("comma", (counted(1), counted(2)));
    counted(3) + counted(4);
    show("discarded operands are evaluated", count);
    show("size", sizeof(float) + sizeof(double) * 10 + sizeof(long double) * 1000 + sizeof(1.0f * 1) * 100000);
    return 0;
}

#ifndef _MATH_H
#define _MATH_H

#define HUGE_VAL (1e300 * 1e300)
#define INFINITY ((float)HUGE_VAL)
#define NAN (INFINITY - INFINITY)
#define M_E 2.71828182845904523536
#define M_PI 3.14159265358979323846
#define isfinite(x) ((x) - (x) == 0)
#define isinf(x) ((x) == (x) && !isfinite(x))
#define isnan(x) ((x) != (x))

double acos(double x), asin(double x), atan(double x), ceil(double x), cos(double x), exp(double x), fabs(double x);
double floor(double x), log(double x), log2(double x), log10(double x), rint(double x), sin(double x), sqrt(double x);
double tan(double x), atan2(double y, double x), fmod(double x, double y), pow(double x, double y);
double ldexp(double x, int exponent);

#endif

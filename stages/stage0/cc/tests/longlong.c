// 64-bit integers: every operator on values at the edges, signed and unsigned.
#include "show.h"

typedef long long ll;
typedef unsigned long long ull;

ll values[] = {
    0, 1, -1, 2, 7, -7, 10, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, -0x80000000LL, 0x123456789abcdef,
    -0x123456789abcdefLL, 0x7fffffffffffffff, -0x7fffffffffffffffLL - 1, 1000000007, 0xfffffffe00000001
};

ull mix;

void add(ull value) { mix = (mix ^ value) * 6364136223846793005ull + 1442695040888963407ull; }

ll identity(ll x) { return x; }

void all(ll a, ll b)
{
    ull u = a, v = b;
    int n = (int)b & 63;
    add(a + b); add(a - b); add(a * b); add(u * v); add(a & b); add(a | b); add(a ^ b);
    add(-a); add(~a); add(!a);
    if (b && !(b == -1 && a == values[15])) { add(a / b); add(a % b); }
    if (b) { add(u / v); add(u % v); }
    add(a << n); add(a >> n); add(u >> n);
    add((a < b) + 2 * (a <= b) + 4 * (a > b) + 8 * (a >= b) + 16 * (a == b) + 32 * (a != b));
    add((u < v) + 2 * (u <= v) + 4 * (u > v) + 8 * (u >= v) + 16 * (u == v) + 32 * (u != v));
    add((a && b) + 2 * (a || b) + (a ? 4 : 8));
    add(identity(a) + identity(b)); add(identity(a) * identity(b) - (identity(a) ^ identity(b)));
    add((int)a); add((unsigned)a); add((short)a); add((unsigned char)a); add((_Bool)a);
    if (a < b) add(1);
    if (u < v) add(2);
    if (identity(a) >= identity(b)) add(3);
    if (u > v) add(4);
    if (a == b) add(5);
}

int main(void)
{
    int i, j;
    ll x = 0x123456789LL, *p = &x;
    ull u;
    int small = -5;
    unsigned int large = 0xfffffffb;
    show("size", sizeof(ll) + sizeof(1LL) * 10);
    show("greatest", 0x7fffffffffffffff);
    show("least", -0x7fffffffffffffff - 1);
    show("from int", small + 0LL);
    show("from unsigned", large + 0LL);
    show("from char", (signed char)-1 + (ull)1);
    show("to int", (int)0x1fffffff0LL);
    for (i = 0; i < sizeof values / sizeof values[0]; i++)
        for (j = 0; j < sizeof values / sizeof values[0]; j++)
            all(values[i], values[j]);
    show("all operators on all values", mix);
    show("divide", -1000000000000LL / 7);
    show("remainder", -1000000000000LL % 7);
    u = 0xffffffffffffffff;
    show("unsigned divide", u / 10);
    show("unsigned remainder", u % 10);
    show("unsigned divide by more than half", u / 0xfffffffffffffffe);
    show("shift by constants", (x << 4) + (x >> 4) + (x << 32) + (x >> 32) + (x << 33) + (x >> 31));
    show("shift of a negative", (-x >> 40) + (-x >> 1));
    show("unsigned shift", (u >> 63) + (u >> 32));
    x += 5; x -= 0x100000000; x *= 3; x /= 7; x %= 100000; x <<= 35; x |= 1; x ^= 0xff; x &= ~2LL; x >>= 3;
    show("all assignments", x);
    show("post increment", x++ - x);
    x = 0xffffffff;
    show("increment carries", ++*p);
    x = 0x100000000;
    show("decrement borrows", --x);
    show("true by the high word", 0x100000000LL ? 1 : 0);
    x = 0x100000000;
    show("true by the high word at run time", x ? !x ? 2 : 1 : 0);
    if (x) show("condition", 1);
    while (x) x >>= 8;
    show("loop ends", x);
    show("constants fold", (0x7fffffffffffffffLL / 3 + (1LL << 40)) % 1000003 - (-5LL >> 1) + (5ull > -1LL));
    show("index", "abcdef"[x + 2]);
    return 0;
}

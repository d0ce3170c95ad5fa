// Statements.
#include "show.h"

int calls;
int called(int x) { calls = calls * 10 + x; return x; }

int by_switch(int x)
{
    switch (x) {
    case -5: return 1;
    case 0:
    case 1: x += 10; // falls through
    case 2: x += 100; break;
    case 'a': return 97;
    case 2147483647: return 3;
    case 1000: { int y = x; return y / 2; }
    default: return -1;
    case -2147483647 - 1: return 4;
    }
    return x;
}

int unsigned_switch(unsigned x)
{
    switch (x) { case 0x80000000: return 1; case 5: return 2; case 0xffffffff: return 3; }
    return 0;
}

int char_switch(char c)
{
    switch (c) { case 'x': return 1; case -1: return 2; default: return 3; }
}

int many(int x)
{
    switch (x) {
    case 1: return 11; case 3: return 13; case 5: return 15; case 7: return 17; case 9: return 19;
    case 11: return 21; case 2: return 12; case 4: return 14; case 6: return 16; case 8: return 18;
    }
    return 0;
}

// Copies with a switch that jumps into the loop.
int device(int count)
{
    int n = (count + 3) / 4, done = 0;
    switch (count % 4) {
    case 0: do { done++;
    case 3: done++;
    case 2: done++;
    case 1: done++;
            } while (--n > 0);
    }
    return done;
}

int with_goto(int n)
{
    int sum = 0;
again:
    sum += n;
    if (--n > 0)
        goto again;
    goto done;
    sum = -1;
done:
    return sum;
}

int early(int x) { if (x) { if (x > 5) return 1; else return 2; } return 3; }

void nothing(void) { return; }

int factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }

int even(int n);
int odd(int n) { return n ? even(n - 1) : 0; }
int even(int n) { return n ? odd(n - 1) : 1; }

int main(void)
{
    int i, j, n = 0;
    for (i = 0; i < 10; i++) {
        if (i == 3) continue;
        if (i == 8) break;
        n += i;
    }
    show("for", n);
    for (n = 0, i = 0, j = 10; i < j; i++, j--) n++;
    show("for with commas", n);
    for (;;) if (n++ > 20) break;
    show("for ever", n);
    for (int k = 0, m = 2; k < 3; k++) { int n = k * m; i += n; }
    show("for with a declaration", i * 100 + n);
    while (n) if (n-- % 7 == 0) break; else continue;
    show("while", n);
    do { n += 2; if (n % 5 == 0) continue; } while (n < 30);
    show("do", n);
    do n++; while (0);
    show("do once", n);
    n = 0;
    for (i = 0; i < 4; i++) for (j = 0; j < 4; j++) { if (j == 2) break; if (i == 1) continue; n += i * 10 + j; }
    show("nested", n);
    show("switch", by_switch(0) + by_switch(1) * 1000 + by_switch(2) * 1000000);
    show("switch on negative", by_switch(-5) + by_switch(3) * 10);
    show("switch on extremes", by_switch(2147483647) + by_switch(-2147483647 - 1) * 10 + by_switch('a') + by_switch(1000));
    show("unsigned switch", unsigned_switch(0x80000000) + unsigned_switch(5) * 10 + unsigned_switch(-1) * 100 + unsigned_switch(6));
    show("char switch", char_switch('x') + char_switch(255) * 10 + char_switch(0) * 100);
    for (n = 0, i = 0; i < 13; i++) n = n * 3 + many(i);
    show("many cases", n);
    show("switch into a loop", device(1) + device(7) * 10 + device(8) * 100);
    switch (5) { }
    switch (5) { case 5: switch (6) { case 5: n = 1; break; default: n = 2; } n += 10; }
    show("nested switch", n);
    for (i = 0, n = 0; i < 5; i++) switch (i) { case 1: continue; case 3: n += 100; break; default: n++; }
    show("continue in a switch", n);
    show("goto", with_goto(10));
    show("return", early(0) + early(3) * 10 + early(9) * 100);
    nothing();
    if (called(0) && called(1)) n = 1;
    if (called(2) || called(3)) n = 2;
    if (!(called(0) || called(4)) || called(5)) n = 3;
    show("short circuit", calls);
    calls = 0;
    n = called(1) ? called(2) : called(3);
    n = called(0) ? called(4) : called(5);
    show("conditional", calls);
    calls = 0;
    n = called(1) + called(2) * called(3) - called(4);
    show("left before right", calls);
    n = 0;
    if (n) ; else n = 4;
    show("empty statement", n);
    { int n = 5; { int n = 6; i = n; } i += n; }
    show("blocks", i + n);
    show("recursion", factorial(10));
    show("mutual recursion", even(10) + odd(7) * 2 + even(7) * 4);
    return 0;
}

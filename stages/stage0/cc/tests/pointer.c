// Pointers, arrays and strings.
#include "show.h"

int array[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, cube[2][3][4];
char string[] = "hello";
struct triple { int a, b, c; } triples[4];
long long wide[3];

int twice(int x) { return 2 * x; }
int thrice(int x) { return 3 * x; }
int (*pick(int n))(int) { return n ? thrice : twice; }
typedef int function(int);
typedef int (*pointer_to_function)(int);
int apply(function *f, int x) { return f(x); }
int sum(int a[], int n) { int s = 0; while (n--) s += *a++; return s; }
int sum_row(int a[][4], int row) { return a[row][0] + a[row][1] + a[row][2] + a[row][3]; }
void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; }
int length(const char *s) { const char *p = s; while (*p) p++; return p - s; }
void copy(char *to, const char *from) { while ((*to++ = *from++)) ; }
int deep(int ***p) { return ***p; }

int main(void)
{
    int *p = array + 3, *q = &array[8], **pp = &p, i, j, k;
    char buffer[20], *s = string;
    struct triple *t = triples + 1;
    int (*row)[4] = cube[1];
    int (*f)(int) = twice, (*table[2])(int) = { twice, &thrice };
    int (*(*picker)(int))(int) = pick;
    pointer_to_function g = &thrice;
    void *v = array;
    short shorts[4] = { 1, 2, 3, 4 }, *sp = shorts;
    show("index", p[2] + p[-1] + 2[p]);
    show("difference", q - p);
    show("difference of structs", &triples[3] - t);
    show("difference of bytes", (char *)q - (char *)p);
    show("compare", (p < q) + 2 * (p <= q) + 4 * (p > q) + 8 * (p != q) + 16 * (p + 5 == q));
    show("null", !p + (p ? 2 : 4) + (0 == (void *)0) * 8);
    show("post increment", *p++ * 10 + *p);
    show("pre decrement", *--p);
    show("increment of the target", ++*p + (*p)++ * 10 + *p * 100);
    array[3] = 3;
    p += 2;
    show("plus assign", *p);
    p -= 4;
    show("minus assign", *p);
    **pp = 55;
    show("pointer to pointer", array[1] + (*pp)[1]);
    array[1] = 1;
    *sp++ = 10; *sp += 5; sp[1]--;
    show("shorts", shorts[0] + shorts[1] * 10 + shorts[2] * 100);
    for (i = 0; i < 2; i++) for (j = 0; j < 3; j++) for (k = 0; k < 4; k++) cube[i][j][k] = i * 100 + j * 10 + k;
    show("three dimensions", cube[1][2][3] + *(*(*(cube + 1) + 1) + 1));
    show("pointer to a row", row[2][1] + (*row)[3]);
    show("row argument", sum_row(cube[1], 2));
    show("sizes", sizeof cube + sizeof cube[0] * 1000 + sizeof *row * 100000 + sizeof row * 10000000);
    show("array argument", sum(array, 10) + sum(array + 8, 2));
    swap(&array[0], &array[9]);
    show("swap", array[0] * 10 + array[9]);
    t->b = 5; (t + 1)->c = 6; (*(t + 1)).a = 7; triples[2].b = t[0].b;
    show("struct pointer", triples[1].b + triples[2].a * 10 + triples[2].b * 100 + t[1].c * 1000);
    wide[1] = 1LL << 40;
    show("wide element", *(wide + 1) >> 38);
    show("string", length(string) + s[1] + *(s + 4));
    copy(buffer, "copied");
    show_text("copy", buffer);
    show_text("inside", &buffer[3]);
    show("function pointer", f(5) + (*f)(6) + (**f)(7) + g(1));
    show("table", table[0](1) + table[1](1) * 10 + (*table[1])(2) * 100);
    show("function that returns one", pick(1)(5) + picker(0)(5) * 100);
    show("function argument", apply(twice, 4) + apply(&thrice, 4));
    show("function compare", (f == twice) + (f != g) * 2);
    f = i ? thrice : twice;
    show("chosen function", f(1));
    show("void pointer", *(int *)v + ((int *)v)[2]);
    show("integer and back", *(int *)((int)array + 4 * 2));
    q = &*p;
    show("address of dereference", q == p);
    show("address of element", &array[4] == array + 4);
    show("address of array", (char *)(&array + 1) - (char *)array);
    pp = &q;
    { int **r = pp, ***x = &r; show("three stars", deep(x)); }
    i = 1;
    array[i++] += 10;
    show("index evaluated once", i * 100 + array[1]);
    array[array[2]] = array[array[3]] + 1;
    show("nested index", array[2]);
    s = "literal";
    show("literal", s[0] + "literal"[6]);
    return 0;
}

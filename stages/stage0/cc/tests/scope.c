// Names: scopes, tags, typedefs, declarators.
#include "show.h"

typedef int number, *number_pointer, numbers[3];
typedef struct node { struct node *next; number n; } node;
typedef unsigned char byte;
struct tag { int a; };
int tag = 5;
enum { tagged = 6 };
int value = 1;
typedef int T;
int same(T) ;
int same(int T) { return T + 1; }
unsigned long int long_order(void) { return 7; }
int long unsigned long other_order(void) { return 8; }
const char *const names[] = { "a", "b" };
int (*(array_of_functions[2]))(int) = { same, same };
int *(*function_pointer)(int *);
int *same_pointer(int *p) { return p; }
void (*signal_like(int n, void (*handler)(int)))(int);
void handler(int n) { value = n; }
void (*signal_like(int n, void (*h)(int)))(int) { h(n); return h; }
struct incomplete;
struct incomplete *hidden_pointer;
int use(struct incomplete *p);
struct incomplete { int member; };
int use(struct incomplete *p) { return p->member; }

int shadow(int value)
{
    int result = value;
    {
        int value = 100;
        result += value;
        { extern int value; result += value; }
    }
    return result;
}

int labels(int x)
{
    if (x) goto value;
    return 1;
value:
    return 2;
}

int main(void)
{
    struct tag tag;
    number_pointer p = &value;
    numbers three = { 1, 2, 3 };
    node second = { 0, 2 }, first = { &second, 1 };
    struct incomplete complete = { 11 };
    int T = 4;
    enum { tagged = 60 };
    struct tag { char c[10]; } *inner;
    typedef char number;
    number c = 300;
    tag.a = 4;
    show("tag and variable", tag.a);
    show("typedefs", *p + three[2] + sizeof(numbers));
    show("struct typedef", first.next->n);
    show("inner enum", tagged);
    show("inner tag", sizeof *inner);
    show("inner typedef", c);
    show("typedef name as a variable", T);
    show("typedef name as a parameter", same(1));
    show("order of specifiers", long_order() + other_order() + sizeof(other_order()));
    show_text("const", names[1]);
    show("declarators", array_of_functions[1](2));
    function_pointer = same_pointer;
    show("function that returns a pointer", *function_pointer(p));
    signal_like(77, handler)(78);
    show("function that returns a function", value);
    show("incomplete struct", use(&complete));
    show("shadow", shadow(1000));
    show("labels have names of their own", labels(0) + labels(1) * 10);
    show("casts", sizeof(int *(*)(int)) + sizeof(char[3][4]) * 10 + (byte)257);
    { struct tag; struct tag *own; struct tag { short s; }; show("new tag", sizeof *own); }
    return 0;
}

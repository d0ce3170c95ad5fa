// The preprocessor.
#include "show.h"
#include "include/once.h"
#include "include/once.h"
#include <angle.h>

#define OBJECT 42
#define EMPTY
#define ADD(a, b) ((a) + (b))
#define NOTHING() 7
#define STRING(x) #x
#define EXPAND_STRING(x) STRING(x)
#define PASTE(a, b) a##b
#define EXPAND_PASTE(a, b) PASTE(a, b)
#define THREE(a, b, c) a##b##c
#define LATER NOW
#define NOW 5
#define CALL(f, x, y) f(x, y)
#define FOURTH(a, b, c, d, ...) d
#define LIST(first, ...) #first "=" #__VA_ARGS__
#define MULTI(a, \
              b) a - \
    b
#define DOUBLE(x) x * 2
#define DOUBLE_NAME DOUBLE
#define SEMICOLON ;
#define HASH(x) #x "#" "##"
#define NESTED_CALL(x) DOUBLE(x) + DOUBLE(DOUBLE(x))
#undef UNDEFINED
#define UNDEFINED 1
#undef UNDEFINED

#if 0
This is 'not compiled, and " is not closed
#if 1
#error nested
#else
#endif
/* #endif in a comment
#endif */
#elif OBJECT == 42 && defined(ADD) && !defined UNDEFINED
#define BRANCH 2
#else
#define BRANCH 3
#endif

#ifdef OBJECT
#ifndef EMPTY
#error EMPTY is defined
#elif 1
#define INNER 1
#endif
#else
#error OBJECT is defined
#endif

#if (1 ? 2 : 3) == 2 && 10 / 3 == 3 && -7 % 3 == -1 && (1 << 4 | 3) == 19 && ~0 == -1 && !0
#define ARITHMETIC 1
#endif
#if 0xffffffffffffffff > 0 && -1 > 0u && 'a' == 97 && undefined_name == 0 && int == 0
#define WIDE 1
#endif
#if 1 || 1 / 0
#define SHORT_CIRCUIT 1
#endif
#if 0 && (1 / 0)
#error division
#endif
#if EXPAND_PASTE(OB, JECT) - 42 + ADD(1, -1)
#error expansion
#endif
# /* a directive with nothing in it */

static int a = 1, b = 2, ab = 12, x1 = 4, name_1 = 99;

int main(void)
{
    int SELF = 20, LEFT = 1000, RIGHT = 2000;
#define SELF SELF + 1
#define LEFT RIGHT + 10
#define RIGHT LEFT + 100
    show("object", OBJECT EMPTY);
    show("function", ADD(1, 2) * ADD(3, ADD(4, 5)));
    show("without arguments", NOTHING());
    show("space before the parenthesis", ADD (1
        , 2));
    show_text("string", STRING(a + b));
    show_text("string of strings", STRING("a\n" '\\' x));
    show_text("string joins spaces", STRING(  a   +
        b  /* comment */ c  ));
    show_text("string is not expanded", STRING(OBJECT));
    show_text("string of the expanded", EXPAND_STRING(OBJECT (OBJECT) ADD(1,2)));
    show_text("string of nothing", STRING());
    show_text("hash in a string", HASH(a # b));
    show("paste", PASTE(a, b));
    show("paste a number", PASTE(x, 1));
    show("paste is not expanded", EXPAND_PASTE(PASTE(OBJ, ECT), ));
    show("paste of the expanded", EXPAND_PASTE(name, _1));
    show("paste with nothing", PASTE(a, ) + PASTE(, b) PASTE(, ));
    show("paste three", THREE(1, 2, 3) + THREE(4, , 5));
    show("paste an operator", 1 PASTE(<, <) 4);
    show("defined later", LATER);
    show("own name", SELF);
    show("each other's names", LEFT);
    show("macro as an argument", CALL(ADD, 1, 2));
    show("commas in parentheses", ADD((1, 2), 3));
    show("variable arguments", FOURTH(1, 2, 3, 4, 5, 6));
    show_text("list of arguments", LIST(one, two, three(4, 5)));
    show_text("empty list", LIST(one, ));
    show("several lines", MULTI(10, 3));
    show("call through another name", DOUBLE_NAME(5));
    show("nested calls", NESTED_CALL(3));
    show("name without a call", sizeof EXPAND_STRING(DOUBLE));
    show("branches", BRANCH * 100 + INNER * 10 + ARITHMETIC + WIDE + SHORT_CIRCUIT);
    show("predefined", __STDC__ + __i386__ + __linux__);
    show("from the command line", FROM_COMMAND_LINE + VALUE_OF);
    show("included once", once + TWICE);
    show_text("angle", angle);
    show("line of an include", ANGLE_LINE);
    show("line", __LINE__); show_text("file", __FILE__) SEMICOLON
    show("directive in a call", ADD(
#ifdef OBJECT
        100,
#else
        200,
#endif
        5));
    show("continued \
line", 1);
    show("line after a continued one", __LINE__);
    show("comment//no" /* yes // */, 1); // comment \
    show("continued comment", 2);
    return 0;
}

// start.c: where the kernel enters the program. TinyCC's linker knows this file as crt1.o.
#include "libc.h"

int main(int argc, char **argv, char **variables);

// The stack at entry is argc, argv[0], …, 0, variables…, 0. To a C function that is a return address
// (argc, never returned to) and arguments from argv[0] on.
void _start(char *argv0) {
    char **argv = &argv0;
    int argc = ((int *)argv)[-1];
#ifdef __TINYC__ // whose linker names the table of functions to be called first
    typedef void (*function)(int, char **, char **);
    extern function __init_array_start[], __init_array_end[];
    function *constructor;
#endif
    environ = argv + argc + 1;
#ifdef __TINYC__
    for (constructor = __init_array_start; constructor < __init_array_end; constructor++)
        (*constructor)(argc, argv, environ);
#endif
    exit(main(argc, argv, environ));
}

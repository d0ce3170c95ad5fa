// exit.c: how a program ends.
#include "libc.h"

typedef void (*function)(void);
static function at_exit[32];
static int at_exit_count;

int atexit(function called) {
    if (at_exit_count == sizeof at_exit / sizeof at_exit[0])
        return -1;
    at_exit[at_exit_count++] = called;
    return 0;
}

void _Exit(int status) { _exit(status); }

void _exit(int status) {
    for (;;)
        __syscall(SYS_exit_group, status);
}

void exit(int status) {
#ifdef __TINYC__ // whose linker names the table of functions to be called at the end
    extern function __fini_array_start[], __fini_array_end[];
    function *destructor = __fini_array_end;
#endif
    while (at_exit_count > 0)
        at_exit[--at_exit_count]();
#ifdef __TINYC__
    while (destructor > __fini_array_start)
        (*--destructor)();
#endif
    fflush(NULL);
    _exit(status);
}

void abort(void) {
    __syscall(SYS_kill, __syscall(SYS_getpid), SIGABRT);
    _exit(127);
}

void __assert_fail(const char *condition, const char *file, int line) {
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}

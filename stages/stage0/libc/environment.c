// environment.c: the variables that a program is given.
#include "libc.h"

char **environ;

#ifdef __TINYC__
// A program run by `tcc -run` has no _start, but is told its environment here.
static void __attribute__((constructor)) keep_environment(int argc, char **argv, char **variables) {
    environ = variables;
}
#endif

char *getenv(const char *name) {
    size_t length = strlen(name);
    char **variable;
    for (variable = environ; variable && *variable; variable++)
        if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
            return *variable + length + 1;
    return NULL;
}

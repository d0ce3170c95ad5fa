// process.c: this process, others, and signals between them.
#include "libc.h"

pid_t fork(void) { return __syscall(SYS_fork); }
pid_t getpid(void) { return __syscall(SYS_getpid); }
pid_t wait(int *status) { return waitpid(-1, status, 0); }
pid_t waitpid(pid_t process, int *status, int options) { return __syscall(SYS_wait4, process, status, options, 0); }
int kill(pid_t process, int signal) { return __syscall(SYS_kill, process, signal); }
int raise(int signal) { return kill(getpid(), signal); }
int execve(const char *path, char *const argv[], char *const envp[]) { return __syscall(SYS_execve, path, argv, envp); }
int execv(const char *path, char *const arguments[]) { return execve(path, arguments, environ); }

int execvp(const char *name, char *const arguments[]) {
    char path[PATH_MAX];
    const char *folder = getenv("PATH"), *end;
    if (strchr(name, '/'))
        return execv(name, arguments);
    for (folder = folder ? folder : "/usr/bin:/bin"; *folder; folder = *end ? end + 1 : end) {
        end = folder + strcspn(folder, ":");
        if (snprintf(path, sizeof path, "%.*s/%s", (int)(end - folder), folder, name) < sizeof path)
            execv(path, arguments);
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            break;
    }
    return -1;
}

sighandler_t signal(int signal, sighandler_t handler) {
    struct { sighandler_t handler; unsigned flags; void *restorer; unsigned mask[2]; } action, old;
    memset(&action, 0, sizeof action);
    action.handler = handler;
    action.flags = 0x10000000; // SA_RESTART
    return __syscall(SYS_rt_sigaction, signal, &action, &old, sizeof action.mask) < 0 ? SIG_ERR : old.handler;
}

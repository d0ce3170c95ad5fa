#ifndef _UNISTD_H
#define _UNISTD_H

#include <sys/types.h>

enum { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
enum { F_OK = 0, X_OK = 1, W_OK = 2, R_OK = 4 };
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

extern char **environ;

int access(const char *path, int mode), chdir(const char *path), rmdir(const char *path), unlink(const char *path);
int link(const char *from, const char *to), symlink(const char *target, const char *path);
int close(int fd), dup(int fd), dup2(int from, int to), isatty(int fd), pipe(int ends[2]);
int execv(const char *path, char *const arguments[]), execvp(const char *name, char *const arguments[]);
int execve(const char *path, char *const arguments[], char *const environment[]);
char *getcwd(char *path, size_t size);
off_t lseek(int fd, off_t offset, int from);
pid_t fork(void), getpid(void);
ssize_t read(int fd, void *data, size_t size), write(int fd, const void *data, size_t size);
ssize_t readlink(const char *path, char *target, size_t size);
unsigned sleep(unsigned seconds);
void _exit(int status);

#endif

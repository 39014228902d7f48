/* Fails, or kills, at the N-th write, sync, rename, removal or send of a process: loaded before libc (LD_PRELOAD).
 *
 * Counted are calls about plain files and sockets, of all threads, from `fail_at` on; what is printed is not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long seen;
static long wanted = -1; /* -1: nothing is counted; 0: only counted */
static int number;       /* an errno; 0: SIGKILL */
static int lasting;      /* every call from there on fails */
static char where[64];   /* the call that failed, or the last one */

void fail_at(long at, int with, int on) {
    number = with, lasting = on, seen = 0;
    wanted = at;
}

long points_seen(void) { return seen; }

const char *point_hit(void) { return where; }

/* Whether this call is the one. A socket is reset where a disk is full or broken. */
static int struck(const char *call, int fd, int is_socket) {
    if (wanted < 0) return 0;
    long now = ++seen;
    if (!wanted || now < wanted || (now > wanted && (!lasting || is_socket))) return 0;
    if (now == wanted) snprintf(where, sizeof where, "%s", call);
    if (!number) {
        raise(SIGKILL);
    }
    if (is_socket) shutdown(fd, SHUT_RDWR); /* a peer that is gone says nothing more, either */
    errno = is_socket ? ECONNRESET : number;
    return 1;
}

static int counts(int fd, int *is_socket) {
    struct stat of;
    if (wanted < 0 || fd <= 2 || fstat(fd, &of)) return 0;
    *is_socket = S_ISSOCK(of.st_mode);
    return *is_socket || S_ISREG(of.st_mode) || S_ISDIR(of.st_mode);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define ON_FILE(result, name, list, ...)                                                       \
    result name list {                                                                         \
        static __typeof__(&name) real;                                                         \
        int is_socket = 0;                                                                     \
        if (!real) real = REAL(name);                                                          \
        if (counts(fd, &is_socket) && struck(#name, fd, is_socket)) return -1;                     \
        return real(__VA_ARGS__);                                                              \
    }
#define ON_PATH(name, list, ...)                                                               \
    int name list {                                                                            \
        static __typeof__(&name) real;                                                         \
        if (!real) real = REAL(name);                                                          \
        if (struck(#name, -1, 0)) return -1;                                                       \
        return real(__VA_ARGS__);                                                              \
    }

ON_FILE(ssize_t, write, (int fd, const void *data, size_t size), fd, data, size)
ON_FILE(ssize_t, writev, (int fd, const struct iovec *data, int count), fd, data, count)
ON_FILE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), fd, data, size, at)
ON_FILE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), fd, data, size, at)
ON_FILE(int, fsync, (int fd), fd)
ON_FILE(int, fdatasync, (int fd), fd)
ON_FILE(int, ftruncate, (int fd, off_t size), fd, size)
ON_FILE(int, ftruncate64, (int fd, off64_t size), fd, size)
ON_FILE(ssize_t, send, (int fd, const void *data, size_t size, int how), fd, data, size, how)
ON_FILE(ssize_t, sendto, (int fd, const void *data, size_t size, int how, const struct sockaddr *to, socklen_t length),
        fd, data, size, how, to, length)
ON_FILE(ssize_t, sendmsg, (int fd, const struct msghdr *message, int how), fd, message, how)
ON_PATH(rename, (const char *from, const char *to), from, to)
ON_PATH(renameat, (int a, const char *from, int b, const char *to), a, from, b, to)
ON_PATH(unlink, (const char *path), path)
ON_PATH(mkdir, (const char *path, mode_t mode), path, mode)

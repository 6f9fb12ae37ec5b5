#ifndef APUS_CLINUX_BASE_H
#define APUS_CLINUX_BASE_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// Numbers that the headers of Debian 12 may lack; from 424 on all architectures share them.
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

// <fcntl.h> keeps these for _GNU_SOURCE, which must stay undefined: with it the C library's structures differ from those
// of the module Glibc, and no file could import both.
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#endif

static inline long linux_result(long value) { return value == -1 ? -(long)errno : value; }

// Ends the process. A seccomp filter can refuse even this call; the fault that follows it cannot be refused, ends the
// first process of a pid namespace, too, and is no loop that would keep a processor for ever.
static inline _Noreturn void linux_exit_group(int status) {
    syscall(SYS_exit_group, status);
    for (;;) __builtin_trap();
}

// syscall(2) is variadic, which Swift cannot call.
static inline long linux_syscall(long number, long a, long b, long c, long d, long e, long f) {
    return linux_result(syscall(number, a, b, c, d, e, f));
}

#endif

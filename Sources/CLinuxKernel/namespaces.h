#ifndef APUS_CLINUX_NAMESPACES_H
#define APUS_CLINUX_NAMESPACES_H

#include "launch.h"
#include <linux/futex.h>

// A network namespace in the making: by a thread of this process that ends when it is made. The namespace is the dearest of
// all, and whoever wants it has other things to do in the meantime.
//
// It is no thread of the C library's, whose thread-local storage it has not got: it makes raw system calls, with all signals
// blocked, and touches nothing but this.
struct linux_namespace_maker {
    _Alignas(16) char stack[8192];
    // The namespace's file, or -errno.
    long file;
    // Not 0 while the thread is there. See clone(2), CLONE_CHILD_CLEARTID.
    uint32_t thread;
};

#if defined __x86_64__
static inline long linux_raw(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
#elif defined __aarch64__
static inline long linux_raw(long number, long a, long b, long c) {
    register long result __asm__("x0") = a;
    register long second __asm__("x1") = b, third __asm__("x2") = c, call __asm__("x8") = number;
    __asm__ volatile("svc #0" : "+r"(result) : "r"(second), "r"(third), "r"(call) : "memory", "cc");
    return result;
}
#endif

#if defined __x86_64__ || defined __aarch64__
__attribute__((noinline, unused)) static _Noreturn void linux_make_network_namespace(void *context) {
    struct linux_namespace_maker *maker = (struct linux_namespace_maker *)context;
    // struct ifreq: SIOCSIFFLAGS of "lo" with IFF_UP and IFF_RUNNING. See netdevice(7).
    struct {
        char name[16];
        short flags;
        char rest[22];
    } up = {{'l', 'o'}, 0x41, {0}};
    long file = linux_raw(SYS_unshare, CLONE_NEWNET, 0, 0);
    if (file == 0) {
        // Whether it comes up, who uses it looks; here it costs nobody's time.
        long device = linux_raw(SYS_socket, 2 /* AF_INET */, 2 /* SOCK_DGRAM */ | O_CLOEXEC, 0);
        if (device >= 0) {
            linux_raw(SYS_ioctl, device, 0x8914, (long)&up);
            linux_raw(SYS_close, device, 0, 0);
        }
        file = linux_raw(SYS_openat, AT_FDCWD, (long)"/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    }
    maker->file = file;
    for (;;) linux_raw(SYS_exit, 0, 0, 0);
}

// Starts the thread; 0 or -errno.
static inline long linux_start_namespace_maker(struct linux_namespace_maker *maker) {
    struct linux_clone_args arguments = {0};
    arguments.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                      CLONE_CHILD_CLEARTID;
    arguments.child_tid = (uint64_t)(uintptr_t)&maker->thread;
    arguments.stack = (uint64_t)(uintptr_t)maker->stack;
    arguments.stack_size = sizeof maker->stack;
    maker->file = -ECHILD;
    maker->thread = 1;
    uint64_t all = ~(uint64_t)0, saved = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    long result = linux_clone3_onto_stack(&arguments, linux_make_network_namespace, maker);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    if (result < 0) maker->thread = 0;
    return result < 0 ? result : 0;
}
#else
static inline long linux_start_namespace_maker(struct linux_namespace_maker *maker) {
    maker->file = -ENOSYS;
    maker->thread = 0;
    return -ENOSYS;
}
#endif

// Waits until the thread has ended, and takes what it has made: a file or -errno.
static inline long linux_await_namespace_maker(struct linux_namespace_maker *maker) {
    uint32_t value;
    while ((value = __atomic_load_n(&maker->thread, __ATOMIC_ACQUIRE)) != 0)
        syscall(SYS_futex, &maker->thread, FUTEX_WAIT, value, (void *)0, (void *)0, 0);
    return maker->file;
}

#endif

#ifndef APUS_CLINUX_NOTICES_H
#define APUS_CLINUX_NOTICES_H

#include "base.h"
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

static inline long linux_eventfd(unsigned int count, int flags) {
    return linux_result(syscall(SYS_eventfd2, count, flags));
}

static inline long linux_epoll_create(void) { return linux_result(syscall(SYS_epoll_create1, EPOLL_CLOEXEC)); }
static inline long linux_epoll_add(int queue, int fd, uint32_t events, uint64_t identifier) {
    struct epoll_event event = {.events = events | EPOLLONESHOT, .data = {.u64 = identifier}};
    return linux_result(syscall(SYS_epoll_ctl, queue, EPOLL_CTL_ADD, fd, &event));
}
static inline long linux_epoll_remove(int queue, int fd) {
    struct epoll_event event = {0};
    return linux_result(syscall(SYS_epoll_ctl, queue, EPOLL_CTL_DEL, fd, &event));
}
// Waits, and writes the identifiers and the events of what came; both have room for `count`, which is at most 64.
static inline long linux_epoll_wait(int queue, uint64_t *identifiers, uint32_t *events, int count) {
    struct epoll_event found[64];
    long result = linux_result(syscall(SYS_epoll_pwait, queue, found, count > 64 ? 64 : count, -1, (void *)0, 8));
    for (long index = 0; index < result; index++) {
        identifiers[index] = found[index].data.u64;
        events[index] = found[index].events;
    }
    return result;
}

// Ends this process as the signal would have ended it without a handler; returns where that cannot be.
static inline void linux_die_by_signal(int number) {
    struct sigaction action = {0};
    action.sa_handler = SIG_DFL;
    if (sigaction(number, &action, (void *)0) != 0) return;
    // It may be blocked, as that of a broken pipe is where failed writes are lived through.
    uint64_t signal = (uint64_t)1 << (number - 1);
    syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &signal, (void *)0, sizeof signal);
    syscall(SYS_kill, syscall(SYS_getpid), number);
}

// struct pidfd_info as of Linux 6.15; headers of Debian 12 know nothing of it.
struct linux_pidfd_info {
    uint64_t mask;
    uint64_t cgroup;
    uint32_t pid, tgid, ppid;
    uint32_t ids[8];
    int32_t exit_code;
};

// PIDFD_GET_INFO with PIDFD_INFO_EXIT: 1 and the wait status where the kernel has it, 0 where it has not (yet).
static inline long linux_pidfd_exit_status(int pidfd, int *status) {
    struct linux_pidfd_info info = {.mask = 1 << 3};
    _Static_assert(sizeof info == 64, "the first version of the structure");
    long result = linux_result(ioctl(pidfd, _IOWR(0xff, 11, struct linux_pidfd_info), &info));
    if (result < 0) return result;
    *status = info.exit_code;
    return (info.mask & (1 << 3)) != 0;
}

#endif

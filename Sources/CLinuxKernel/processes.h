#ifndef APUS_CLINUX_PROCESSES_H
#define APUS_CLINUX_PROCESSES_H

#include "base.h"
#include "cgroups.h"
#include <grp.h>
#include <pthread.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

struct linux_clone_args {
    uint64_t flags;
    uint64_t pidfd;
    uint64_t child_tid;
    uint64_t parent_tid;
    uint64_t exit_signal;
    uint64_t stack;
    uint64_t stack_size;
    uint64_t tls;
    uint64_t set_tid;
    uint64_t set_tid_size;
    uint64_t cgroup;
};
_Static_assert(sizeof(struct linux_clone_args) == 88, "clone_args");

// clone3(2), or clone(2) where that is refused: kernels before 5.3 have no clone3, and filters of containers answer ENOSYS
// or EPERM to it, whose flags they cannot see. clone(2) has the pidfd in its third argument on every architecture, and
// the second is the stack on all but s390. It knows neither a cgroup to start in nor time namespaces.
#define LINUX_CLONE_SIGNAL_BITS 0xffu
static inline long linux_clone_of_either_kind(struct linux_clone_args *arguments) {
    long child = syscall(SYS_clone3, arguments, sizeof *arguments);
    if (child >= 0 || (errno != ENOSYS && errno != EPERM)) return child;
    if (arguments->flags >> 32 || arguments->flags & LINUX_CLONE_SIGNAL_BITS) return child;
    return syscall(SYS_clone, (unsigned long)(arguments->flags | arguments->exit_signal), 0,
                   (int *)(uintptr_t)arguments->pidfd, 0, 0);
}

// Executes the open file `program`. Where execveat(2) is refused, by the name that it has in the caller's procfs.
static inline void linux_execute_open_file(int program, char *const *argv, char *const *envp) {
    syscall(SYS_execveat, program, "", argv, envp, AT_EMPTY_PATH);
    if (errno != ENOSYS && errno != EPERM) return;
    char path[] = "/proc/self/fd/0000000000", *digit = path + sizeof path - 1;
    int number = program;
    do *--digit = (char)('0' + number % 10);
    while (number /= 10);
    // What is left of the zeros is no part of a descriptor's name.
    char *name = path + sizeof "/proc/self/fd/" - 1;
    while (*digit) *name++ = *digit++;
    *name = 0;
    syscall(SYS_execve, path, argv, envp);
}

// Like fork(2), with the namespaces and the cgroup of `arguments`. The child goes on in the caller's code, so only a
// process with a single thread may use it, and the child must use raw system calls for set*id and setgroups.
static inline long linux_clone3(struct linux_clone_args *arguments) {
    return linux_result(linux_clone_of_either_kind(arguments));
}

// CLONE_CLEAR_SIGHAND, Linux 5.5.
static const uint64_t LINUX_CLONE_CLEAR_SIGHAND = 0x100000000;

// Like linux_clone_of_either_kind, and in the child no handler of the caller's is left. Before Linux 5.5 and without clone3
// `wanting` becomes all signals: those that linux_reset_signals has to give their default action. The caller blocks all
// signals before.
static inline long linux_clone3_without_handlers(struct linux_clone_args *arguments, uint64_t *wanting) {
    struct linux_clone_args wanted = *arguments;
    wanted.flags |= LINUX_CLONE_CLEAR_SIGHAND;
    long child = syscall(SYS_clone3, &wanted, sizeof wanted);
    if (child < 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM)) {
        *wanting = ~(uint64_t)0;
        child = linux_clone_of_either_kind(arguments);
    }
    return child;
}

// Gives the signals of a set their default action.
static inline void linux_reset_signals(uint64_t set) {
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } action = {0, 0, 0, 0};
    for (int number = 1; number < 65; number++)
        if (set >> (number - 1) & 1 && number != SIGKILL && number != SIGSTOP)
            syscall(SYS_rt_sigaction, number, &action, (void *)0, sizeof action.mask);
}

// Clones and executes the program at `path` with three descriptors as its stdio, in a process group of its own and in
// the directory `directory`, with default signals and without the caller's other descriptors (they are close-on-exec).
// Only system calls between the two. The error of a failed exec comes through `report`, as an errno in four bytes.
static inline long linux_clone3_execve(struct linux_clone_args *arguments, const char *path, char *const *argv,
                                       char *const *envp, int input, int output, int error, int directory, int report,
                                       uint64_t ignored) {
    uint64_t all = ~(uint64_t)0, saved = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    long child = linux_clone3_without_handlers(arguments, &ignored);
    if (child == 0) {
        linux_reset_signals(ignored);
        syscall(SYS_setpgid, 0, 0);
        // Upwards first, so that none of the three is overwritten before it is in place.
        int low[3] = {input, output, error};
        long result = 0;
        for (int index = 0; index < 3 && result >= 0; index++) {
            result = syscall(SYS_fcntl, low[index], F_DUPFD_CLOEXEC, 10);
            low[index] = (int)result;
        }
        for (int index = 0; index < 3 && result >= 0; index++) result = syscall(SYS_dup3, low[index], index, 0);
        if (result >= 0 && directory >= 0) result = syscall(SYS_fchdir, directory);
        uint64_t none = 0;
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, (void *)0, sizeof none);
        if (result >= 0) syscall(SYS_execve, path, argv, envp);
        int failure = errno;
        syscall(SYS_write, report, &failure, sizeof failure);
        linux_exit_group(127);
    }
    long result = linux_result(child);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    return result;
}

// Clones and executes the program at `path` with the `count` open files of `descriptors` as its descriptors 0, 1, 2 and so
// on, and with no others, whatever the caller's caller left open; in the caller's process group, with default signals. It
// first joins the cgroups of version 1 whose `tasks` files are open. With a mount namespace of its own (CLONE_NEWNS in
// `arguments`) nothing that it mounts is seen outside, and `tree` is bound on `place` there. Only system calls between the
// two. A failure comes through `report` as two numbers of four bytes: an errno, and 1 for the exec, 2 for the mounts, 3 for
// what is before them.
static inline long linux_clone3_service(struct linux_clone_args *arguments, const char *path, char *const *argv,
                                        char *const *envp, const int *descriptors, int count, const int *tasks,
                                        int task_count, const char *tree, const char *place, int report,
                                        uint64_t ignored) {
    uint64_t all = ~(uint64_t)0, saved = 0;
    int low[64];
    if (count > 64) return -EINVAL;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    long child = linux_clone3_without_handlers(arguments, &ignored);
    if (child == 0) {
        linux_reset_signals(ignored);
        int failure[2] = {0, 3}, refused;
        long result = linux_join_own_thread(tasks, task_count, &refused);
        if (result < 0) errno = (int)-result;
        // Upwards first, so that none is overwritten before it is in place.
        int end = (int)(result < 0 ? result : syscall(SYS_fcntl, report, F_DUPFD_CLOEXEC, 128));
        for (int index = 0; index < count && end >= 0 && result >= 0; index++) {
            result = syscall(SYS_fcntl, descriptors[index], F_DUPFD_CLOEXEC, 128);
            low[index] = (int)result;
        }
        for (int index = 0; index < count && end >= 0 && result >= 0; index++)
            result = syscall(SYS_dup3, low[index], index, 0);
        // CLOSE_RANGE_CLOEXEC; before Linux 5.11 one by one.
        if (end >= 0 && result >= 0 && syscall(SYS_close_range, count, ~0u, 4u) < 0)
            for (int number = count; number < 1024; number++) syscall(SYS_fcntl, number, F_SETFD, FD_CLOEXEC);
        if (end >= 0 && result >= 0 && (arguments->flags & CLONE_NEWNS)) {
            failure[1] = 2;
            result = syscall(SYS_mount, (void *)0, "/", (void *)0, MS_REC | MS_SLAVE, (void *)0);
            if (result >= 0) result = syscall(SYS_mount, tree, place, (void *)0, MS_BIND | MS_REC, (void *)0);
        }
        uint64_t none = 0;
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, (void *)0, sizeof none);
        if (end >= 0 && result >= 0) {
            failure[1] = 1;
            syscall(SYS_execve, path, argv, envp);
        }
        failure[0] = errno;
        syscall(SYS_write, end >= 0 ? end : report, failure, sizeof failure);
        linux_exit_group(127);
    }
    long result = linux_result(child);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    return result;
}

// Clones a child that only waits to be killed, and dies with the caller.
static inline long linux_clone3_waiting(struct linux_clone_args *arguments) {
    uint64_t all = ~(uint64_t)0, saved = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    long child = linux_clone_of_either_kind(arguments);
    if (child == 0) {
        syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        for (;;) syscall(SYS_ppoll, (void *)0, 0, (void *)0, (void *)0, 0);
    }
    long result = linux_result(child);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    return result;
}

// Starts a detached thread that takes no signal, but those of a fault of its own.
static inline long linux_start_thread(void *(*body)(void *), void *argument) {
    static const int faults[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
    sigset_t all, previous;
    pthread_attr_t attributes;
    pthread_t thread;
    sigfillset(&all);
    for (unsigned index = 0; index < sizeof faults / sizeof *faults; index++) sigdelset(&all, faults[index]);
    int failure = pthread_attr_init(&attributes);
    if (failure) return -failure;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // A new thread has the mask of the one that makes it.
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    failure = pthread_create(&thread, &attributes, body, argument);
    pthread_sigmask(SIG_SETMASK, &previous, (void *)0);
    pthread_attr_destroy(&attributes);
    return -failure;
}

static inline long linux_execve(const char *path, char *const *argv, char *const *envp) {
    return linux_result(syscall(SYS_execve, path, argv, envp));
}
static inline long linux_getrandom(void *memory, size_t count) {
    return linux_result(syscall(SYS_getrandom, memory, count, 0));
}
static inline long linux_getpid(void) { return syscall(SYS_getpid); }
static inline long linux_pidfd_open(pid_t pid, unsigned flags) { return linux_result(syscall(SYS_pidfd_open, pid, flags)); }
static inline long linux_pidfd_send_signal(int pidfd, int number) {
    return linux_result(syscall(SYS_pidfd_send_signal, pidfd, number, (void *)0, 0));
}
static inline void linux_exit_by_signal(int number) {
    linux_exit_group(128 + number);
}
// Lets a signal end this process although it is the first of its pid namespace, which the kernel keeps from the default
// action. An exec takes the handler away again.
static inline long linux_end_by_signal(int number) {
    struct sigaction action = {0};
    action.sa_handler = linux_exit_by_signal;
    return linux_result(sigaction(number, &action, (void *)0));
}
// Gives the signals of the fault that follows a refused exit (linux_exit_group) their default action, which is the end.
static inline long linux_end_by_faults(void) {
    struct sigaction action = {0};
    action.sa_handler = SIG_DFL;
    long result = linux_result(sigaction(SIGILL, &action, (void *)0));
    return result < 0 ? result : linux_result(sigaction(SIGTRAP, &action, (void *)0));
}
static inline long linux_kill(pid_t pid, int number) { return linux_result(kill(pid, number)); }
static inline long linux_waitid(int kind, int identifier, siginfo_t *information, int options) {
    return linux_result(syscall(SYS_waitid, kind, identifier, information, options, (void *)0));
}
// waitid(2) as the kernel has it: with the resources that the process has used.
static inline long linux_waitid_usage(int kind, int identifier, siginfo_t *information, int options, struct rusage *usage) {
    return linux_result(syscall(SYS_waitid, kind, identifier, information, options, usage));
}
static inline int linux_siginfo_status(const siginfo_t *information) { return information->si_status; }
static inline int linux_siginfo_has_exited(const siginfo_t *information) { return information->si_code == CLD_EXITED; }
static inline long linux_wait4(pid_t pid, int *status, int options) {
    return linux_result(syscall(SYS_wait4, pid, status, options, (void *)0));
}
static inline int linux_siginfo_pid(const siginfo_t *information) { return information->si_pid; }

static inline long linux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return linux_result(syscall(SYS_prctl, option, a, b, c, d));
}
static inline long linux_setsid(void) { return linux_result(syscall(SYS_setsid)); }
static inline long linux_setns(int fd, int flags) { return linux_result(syscall(SYS_setns, fd, flags)); }
static inline long linux_unshare(unsigned long flags) { return linux_result(syscall(SYS_unshare, flags)); }
static inline long linux_sethostname(const char *name, size_t length) {
    return linux_result(syscall(SYS_sethostname, name, length));
}
static inline long linux_setdomainname(const char *name, size_t length) {
    return linux_result(syscall(SYS_setdomainname, name, length));
}
static inline long linux_personality(unsigned long value) { return linux_result(syscall(SYS_personality, value)); }

// The C library's set*id functions signal every thread it knows of and wait for them; after a raw clone that list is
// wrong and the call hangs. Hence the system calls themselves.
/* Whether all three ids are this one. */
static inline long linux_has_user(uid_t user) {
    uid_t real, effective, saved;
    if (syscall(SYS_getresuid, &real, &effective, &saved) < 0) return -errno;
    return real == user && effective == user && saved == user;
}
static inline long linux_has_group(gid_t group) {
    gid_t real, effective, saved;
    if (syscall(SYS_getresgid, &real, &effective, &saved) < 0) return -errno;
    return real == group && effective == group && saved == group;
}
/* Whether they were when the program started: the saved ids are the effective ones then. */
static inline int linux_started_as(unsigned long real, unsigned long effective, unsigned id) {
    errno = 0;
    return getauxval(real) == id && getauxval(effective) == id && errno == 0;
}
static inline int linux_started_as_user(uid_t user) { return linux_started_as(AT_UID, AT_EUID, user); }
static inline int linux_started_as_group(gid_t group) { return linux_started_as(AT_GID, AT_EGID, group); }
static inline uid_t linux_effective_user_at_start(void) { return (uid_t)getauxval(AT_EUID); }
static inline gid_t linux_effective_group_at_start(void) { return (gid_t)getauxval(AT_EGID); }
static inline long linux_setresuid(uid_t user) { return linux_result(syscall(SYS_setresuid, user, user, user)); }
static inline long linux_setresgid(gid_t group) { return linux_result(syscall(SYS_setresgid, group, group, group)); }
static inline long linux_setgroups(size_t count, const gid_t *groups) {
    return linux_result(syscall(SYS_setgroups, count, groups));
}

static inline long linux_prlimit(pid_t pid, int resource, const uint64_t *new_limits, uint64_t *old_limits) {
    return linux_result(syscall(SYS_prlimit64, pid, resource, new_limits, old_limits));
}
static inline long linux_sched_setaffinity(pid_t pid, size_t size, const void *mask) {
    return linux_result(syscall(SYS_sched_setaffinity, pid, size, mask));
}
static inline long linux_sched_getaffinity(pid_t pid, size_t size, void *mask) {
    return linux_result(syscall(SYS_sched_getaffinity, pid, size, mask));
}

struct linux_sched_attr {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
    uint32_t util_min;
    uint32_t util_max;
};
_Static_assert(sizeof(struct linux_sched_attr) == 56, "sched_attr");

static inline long linux_sched_setattr(pid_t pid, const struct linux_sched_attr *attributes) {
    return linux_result(syscall(SYS_sched_setattr, pid, attributes, 0));
}
static inline long linux_ioprio_set(int which, int who, int value) {
    return linux_result(syscall(SYS_ioprio_set, which, who, value));
}
static inline long linux_set_mempolicy(int mode, const unsigned long *nodes, unsigned long maximum) {
    return linux_result(syscall(SYS_set_mempolicy, mode, nodes, maximum));
}
static inline long linux_signalfd(int fd, uint64_t mask, int flags) {
    return linux_result(syscall(SYS_signalfd4, fd, &mask, sizeof mask, flags));
}
static inline long linux_sigprocmask(int how, uint64_t mask, uint64_t *old) {
    return linux_result(syscall(SYS_rt_sigprocmask, how, &mask, old, sizeof mask));
}
static inline uint64_t linux_now_nanoseconds(int clock) {
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
// The page faults of this thread that needed no device. RUSAGE_THREAD, which <sys/resource.h> keeps for _GNU_SOURCE, is 1.
static inline uint64_t linux_minor_faults(void) {
    struct rusage usage = {0};
    return getrusage(1, &usage) < 0 ? 0 : (uint64_t)usage.ru_minflt;
}

#endif

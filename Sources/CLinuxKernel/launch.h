#ifndef APUS_CLINUX_LAUNCH_H
#define APUS_CLINUX_LAUNCH_H

#include "processes.h"

// How a child that has just been cloned comes to its program. Nothing but system calls happens until then, so a caller with
// many threads is safe: no lock of another thread can be needed.
// - those of `streams` become the standard streams, where they are none themselves; -1 leaves the caller's;
// - `socket` becomes descriptor 3, whatever numbers it and `program` have, and those of `keep`, which are higher, lose their
//   close-on-exec flag;
// - it first joins the cgroups of version 1 whose `tasks` files are open;
// - it reads as many bytes from `gate` as `waits` says, each of which says that something is there that it needs;
// - with `becomes_root` it becomes the root of its user namespace then: an exec as an unmapped user would lose all
//   capabilities;
// - what the caller ignores it ignores as well;
// - an exit status of LINUX_SPAWN_… tells which of the steps failed.
#define LINUX_SPAWN_MEMORY 94
#define LINUX_SPAWN_CGROUP 95
#define LINUX_SPAWN_DESCRIPTORS 96
#define LINUX_SPAWN_IDENTITY 97
#define LINUX_SPAWN_EXECUTION 98
struct linux_launch {
    int program;
    char *const *argv;
    char *const *envp;
    int socket;
    int streams[3];
    const int *keep;
    int keep_count;
    const int *tasks;
    int task_count;
    int gate, gate_writer, waits, becomes_root;
};

// A descriptor that a child's socket does not replace; -1 where there is none.
static inline int linux_move_up(int file) {
    return file > 3 ? file : (int)syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 4);
}

__attribute__((noinline, unused)) static _Noreturn void linux_become_program(void *context) {
    const struct linux_launch *launch = (const struct linux_launch *)context;
    int refused;
    if (linux_join_own_thread(launch->tasks, launch->task_count, &refused) < 0) linux_exit_group(LINUX_SPAWN_CGROUP);
    // Its own copy of the other end would keep it waiting for a caller that is gone.
    if (launch->gate >= 0) syscall(SYS_close, launch->gate_writer);
    for (int left = launch->waits; left > 0; left--) {
        char byte;
        long count;
        do count = syscall(SYS_read, launch->gate, &byte, 1);
        while (count < 0 && errno == EINTR);
        if (count != 1) linux_exit_group(LINUX_SPAWN_DESCRIPTORS);
    }
    if (launch->becomes_root && (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0))
        linux_exit_group(LINUX_SPAWN_IDENTITY);
    int socket = linux_move_up(launch->socket), program = linux_move_up(launch->program);
    int failed = syscall(SYS_dup3, socket, 3, 0) < 0;
    for (int index = 0; index < 3; index++)
        failed |= launch->streams[index] >= 0 && syscall(SYS_dup3, launch->streams[index], index, 0) < 0;
    for (int index = 0; index < launch->keep_count; index++)
        failed |= syscall(SYS_fcntl, launch->keep[index], F_SETFD, 0) < 0;
    if (failed) linux_exit_group(LINUX_SPAWN_DESCRIPTORS);
    uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, (void *)0, sizeof none);
    linux_execute_open_file(program, launch->argv, launch->envp);
    linux_exit_group(errno == ENOMEM ? LINUX_SPAWN_MEMORY : LINUX_SPAWN_EXECUTION);
}

#if defined __x86_64__ || defined __aarch64__
// clone3(2) of a child that goes on in `start`, which never returns, on the stack of `arguments`. Gives the child or -errno.
static inline long linux_clone3_onto_stack(struct linux_clone_args *arguments, void (*start)(void *), void *context) {
#ifdef __x86_64__
    long child;
    register void *argument __asm__("r12") = context;
    register void (*function)(void *) __asm__("r13") = start;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r12, %%rdi\n\t"
                     "call *%%r13\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(child)
                     : "a"(SYS_clone3), "D"(arguments), "S"(sizeof *arguments), "r"(argument), "r"(function)
                     : "rcx", "r11", "memory");
    return child;
#else
    register long child __asm__("x0") = (long)(uintptr_t)arguments;
    register long size __asm__("x1") = sizeof *arguments;
    register long number __asm__("x8") = SYS_clone3;
    register void *argument __asm__("x20") = context;
    register void (*function)(void *) __asm__("x21") = start;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x20\n\t"
                     "blr x21\n\t"
                     "brk #1\n"
                     "1:"
                     : "+r"(child)
                     : "r"(size), "r"(number), "r"(argument), "r"(function)
                     : "memory", "cc");
    return child;
#endif
}

// clone3(2) of a child that goes on where the caller is, with the caller's memory and on its stack, while the caller ends: the
// few instructions that it still executes touch neither. Gives 0 in the child, or -errno.
static inline long linux_clone3_taking_over(struct linux_clone_args *arguments) {
#ifdef __x86_64__
    long child;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jle 1f\n\t"
                     "mov %[end], %%eax\n\t"
                     "xor %%edi, %%edi\n\t"
                     "syscall\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(child)
                     : "a"(SYS_clone3), "D"(arguments), "S"(sizeof *arguments), [end] "i"(SYS_exit_group)
                     : "rcx", "r11", "memory");
    return child;
#else
    register long child __asm__("x0") = (long)(uintptr_t)arguments;
    register long size __asm__("x1") = sizeof *arguments;
    register long number __asm__("x8") = SYS_clone3;
    __asm__ volatile("svc #0\n\t"
                     "cmp x0, #0\n\t"
                     "b.le 1f\n\t"
                     "mov x8, %[end]\n\t"
                     "mov x0, #0\n\t"
                     "svc #0\n\t"
                     "brk #1\n"
                     "1:"
                     : "+r"(child)
                     : "r"(size), "r"(number), [end] "i"(SYS_exit_group)
                     : "memory", "cc");
    return child;
#endif
}

// clone3(2) of a child that uses the caller's memory until its exec, on a stack of its own, while the calling thread waits. A
// copy of the memory would cost more than the exec: the page tables, and a fault for each page that either writes
// to afterwards. Gives the child or -errno.
static inline long linux_clone3_sharing_memory(struct linux_clone_args *arguments, struct linux_launch *launch) {
    _Alignas(16) char stack[16384];
    struct linux_clone_args wanted = *arguments;
    wanted.flags |= LINUX_CLONE_CLEAR_SIGHAND | CLONE_VM | CLONE_VFORK;
    wanted.stack = (uint64_t)(uintptr_t)stack;
    wanted.stack_size = sizeof stack;
    return linux_clone3_onto_stack(&wanted, linux_become_program, launch);
}
#else
static inline long linux_clone3_taking_over(struct linux_clone_args *arguments) { return -ENOSYS; }
static inline long linux_clone3_sharing_memory(struct linux_clone_args *arguments, struct linux_launch *launch) {
    return -ENOSYS;
}
#endif

// Clones a child that comes to its program by `launch`. It gets a copy of the caller's memory where it waits for something
// that the caller does in the meantime.
static inline long linux_clone3_execveat(struct linux_clone_args *arguments, struct linux_launch *launch) {
    long result = launch->waits > 0 ? -ENOSYS : linux_clone3_sharing_memory(arguments, launch);
    // Flags that the kernel does not know, or a filter that refuses the call: there is another way.
    if (result != -ENOSYS && result != -EINVAL && result != -EPERM) return result;
    // There a handler of the caller's may be left, which must not run in the child.
    uint64_t all = ~(uint64_t)0, saved = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    uint64_t handled = 0;
    long child = linux_clone3_without_handlers(arguments, &handled);
    if (child == 0) {
        linux_reset_signals(handled);
        linux_become_program(launch);
    }
    result = linux_result(child);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    return result;
}

// Goes on in a child that `arguments` describe, and ends the caller, which has a single thread. Gives -errno, or 0 in the child.
// The child gets a copy of the caller's memory or, with `takes_memory`, that itself.
static inline long linux_move_to_child(struct linux_clone_args *arguments, int takes_memory) {
    // No handler may use the stack that is the child's by then, and the caller's end must leave its memory alone.
    uint64_t all = ~(uint64_t)0, saved = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    long result = -ENOSYS;
    if (takes_memory) {
        syscall(SYS_set_tid_address, (void *)0);
        struct linux_clone_args wanted = *arguments;
        wanted.flags |= CLONE_VM;
        result = linux_clone3_taking_over(&wanted);
    }
    if (result < 0) {
        result = linux_clone3(arguments);
        if (result > 0) linux_exit_group(0);
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    return result;
}

#endif

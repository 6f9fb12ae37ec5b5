// Counts the CPUID instructions of a program, one step at a time: cpuid PROGRAM ARGUMENTS...
//
// In a virtual machine each is an exit to the hypervisor, which costs more than a thousand other instructions.
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(arguments[1], arguments + 1);
        _exit(127);
    }
    long found = 0;
    int status;
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        struct user_regs_struct registers;
        if (ptrace(PTRACE_GETREGS, child, 0, &registers) == 0) {
            long code = ptrace(PTRACE_PEEKTEXT, child, (void *)registers.rip, 0);
            found += (code & 0xffff) == 0xa20f;
        }
        int signal = WSTOPSIG(status);
        if (ptrace(PTRACE_SINGLESTEP, child, 0, signal == SIGTRAP ? 0 : signal) != 0) break;
    }
    if (count < 2 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;
    printf("%ld\n", found);
}

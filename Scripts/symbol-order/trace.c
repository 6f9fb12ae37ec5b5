// Runs a command and prints the addresses of the functions that it enters, in the order of their first use: each once with a 0
// before it for the command's own process, and once with a 1 for its children.
//
// trace PROGRAM ADDRESSES OUTPUT COMMAND [ARGUMENT ...]: follows every process of the command that runs a program with the file
// name PROGRAM, which must be at fixed addresses. ADDRESSES is a file with the functions' first bytes in hexadecimal.
// A breakpoint stands on each and goes away when it is hit, so the command runs nearly at its own speed.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPACE = 64 << 20 };
static uint8_t original[SPACE], is_function[SPACE], printed[2][SPACE];
static FILE *output;
static pid_t first;
static uint64_t first_address = SPACE, last_address;

static int open_memory(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    return open(path, O_RDWR | O_CLOEXEC);
}

static int runs(pid_t pid, const char *program) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    const char *name = strrchr(path, '/');
    return name && strcmp(name + 1, program) == 0;
}

static void set_breakpoints(pid_t pid) {
    size_t size = last_address - first_address + 1;
    uint8_t *text = malloc(size);
    int memory = open_memory(pid);
    if (memory < 0 || pread(memory, text, size, (off_t)first_address) != (ssize_t)size) exit(3);
    for (size_t index = 0; index < size; index++)
        if (is_function[first_address + index]) {
            original[first_address + index] = text[index];
            text[index] = 0xcc;
        }
    if (pwrite(memory, text, size, (off_t)first_address) != (ssize_t)size) exit(3);
    close(memory);
    free(text);
}

static int clear_breakpoint(pid_t pid) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, 0, &registers) != 0) return 0;
    uint64_t address = registers.rip - 1;
    if (address >= SPACE || !is_function[address]) return 0;
    int memory = open_memory(pid);
    if (memory < 0 || pwrite(memory, &original[address], 1, (off_t)address) != 1) exit(3);
    close(memory);
    registers.rip = address;
    ptrace(PTRACE_SETREGS, pid, 0, &registers);
    int is_child = pid != first;
    if (!printed[is_child][address]) {
        printed[is_child][address] = 1;
        fprintf(output, "%d %llx\n", is_child, (unsigned long long)address);
    }
    return 1;
}

int main(int count, char **arguments) {
    if (count < 5) return fprintf(stderr, "usage: trace PROGRAM ADDRESSES OUTPUT COMMAND [ARGUMENT ...]\n"), 2;
    FILE *list = fopen(arguments[2], "r");
    unsigned long long address;
    while (list && fscanf(list, "%llx", &address) == 1) {
        if (address >= SPACE) continue;
        is_function[address] = 1;
        if (address < first_address) first_address = address;
        if (address > last_address) last_address = address;
    }
    output = fopen(arguments[3], "we");
    if (!output) return perror(arguments[3]), 2;
    first = fork();
    if (first == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(arguments[4], arguments + 4);
        _exit(127);
    }
    int status;
    waitpid(first, &status, 0);
    ptrace(PTRACE_SETOPTIONS, first, 0,
           PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC);
    ptrace(PTRACE_CONT, first, 0, 0);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0) break;
        if (!WIFSTOPPED(status)) {
            // What a created container's init does later is none of this command's business.
            if (pid == first) break;
            continue;
        }
        int event = status >> 16, stop = WSTOPSIG(status), deliver = 0;
        if (event == PTRACE_EVENT_EXEC) {
            if (!runs(pid, arguments[1])) {
                ptrace(PTRACE_DETACH, pid, 0, 0);
                continue;
            }
            set_breakpoints(pid);
        } else if (event == 0) {
            if (stop == SIGTRAP ? !clear_breakpoint(pid) : stop != SIGSTOP) deliver = stop;
        }
        ptrace(PTRACE_CONT, pid, 0, deliver);
    }
    return 0;
}

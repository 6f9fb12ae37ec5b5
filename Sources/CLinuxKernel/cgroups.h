#ifndef APUS_CLINUX_CGROUPS_H
#define APUS_CLINUX_CGROUPS_H

#include "base.h"
#include <linux/bpf.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/vfs.h>
#include <time.h>

static inline long linux_statfs(const char *path, struct statfs *out) { return linux_result(statfs(path, out)); }

// Extended attributes of an open file.
static inline long linux_fsetxattr(int fd, const char *name, const void *value, size_t size) {
    return linux_result(syscall(SYS_fsetxattr, fd, name, value, size, 0));
}
static inline long linux_fgetxattr(int fd, const char *name, void *value, size_t size) {
    return linux_result(syscall(SYS_fgetxattr, fd, name, value, size));
}
static inline long linux_fremovexattr(int fd, const char *name) {
    return linux_result(syscall(SYS_fremovexattr, fd, name));
}
static inline long linux_lgetxattr(const char *path, const char *name, void *value, size_t size) {
    return linux_result(syscall(SYS_lgetxattr, path, name, value, size));
}

static inline long linux_sleep_microseconds(unsigned long microseconds) {
    struct timespec time = {(time_t)(microseconds / 1000000), (long)(microseconds % 1000000) * 1000};
    return linux_result(nanosleep(&time, (void *)0));
}

// Moves the calling thread, which must be its process's only one, into the cgroups whose `tasks` files are open.
// "0" in `tasks` is the one form for which the kernel does not wait for an RCU grace period. For a child between clone
// and exec: system calls only. The result is 0, or -errno of the first file that refused, with its index in `failed`.
static inline long linux_join_own_thread(const int *files, int count, int *failed) {
    for (int index = 0; index < count; index++) {
        long written;
        do written = linux_result(syscall(SYS_write, files[index], "0", 1));
        while (written == -EINTR);
        if (written != 1) {
            *failed = index;
            return written < 0 ? written : -EIO;
        }
    }
    return 0;
}

// The members of union bpf_attr are anonymous structures; these functions fill the few that device programs need.
static inline long linux_bpf_call(int command, union bpf_attr *attributes) {
    return linux_result(syscall(SYS_bpf, command, attributes, sizeof *attributes));
}
static inline long linux_bpf_load_device_program(const void *instructions, unsigned count, char *log,
                                                 unsigned log_size) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = count;
    attributes.license = (uint64_t)(uintptr_t) "Apache";
    if (log_size > 0) {
        attributes.log_buf = (uint64_t)(uintptr_t)log;
        attributes.log_size = log_size;
        attributes.log_level = 1;
    }
    return linux_bpf_call(BPF_PROG_LOAD, &attributes);
}
// `replaced` is the program whose place the new one takes, or -1 to add it to those that are there.
static inline long linux_bpf_attach_device_program(int cgroup, int program, int replaced) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    if (replaced >= 0) {
        attributes.attach_flags |= BPF_F_REPLACE;
        attributes.replace_bpf_fd = (uint32_t)replaced;
    }
    return linux_bpf_call(BPF_PROG_ATTACH, &attributes);
}
static inline long linux_bpf_detach_device_program(int cgroup, int program) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    return linux_bpf_call(BPF_PROG_DETACH, &attributes);
}
// Stores the ids of the programs attached to the cgroup itself; `count` is the room on entry, their number on return.
static inline long linux_bpf_query_device_programs(int cgroup, uint32_t *identifiers, uint32_t *count) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.query.target_fd = (uint32_t)cgroup;
    attributes.query.attach_type = BPF_CGROUP_DEVICE;
    attributes.query.prog_ids = (uint64_t)(uintptr_t)identifiers;
    attributes.query.prog_cnt = *count;
    long result = linux_bpf_call(BPF_PROG_QUERY, &attributes);
    *count = attributes.query.prog_cnt;
    return result;
}
static inline long linux_bpf_open_program(uint32_t identifier) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_id = identifier;
    return linux_bpf_call(BPF_PROG_GET_FD_BY_ID, &attributes);
}

#endif

#ifndef APUS_CLINUX_SECURITY_H
#define APUS_CLINUX_SECURITY_H

#include "base.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

struct linux_capability_header {
    uint32_t version;
    int32_t pid;
};
struct linux_capability_data {
    uint32_t effective;
    uint32_t permitted;
    uint32_t inheritable;
};

static inline long linux_capset(const struct linux_capability_header *header, const struct linux_capability_data *data) {
    return linux_result(syscall(SYS_capset, header, data));
}
static inline long linux_capget(struct linux_capability_header *header, struct linux_capability_data *data) {
    return linux_result(syscall(SYS_capget, header, data));
}
static inline long linux_keyctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return linux_result(syscall(SYS_keyctl, operation, a, b, c, d));
}
static inline long linux_seccomp(unsigned operation, unsigned flags, void *argument) {
    return linux_result(syscall(SYS_seccomp, operation, flags, argument));
}

#endif

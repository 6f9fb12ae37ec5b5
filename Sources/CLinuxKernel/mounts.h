#ifndef APUS_CLINUX_MOUNTS_H
#define APUS_CLINUX_MOUNTS_H

#include "base.h"
#include <sys/mount.h>
#include <sys/xattr.h>

struct linux_mount_attr {
    uint64_t attr_set;
    uint64_t attr_clr;
    uint64_t propagation;
    uint64_t userns_fd;
};
_Static_assert(sizeof(struct linux_mount_attr) == 32, "mount_attr");

static inline long linux_mount(const char *source, const char *target, const char *type, unsigned long flags,
                               const char *data) {
    return linux_result(mount(source, target, type, flags, data));
}
static inline long linux_umount2(const char *target, int flags) { return linux_result(umount2(target, flags)); }
static inline long linux_pivot_root(const char *root, const char *old) {
    return linux_result(syscall(SYS_pivot_root, root, old));
}
static inline long linux_open_tree(int directory, const char *path, unsigned flags) {
    return linux_result(syscall(SYS_open_tree, directory, path, flags));
}
static inline long linux_move_mount(int from, const char *source, int to, const char *target, unsigned flags) {
    return linux_result(syscall(SYS_move_mount, from, source, to, target, flags));
}
static inline long linux_fsopen(const char *type, unsigned flags) { return linux_result(syscall(SYS_fsopen, type, flags)); }
static inline long linux_fsconfig(int fd, unsigned command, const char *key, const void *value, int auxiliary) {
    return linux_result(syscall(SYS_fsconfig, fd, command, key, value, auxiliary));
}
static inline long linux_fsmount(int fd, unsigned flags, unsigned attributes) {
    return linux_result(syscall(SYS_fsmount, fd, flags, attributes));
}
static inline long linux_mount_setattr(int directory, const char *path, unsigned flags,
                                       const struct linux_mount_attr *attributes) {
    return linux_result(syscall(SYS_mount_setattr, directory, path, flags, attributes, sizeof *attributes));
}
/* Remembers that the kernel has no such call, from Linux 6.15 on, which all architectures number alike. */
static inline long linux_open_tree_with_attributes(int directory, const char *path, unsigned flags,
                                                   const struct linux_mount_attr *attributes) {
    static int is_missing;
    if (__atomic_load_n(&is_missing, __ATOMIC_RELAXED)) return -ENOSYS;
    long result = linux_result(syscall(467, directory, path, flags, attributes, sizeof *attributes));
    if (result == -ENOSYS) __atomic_store_n(&is_missing, 1, __ATOMIC_RELAXED);
    return result;
}
static inline long linux_setxattr(const char *path, const char *name, const void *value, size_t size) {
    return linux_result(setxattr(path, name, value, size, 0));
}
static inline long linux_getxattr(const char *path, const char *name, void *value, size_t size) {
    return linux_result(getxattr(path, name, value, size));
}
static inline long linux_listxattr(const char *path, char *names, size_t size) {
    return linux_result(listxattr(path, names, size));
}
/* The id of the mount that a path leads to, its last link not followed, or, without one, of the mount that a descriptor
   is open in; unique for ever where the kernel has that. */
static inline long linux_mount_id(int at, const char *path, unsigned long long *id) {
    struct linux_statx_mount {
        unsigned mask;
        unsigned char others[140];
        unsigned long long mount;
        unsigned char rest[104];
    } status;
    const unsigned plain = 0x1000, unique = 0x4000; /* STATX_MNT_ID, STATX_MNT_ID_UNIQUE */
    const int flags = AT_SYMLINK_NOFOLLOW | (*path ? 0 : AT_EMPTY_PATH);
    long result = linux_result(syscall(SYS_statx, at, path, flags, plain | unique, &status));
    if (result < 0) return result;
    if (!(status.mask & (plain | unique))) return -ENOSYS;
    *id = status.mount;
    return 0;
}
/* 1 when a descriptor names the root of the mount that it is open in, else 0; STATX_ATTR_MOUNT_ROOT, Linux 5.8. */
static inline long linux_is_mount_root(int file) {
    struct linux_statx_attributes {
        unsigned head[2];
        unsigned long long attributes;
        unsigned char others[40];
        unsigned long long known;
        unsigned char rest[192];
    } status;
    const unsigned long long root = 0x2000;
    long result = linux_result(syscall(SYS_statx, file, "", 0x1000, 0, &status)); /* AT_EMPTY_PATH */
    if (result < 0) return result;
    if (!(status.known & root)) return -ENOSYS;
    return status.attributes & root ? 1 : 0;
}
static inline long linux_chroot(const char *path) { return linux_result(chroot(path)); }

#endif

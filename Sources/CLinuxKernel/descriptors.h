#ifndef APUS_CLINUX_DESCRIPTORS_H
#define APUS_CLINUX_DESCRIPTORS_H

#include "base.h"
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>

struct linux_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};
_Static_assert(sizeof(struct linux_open_how) == 24, "open_how");

static inline long linux_openat(int directory, const char *path, int flags, unsigned mode) {
    return linux_result(openat(directory, path, flags, mode));
}

static inline long linux_openat2(int directory, const char *path, const struct linux_open_how *how) {
    return linux_result(syscall(SYS_openat2, directory, path, how, sizeof *how));
}

static inline long linux_close(int fd) { return linux_result(close(fd)); }
static inline long linux_read(int fd, void *buffer, size_t count) { return linux_result(read(fd, buffer, count)); }
static inline long linux_write(int fd, const void *buffer, size_t count) {
    return linux_result(write(fd, buffer, count));
}
static inline long linux_pread(int fd, void *buffer, size_t count, off_t offset) {
    return linux_result(pread(fd, buffer, count, offset));
}
static inline long linux_lseek(int fd, off_t offset, int from) { return linux_result(lseek(fd, offset, from)); }
static inline long linux_pwrite(int fd, const void *buffer, size_t count, off_t offset) {
    return linux_result(pwrite(fd, buffer, count, offset));
}
static inline long linux_mmap_shared(int fd, size_t count, void **out) {
    *out = mmap((void *)0, count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return *out == MAP_FAILED ? -(long)errno : 0;
}
static inline long linux_fstat(int fd, struct stat *out) { return linux_result(fstat(fd, out)); }
static inline long linux_fstatat(int fd, const char *path, struct stat *out, int flags) {
    return linux_result(fstatat(fd, path, out, flags));
}
static inline long linux_fstatfs(int fd, struct statfs *out) { return linux_result(fstatfs(fd, out)); }
static inline long linux_mkdirat(int fd, const char *path, mode_t mode) { return linux_result(mkdirat(fd, path, mode)); }
static inline long linux_mknodat(int fd, const char *path, mode_t mode, dev_t device) {
    return linux_result(mknodat(fd, path, mode, device));
}
static inline long linux_symlinkat(const char *target, int fd, const char *path) {
    return linux_result(symlinkat(target, fd, path));
}
static inline long linux_unlinkat(int fd, const char *path, int flags) { return linux_result(unlinkat(fd, path, flags)); }
static inline long linux_renameat2(int from, const char *source, int to, const char *target, unsigned flags) {
    return linux_result(syscall(SYS_renameat2, from, source, to, target, flags));
}
static inline long linux_readlinkat(int fd, const char *path, char *buffer, size_t size) {
    return linux_result(readlinkat(fd, path, buffer, size));
}
static inline long linux_fchown(int fd, uid_t user, gid_t group) { return linux_result(fchown(fd, user, group)); }
static inline long linux_fchownat(int fd, const char *path, uid_t user, gid_t group, int flags) {
    return linux_result(fchownat(fd, path, user, group, flags));
}
static inline long linux_fchmod(int fd, mode_t mode) { return linux_result(fchmod(fd, mode)); }
static inline long linux_fchmodat(int fd, const char *path, mode_t mode, int flags) {
    return linux_result(fchmodat(fd, path, mode, flags));
}
static inline long linux_faccessat(int fd, const char *path, int mode, int flags) {
    long result = linux_result(faccessat(fd, path, mode, flags));
    // The C library asks with faccessat2(2), to which filters that do not know it answer EPERM. The older call goes by the
    // real ids, which are the effective ones here.
    return result == -EPERM && flags ? linux_result(syscall(SYS_faccessat, fd, path, mode)) : result;
}
static inline long linux_fcntl(int fd, int command, long argument) { return linux_result(fcntl(fd, command, argument)); }
static inline long linux_ioctl(int fd, unsigned long request, void *argument) {
    return linux_result(ioctl(fd, request, argument));
}
static inline long linux_ioctl_value(int fd, unsigned long request, long argument) {
    return linux_result(ioctl(fd, request, argument));
}
static inline long linux_dup3(int from, int to, int flags) { return linux_result(dup3(from, to, flags)); }
static inline long linux_pipe2(int *pair, int flags) { return linux_result(pipe2(pair, flags)); }
static inline long linux_flock(int fd, int operation) { return linux_result(syscall(SYS_flock, fd, operation)); }
static inline long linux_getdents(int fd, void *buffer, size_t size) {
    return linux_result(syscall(SYS_getdents64, fd, buffer, size));
}
static inline long linux_memfd_create(const char *name, unsigned flags) {
    return linux_result(syscall(SYS_memfd_create, name, flags));
}
static inline long linux_sendfile(int to, int from, size_t count) {
    return linux_result(syscall(SYS_sendfile, to, from, (void *)0, count));
}
static inline long linux_poll(struct pollfd *entries, nfds_t count, int milliseconds) {
    return linux_result(poll(entries, count, milliseconds));
}
static inline long linux_close_range(unsigned first, unsigned last, unsigned flags) {
    return linux_result(syscall(SYS_close_range, first, last, flags));
}
static inline long linux_getcwd(char *buffer, size_t size) { return linux_result(syscall(SYS_getcwd, buffer, size)); }
static inline long linux_ftruncate(int fd, off_t size) { return linux_result(ftruncate(fd, size)); }
static inline long linux_fchdir(int fd) { return linux_result(fchdir(fd)); }
static inline long linux_chdir(const char *path) { return linux_result(chdir(path)); }

static inline long linux_tcgetattr(int fd, struct termios *out) { return linux_result(tcgetattr(fd, out)); }
static inline long linux_tcsetattr(int fd, int when, const struct termios *value) {
    return linux_result(tcsetattr(fd, when, value));
}

// The macros of <sys/sysmacros.h> are functions of the C library; the importer does not see them.
static inline dev_t linux_makedev(unsigned major_number, unsigned minor_number) {
    return makedev(major_number, minor_number);
}
static inline unsigned linux_major(dev_t device) { return major(device); }
static inline unsigned linux_minor(dev_t device) { return minor(device); }

// ioctl numbers are computed by macros that the importer drops.
static const unsigned long LINUX_TIOCGPTPEER = 0x5441;
static const unsigned long LINUX_TIOCSPTLCK = 0x40045431;
static const unsigned long LINUX_TIOCSCTTY = 0x540E;
static const unsigned long LINUX_TIOCGWINSZ = 0x5413;
static const unsigned long LINUX_TIOCSWINSZ = 0x5414;
static const unsigned long LINUX_NS_GET_NSTYPE = 0xb703;
static const unsigned long LINUX_PIDFD_GET_PID_NAMESPACE = 0xff05;

#endif

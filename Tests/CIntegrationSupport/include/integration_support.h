// System calls for the integration tests, which import Foundation and therefore not the module CLinux: both cannot be
// imported at once, since they see different definitions of the C library's types.
#ifndef APUS_INTEGRATION_SUPPORT_H
#define APUS_INTEGRATION_SUPPORT_H

#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Each gives -1 and errno for a failure.
int support_spawn_chdir(posix_spawn_file_actions_t *actions, const char *path);
int support_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
int support_pipe(int *ends);
int support_pidfd_open(pid_t pid);
int support_pidfd_signal(int pidfd, int number);
int support_lock(const char *path);
int support_umount(const char *path);
int support_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data);

// A listening or datagram socket at a path.
int support_listen(const char *path, int datagram);
// Receives one message and up to `*count` descriptors with it.
ssize_t support_receive(int socket, void *data, size_t size, int *descriptors, int *count);

// A pseudo-terminal: the master, and the name of the slave.
int support_open_terminal(char *name, size_t size);
int support_set_window_size(int terminal, unsigned rows, unsigned columns);
int support_get_window_size(int terminal, unsigned *rows, unsigned *columns);
// Whether the terminal handles lines itself (not raw).
int support_is_canonical(int terminal);
// What prctl(2) tells of this process: whether it is a subreaper, whether it is dumpable, the signal at its parent's end.
int support_is_subreaper(void);
int support_is_dumpable(void);
int support_death_signal(void);

// Receives a seccomp notification: the system call's number and the pid; `*id` answers it.
int support_seccomp_receive(int listener, uint64_t *id, int *number, pid_t *pid);
int support_seccomp_respond(int listener, uint64_t id, int64_t value, int error);

#endif

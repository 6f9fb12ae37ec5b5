#define _GNU_SOURCE
#include "integration_support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

int support_spawn_chdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

int support_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int support_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int support_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int support_pidfd_signal(int pidfd, int number) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

int support_lock(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    close(fd);
    return -1;
}

int support_umount(const char *path) { return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); }

int support_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
    return mount(source, target, type, flags, data);
}

int support_listen(const char *path, int datagram) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, (datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || (!datagram && listen(fd, 8) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

ssize_t support_receive(int socket, void *data, size_t size, int *descriptors, int *count) {
    char control[CMSG_SPACE(16 * sizeof(int))] __attribute__((aligned(8)));
    struct iovec part = {data, size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int room = *count;
    *count = 0;
    ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (result < 0) return result;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < found; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof descriptor);
            if (*count < room)
                descriptors[(*count)++] = descriptor;
            else
                close(descriptor);
        }
    }
    return result;
}

int support_open_terminal(char *name, size_t size) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0) return -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, size) == 0) return master;
    close(master);
    return -1;
}

int support_set_window_size(int terminal, unsigned rows, unsigned columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(terminal, TIOCSWINSZ, &size);
}

int support_get_window_size(int terminal, unsigned *rows, unsigned *columns) {
    struct winsize size;
    if (ioctl(terminal, TIOCGWINSZ, &size) < 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int support_is_canonical(int terminal) {
    struct termios settings;
    if (tcgetattr(terminal, &settings) < 0) return -1;
    return (settings.c_lflag & ICANON) != 0;
}

int support_seccomp_receive(int listener, uint64_t *id, int *number, pid_t *pid) {
    struct seccomp_notif_sizes sizes;
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0) return -1;
    size_t size = sizes.seccomp_notif > sizeof(struct seccomp_notif) ? sizes.seccomp_notif : sizeof(struct seccomp_notif);
    struct seccomp_notif *request = calloc(1, size);
    if (!request) return -1;
    int result = ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, request);
    *id = request->id;
    *number = request->data.nr;
    *pid = (pid_t)request->pid;
    free(request);
    return result;
}

int support_seccomp_respond(int listener, uint64_t id, int64_t value, int error) {
    struct seccomp_notif_resp response = {.id = id, .val = value, .error = error};
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static int told(int question) {
    int answer = -1;
    return prctl(question, &answer) == 0 ? answer : -1;
}
int support_is_subreaper(void) { return told(PR_GET_CHILD_SUBREAPER); }
int support_is_dumpable(void) { return prctl(PR_GET_DUMPABLE); }
int support_death_signal(void) { return told(PR_GET_PDEATHSIG); }

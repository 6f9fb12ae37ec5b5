#ifndef APUS_CLINUX_SOCKETS_H
#define APUS_CLINUX_SOCKETS_H

#include "base.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static inline long linux_socket(int domain, int type, int protocol) { return linux_result(socket(domain, type, protocol)); }
static inline long linux_socketpair(int domain, int type, int protocol, int *pair) {
    return linux_result(socketpair(domain, type, protocol, pair));
}
// A path that starts with '@' names an abstract socket, whose name has a NUL there and no end mark.
static inline long linux_connect_unix(int fd, const char *path, size_t length) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof address;
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    if (length > 0 && path[0] == '@') {
        address.sun_path[0] = 0;
        size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    }
    return linux_result(connect(fd, (struct sockaddr *)&address, size));
}
static inline long linux_bind_unix(int fd, const char *path, size_t length) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    return linux_result(bind(fd, (struct sockaddr *)&address, sizeof address));
}
static inline long linux_shutdown(int fd, int how) { return linux_result(shutdown(fd, how)); }

// The CMSG_* macros cannot be imported. At most eight descriptors go with one message.
static inline long linux_send_with_descriptors(int fd, const void *data, size_t size, const int *descriptors,
                                               int count, int flags) {
    union {
        char bytes[CMSG_SPACE(8 * sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count < 0 || count > 8) return -EINVAL;
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, (size_t)count * sizeof(int));
    }
    return linux_result(sendmsg(fd, &message, flags | MSG_NOSIGNAL));
}

// struct ucred, which the C library shows to GNU sources only.
struct linux_credentials {
    int pid;
    unsigned user, group;
};

// Has the kernel say with each message that comes to this socket who sent it.
static inline long linux_pass_credentials(int fd) {
    int one = 1;
    return linux_result(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
}

// `count` holds the room in `descriptors` on entry (at most eight) and the number received on return. `sender` becomes the
// pid of the sender, 0 if the kernel did not say it.
static inline long linux_receive_with_descriptors(int fd, void *data, size_t size, int *descriptors, int *count,
                                                  int *sender, int flags) {
    union {
        char bytes[CMSG_SPACE(8 * sizeof(int)) + CMSG_SPACE(sizeof(struct linux_credentials))];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {data, size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    int room = *count, received = 0;
    *count = 0;
    *sender = 0;
    long result = linux_result(recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC));
    if (result < 0) return result;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == 2 /* SCM_CREDENTIALS */ && header->cmsg_len >= CMSG_LEN(sizeof(struct linux_credentials))) {
            struct linux_credentials credentials;
            memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
            *sender = credentials.pid;
        }
        if (header->cmsg_type != SCM_RIGHTS) continue;
        int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int index = 0; index < found; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + (size_t)index * sizeof(int), sizeof descriptor);
            if (received < room)
                descriptors[received++] = descriptor;
            else
                close(descriptor);
        }
    }
    *count = received;
    return result;
}

#endif

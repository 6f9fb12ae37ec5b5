#ifndef APUS_CLINUX_NETLINK_H
#define APUS_CLINUX_NETLINK_H

#include "base.h"
#include "processes.h"
#include "sockets.h"
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

// A socket for rtnetlink(7) with the answers of the kernel in full: its own words for an error, and dumps of only what
// was asked for.
static inline long linux_route_socket(void) {
    return linux_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}
static inline long linux_netlink_set_option(int fd, int option) {
    int one = 1;
    return linux_result(setsockopt(fd, SOL_NETLINK, option, &one, sizeof one));
}
static inline long linux_recv(int fd, void *buffer, size_t size, int flags) {
    return linux_result(recv(fd, buffer, size, flags));
}

// A socket for rtnetlink in another network namespace. A socket belongs to the namespace it was made in, so a child that
// lives for a few system calls joins that namespace, makes the socket and hands it over: the caller, and every other
// thread of its process, stays where it is. The result is the socket or -errno.
static inline long linux_route_socket_in(int network_namespace) {
    int pair[2];
    long result = linux_socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
    if (result < 0) return result;
    // Without an exit signal nobody else in this process waits for the child by chance.
    struct linux_clone_args arguments = {0};
    uint64_t all = ~(uint64_t)0, saved = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof all);
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) {
        int made = -1, answer = 0;
        if (syscall(SYS_setns, network_namespace, CLONE_NEWNET) < 0)
            answer = errno;
        else if ((made = (int)syscall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) < 0)
            answer = errno;
        union {
            char bytes[CMSG_SPACE(sizeof(int))];
            struct cmsghdr alignment;
        } control = {{0}};
        struct iovec part = {&answer, sizeof answer};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        if (made >= 0) {
            message.msg_control = control.bytes;
            message.msg_controllen = sizeof control.bytes;
            struct cmsghdr *header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int));
            *(int *)(void *)CMSG_DATA(header) = made;
        }
        syscall(SYS_sendmsg, pair[1], &message, MSG_NOSIGNAL);
        linux_exit_group(0);
    }
    result = linux_result(child);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, (void *)0, sizeof saved);
    close(pair[1]);
    if (result >= 0) {
        int answer = 0, made = -1, count = 1, sender, status;
        do result = linux_receive_with_descriptors(pair[0], &answer, sizeof answer, &made, &count, &sender, 0);
        while (result == -EINTR);
        if (result >= 0) result = count == 1 ? made : answer > 0 ? -(long)answer : -ECHILD;
        while (linux_wait4((pid_t)child, &status, __WALL) == -EINTR) {}
    }
    close(pair[0]);
    return result;
}

#endif

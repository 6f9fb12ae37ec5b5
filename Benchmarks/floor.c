// floor: the kernel's own work for the default configuration of `apus spec`, and nothing else.
//
// No configuration is read, nothing is checked, nothing but the work itself is done: this is the time below which no
// runtime can get with these system calls. It is not a runtime: the configuration is compiled in, paths are trusted.
//
//   floor run    [OPTIONS] ROOTFS PROGRAM [ARG...]   new container, waits, removes its cgroups
//   floor create [OPTIONS] ROOTFS PROGRAM [ARG...]   new container, which waits for start; needs --state
//   floor start  --state DIR
//   floor exec   [OPTIONS] --state DIR PROGRAM [ARG...]
//   floor state  --state DIR
//   floor list   --state DIR                         of each directory in DIR: the saved pid, and whether it lives
//   floor kill   --state DIR SIGNAL
//   floor delete [OPTIONS] --state DIR
//   floor clean  [OPTIONS] [--state DIR]             after a failure: kills and removes what is there
//
//   --v1 DIR      a cgroup of version 1 to make and enter (one for each hierarchy)
//   --v2 DIR      the cgroup of version 2 to make and be born in
//   --cgroupns    a cgroup namespace, too
//   --filter      a seccomp filter of one instruction: the least that loading a filter can cost
//   --binds N DIR DIR bound on m/0, m/1 ... in the root, N times
//   --pid-file F  where create writes the pid
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_V1 = 16 };

static struct {
    const char *state, *v2, *pid_file, *rootfs, *source;
    const char *v1[MAX_V1];
    int v1_count, cgroupns, filter, binds;
    char **program;
} options;

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void need(long result, const char *what) {
    if (result < 0) die(what);
}

static const char *join(const char *directory, const char *name) {
    static char paths[4][4096];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    need(file, path);
    need(write(file, text, strlen(text)), path);
    close(file);
}

static long read_file(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    need(file, path);
    long length = read(file, text, size - 1);
    need(length, path);
    text[length] = 0;
    close(file);
    return length;
}

static pid_t saved_pid(void) {
    char text[32];
    read_file(join(options.state, "pid"), text, sizeof text);
    return atoi(text);
}

// ---- cgroups

static void allow_devices_v2(int directory) {
    struct bpf_insn allow[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr load = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insn_cnt = 2,
        .insns = (uintptr_t)allow,
        .license = (uintptr_t) "Apache-2.0",
    };
    int program = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
    need(program, "bpf load");
    union bpf_attr attach = {
        .target_fd = directory, .attach_bpf_fd = program, .attach_type = BPF_CGROUP_DEVICE, .attach_flags = BPF_F_ALLOW_MULTI};
    need(syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach), "bpf attach");
    close(program);
}

static void allow_devices_v1(const char *directory) {
    static const char *const rules[] = {"c *:* m",    "b *:* m",    "c 1:3 rwm",  "c 1:5 rwm",  "c 1:7 rwm", "c 1:8 rwm",
                                        "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm"};
    write_file(join(directory, "devices.deny"), "a");
    int allow = open(join(directory, "devices.allow"), O_WRONLY | O_CLOEXEC);
    need(allow, "devices.allow");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) need(write(allow, rules[i], strlen(rules[i])), rules[i]);
    close(allow);
}

// A new cpuset is empty and takes no process before it has processors and memory nodes.
static void fill_cpuset(const char *directory) {
    char text[256];
    for (int i = 0; i < 2; i++) {
        read_file(join(directory, i ? "../cpuset.mems" : "../cpuset.cpus"), text, sizeof text);
        write_file(join(directory, i ? "cpuset.mems" : "cpuset.cpus"), text);
    }
}

static int is_cpuset(const char *directory) { return access(join(directory, "cpuset.cpus"), F_OK) == 0; }
static int is_devices(const char *directory) { return access(join(directory, "devices.deny"), F_OK) == 0; }

static int tasks[MAX_V1];

static int make_cgroups(void) {
    int v2 = -1;
    if (options.v2) {
        need(mkdir(options.v2, 0755), options.v2);
        v2 = open(options.v2, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        need(v2, options.v2);
        if (!options.v1_count) allow_devices_v2(v2);
    }
    for (int i = 0; i < options.v1_count; i++) {
        const char *directory = options.v1[i];
        need(mkdir(directory, 0755), directory);
        if (strstr(directory, "/cpuset/") && is_cpuset(directory)) fill_cpuset(directory);
        if (strstr(directory, "/devices/") && is_devices(directory)) allow_devices_v1(directory);
    }
    return v2;
}

static void open_cgroups(void) {
    for (int i = 0; i < options.v1_count; i++) {
        tasks[i] = open(join(options.v1[i], "tasks"), O_WRONLY | O_CLOEXEC);
        need(tasks[i], "tasks");
    }
}

// A thread that moves itself through `tasks` needs no lock that waits for an RCU grace period; a write of a pid to
// `cgroup.procs` does, and takes milliseconds on an idle machine.
static void enter_cgroups(void) {
    for (int i = 0; i < options.v1_count; i++) {
        need(write(tasks[i], "0", 1), "tasks");
        close(tasks[i]);
    }
}

// A cgroup of version 1 can be busy for a moment after its last process has been waited for.
static long remove_cgroup(const char *directory) {
    long result;
    for (int i = 0; (result = rmdir(directory)) < 0 && errno == EBUSY && i < 20000; i++) usleep(100);
    return result;
}

static void remove_cgroups(void) {
    if (options.v2) need(remove_cgroup(options.v2), options.v2);
    for (int i = 0; i < options.v1_count; i++) need(remove_cgroup(options.v1[i]), options.v1[i]);
}

static pid_t spawn(uint64_t flags, int v2) {
    struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
    if (v2 >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = v2;
    }
    pid_t pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    need(pid, "clone3");
    return pid;
}

// ---- the root file system

static void mount_cgroups(void) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME;
    if (!options.v1_count) {
        if (options.cgroupns) {
            need(mount("cgroup", "sys/fs/cgroup", "cgroup2", flags | MS_RDONLY, NULL), "cgroup2");
        } else {
            need(mount(options.v2, "sys/fs/cgroup", NULL, MS_BIND, NULL), "cgroup2");
            need(mount(NULL, "sys/fs/cgroup", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL), "cgroup2");
        }
        return;
    }
    need(mount("tmpfs", "sys/fs/cgroup", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755"), "cgroup tmpfs");
    for (int i = 0; i < options.v1_count; i++) {
        // The hierarchy is the component after /sys/fs/cgroup.
        char name[64];
        if (sscanf(options.v1[i], "/sys/fs/cgroup/%63[^/]", name) != 1) die(options.v1[i]);
        const char *target = join("sys/fs/cgroup", name);
        need(mkdir(target, 0755), target);
        need(mount(options.v1[i], target, NULL, MS_BIND, NULL), target);
        need(mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL), target);
    }
    need(mount(NULL, "sys/fs/cgroup", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL),
         "cgroup tmpfs");
}

static void make_devices(void) {
    static const struct {
        const char *path;
        int minor, major;
    } nodes[] = {{"dev/null", 3, 1},   {"dev/zero", 5, 1},    {"dev/full", 7, 1},
                 {"dev/random", 8, 1}, {"dev/urandom", 9, 1}, {"dev/tty", 0, 5}};
    static const char *const links[][2] = {{"/proc/self/fd", "dev/fd"},
                                           {"/proc/self/fd/0", "dev/stdin"},
                                           {"/proc/self/fd/1", "dev/stdout"},
                                           {"/proc/self/fd/2", "dev/stderr"},
                                           {"pts/ptmx", "dev/ptmx"}};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        need(mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)), nodes[i].path);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) need(symlink(links[i][0], links[i][1]), links[i][1]);
}

static void make_root(void) {
    umask(0);
    need(mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL), "slave /");
    need(mount(options.rootfs, options.rootfs, NULL, MS_BIND | MS_REC, NULL), "bind the root");
    need(chdir(options.rootfs), options.rootfs);

    need(mount("proc", "proc", "proc", 0, NULL), "proc");
    need(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"), "dev");
    need(mkdir("dev/pts", 0755) | mkdir("dev/shm", 0755) | mkdir("dev/mqueue", 0755), "directories in dev");
    need(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"), "pts");
    need(mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=1777,size=65536k"), "shm");
    need(mount("mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL), "mqueue");
    need(mount("sysfs", "sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY, NULL), "sysfs");
    mount_cgroups();
    for (int i = 0; i < options.binds; i++) {
        char target[32];
        snprintf(target, sizeof target, "m/%d", i);
        need(mount(options.source, target, NULL, MS_BIND, NULL), target);
    }
    make_devices();

    need(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    need(umount2(".", MNT_DETACH), "umount the old root");
    need(chdir("/"), "/");
    need(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "read-only root");
    umask(022);
}

static void hide_paths(void) {
    static const char *const masked[] = {"/proc/acpi",       "/proc/asound",      "/proc/kcore",
                                         "/proc/keys",       "/proc/latency_stats", "/proc/timer_list",
                                         "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
                                         "/proc/scsi"};
    static const char *const readonly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    const unsigned long keep = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    for (size_t i = 0; i < sizeof readonly / sizeof *readonly; i++) {
        if (mount(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL) < 0) {
            if (errno == ENOENT) continue;
            die(readonly[i]);
        }
        need(mount(NULL, readonly[i], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | keep, NULL), readonly[i]);
    }
    for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
        if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) == 0 || errno == ENOENT) continue;
        need(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1"), masked[i]);
    }
}

// ---- the process

static void loopback_up(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    need(file, "socket");
    need(ioctl(file, SIOCSIFFLAGS, &request), "lo");
    close(file);
}

static void set_limits(void) {
    struct rlimit limit = {1024, 1024};
    need(setrlimit(RLIMIT_NOFILE, &limit), "rlimit");
}

static void drop_privileges(void) {
    const uint32_t keep = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;
    need(syscall(SYS_setgroups, 0, NULL), "setgroups");
    need(syscall(SYS_setresgid, 0, 0, 0), "setresgid");
    need(syscall(SYS_setresuid, 0, 0, 0), "setresuid");
    for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
        if (capability > 31 || !(keep & 1u << capability))
            if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL) die("bounding set");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = keep, .permitted = keep}};
    need(syscall(SYS_capset, &header, data), "capset");
    need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

static void load_filter(void) {
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {1, &allow};
    need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

static void become_program(void) {
    static char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                        "TERM=xterm", NULL};
    set_limits();
    drop_privileges();
    if (options.filter) load_filter();
    execve(options.program[0], options.program, environment);
    die(options.program[0]);
}

// Everything up to the point where a created container waits.
static void set_up(void) {
    enter_cgroups();
    setsid();
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    need(sethostname("apus", 4), "hostname");
    loopback_up();
    make_root();
    hide_paths();
}

static int exit_status(pid_t pid) {
    int status;
    need(waitpid(pid, &status, 0), "wait");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static uint64_t namespaces(void) {
    return CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS | (options.cgroupns ? CLONE_NEWCGROUP : 0);
}

// ---- the commands

static int run(void) {
    int v2 = make_cgroups();
    open_cgroups();
    pid_t pid = spawn(namespaces(), v2);
    if (pid == 0) {
        set_up();
        become_program();
    }
    int status = exit_status(pid);
    remove_cgroups();
    return status;
}

static int create(void) {
    char text[32];
    need(mkdir(options.state, 0711), options.state);
    int v2 = make_cgroups();
    open_cgroups();
    need(mkfifo(join(options.state, "fifo"), 0600), "fifo");
    int fifo = open(join(options.state, "fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    need(fifo, "fifo");
    int ready[2];
    need(pipe2(ready, O_CLOEXEC), "pipe");
    pid_t pid = spawn(namespaces(), v2);
    if (pid == 0) {
        set_up();
        need(write(ready[1], "r", 1), "ready");
        struct pollfd started = {.fd = fifo, .events = POLLIN};
        need(poll(&started, 1, -1), "poll");
        become_program();
    }
    close(ready[1]);
    snprintf(text, sizeof text, "%d", pid);
    write_file(join(options.state, "pid"), text);
    if (options.pid_file) write_file(options.pid_file, text);
    if (read(ready[0], text, 1) != 1) die("the container did not get ready");
    return 0;
}

static int start(void) {
    int fifo = open(join(options.state, "fifo"), O_WRONLY | O_CLOEXEC);
    need(fifo, "fifo");
    need(write(fifo, "s", 1), "fifo");
    return unlink(join(options.state, "fifo"));
}

static int exec_in(void) {
    int init = syscall(SYS_pidfd_open, saved_pid(), 0);
    need(init, "pidfd_open");
    open_cgroups();
    int v2 = -1;
    if (options.v2) need(v2 = open(options.v2, O_RDONLY | O_DIRECTORY | O_CLOEXEC), options.v2);
    need(setns(init, namespaces()), "setns");
    pid_t pid = spawn(0, v2);
    if (pid == 0) {
        enter_cgroups();
        setsid();
        become_program();
    }
    return exit_status(pid);
}

static int state(void) {
    pid_t pid = saved_pid();
    printf("%d %s\n", pid, kill(pid, 0) == 0 ? "alive" : "stopped");
    return 0;
}

static int list(void) {
    need(chdir(options.state), options.state);
    DIR *all = opendir(".");
    if (!all) die(options.state);
    for (struct dirent *entry; (entry = readdir(all));) {
        if (entry->d_name[0] == '.') continue;
        char text[4096];
        read_file(join(entry->d_name, "pid"), text, sizeof text);
        pid_t pid = atoi(text);
        char process[64];
        snprintf(process, sizeof process, "/proc/%d/stat", pid);
        read_file(process, text, sizeof text);
        printf("%s %d\n", entry->d_name, pid);
    }
    return 0;
}

static int send_signal(void) {
    int init = syscall(SYS_pidfd_open, saved_pid(), 0);
    need(init, "pidfd_open");
    return syscall(SYS_pidfd_send_signal, init, atoi(options.program[0]), NULL, 0);
}

static int delete(void) {
    remove_cgroups();
    unlink(join(options.state, "fifo"));
    need(unlink(join(options.state, "pid")), "pid");
    return rmdir(options.state);
}

// For after a failure: removes what is there and says nothing of what is not.
static int clean(void) {
    char text[32] = "";
    int file = options.state ? open(join(options.state, "pid"), O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0 && read(file, text, sizeof text - 1) > 0) {
        struct pollfd end = {.fd = syscall(SYS_pidfd_open, atoi(text), 0), .events = POLLIN};
        kill(atoi(text), SIGKILL);
        poll(&end, 1, 5000);
    }
    if (options.v2) remove_cgroup(options.v2);
    for (int i = 0; i < options.v1_count; i++) remove_cgroup(options.v1[i]);
    if (options.state) {
        unlink(join(options.state, "fifo"));
        unlink(join(options.state, "pid"));
        rmdir(options.state);
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    const char *command = arguments[1];
    int i = 2;
    for (; i < count && strncmp(arguments[i], "--", 2) == 0; i++) {
        const char *option = arguments[i];
        if (!strcmp(option, "--cgroupns")) options.cgroupns = 1;
        else if (!strcmp(option, "--filter")) options.filter = 1;
        else if (i + 1 == count) return 2;
        else if (!strcmp(option, "--v1") && options.v1_count < MAX_V1) options.v1[options.v1_count++] = arguments[++i];
        else if (!strcmp(option, "--v2")) options.v2 = arguments[++i];
        else if (!strcmp(option, "--state")) options.state = arguments[++i];
        else if (!strcmp(option, "--pid-file")) options.pid_file = arguments[++i];
        else if (!strcmp(option, "--binds") && i + 2 < count) {
            options.binds = atoi(arguments[++i]);
            options.source = arguments[++i];
        }
        else return 2;
    }
    int makes = !strcmp(command, "run") || !strcmp(command, "create");
    if (makes && i < count) options.rootfs = arguments[i++];
    options.program = arguments + i;
    int needs_program = makes || !strcmp(command, "exec") || !strcmp(command, "kill");
    if ((needs_program && i >= count) || (strcmp(command, "run") && strcmp(command, "clean") && !options.state)) return 2;

    if (!strcmp(command, "run")) return run();
    if (!strcmp(command, "create")) return create();
    if (!strcmp(command, "start")) return start() < 0;
    if (!strcmp(command, "exec")) return exec_in();
    if (!strcmp(command, "state")) return state();
    if (!strcmp(command, "list")) return list();
    if (!strcmp(command, "kill")) return send_signal() < 0;
    if (!strcmp(command, "delete")) return delete() < 0;
    if (!strcmp(command, "clean")) return clean();
    return 2;
}

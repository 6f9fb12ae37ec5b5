// Every flag of the program, once. A command names those it takes; help texts, completions and manual pages are made
// from the same entries. Computed, so that a call builds only the entries that it uses.

// MARK: Global

extension Flag {
    /// The flags that are accepted before and behind the name of a command.
    static var global: [Flag] {
        [
            .debug, .log, .logFormat, .logLevel, .trace, .root, .systemdCgroup, .cgroupManager, .rootless, .criu,
            .trustAnnotations, .help,
        ]
    }

    static var debug: Flag { Flag("debug", "log debug messages, each with the place it comes from") }
    static var log: Flag {
        Flag("log", takes: .text, completion: .file, "append log records to this file instead of standard error")
    }
    static var logFormat: Flag {
        Flag(
            "log-format", takes: .text, completion: .words("text json"),
            "format of log records: text or json (default: text)")
    }
    static var logLevel: Flag {
        Flag(
            "log-level", takes: .text, completion: .words("error warning info debug"),
            "least important records that are logged: error, warning, info or debug (default: info)")
    }
    static var trace: Flag {
        Flag(
            "trace", takes: .text, completion: .file,
            "write how long each step took to this file: JSON for trace viewers, or a picture if it ends in .svg")
    }
    static var root: Flag {
        Flag(
            "root", takes: .text, completion: .directory,
            "directory that holds the state of the containers, best on a tmpfs (default: /run/apus)")
    }
    static var systemdCgroup: Flag {
        Flag(
            "systemd-cgroup",
            "let systemd make the cgroups; cgroupsPath then has the form slice:prefix:name")
    }
    static var cgroupManager: Flag {
        Flag(
            "cgroup-manager", takes: .text, completion: .words("cgroupfs systemd disabled"),
            "who makes the cgroups: cgroupfs, systemd or disabled (default: cgroupfs)")
    }
    static var rootless: Flag {
        Flag(
            "rootless", takes: .text, completion: .words("true false auto"),
            "go on when permission to use cgroups is missing: true, false or auto (default: auto)")
    }
    static var trustAnnotations: Flag {
        Flag(
            "trust-annotations",
            "heed the annotations run.oci.keep_original_groups, run.oci.hooks.stdout and run.oci.hooks.stderr")
    }
    static var criu: Flag {
        Flag("criu", takes: .text, completion: .file, isHidden: true, "Ignored, criu is found in PATH")
    }
    static var help: Flag { Flag("help", short: "h", "show help") }
    static var version: Flag { Flag("version", short: "v", "show the version") }
}

// MARK: Containers

extension Flag {
    static var bundle: Flag {
        Flag(
            "bundle", short: "b", takes: .text, completion: .directory,
            "directory that holds config.json (default: the working directory)")
    }
    static var configuration: Flag {
        Flag(
            "config", short: "f", takes: .text, completion: .file,
            "configuration to use instead of config.json; a relative path starts at the bundle")
    }
    static var consoleSocket: Flag {
        Flag(
            "console-socket", takes: .text, completion: .file,
            "Unix socket that receives the descriptor of the terminal's master side")
    }
    static var pidfdSocket: Flag {
        Flag(
            "pidfd-socket", takes: .text, completion: .file,
            "Unix socket that receives a pidfd of the container's process")
    }
    static var pidFile: Flag {
        Flag("pid-file", takes: .text, completion: .file, "file to write the process id to")
    }
    static var noPivot: Flag {
        Flag("no-pivot", "enter the root with a move mount and chroot, for a rootfs on the initial ramdisk")
    }
    static var noNewKeyring: Flag { Flag("no-new-keyring", "keep the caller's session keyring") }
    static var preserveFDs: Flag {
        Flag(
            "preserve-fds", takes: .integer,
            "number of descriptors to pass on besides standard input and output and those of LISTEN_FDS (default: 0)")
    }
    static var detach: Flag { Flag("detach", short: "d", "return once the process runs") }
    static var keep: Flag { Flag("keep", "do not delete the container when it ends") }
    static var noSubreaper: Flag { Flag("no-subreaper", "do not adopt orphaned processes of the container") }
    static var force: Flag {
        Flag("force", short: "f", "kill a running container first; accept one that does not exist")
    }
    static var regularExpression: Flag {
        Flag("regex", short: "r", "take the argument as a regular expression and delete all containers whose ids match")
    }
    static var killAll: Flag {
        Flag("all", short: "a", isHidden: true, "succeed also for a container that is stopped")
    }
    static var quiet: Flag { Flag("quiet", short: "q", "show only the ids") }
    static var psFormat: Flag {
        Flag(
            "format", short: "f", takes: .text, completion: .words("table json"),
            "format: table or json (default: table)")
    }
    static var listFormat: Flag {
        Flag(
            "format", short: "f", takes: .text, completion: .words("table json"),
            "format: table or json (default: table)")
    }
}

// MARK: Events

extension Flag {
    static var stats: Flag { Flag("stats", "show the statistics once and return") }
    static var interval: Flag {
        Flag(
            "interval", takes: .duration,
            "time between two statistics, such as 500ms, 5s or 1m30s (default: 5s)")
    }
    static var eventsFormat: Flag {
        Flag(
            "format", short: "f", takes: .text, completion: .words("json prometheus"),
            "format: json or prometheus (default: json)")
    }
}

// MARK: Waiting

extension Flag {
    static var timeout: Flag {
        Flag("timeout", takes: .duration, "longest time to wait, such as 30s or 1m30s (default: for ever)")
    }
    static var jsonOutput: Flag { Flag("json", "print a JSON object with the id, the exit status and the signal") }
}

// MARK: The host

extension Flag {
    static var doctorJSON: Flag { Flag("json", "print a JSON object") }
    static var noTrial: Flag { Flag("no-trial", "only look, and run no container") }
}

// MARK: Processes

extension Flag {
    static var cwd: Flag {
        Flag("cwd", takes: .text, "working directory in the container")
    }
    static var env: Flag {
        Flag("env", short: "e", takes: .texts, "set an environment variable, NAME=VALUE; may be repeated")
    }
    static var tty: Flag { Flag("tty", short: "t", "give the process a terminal") }
    static var user: Flag { Flag("user", short: "u", takes: .text, "user and group, as numbers: UID[:GID]") }
    static var additionalGids: Flag {
        Flag("additional-gids", short: "g", takes: .integers, "further group of the process; may be repeated")
    }
    static var process: Flag {
        Flag(
            "process", short: "p", takes: .text, completion: .file,
            "file with the whole process object; the other flags about the process are then ignored")
    }
    static var processLabel: Flag { Flag("process-label", takes: .text, "SELinux label of the process") }
    static var apparmor: Flag { Flag("apparmor", takes: .text, "AppArmor profile of the process") }
    static var noNewPrivs: Flag { Flag("no-new-privs", "keep the process from gaining privileges") }
    static var cap: Flag {
        Flag("cap", short: "c", takes: .texts, "capability to add, such as CAP_NET_RAW; may be repeated")
    }
    static var cgroup: Flag {
        Flag("cgroup", takes: .texts, "cgroup below the container's to run in: [CONTROLLER[,CONTROLLER]:]PATH")
    }
    static var execWaitFifo: Flag {
        Flag(
            "exec-wait-fifo", takes: .text, completion: .file,
            "run the program only once this fifo is opened for reading")
    }
    static var ignorePaused: Flag {
        Flag("ignore-paused", "accept a paused container; the call waits until it resumes")
    }
}

// MARK: Limits

extension Flag {
    static var resources: Flag {
        Flag(
            "resources", short: "r", takes: .text, completion: .file,
            "file with the limits in the form of linux.resources, or - for standard input")
    }
    static var blkioWeight: Flag {
        Flag("blkio-weight", takes: .integer, "share of the block devices, 10 to 1000")
    }
    static var cpuPeriod: Flag {
        Flag("cpu-period", takes: .text, "length of a period that the quota is for, in microseconds")
    }
    static var cpuQuota: Flag {
        Flag("cpu-quota", takes: .text, "processor time in each period, in microseconds; -1 for no limit")
    }
    static var cpuBurst: Flag {
        Flag("cpu-burst", takes: .text, "time by which a period may exceed the quota, in microseconds")
    }
    static var cpuShare: Flag {
        Flag("cpu-share", takes: .text, "share of the processors, 2 to 262144")
    }
    static var cpuRTPeriod: Flag {
        Flag("cpu-rt-period", takes: .text, "length of a period for real-time tasks, in microseconds")
    }
    static var cpuRTRuntime: Flag {
        Flag("cpu-rt-runtime", takes: .text, "processor time for real-time tasks in each period, in microseconds")
    }
    static var cpuIdle: Flag {
        Flag("cpu-idle", takes: .text, completion: .words("0 1"), "1 to run only when others are idle, 0 for the usual")
    }
    static var cpusetCpus: Flag { Flag("cpuset-cpus", takes: .text, "list of usable processors, such as 0-3,7") }
    static var cpusetMems: Flag { Flag("cpuset-mems", takes: .text, "list of usable memory nodes, such as 0-3,7") }
    static var memory: Flag { Flag("memory", takes: .text, "limit of memory, such as 512m; -1 for no limit") }
    static var memoryReservation: Flag {
        Flag(
            "memory-reservation", takes: .text, "amount of memory that is protected, or brought back to under pressure")
    }
    static var memorySwap: Flag {
        Flag("memory-swap", takes: .text, "limit of memory and swap together, such as 1g; -1 for unlimited swap")
    }
    static var kernelMemory: Flag {
        Flag(
            "kernel-memory", takes: .text, isHidden: true, "ignored with a warning: kernels have no such limit any more"
        )
    }
    static var kernelMemoryTCP: Flag {
        Flag(
            "kernel-memory-tcp", takes: .text, isHidden: true,
            "ignored with a warning: kernels have no such limit any more")
    }
    static var pidsLimit: Flag { Flag("pids-limit", takes: .integer, "limit of the number of tasks; -1 for no limit") }
    static var l3CacheSchema: Flag {
        Flag("l3-cache-schema", takes: .text, "schema of the level 3 cache of Intel RDT, such as L3:0=f;1=f0")
    }
    static var memBwSchema: Flag {
        Flag("mem-bw-schema", takes: .text, "schema of the memory bandwidth of Intel RDT, such as MB:0=20;1=70")
    }
}

// MARK: Bundles and plans

extension Flag {
    static var specRootless: Flag { Flag("rootless", "make a configuration that an ordinary user can run") }
    static var explainFormat: Flag {
        Flag(
            "format", takes: .text, completion: .words("text json"), "format: text or json (default: text)")
    }
    static var explainVerbose: Flag {
        Flag("verbose", "also show what is too long for a line: the filter of system calls, the environment")
    }
}

// MARK: Checkpoints

extension Flag {
    static var imagePath: Flag {
        Flag(
            "image-path", takes: .text, completion: .directory,
            "directory of the images (default: checkpoint, in the working directory)")
    }
    static var workPath: Flag {
        Flag(
            "work-path", takes: .text, completion: .directory,
            "directory of the log and the statistics (default: that of the images)")
    }
    static var parentPath: Flag {
        Flag(
            "parent-path", takes: .text, completion: .directory,
            "images of an earlier --pre-dump, relative to --image-path; only what changed since is saved")
    }
    static var leaveRunning: Flag { Flag("leave-running", "let the container go on after the checkpoint") }
    static var preDump: Flag { Flag("pre-dump", "save the memory only, and let the container go on") }
    static var tcpEstablished: Flag { Flag("tcp-established", "allow open TCP connections") }
    static var tcpSkipInFlight: Flag {
        Flag("tcp-skip-in-flight", "leave out TCP connections that are not accepted yet")
    }
    static var linkRemap: Flag { Flag("link-remap", "allow open files that were deleted or renamed") }
    static var extUnixSk: Flag { Flag("ext-unix-sk", "allow Unix sockets that are connected to outside") }
    static var shellJob: Flag { Flag("shell-job", "allow a container that belongs to the caller's terminal") }
    static var fileLocks: Flag { Flag("file-locks", "allow locks of files") }
    static var autoDedup: Flag { Flag("auto-dedup", "free the pages of images that are not needed any more") }
    static var lazyPagesOfCheckpoint: Flag {
        Flag("lazy-pages", "leave the memory in place and serve it at --page-server until all is fetched")
    }
    static var lazyPages: Flag { Flag("lazy-pages", "restore memory when it is touched, by criu lazy-pages") }
    static var statusFD: Flag {
        Flag("status-fd", takes: .integer, "descriptor that gets a NUL byte once --lazy-pages can be fetched")
    }
    static var pageServer: Flag {
        Flag("page-server", takes: .text, "ADDRESS:PORT of the page server")
    }
    static var manageCgroupsMode: Flag {
        Flag(
            "manage-cgroups-mode", takes: .text, completion: .words("soft full strict ignore"),
            "how cgroups are treated: soft, full, strict or ignore (default: soft)")
    }
    static var emptyNamespace: Flag {
        Flag(
            "empty-ns", takes: .texts, completion: .words("network"),
            "namespace whose content is not saved: network, which never is; may be repeated")
    }
    static var lsmProfile: Flag {
        Flag("lsm-profile", takes: .text, "security profile to restore with, as TYPE:NAME (apparmor or selinux)")
    }
    static var lsmMountContext: Flag {
        Flag("lsm-mount-context", takes: .text, "security context to restore mounts with")
    }
}

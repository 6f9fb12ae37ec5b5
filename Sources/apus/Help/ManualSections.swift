/// What the page apus(8) says of the world around the program: terms, and what they mean.
enum ManualSections {
    /// A term, and one or more sentences about it.
    typealias Entry = (term: StaticString, meaning: StaticString)

    static var exitStatus: [Entry] {
        [
            ("0", "The command has done what was asked."),
            ("1", "It has not, and the last line on standard error says why."),
            ("2", "The container that \"wait\" waited for has ended, and its exit status is not known."),
            ("3", "There is no such command or topic of the help."),
            (
                "255",
                "\"exec\" itself has failed. A program that the kernel does not execute ends with this status, too."
            ),
            (
                "that of the process",
                """
                "run", "exec" and "restore" in the foreground return the status of the container's process, or 128 plus the
                number of the signal that killed it.
                """
            ),
            ("141 (SIGPIPE)", "Nobody reads any more what \"events\" writes."),
        ]
    }

    static var environment: [Entry] {
        [
            (
                "XDG_RUNTIME_DIR",
                """
                The state of an ordinary user's containers lies in its directory "apus" unless --root is given. It also
                holds the socket of the user's own systemd.
                """
            ),
            ("USER", "In a user namespace \"root\" stands for the host's root, whose state lies in /run/apus."),
            ("PATH", "Where ps, criu, newuidmap and newgidmap are looked for."),
            (
                "LISTEN_FDS, LISTEN_PID",
                "Sockets that a service manager has opened go to the container's process. See sd_listen_fds(3)."
            ),
            (
                "NOTIFY_SOCKET",
                "The container's readiness is told to the service manager at this socket. See sd_notify(3)."
            ),
            (
                "DBUS_SESSION_BUS_ADDRESS, DBUS_SYSTEM_BUS_ADDRESS",
                "Where systemd is asked for cgroups, with --systemd-cgroup."
            ),
            (
                "everything else",
                """
                Changes nothing of the program, and does not reach the container. Hooks on the host inherit all unless
                they have an environment of their own.
                """
            ),
        ]
    }

    static var files: [Entry] {
        [
            ("config.json", "The configuration in a bundle, as the runtime specification defines it."),
            (
                "/run/apus, $XDG_RUNTIME_DIR/apus",
                "The state root of root and of an ordinary user, with a directory for each container."
            ),
            ("ROOT/ID/state.json", "What the container is made of, and what its end has to undo."),
            ("ROOT/ID/config.json", "The configuration that it was made from."),
            ("ROOT/ID/exec.fifo", "There while the container waits for its start."),
            ("ROOT/ID/exit.json", "How the container ended, after \"run --keep\"."),
            ("/etc/criu/runc.conf", "CRIU's configuration for checkpoint and restore. See criu(8)."),
            ("ROOT/ID/notify", "The socket at which the container tells that it is ready."),
        ]
    }
}

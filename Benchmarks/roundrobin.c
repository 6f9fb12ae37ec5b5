// roundrobin: runs several sequences of commands in turn, many times, and prints what each command took.
//
//   roundrobin [--rounds N] [--warmup N] [--pause MS] [--timeout S] [--descriptors N] < SCRIPT > SAMPLES
//
// Turn by turn, so that the noise of the machine meets every variant alike, in a new order each round, since what the
// kernel still clears away after one command slows the next down. Small and static, so that starting a command costs
// little and its peak memory is its own (a process begins with the peak of the one that started it).
//
// With --descriptors the commands inherit the descriptors 3 to N + 2, all of the null device.
//
// SCRIPT has one line for each step, its fields parted by tabs:
//   variant NAME          the steps up to the next `variant` are this one's
//   setup ARG...          before the first round
//   time LABEL ARG...     measured
//   wait LABEL FILE       waits for the process whose pid is in FILE, which an earlier step left as an orphan
//   undo ARG...           after a step of this variant failed, or was interrupted
//   teardown ARG...       after the last round, also after a failure or an interrupt
//
// SAMPLES has one line for each measured or awaited step: round (negative: warm-up), variant, label, wall time in ns,
// user and system time in us and peak memory in KiB, the children that the command waited for included; or
// `failed`, round, variant, label, and the last line of standard error. A failure ends the variant's turn, and five in
// a row end the variant.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_STEPS = 8192, MAX_VARIANTS = 16, FAILURES_ALLOWED = 5 };
enum kind { SETUP, TIME, WAIT, UNDO, TEARDOWN };

struct step {
    enum kind kind;
    int variant;
    char *label, **arguments;
};

static struct step steps[MAX_STEPS];
static int step_count;
static struct {
    char *name;
    int failures;
} variants[MAX_VARIANTS];
static int variant_count;

static int rounds = 50, warmup = 2, pause_ms, timeout_s = 30, descriptors;
static int null_file, errors;
static volatile sig_atomic_t interrupted, running, timed_out;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void on_alarm(int signal) {
    (void)signal;
    timed_out = 1;
    if (running) kill(running, SIGKILL);
}

static void on_interrupt(int signal) {
    (void)signal;
    interrupted = 1;
}

static void set_alarm(int seconds) {
    struct itimerval timer = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long microseconds(struct timeval time) { return time.tv_sec * 1000000L + time.tv_usec; }

static void read_script(void) {
    static const char *const names[] = {"setup", "time", "wait", "undo", "teardown"};
    char *line = NULL;
    size_t size = 0;
    for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
        if (line[length - 1] == '\n') line[--length] = 0;
        if (!length || line[0] == '#') continue;
        char *fields[64];
        int count = 0;
        for (char *rest = strdup(line), *field; (field = strsep(&rest, "\t")) && count < 63;) fields[count++] = field;
        fields[count] = NULL;
        if (!strcmp(fields[0], "variant") && count == 2 && variant_count < MAX_VARIANTS) {
            variants[variant_count++].name = fields[1];
            continue;
        }
        int kind = SETUP;
        while (kind <= TEARDOWN && strcmp(fields[0], names[kind])) kind++;
        int labelled = kind == TIME || kind == WAIT;
        if (kind > TEARDOWN || count < 2 + labelled || !variant_count || step_count == MAX_STEPS) {
            fprintf(stderr, "roundrobin: bad line: %s\n", line);
            exit(2);
        }
        struct step *step = &steps[step_count++];
        *step = (struct step){.kind = kind, .variant = variant_count - 1, .label = labelled ? fields[1] : fields[0]};
        step->arguments = malloc((count + 1) * sizeof *fields);
        memcpy(step->arguments, fields + 1 + labelled, (count - labelled) * sizeof *fields);
    }
    free(line);
}

static void print_failure(int round, const struct step *step, int status) {
    static char text[4096];
    long length = pread(errors, text, sizeof text - 1, 0);
    while (length > 0 && text[length - 1] == '\n') length--;
    if (length < 0) length = 0;
    text[length] = 0;
    char *last = strrchr(text, '\n');
    last = last ? last + 1 : text;
    for (char *c = last; *c; c++)
        if (*c == '\t') *c = ' ';
    printf("failed\t%d\t%s\t%s\t", round, variants[step->variant].name, step->label);
    if (timed_out) printf("no end after %d s\n", timeout_s);
    else if (WIFSIGNALED(status)) printf("killed by signal %d: %s\n", WTERMSIG(status), last);
    else printf("exit code %d: %s\n", WEXITSTATUS(status), last);
    timed_out = 0;
}

// Runs one command to its end; returns its wait status.
static int run_command(char **arguments, int64_t *wall, struct rusage *usage) {
    if (ftruncate(errors, 0) < 0 || lseek(errors, 0, SEEK_SET) < 0) die("standard error");
    int status = 0;
    set_alarm(timeout_s);
    int64_t begin = now();
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(null_file, 0);
        dup2(null_file, 1);
        dup2(errors, 2);
        execv(arguments[0], arguments);
        _exit(127);
    }
    if (pid < 0) die("vfork");
    running = pid;
    while (wait4(pid, &status, 0, usage) < 0)
        if (errno != EINTR) die("wait4");
    *wall = now() - begin;
    running = 0;
    set_alarm(0);
    return status;
}

// Waits for an orphan of an earlier command: this process is its reaper.
static int wait_for(const char *file, int64_t *wall, struct rusage *usage) {
    char text[32] = "";
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || read(descriptor, text, sizeof text - 1) <= 0) die(file);
    close(descriptor);
    int status = 0;
    pid_t pid = atoi(text);
    set_alarm(timeout_s);
    int64_t begin = now();
    running = pid;
    while (wait4(pid, &status, 0, usage) < 0)
        if (errno != EINTR) {
            // Somebody else is its parent, so how it ended cannot be known; that it ended can.
            if (errno != ECHILD) die("wait4");
            while (kill(pid, 0) == 0 && !timed_out) usleep(200);
            memset(usage, 0, sizeof *usage);
            break;
        }
    running = 0;
    set_alarm(0);
    *wall = now() - begin;
    return status;
}

static void run_all(int variant, enum kind kind) {
    int64_t wall;
    struct rusage usage;
    for (int i = 0; i < step_count; i++)
        if (steps[i].variant == variant && steps[i].kind == kind) run_command(steps[i].arguments, &wall, &usage);
}

static void take_turn(int round, int variant) {
    for (int i = 0; i < step_count && !interrupted; i++) {
        struct step *step = &steps[i];
        if (step->variant != variant || (step->kind != TIME && step->kind != WAIT)) continue;
        int64_t wall = 0;
        struct rusage usage = {0};
        int status = step->kind == TIME ? run_command(step->arguments, &wall, &usage)
                                        : wait_for(step->arguments[0], &wall, &usage);
        if (status != 0 || timed_out) {
            print_failure(round, step, status);
            variants[variant].failures++;
            run_all(variant, UNDO);
            return;
        }
        printf("%d\t%s\t%s\t%lld\t%ld\t%ld\t%ld\n", round, variants[variant].name, step->label, (long long)wall,
               microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss);
    }
    if (interrupted) run_all(variant, UNDO);
    else variants[variant].failures = 0;
}

static void prepare(int variant) {
    for (int i = 0; i < step_count; i++) {
        if (steps[i].variant != variant || steps[i].kind != SETUP) continue;
        int64_t wall;
        struct rusage usage;
        int status = run_command(steps[i].arguments, &wall, &usage);
        if (status == 0 && !timed_out) continue;
        print_failure(-warmup, &steps[i], status);
        variants[variant].failures = FAILURES_ALLOWED;
        return;
    }
}

// The same orders in every measurement.
static void shuffle(int *order) {
    static uint32_t random = 2463534242u;
    for (int i = variant_count - 1; i > 0; i--) {
        random ^= random << 13, random ^= random >> 17, random ^= random << 5;
        int other = random % (i + 1), moved = order[i];
        order[i] = order[other];
        order[other] = moved;
    }
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i += 2) {
        const char *option = arguments[i], *value = i + 1 < count ? arguments[i + 1] : "";
        if (!strcmp(option, "--rounds")) rounds = atoi(value);
        else if (!strcmp(option, "--warmup")) warmup = atoi(value);
        else if (!strcmp(option, "--pause")) pause_ms = atoi(value);
        else if (!strcmp(option, "--timeout")) timeout_s = atoi(value);
        else if (!strcmp(option, "--descriptors")) descriptors = atoi(value);
        else return fprintf(stderr, "roundrobin: unknown option %s\n", option), 2;
    }
    signal(SIGALRM, on_alarm);
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    signal(SIGHUP, on_interrupt);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) die("subreaper");
    null_file = open("/dev/null", O_RDWR | O_CLOEXEC);
    errors = memfd_create("stderr", MFD_CLOEXEC);
    if (null_file < 0 || errors < 0) die("open");
    if (descriptors) {
        int high_null = fcntl(null_file, F_DUPFD_CLOEXEC, descriptors + 3);
        int high_errors = fcntl(errors, F_DUPFD_CLOEXEC, descriptors + 3);
        if (high_null < 0 || high_errors < 0) die("descriptors");
        for (int number = 3; number < descriptors + 3; number++)
            if (dup2(high_null, number) < 0) die("descriptors");
        null_file = high_null;
        errors = high_errors;
    }
    read_script();

    for (int variant = 0; variant < variant_count && !interrupted; variant++) prepare(variant);
    int order[MAX_VARIANTS];
    for (int variant = 0; variant < variant_count; variant++) order[variant] = variant;
    for (int round = -warmup; round < rounds && !interrupted; round++) {
        shuffle(order);
        for (int turn = 0; turn < variant_count && !interrupted; turn++) {
            int variant = order[turn];
            if (variants[variant].failures >= FAILURES_ALLOWED) continue;
            if (pause_ms) usleep(pause_ms * 1000);
            take_turn(round, variant);
            while (waitpid(-1, NULL, WNOHANG) > 0) continue;
        }
    }
    interrupted = 0;
    for (int variant = 0; variant < variant_count; variant++) run_all(variant, TEARDOWN);
    return 0;
}

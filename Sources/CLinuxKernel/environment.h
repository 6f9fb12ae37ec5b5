#ifndef APUS_CLINUX_ENVIRONMENT_H
#define APUS_CLINUX_ENVIRONMENT_H

#include "base.h"
#include <stdlib.h>
#include <time.h>

// The importer does not give Swift the structures of <time.h>.
struct linux_local_time {
    int year, month, day, hour, minute, second;
    // Seconds east of UTC.
    long offset;
};

static inline void linux_read_local_time(struct linux_local_time *out) {
    struct tm parts = {0};
    time_t now = time((time_t *)0);
    localtime_r(&now, &parts);
    out->year = parts.tm_year + 1900;
    out->month = parts.tm_mon + 1;
    out->day = parts.tm_mday;
    out->hour = parts.tm_hour;
    out->minute = parts.tm_min;
    out->second = parts.tm_sec;
    out->offset = parts.tm_gmtoff;
}

static inline char **linux_environment(void) {
    extern char **environ;
    return environ;
}
static inline const char *linux_getenv(const char *name) { return getenv(name); }

#endif

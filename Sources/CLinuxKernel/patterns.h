#ifndef APUS_CLINUX_PATTERNS_H
#define APUS_CLINUX_PATTERNS_H

#include "base.h"
#include <regex.h>
#include <stdlib.h>

// The pattern, or NULL with the reason in `message`. See regcomp(3).
static inline void *linux_compile_pattern(const char *text, char *message, size_t size) {
    regex_t *pattern = (regex_t *)malloc(sizeof *pattern);
    if (!pattern) return (void *)0;
    int error = regcomp(pattern, text, REG_EXTENDED | REG_NOSUB);
    if (!error) return pattern;
    regerror(error, pattern, message, size);
    free(pattern);
    return (void *)0;
}
static inline int linux_pattern_matches(const void *pattern, const char *text) {
    return regexec((const regex_t *)pattern, text, 0, (regmatch_t *)0, 0) == 0;
}
static inline void linux_free_pattern(void *pattern) {
    regfree((regex_t *)pattern);
    free(pattern);
}

#endif

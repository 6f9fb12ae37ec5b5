#ifndef APUS_CLINUX_BUILD_H
#define APUS_CLINUX_BUILD_H

// The commit this program was built from, ended by a blank; empty until Scripts/stamp-commit has written it here, after
// linking. The assembly keeps the compiler from knowing the text, and so from deciding at compile time what it says.
static inline const char *build_commit(void) {
    const char *text = "apus-commit="
                       "                                                    ";
    __asm__ volatile("" : "+r"(text));
    return text + sizeof "apus-commit=" - 1;
}

#endif

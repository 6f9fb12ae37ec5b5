#ifndef APUS_CSTART_H
#define APUS_CSTART_H

#include <errno.h>
#include <features.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a static executable does between the kernel's first instruction and `main`, without asking what the processor is.
//
// The C library's own `__libc_start_main` asks that with some fifty CPUID instructions, to choose among variants of memcpy(3)
// and their like and to learn the size of the caches. In a virtual machine each of them is an exit to the hypervisor, 13
// microseconds for the guest of a guest: more than half a millisecond for every start of a program. The variants that every
// processor has are good enough here.
//
// The rest is what the library does, in its order. That is different in each version: other ones, and other
// architectures, which have no such instruction, go the library's way.
typedef int (*start_function)(int count, char **arguments, char **environment);

extern int __real___libc_start_main(start_function main, int count, char **arguments, start_function init,
                                    void (*fini)(void), void (*end_of_loader)(void), void *stack);

#if defined __x86_64__ && __GLIBC__ == 2 && __GLIBC_MINOR__ == 36

#include <sys/single_threaded.h>

struct start_relocation {
    uint64_t *place;
    uint64_t kind;
    uint64_t (*choose)(void);
};

extern char **__environ;
extern void *__libc_stack_end;
extern uint64_t *_dl_random;
extern long __x86_shared_non_temporal_threshold, __x86_rep_movsb_stop_threshold;
extern const struct start_relocation __rela_iplt_start[], __rela_iplt_end[];
extern start_function __preinit_array_start[], __preinit_array_end[], __init_array_start[], __init_array_end[];
extern void _dl_aux_init(uint64_t *vector);
extern void __libc_setup_tls(void);
extern void __ctype_init(void);
extern void __libc_init_first(int count, char **arguments, char **environment);
extern void _init(void);
extern _Noreturn void exit(int status);
// The number of the thread as the locks of Swift's library remember it, and would ask for; a library may have no such variable.
extern __thread uint32_t start_thread __asm__("_ZZN5swift14threading_impl5linux13ulock_get_tidEvE3tid")
    __attribute__((weak));

static inline int start_main(start_function main, int count, char **arguments, start_function init, void (*fini)(void),
                                   void (*end_of_loader)(void), void *stack) {
    char **environment = arguments + count + 1;
    __environ = environment;
    __libc_stack_end = stack;
    char **end = environment;
    while (*end) end++;
    _dl_aux_init((uint64_t *)(end + 1));
    // What the library has for a processor that says nothing of its caches: with 0, copies of a few hundred bytes would go
    // the way that is meant for megabytes.
    __x86_shared_non_temporal_threshold = __x86_rep_movsb_stop_threshold = 0xc0000;
    for (const struct start_relocation *each = __rela_iplt_start; each < __rela_iplt_end; each++)
        *each->place = each->choose();
    __libc_setup_tls();
    // The canary of the stack, with a first byte that ends strings, and the guard of saved pointers.
    __asm__ volatile("mov %0, %%fs:0x28" : : "r"(_dl_random[0] & ~(uint64_t)0xff));
    __asm__ volatile("mov %0, %%fs:0x30" : : "r"(_dl_random[1]));
    // The C library has it in the descriptor of the thread, where one that is missing would seem to be.
    uintptr_t descriptor;
    __asm__ volatile("mov %%fs:0, %0" : "=r"(descriptor));
    if ((uintptr_t)&start_thread != descriptor) start_thread = *(const uint32_t *)(descriptor + 0x2d0);
    // Of the early part of the library's start: the other half is for threads, of which this program makes none.
    __ctype_init();
    __libc_single_threaded = 1;
    // The heap grows by more than a command needs, and what is free again stays: a page costs nothing before it is used.
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    __libc_init_first(count, arguments, environment);
    for (start_function *each = __preinit_array_start; each < __preinit_array_end; each++)
        (*each)(count, arguments, environment);
    _init();
    for (start_function *each = __init_array_start; each < __init_array_end; each++) (*each)(count, arguments, environment);
    exit(main(count, arguments, environment));
}

#else

static inline int start_main(start_function main, int count, char **arguments, start_function init, void (*fini)(void),
                                   void (*end_of_loader)(void), void *stack) {
    return __real___libc_start_main(main, count, arguments, init, fini, end_of_loader, stack);
}

#endif

// Random bytes for the two seeds of hash tables, for which Swift's own makes three calls: the sixteen that the kernel gives
// each program at its start. What is asked for behind them comes from the kernel as usual.
static inline void start_random(void *bytes, size_t size) {
    static size_t taken;
    const unsigned char *given = (const unsigned char *)getauxval(AT_RANDOM);
    if (given && size <= 16 - taken) {
        memcpy(bytes, given + taken, size);
        taken += size;
        return;
    }
    for (size_t done = 0; done < size;) {
        long count = syscall(SYS_getrandom, (unsigned char *)bytes + done, size - done, 0);
        if (count < 0 && errno != EINTR) __builtin_trap();
        if (count > 0) done += (size_t)count;
    }
}

// What asking for the type of a generic value gives, in the registers of C as well as of Swift.
struct start_metadata {
    const void *type;
    size_t state;
};
extern struct start_metadata __real_swift_getCanonicalPrespecializedGenericMetadata(
    size_t request, const void *const *arguments, const void *description, void *once);

// The class of an array's storage, a type for each kind of element, as Swift lays classes out (docs/ABI/TypeMetadata.rst of the
// Swift project).
struct start_storage_type {
    const void *layout, *destroy, *witnesses;
    // A pointer to the type points here.
    uintptr_t kind;
    const void *superclass;
    uint32_t flags, instance_address_point, instance_size;
    uint16_t alignment_mask, reserved;
    uint32_t size, address_point;
    const void *description, *destroy_variables, *methods[5], *element;
};
extern const struct start_storage_type start_storage_of_bytes
    __asm__("$ss23_ContiguousArrayStorageCys5UInt8VGMf") __attribute__((weak));
extern const char start_storage_description[] __asm__("$ss23_ContiguousArrayStorageCMn");
extern const char start_byte_type[] __asm__("$ss5UInt8VN");

// The types of storage differ in nothing but their element. Swift's runtime makes each of them in 7,000 instructions, since it
// looks their common superclass up by name, and first of all enters those that its library was built with into a table: that
// was a fifth of what a plan takes, and more of a short command. Here they are copies of one that the library was built
// with. That of one kind may then be there twice, which nobody notices: storage is not cast, and only the elements' types are
// compared. A library that has none, or lays them out otherwise, is asked itself; so is one more kind than there is room
// for. The program has one thread.
static inline struct start_metadata start_type(size_t request, const void *const *arguments, const void *description,
                                               void *once) {
    static struct start_storage_type made[96];
    static unsigned count;
    const struct start_storage_type *pattern = &start_storage_of_bytes;
    if (pattern && description == start_storage_description && pattern->description == description &&
        pattern->element == start_byte_type && pattern->size == sizeof *pattern &&
        pattern->address_point == offsetof(struct start_storage_type, kind)) {
        const void *element = arguments[0];
        if (element == start_byte_type) return (struct start_metadata){&pattern->kind, 0};
        unsigned index = 0;
        while (index < count && made[index].element != element) index++;
        if (index < sizeof made / sizeof *made) {
            if (index == count) {
                made[count] = *pattern;
                made[count].flags = 2; // counts references as Swift does, and was not built in
                made[count++].element = element;
            }
            return (struct start_metadata){&made[index].kind, 0};
        }
    }
    return __real_swift_getCanonicalPrespecializedGenericMetadata(request, arguments, description, once);
}

#if defined __GLIBC__ && __GLIBC_PREREQ(2, 35)

extern void *__real__dl_early_allocate(size_t size);

// Memory for the thread-local variables of the first thread. The library's own takes some of the heap, from a place that
// malloc(3) then has to round up again: three calls of the kernel more.
static inline void *start_allocate(size_t size) {
    _Alignas(64) static char memory[4096];
    static size_t taken;
    if (taken != 0 || size > sizeof memory) return __real__dl_early_allocate(size);
    taken = size;
    return memory;
}

#else

// Nobody asks.
static inline void *start_allocate(size_t size) { return (void *)0; }

#endif

#endif

// The parts of Swift's runtime and of the C library that the static executable has its own version of.
//
// All of them would act before the first line of this program: they look at the caller's environment and at /proc, and
// one ends the process where /proc is empty. A definition here comes before that of an archive, whose member the linker
// then leaves out; where other parts of the same member are needed, `--wrap` (Package.swift) sends its callers here.
// Each is called before there is anything, so none may do more than return or call C.
//
// A build with shared libraries must not replace anything of theirs.
#if STATIC_EXECUTABLE
    import CStart

    // MARK: - The way to `main`, on which the processor is asked fifty times what it is

    /// Calls the program's `main`. See start.h.
    @_cdecl("__wrap___libc_start_main")
    func start(
        _ main: start_function, _ count: Int32,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ initialize: start_function?,
        _ finish: (@convention(c) () -> Void)?, _ endOfLoader: (@convention(c) () -> Void)?,
        _ stack: UnsafeMutableRawPointer?
    ) -> Int32 {
        start_main(main, count, arguments, initialize, finish, endOfLoader, stack)
    }

    /// `_dl_early_allocate`: see start.h.
    @_cdecl("__wrap__dl_early_allocate")
    func allocateEarly(_ size: Int) -> UnsafeMutableRawPointer? { start_allocate(size) }

    // MARK: - Types

    /// `swift_getCanonicalPrespecializedGenericMetadata`: see start.h.
    @_cdecl("__wrap_swift_getCanonicalPrespecializedGenericMetadata")
    func findType(
        _ request: Int, _ arguments: UnsafePointer<UnsafeRawPointer?>?, _ description: UnsafeRawPointer?,
        _ once: UnsafeMutableRawPointer?
    ) -> start_metadata {
        start_type(request, arguments, description, once)
    }

    // MARK: - The frames of functions, for exceptions that nothing here throws

    /// `__register_frame_info`: a page or two of tables, touched by each start.
    @_cdecl("__wrap___register_frame_info")
    func registerFrames(_ frames: UnsafeRawPointer?, _ object: UnsafeMutableRawPointer?) {}

    // MARK: - Random numbers

    /// What hash tables are seeded with. See start.h.
    ///
    /// The seeds are drawn once, before a second thread can be there, and nothing else of the program asks for random numbers
    /// of Swift's.
    @_cdecl("swift_stdlib_random")
    func drawRandomBytes(_ bytes: UnsafeMutableRawPointer, _ count: Int) { start_random(bytes, count) }

    // MARK: - The backtracer, which looks for a program beside this one and takes its orders from SWIFT_BACKTRACE

    /// What the start files of Swift ask for in order to have the backtracer in each program.
    @_cdecl("_swift_backtrace_isThunkFunction")
    func isThunkFunction(_ mangledName: UnsafePointer<CChar>?) -> Bool { false }

    /// The settings of the backtracer. Their only reader, the report of a fatal error, asks whether the first byte is 1,
    /// for on: no function's code starts so.
    @_cdecl("_swift_backtraceSettings")
    func backtraceSettings() {}

    // MARK: - The arguments, which are looked for in /proc/self/maps

    /// `CommandLine.argc` and `CommandLine.unsafeArgv`, which nothing here uses.
    @_cdecl("_swift_stdlib_getUnsafeArgvArgc")
    func noArguments(_ count: UnsafeMutablePointer<Int32>) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        count.pointee = 0
        return nil
    }

    /// The setter of the same.
    @_cdecl("_swift_stdlib_overrideUnsafeArgvArgc")
    func ignoreArguments(_ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int32) {}

    // MARK: - The caller's environment

    /// `swift::runtime::environment::initialize`: the switches of the runtime keep their defaults, whatever SWIFT_DEBUG_*
    /// and their like say.
    @_cdecl("__wrap__ZN5swift7runtime11environment10initializeEPv")
    func keepRuntimeDefaults(_ context: UnsafeMutableRawPointer?) {}

    /// The same for GLIBC_TUNABLES and MALLOC_*.
    @_cdecl("__wrap___tunables_init")
    func keepLibraryDefaults(_ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {}

    /// The directory of the executable, in which the C library would look for shared objects: unknown, as (char *)-1 says.
    @_cdecl("_dl_get_origin")
    func unknownOrigin() -> UnsafeRawPointer? { UnsafeRawPointer(bitPattern: -1) }

#endif

// What Swift cannot import from the C library: system calls without a wrapper, variadic functions, and structures and
// constants that live in the kernel's headers only. Everything is inline; every function returns the result or -errno,
// so that no code can run between a call and the reading of errno.
#ifndef APUS_CLINUX_H
#define APUS_CLINUX_H

#include "base.h"
#include "cgroups.h"
#include "descriptors.h"
#include "environment.h"
#include "launch.h"
#include "mounts.h"
#include "netlink.h"
#include "notices.h"
#include "patterns.h"
#include "processes.h"
#include "security.h"
#include "sockets.h"

#endif

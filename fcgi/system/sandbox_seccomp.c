/* SPDX-License-Identifier: MIT */
/*
 * Linux seccomp: the system calls that serving takes, and no other, seccomp(2).
 *
 * libc, libuv, libcurl and the resolver take newer calls as they come, and fall
 * back to older ones when they hear ENOSYS; so that is what a call that is
 * newer than this list hears, and clone3(), whose flags a filter cannot see. All
 * others that are not listed hear EPERM.
 */
#include "config.h"

#ifdef __linux__

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(HAVE_LINUX_SECCOMP_H) && defined(HAVE_LINUX_FILTER_H)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#endif

#include "sandbox_os.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#endif

#if defined(ARCH) && defined(SECCOMP_RET_ERRNO) && defined(SYS_seccomp) && \
    !defined(CONFAB_SANITIZED)

#define NEWER 451      /* the first call that this list knows nothing of */
#define SYS_CLONE3 435 /* the same everywhere */
#define ANY UINT32_MAX /* of an argument: all of its bits count */
#define VALUES_MAX 8

/* Which half of an argument is its low one. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW 4
#else
#define LOW 0
#endif

#ifdef __s390x__
#define CLONE_FLAGS_ARG 1
#else
#define CLONE_FLAGS_ARG 0
#endif

static const uint16_t allowed[] = {
	/* bytes in and out, waiting for them */
	SYS_read,
	SYS_write,
	SYS_readv,
	SYS_writev,
	SYS_pread64,
	SYS_pwrite64,
	SYS_preadv,
	SYS_pwritev,
	SYS_lseek,
	SYS_close,
	SYS_dup,
	SYS_dup3,
	SYS_fcntl,
	SYS_pipe2,
	SYS_ppoll,
	SYS_pselect6,
	SYS_epoll_create1,
	SYS_epoll_ctl,
	SYS_epoll_pwait,
	SYS_eventfd2,
	SYS_timerfd_create,
	SYS_timerfd_settime,
	SYS_timerfd_gettime,
#ifdef SYS_epoll_pwait2
	SYS_epoll_pwait2,
#endif
#ifdef SYS_close_range
	SYS_close_range,
#endif
	/* sockets; socket() itself is below */
	SYS_bind,
	SYS_connect,
	SYS_accept,
	SYS_accept4,
	SYS_shutdown,
	SYS_getsockname,
	SYS_getpeername,
	SYS_getsockopt,
	SYS_setsockopt,
	SYS_sendto,
	SYS_sendmsg,
	SYS_sendmmsg,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_recvmmsg,
	/* files, within what Landlock leaves */
	SYS_openat,
#ifdef SYS_openat2
	SYS_openat2,
#endif
	SYS_fstat,
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
	SYS_statx,
	SYS_statfs,
	SYS_fstatfs,
	SYS_faccessat,
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
	SYS_readlinkat,
	SYS_getdents64,
	SYS_getcwd,
	SYS_mkdirat,
	SYS_unlinkat,
	SYS_linkat,
	SYS_renameat2,
#ifdef SYS_renameat
	SYS_renameat,
#endif
	SYS_truncate,
	SYS_ftruncate,
	SYS_fallocate,
	SYS_fadvise64,
	SYS_fsync,
	SYS_fdatasync,
	SYS_flock,
	SYS_fchmod,
	SYS_fchmodat,
	SYS_fchown,
	SYS_fchownat,
	SYS_umask,
	/* memory */
	SYS_brk,
	SYS_mmap,
	SYS_munmap,
	SYS_mremap,
	SYS_mprotect,
	SYS_madvise,
	SYS_msync,
	SYS_mincore,
	SYS_mlock,
	SYS_munlock,
	/* threads; clone() itself is below */
	SYS_futex,
	SYS_set_robust_list,
	SYS_get_robust_list,
	SYS_set_tid_address,
#ifdef SYS_rseq
	SYS_rseq,
#endif
	SYS_membarrier,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_sched_setaffinity,
	SYS_sched_getparam,
	SYS_sched_getscheduler,
	SYS_sched_get_priority_max,
	SYS_sched_get_priority_min,
	SYS_getcpu,
	SYS_exit,
	SYS_exit_group,
	/* signals; a CGI run is ended by another one of the same user */
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigpending,
	SYS_rt_sigtimedwait,
	SYS_rt_sigsuspend,
	SYS_rt_sigqueueinfo,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_restart_syscall,
	SYS_kill,
	SYS_tkill,
	SYS_tgkill,
	/* the time */
	SYS_clock_gettime,
	SYS_clock_getres,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_gettimeofday,
	SYS_setitimer,
	SYS_getitimer,
	SYS_times,
	/* about itself and the machine */
	SYS_getpid,
	SYS_getppid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_getresuid,
	SYS_getresgid,
	SYS_getgroups,
	SYS_getpgid,
	SYS_getsid,
	SYS_getrusage,
	SYS_prlimit64,
#ifdef SYS_getrlimit
	SYS_getrlimit,
#endif
	SYS_sysinfo,
	SYS_uname,
	SYS_getrandom,
	SYS_wait4,
	SYS_waitid,
/* What older architectures have beside the newer forms above. */
#ifdef SYS_open
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_readlink,
	SYS_getdents,
	SYS_mkdir,
	SYS_rmdir,
	SYS_unlink,
	SYS_link,
	SYS_rename,
	SYS_chmod,
	SYS_chown,
	SYS_dup2,
	SYS_pipe,
	SYS_poll,
	SYS_select,
	SYS_epoll_create,
	SYS_epoll_wait,
	SYS_eventfd,
	SYS_alarm,
	SYS_pause,
	SYS_getpgrp,
#endif
#ifdef SYS_time
	SYS_time,
#endif
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
#ifdef SYS_riscv_flush_icache
	SYS_riscv_flush_icache,
#endif
};

#define N_ALLOWED (sizeof(allowed) / sizeof(allowed[0]))

/* A call that is allowed with some values of an argument. */
struct checked {
	uint16_t call;
	uint8_t arg;
	uint32_t mask;
	uint32_t values[VALUES_MAX];
	size_t n;
};

/* Namespaces are refused; a thread is no process. */
#define NEW_NAMESPACES                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* clang-format off */
static const struct checked checked[] = {
	{ SYS_clone, CLONE_FLAGS_ARG, NEW_NAMESPACES | CLONE_THREAD,
	    { CLONE_THREAD }, 1 },
	{ SYS_socketpair, 0, ANY, { AF_UNIX }, 1 },
	{ SYS_prctl, 0, ANY,
	    { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS },
	    4 },
	/* Of a terminal, how it is and no more: TIOCSTI would type into it. */
	{ SYS_ioctl, 1, ANY,
	    { FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ },
	    6 },
};
/* clang-format on */

#define N_CHECKED (sizeof(checked) / sizeof(checked[0]))

/* Instructions: the head, the checks, socket(), the list, the answers. */
#define HEAD 8
#define PER_CHECK (5 + VALUES_MAX)
#define SOCKET 12
#define TAIL 2
#define PROGRAM_MAX (HEAD + N_CHECKED * PER_CHECK + SOCKET + N_ALLOWED + TAIL)

_Static_assert(N_ALLOWED < 255, "a jump of BPF reaches 255 instructions");

struct program {
	struct sock_filter code[PROGRAM_MAX];
	size_t n;
};

static void
load(struct program *p, size_t offset)
{
	p->code[p->n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)offset);
}

static void
load_arg(struct program *p, uint8_t arg)
{
	load(p, offsetof(struct seccomp_data, args) + 8U * arg + LOW);
}

/* Jumps over `yes` or `no` instructions. */
static void
jump(struct program *p, uint16_t how, uint32_t value, size_t yes, size_t no)
{
	p->code[p->n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | how | BPF_K,
	    value, (uint8_t)yes, (uint8_t)no);
}

static void
answer(struct program *p, uint32_t with)
{
	p->code[p->n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, with);
}

#define NO (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)

static void
write_check(struct program *p, const struct checked *c)
{
	jump(p, BPF_JEQ, c->call, 0, 4 + c->n);
	load_arg(p, c->arg);
	p->code[p->n++] =
	    (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, c->mask);
	for (size_t i = 0; i < c->n; i++)
		jump(p, BPF_JEQ, c->values[i], c->n - i, 0);
	answer(p, NO);
	answer(p, SECCOMP_RET_ALLOW);
}

/* The web server, the provider, the log, and what routes there are, which the
 * resolver asks for. */
static void
write_socket(struct program *p)
{
	jump(p, BPF_JEQ, SYS_socket, 0, 9);
	load_arg(p, 0);
	jump(p, BPF_JEQ, AF_UNIX, 5, 0);
	jump(p, BPF_JEQ, AF_INET, 4, 0);
	jump(p, BPF_JEQ, AF_INET6, 3, 0);
	jump(p, BPF_JEQ, AF_NETLINK, 0, 3);
	load_arg(p, 2);
	jump(p, BPF_JEQ, NETLINK_ROUTE, 0, 1);
	answer(p, SECCOMP_RET_ALLOW);
	answer(p, NO);
}

static void
write_filter(struct program *p)
{
	p->n = 0;
	load(p, offsetof(struct seccomp_data, arch));
	/* Another architecture's numbers mean other calls: none of them; nor of
	 * x86-64's second table, whose numbers are beyond those of the first. */
	jump(p, BPF_JEQ, ARCH, 1, 0);
	answer(p, UNKNOWN);
	load(p, offsetof(struct seccomp_data, nr));
	jump(p, BPF_JGE, NEWER, 1, 0);
	jump(p, BPF_JEQ, SYS_CLONE3, 0, 1);
	answer(p, UNKNOWN);
	for (size_t i = 0; i < N_CHECKED; i++)
		write_check(p, &checked[i]);
	write_socket(p);
	for (size_t i = 0; i < N_ALLOWED; i++)
		jump(p, BPF_JEQ, allowed[i], N_ALLOWED - i, 0);
	answer(p, NO);
	answer(p, SECCOMP_RET_ALLOW);
}

int
sandbox_os_calls(void)
{
	struct program p;
	struct sock_fprog program;

	write_filter(&p);
	program.filter = p.code;
	program.len = (unsigned short)p.n;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &program);
}

#else

int
sandbox_os_calls(void)
{
	errno = ENOSYS;
	return -1;
}

#endif
#else
typedef int sandbox_seccomp_is_empty_here;
#endif

/* SPDX-License-Identifier: MIT */
/*
 * Linux seccomp: the system calls that a web application never makes, but
 * whoever took it over would, seccomp(2).
 *
 * It is a list of what is refused, not of what is allowed: which calls libc,
 * libcurl and the resolver make differs between their versions, and a chat
 * that dies with the next libc is no safer.
 */
#include "config.h"

#ifdef __linux__

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(HAVE_LINUX_SECCOMP_H) && defined(HAVE_LINUX_FILTER_H)
#include <linux/audit.h>
#include <linux/filter.h>
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

#define X32_BIT 0x40000000U /* x86-64's second table of calls */

static const uint16_t refused[] = {
	/* programs and other processes */
	SYS_execve,
	SYS_execveat,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kcmp,
	SYS_personality,
#ifdef SYS_pidfd_getfd
	SYS_pidfd_getfd,
#endif
	/* namespaces, mounts, roots */
	SYS_unshare,
	SYS_setns,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
#ifdef SYS_open_tree
	SYS_open_tree,
	SYS_move_mount,
	SYS_fsopen,
	SYS_fsmount,
#endif
	/* the kernel and the machine */
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_acct,
	SYS_quotactl,
	SYS_syslog,
	SYS_vhangup,
	/* keys of the kernel, handles that pass by permissions */
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_open_by_handle_at,
	/* other users, devices, privileges */
	SYS_mknodat,
	SYS_capset,
	SYS_setuid,
	SYS_setgid,
	SYS_setreuid,
	SYS_setregid,
	SYS_setresuid,
	SYS_setresgid,
	SYS_setgroups,
	SYS_setfsuid,
	SYS_setfsgid,
/* a second way to make most calls; libuv does without it */
#ifdef SYS_io_uring_setup
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
#endif
#ifdef SYS_mknod
	SYS_mknod,
#endif
#ifdef SYS_ioperm
	SYS_ioperm,
	SYS_iopl,
#endif
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
};

#define N_REFUSED (sizeof(refused) / sizeof(refused[0]))
/* Before the list: the architecture, the number, x32; after it: the answers. */
#define HEAD 5
#define TAIL 2

_Static_assert(N_REFUSED < 250, "a jump of BPF reaches 255 instructions");

/* Writes the program. Returns its length. */
static unsigned short
write_filter(struct sock_filter *f)
{
	size_t n = 0;

	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, arch));
	/* Another architecture's numbers mean other calls: refuse them all. */
	f[n++] =
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO | ENOSYS);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
	    X32_BIT, N_REFUSED + 1, 0);
	for (size_t i = 0; i < N_REFUSED; i++)
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    refused[i], (uint8_t)(N_REFUSED - i), 0);
	f[n++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO | EPERM);
	return (unsigned short)n;
}

int
sandbox_os_calls(void)
{
	struct sock_filter filter[HEAD + N_REFUSED + TAIL];
	struct sock_fprog program = { .filter = filter };

	program.len = write_filter(filter);
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

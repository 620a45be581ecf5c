# SPDX-License-Identifier: MIT
# The checks that confab's configure.ac uses more than once.

# CONFAB_LIB(VARIABLE, PKG-CONFIG-SPEC, HEADER, FUNCTION, LIBRARY, PACKAGE)
# -----------------------------------------------------------------------
# A library that must be there. pkg-config is asked first; where it knows
# nothing (some distributions ship libfcgi, libargon2 or libcrypt without
# a .pc file) HEADER and FUNCTION in -lLIBRARY are tried with a compiler.
# Sets VARIABLE_CFLAGS and VARIABLE_LIBS; both can be given to configure.
# PACKAGE is what the message tells the user to install.
AC_DEFUN([CONFAB_LIB], [
PKG_CHECK_MODULES([$1], [$2], [], [
	AC_MSG_CHECKING([for $4 in -l$5 without pkg-config])
	confab_save_CPPFLAGS=$CPPFLAGS
	confab_save_LIBS=$LIBS
	CPPFLAGS="$CPPFLAGS $$1_CFLAGS"
	LIBS="${$1_LIBS:--l$5} $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stddef.h>
#include <$3>]],
		[[return (void *)&$4 == NULL;]])],
		[AC_MSG_RESULT([yes])
		$1_LIBS=${$1_LIBS:--l$5}],
		[AC_MSG_RESULT([no])
		CONFAB_MISSING([$2], [$6])])
	CPPFLAGS=$confab_save_CPPFLAGS
	LIBS=$confab_save_LIBS
])
])

# CONFAB_OPTIONAL_LIB(VARIABLE, PKG-CONFIG-SPEC, HEADER, FUNCTION, LIBRARY,
#     PACKAGE, DEFINE, OPTION, PURPOSE)
# -----------------------------------------------------------------------
# A library that may be left out: --without-OPTION leaves it out, --with-OPTION
# insists on it, and by default it is used where it is. Defines DEFINE and sets
# have_OPTION.
AC_DEFUN([CONFAB_OPTIONAL_LIB], [
AC_ARG_WITH([$8],
	[AS_HELP_STRING([--without-$8], [leave out $9, which need $5])],
	[], [with_$8=auto])
have_$8=no
AS_IF([test "$with_$8" != no], [
	confab_save_missing=$confab_missing
	CONFAB_LIB([$1], [$2], [$3], [$4], [$5], [$6])
	AS_IF([test "$confab_missing" = "$confab_save_missing"], [
		have_$8=yes
		AC_DEFINE([$7], [1], [lib$5 is there: $9.])
	], [test "$with_$8" = auto], [
		confab_missing=$confab_save_missing
		AC_MSG_WARN([without $5 (Debian: $6) there are no $9])
		$1_LIBS=
	])
])
])

# CONFAB_MISSING(WHAT, PACKAGE)
# -----------------------------
# Remembers a missing part, so that configure names all of them at once.
AC_DEFUN([CONFAB_MISSING], [
confab_missing="$confab_missing
    $1 (Debian: $2)"
])

# CONFAB_CFLAG(VARIABLE, FLAGS, [PROGRAM-BODY])
# ---------------------------------------------
# Appends FLAGS to VARIABLE when the compiler takes them, with the user's own
# CFLAGS, without a word.
AC_DEFUN([CONFAB_CFLAG], [
AC_MSG_CHECKING([whether $CC takes $2])
confab_save_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS $2 -Werror"
AC_COMPILE_IFELSE([AC_LANG_SOURCE([[#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
	char text[64];

	memset(text, 0, sizeof(text));
	return snprintf(text, sizeof(text), "%d%s", argc, argv[0]) < 0;
}]])],
	[AC_MSG_RESULT([yes])
	$1="$$1 $2"],
	[AC_MSG_RESULT([no])])
CFLAGS=$confab_save_CFLAGS
])

# CONFAB_LDFLAG(VARIABLE, FLAGS)
# ------------------------------
# The same for the linker.
AC_DEFUN([CONFAB_LDFLAG], [
AC_MSG_CHECKING([whether the linker takes $2])
confab_save_CFLAGS=$CFLAGS
confab_save_LDFLAGS=$LDFLAGS
CFLAGS="$CFLAGS $hardening_CFLAGS"
LDFLAGS="$LDFLAGS $2"
AC_LINK_IFELSE([AC_LANG_PROGRAM()],
	[AC_MSG_RESULT([yes])
	$1="$$1 $2"],
	[AC_MSG_RESULT([no])])
CFLAGS=$confab_save_CFLAGS
LDFLAGS=$confab_save_LDFLAGS
])

/* SPDX-License-Identifier: MIT */
/*
 * The same program as plain CGI: one process, one request.
 */
#ifndef CONFAB_MAIN_CGI_H
#define CONFAB_MAIN_CGI_H

#define CGI_HEARTBEAT 5000 /* ms of silence, at most, before a comment */
#define CGI_LOOK 25	   /* ms between looks whether a stream is over */

/* Serves the request of this process; returns its exit code. */
int main_cgi(void);

#endif

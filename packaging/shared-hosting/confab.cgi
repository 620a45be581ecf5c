#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs confab as a CGI program from outside the web space, with the libraries
# that came with it where the host has none. A web server starts this with its
# own folder as the current one; change the way from here to there if needed.
here=../../confab
LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec "$here/bin/confab.fcgi"

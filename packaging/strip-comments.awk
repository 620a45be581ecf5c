# SPDX-License-Identifier: MIT
# Leaves comments that have their lines to themselves out of JavaScript and
# CSS: half of what a browser would load, and nothing it would run. A comment
# that shares a line with code stays, so no parser is needed; a test compares
# what is left, token by token.

held == "" && /^[ \t]*\/\// && css == "" { next }

held == "" && /^[ \t]*\/\*/ {
	rest = substr($0, index($0, "/*") + 2)
	end = index(rest, "*/")
	if (end == 0)
		held = $0
	else if (substr(rest, end + 2) ~ /[^ \t]/)
		print
	next
}

held != "" {
	end = index($0, "*/")
	if (end == 0) {
		held = held "\n" $0
		next
	}
	if (substr($0, end + 2) ~ /[^ \t]/)
		print held "\n" $0
	held = ""
	next
}

{ print }

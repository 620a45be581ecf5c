# SPDX-License-Identifier: MIT
# Makes what a shell completes of confabctl, from what "confabctl --help" says:
# awk -v shell=bash|zsh|fish -f completion.awk fcgi/ctl/confabctl.c

# The text of the help, line by line.
/^static const char help\[\]/ { within = 1 }
within && /^    "  / {
	line = $0
	sub(/^    "/, "", line)
	sub(/\\n".*/, "", line)
	if (line ~ /^      /)
		lines[n] = lines[n] line
	else
		lines[++n] = line
}
within && /;$/ { within = 0 }

# offer(PATH, WORD): once PATH has been written, WORD may follow.
function offer(path, word) {
	if ((path, word) in seen)
		return
	seen[path, word] = 1
	if (!(path in words))
		order[++paths] = path
	words[path] = words[path] (words[path] == "" ? "" : " ") word
}

# One line: its commands are the words in small letters, its options what
# begins with two dashes.
function read_line(line,	parts, count, i, first, more, last, options) {
	options = line
	gsub(/[][|]/, " ", line)
	count = split(line, parts, " ")
	first = parts[1]
	offer("", first)
	for (i = 2; i <= count && parts[i] ~ /^[a-z-]+$/ && parts[i] !~ /^--/; i++) {
		offer(first, parts[i])
		more[++last] = parts[i]
	}
	while (match(options, /--[a-z-]+/)) {
		word = substr(options, RSTART, RLENGTH)
		options = substr(options, RSTART + RLENGTH)
		if (last == 0)
			offer(first, word)
		for (i = 1; i <= last; i++)
			offer(first " " more[i], word)
	}
}

END {
	for (i = 1; i <= n; i++)
		read_line(lines[i])
	if (paths < 4) {
		print "completion.awk: no help was found" >"/dev/stderr"
		exit 1
	}
	print (shell == "zsh" ? "#compdef confabctl\n" : "") \
	    "# SPDX-License-Identifier: MIT\n# Made by packaging/completion.awk."
	if (shell == "fish")
		fish()
	else
		bourne()
}

# What is known after some words, for bash and zsh; what follows a command that
# has no commands of its own is none.
function table(	i) {
	print "\tcase $path in"
	for (i = 1; i <= paths; i++)
		printf "\t\"%s\"%s) words=\"%s\" ;;\n", order[i], \
		    order[i] != "" && words[order[i]] !~ /(^| )[a-z]/ && \
		    order[i] !~ / / ? " | \"" order[i] " \"*" : "", \
		    (order[i] == "" ? "--config " : "") words[order[i]]
	print "\t*) words= ;;\n\tesac"
}

function bourne() {
	print "_confabctl()\n{"
	if (shell == "bash") {
		print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} path= words= i word"
		print "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}"
		print "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tword=${COMP_WORDS[i]}"
	} else {
		print "\tlocal cur=${words[CURRENT]} prev=${words[CURRENT-1]} path= i word"
		print "\tlocal -a line; line=(\"${words[@]}\"); local words="
		print "\tfor ((i = 2; i < CURRENT; i++)); do\n\t\tword=${line[i]}"
	}
	print "\t\tcase $word in"
	print "\t\t--config) ((i++)) ;;"
	print "\t\t-*) ;;"
	print "\t\t*) [[ $path == *\" \"* ]] || path=\"$path${path:+ }$word\" ;;"
	print "\t\tesac\n\tdone"
	table()
	print "\t[[ $cur != -* ]] || prev="
	print "\tcase $prev,$path in"
	print "\t--config,* | --ca-file,* | --nginx,* | backup,* | restore,*)"
	print shell == "bash" ? "\t\tCOMPREPLY=($(compgen -f -- \"$cur\")) ;;" \
	    : "\t\t_files ;;"
	print "\t*)"
	print shell == "bash" ? "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;" \
	    : "\t\tcompadd -- ${=words} ;;"
	print "\tesac\n}"
	print shell == "bash" ? "complete -F _confabctl confabctl" \
	    : "_confabctl \"$@\""
}

function fish(	i, k, list, count, all) {
	print "complete -c confabctl -f"
	print "complete -c confabctl -l config -r -F"
	for (i = 1; i <= paths; i++) {
		count = split(words[order[i]], list, " ")
		for (k = 1; k <= count; k++) {
			if (order[i] == "")
				printf "complete -c confabctl -n __fish_use_subcommand -a %s\n", list[k]
			else if (list[k] ~ /^--/)
				printf "complete -c confabctl -n \"%s\" -l %s%s\n", \
				    seen_by_fish(order[i]), substr(list[k], 3), \
				    list[k] ~ /--(ca-file|nginx)$/ ? " -r -F" : ""
			else
				printf "complete -c confabctl -n \"%s\" -a %s\n", \
				    seen_by_fish(order[i]), list[k]
		}
	}
	print "complete -c confabctl -n \"__fish_seen_subcommand_from backup restore\" -F"
}

function seen_by_fish(path,	parts, count, i, text) {
	count = split(path, parts, " ")
	for (i = 1; i <= count; i++)
		text = text (i > 1 ? "; and " : "") \
		    "__fish_seen_subcommand_from " parts[i]
	return text
}

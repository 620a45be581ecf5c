/* SPDX-License-Identifier: MIT */
/*
 * The configuration: one file, read with libconfuse, checked whole before
 * anything uses it. Every option has its default here in the comment and its
 * meaning in confab.conf(5).
 *
 * A struct config never changes once it has been read; a reload reads a new
 * one, and who still uses the old one holds a reference. The only secrets in it are the keys of providers and the tokens of
 * tool servers, which are wiped with it; of others it has the names of their
 * files.
 */
#ifndef CONFAB_CONFIG_H
#define CONFAB_CONFIG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/files.h"
#include "confab/base/log.h"

#define CONFIG_PROVIDERS_MAX 32
#define CONFIG_MODELS_MAX 512 /* configured models of one provider */
#define CONFIG_LIST_MAX 64    /* words of a list */
#define CONFIG_HEADERS_MAX 16 /* of these, where they are headers */
#define CONFIG_TOOL_SERVERS_MAX 32
/* Bytes of the domains of a server's apps, which stand in one header. */
#define CONFIG_APP_DOMAINS_MAX 512
#define CONFIG_TOOL_SERVER_NAME_MAX 24 /* bytes: a tool's name follows it */
/* Of the empty conversation, in the administrator's words. */
#define CONFIG_WELCOMES_MAX 16	    /* languages */
#define CONFIG_WELCOME_TEXT_MAX 600 /* bytes */
#define CONFIG_SUGGESTIONS_MAX 6    /* of one language */
#define CONFIG_SUGGESTION_MAX 400   /* bytes of one */
#define CONFIG_GROUPS_MAX 64	    /* groups that the file names, in all */
#define CONFIG_GROUP_NAME_MAX 64    /* bytes */
/* What Debian's john-data has. A list that is named here may be missing. */
#define CONFIG_PASSWORD_LIST "/usr/share/john/password.lst"
#define CONFIG_ERROR_MAX FILES_ERROR_MAX

enum config_auth { AUTH_PASSWORD, AUTH_REMOTE_USER };

/* Whether the web server's names are the same in another case. */
enum config_case { CASE_FOLD, CASE_EXACT };

/* What stands between the groups that the web server names. */
enum config_separator { SEPARATOR_COMMA, SEPARATOR_SEMICOLON, SEPARATOR_BAR };

/* Whether codes are asked for besides passwords. */
enum config_second_factor {
	SECOND_FACTOR_OFF,
	SECOND_FACTOR_OPTIONAL, /* of those who have set one up */
	SECOND_FACTOR_REQUIRED
};

enum model_input {
	INPUT_TEXT = 1,
	INPUT_IMAGE = 2,
	INPUT_AUDIO = 4,
	INPUT_FILE = 8 /* a PDF as it is */
};

/* Thoughts in the text of an answer, <think>...</think> at its head. */
enum config_think {
	THINK_AUTO, /* looked for; open at once for models known to do so */
	THINK_NO,
	THINK_OPEN /* the opening tag stood in the prompt */
};

/* Of answers, in milliseconds; 0: as is said one level further out. */
struct config_patience {
	unsigned first_event, silence, total;
};

struct config_list {
	char *words[CONFIG_LIST_MAX];
	size_t n;
};

/*
 * Groups, by the bits of struct config_groups: those for whom something is, 0
 * for everybody, or those that a person is in.
 */
typedef uint64_t config_group_set;

/* All groups that the file names. Of any other group nothing follows. */
struct config_groups {
	char *names[CONFIG_GROUPS_MAX];
	size_t n;
};

struct config_model {
	char *id;		 /* what the page and SDKs name it */
	char *name;		 /* for people; NULL: the id */
	char *upstream;		 /* what the provider names it; NULL: the id */
	char *fallback;		 /* id of a model to try when this one could
				 * not process anything; NULL: none */
	unsigned context_length; /* tokens; 0 = unknown */
	unsigned max_output_tokens; /* 0 = unknown */
	unsigned input;		    /* set of enum model_input; 0: unknown */
	enum config_think think;
	/* Of a million tokens, in millionths of whatever costs are in; 0: not
	 * known. */
	uint64_t price_prompt, price_completion;
	char *web_search; /* JSON of members that let it search the web; NULL:
			   * the provider's */
	struct config_patience patience;
	struct config_list groups; /* who may use it; none: everybody */
	config_group_set group_set;
	int64_t created; /* s since 1970, as a list says; 0: unknown */
};

/*
 * What a kind of provider brings to the configuration: its name there, and what
 * is so where the file does not say. Who knows the kinds hands them in.
 */
struct config_kind {
	const char *name; /* "openai" */
	bool local;	  /* answers from here: no address, no key */
	const char *key_header, *chat_path, *models_path;
	const char *transcription_path; /* NULL: it has none */
	/* The default of token_limit_field at that host; NULL: max_tokens. */
	const char *(*token_limit_field)(const char *host);
	const struct config_model *models; /* that it always has */
	size_t n_models;
};

struct config_provider {
	char *name;	 /* the section's title */
	char *kind_name; /* as in the file */
	const struct config_kind *kind;
	char *base_url;		  /* without a trailing slash */
	char *api_key_file;	  /* NULL: no key is sent */
	char *api_key;		  /* the key, read from that file; wiped when
				 * the configuration is freed */
	char *key_header;	  /* "Authorization"; Azure: "api-key" */
	char *key_prefix;	  /* "Bearer "; "" with another key_header */
	char *chat_path;	  /* "/chat/completions"; "/v1/messages" ... */
	char *models_path;	  /* "/models" */
	char *transcription_path; /* "/audio/transcriptions"; NULL: none */
	char *query;		  /* appended to every URL; NULL: none */
	char *token_limit_field;  /* "max_tokens", "max_completion_tokens" */
	char *anthropic_version;  /* "2023-06-01" */
	char *ca_file;		  /* NULL: the system's */
	char *proxy; /* NULL: none, whatever the environment says */
	struct config_list headers; /* "Name: value" */
	bool include_usage;	    /* true: ask for usage in the last chunk */
	bool require_done; /* true: an end without [DONE] is a failure */
	bool http_files;   /* what is fetched by http: may be asked for */
	bool cache;	   /* anthropic: the head of a conversation is
			     * marked for its cache */
	bool list_models;  /* ask the provider for its models (default:
				 * when none is configured) */
	char *web_search;  /* of its models; NULL: they cannot be let search */
	struct config_patience patience;
	struct config_list allow;  /* members of requests that pass */
	struct config_list only;   /* listed models to offer: patterns */
	struct config_list hide;   /* and those to leave out */
	struct config_list groups; /* who may use its models; none: everybody */
	config_group_set group_set;
	struct config_model *models;
	size_t n_models;
};

/* Whether a person is asked before a tool of a server is called. */
enum config_consent {
	CONSENT_ASK,
	CONSENT_ALWAYS, /* it may be called without asking */
	CONSENT_NEVER	/* it may not be called at all */
};

/* Of the calls of one tool server. */
struct config_tool_limits {
	unsigned calls_per_user; /* at a time, 8 */
	size_t result;		 /* bytes that one call may answer, 8 MiB */
	size_t list;		 /* bytes of the list of tools, 4 MiB */
	unsigned tools;		 /* taken from it, 256 */
	unsigned first_event;	 /* ms until a call says anything, 5 min */
	unsigned silence;	 /* ms between two things it says, 5 min */
	unsigned total;		 /* ms of one call, 10 min */
	unsigned input;		 /* ms that a call waits for a person, 10 min */
	unsigned age;		 /* ms that a list counts as new where the
				  * server does not say, 10 min */
};

enum config_tool_kind {
	TOOL_KIND_MCP,	  /* Model Context Protocol over Streamable HTTP */
	TOOL_KIND_SEARXNG /* a SearXNG, asked here in tools of our own */
};

/* A server of tools. */
struct config_tool_server {
	enum config_tool_kind kind;
	char *name;	    /* the section's title; begins its tools' names */
	char *url;	    /* of the one endpoint */
	char *token_file;   /* NULL: no token is sent */
	char *token;	    /* read from it; wiped with the configuration */
	char *token_header; /* "Authorization" */
	char *token_prefix; /* "Bearer "; "" with another token_header */
	struct config_list headers; /* "Name: value" */
	char *ca_file;		    /* NULL: the system's */
	char *proxy; /* NULL: none, whatever the environment says */
	struct config_list allow; /* tools to offer: patterns; none: all */
	struct config_list deny;  /* and those to leave out */
	struct config_list users; /* who may use it; none: everybody */
	bool fetch;		  /* a tool gets pages of the web */
	struct config_list fetch_networks; /* where that may go besides */
	struct config_list groups; /* and who of them; none: everybody */
	config_group_set group_set;
	bool prompts;			/* its prompts are offered */
	bool resources;			/* its resources are offered */
	bool apps;			/* its pages draw results (MCP Apps) */
	struct config_list app_domains; /* where those may go; none: nowhere */
	bool trust_annotations; /* what it says of its tools is believed */
	enum config_consent consent;
	struct config_tool_limits limits;
};

struct config_limits {
	size_t body;		      /* bytes of a request body, 16 MiB */
	size_t json_depth;	      /* 64 */
	size_t messages;	      /* in one request, 2000 */
	unsigned streams;	      /* open in this process, 10000 */
	unsigned streams_per_user;    /* 256 */
	unsigned requests_per_minute; /* of one user, 0 = no limit, 600 */
	uint64_t tokens_per_day;      /* of one user, 0 = no limit */
	uint64_t tokens_per_month;    /* the same */
	uint64_t cost_per_day;	 /* millionths, of one user, 0 = no limit */
	uint64_t cost_per_month; /* the same */
	size_t event;		 /* bytes of one upstream event, 1 MiB */
	size_t picture;		 /* of one that has a picture, 20 MiB */
	size_t answer;		 /* bytes of one answer, 64 MiB */
	size_t ring_per_stream;	 /* bytes of events kept, 1 MiB */
	size_t ring_per_user;	 /* 64 MiB */
	size_t ring_total;	 /* 256 MiB */
	size_t pending_per_user; /* bytes of requests that wait for their
				       * answer's beginning, 128 MiB */
	size_t pending_total;	 /* 512 MiB */
	unsigned cgi_processes;	 /* plain CGI: open at a time, 15 */
};

/* What the empty conversation says in one language. */
struct config_welcome {
	char *language; /* the section's title, a tag of BCP 47 */
	char *text;	/* in the place of the page's question; NULL: that */
	struct config_list suggestions; /* config_suggestion() parts them; none:
					 * the page's own */
};

/* How much one user may ask for: what `limits` says, or the user's group. */
struct config_quota {
	unsigned streams_per_user;
	unsigned requests_per_minute; /* 0: no limit */
	uint64_t tokens_per_day;      /* 0: no limit; so are the next */
	uint64_t tokens_per_month;
	uint64_t cost_per_day, cost_per_month; /* millionths */
};

/* A group that has limits of its own. */
struct config_group {
	char *name; /* the section's title */
	config_group_set bit;
	struct config_quota quota; /* filled in from `limits` where the section
				    * says nothing */
};

/* All in milliseconds. */
struct config_timeouts {
	unsigned request;     /* a client's whole request, 30 s */
	unsigned connect;     /* to the provider, 10 s */
	unsigned first_event; /* 10 min */
	unsigned silence;     /* between events, 5 min */
	unsigned total;	      /* of one answer, 1 h */
	unsigned heartbeat;   /* comment while silent, 15 s */
	unsigned grace;	      /* a stream without a client, 30 s; 0: none */
	unsigned drain;	      /* after SIGTERM, 30 s */
	unsigned retire;      /* an older generation's streams, 2 h */
	unsigned models;      /* age of a provider's model list, 10 min */
};

struct config_session {
	unsigned idle;	   /* seconds, 7 days */
	unsigned absolute; /* seconds, 30 days */
	char *cookie_name; /* "__Host-confab" */
};

struct config_password {
	unsigned memory_kib;	  /* 65536 */
	unsigned passes;	  /* 3 */
	unsigned lanes;		  /* 4 */
	unsigned slots;		  /* hashed at a time, 0 = processors, 0 */
	unsigned queue;		  /* that may wait for a slot, 2 */
	struct config_list lists; /* files of passwords that are refused */
};

struct config_throttle {
	unsigned user_failures;	   /* free failures of a user, 5 */
	unsigned address_failures; /* free failures of an address, 20 */
	unsigned delay;		   /* first penalty, s, 1; doubles */
	unsigned delay_max;	   /* largest penalty, s, 900 */
	unsigned forget;	   /* s without a failure, 3600 */
};

/* What is done while the engine that hosts share is away. */
enum config_on_loss {
	ON_LOSS_GO_ON, /* with what is known here */
	ON_LOSS_REFUSE /* nobody is let in */
};

/* Where the users are. */
enum config_users {
	USERS_FILE,  /* in users_file */
	USERS_VALKEY /* in the engine, and a copy in the runtime directory */
};

#define CONFIG_USERS_COPY "shared-users" /* in the runtime directory */

#define CONFIG_HOST_NAME_MAX 64 /* bytes of a host's name among others */
#define CONFIG_TLS "tls://"	/* before the place of an engine */

/* Sentinels, which know where the engine is. */
struct config_sentinel {
	struct config_list servers; /* "HOST:PORT" or "tls://HOST:PORT" */
	char *master;		    /* the engine's name there; NULL: none */
	char *user;		    /* of the sentinels; NULL: their default */
	char *password_file;	    /* NULL: none is asked for */
	char *password;		    /* as below */
};

/* What hosts share beside their files. */
struct config_state {
	char *valkey; /* "unix:/PATH", "HOST:PORT" or "tls://HOST:PORT"; NULL:
		       * the sentinels know, or nothing is shared */
	struct config_sentinel sentinel;
	char *ca_file;	     /* of TLS; NULL: the system's authorities */
	char *user;	     /* NULL: the engine's default */
	char *password_file; /* NULL: none is asked for */
	char *password;	     /* read from it; wiped with the configuration */
	char *prefix;	     /* of all keys and the channel, "confab:" */
	enum config_on_loss on_loss;
	char *host; /* this one's name among them; NULL: it has none */
	enum config_users users;
	char *users_user; /* the engine's, for the users alone */
	char *users_password_file;
	char *users_password; /* as `password` */
};

struct config {
	atomic_uint refs;	/* beside the first */
	char *path;		/* the file itself */
	unsigned workers;	/* request threads, 8 (1..256) */
	unsigned relay_threads; /* 1 (1..16) */
	char *listen;		/* "unix:PATH" or "HOST:PORT" */
	unsigned socket_mode;	/* 0660 */
	char *socket_group;	/* NULL: as the process */
	char *user;		/* to become when started as root; NULL: stay */
	char *group;
	char *runtime_dir; /* for the shared state */
	char *users_file;
	char *secret_file;
	char *tokens_file;   /* access tokens; NULL: none are accepted */
	unsigned own_tokens; /* that a person may make, 0 */
	unsigned own_tokens_lifetime; /* s, of those at most, 365 days */
	char *passkeys_file;	      /* NULL: none are used */
	enum log_target log_target;
	enum log_level log_level;
	enum config_auth auth;
	enum config_case remote_user_case;
	enum config_separator remote_groups_separator;
	enum config_second_factor second_factor; /* optional, where the program
						  * was built with liboath */
	char *default_model;			 /* NULL: the first */
	char *transcription; /* "PROVIDER/MODEL"; NULL: no speech to text */
	const struct config_provider *transcriber; /* of it; NULL: none */
	const char *transcription_model;	 /* as that provider names it */
	struct config_list transcription_groups; /* who may; none: everybody */
	config_group_set transcription_set;
	bool model_titles; /* the page may ask a model for a title */
	struct config_limits limits;
	struct config_timeouts timeouts;
	struct config_session session;
	struct config_password password;
	struct config_throttle throttle;
	struct config_state state;
	struct config_provider *providers;
	size_t n_providers;
	struct config_tool_server *tool_servers;
	size_t n_tool_servers;
	struct config_group *group_limits; /* in the order of the file */
	size_t n_group_limits;
	struct config_groups groups;
	struct config_welcome *welcomes; /* in the order of the file */
	size_t n_welcomes;
};

/*
 * Reads and checks the file and the key files that it names. Relative names in
 * it are relative to its folder. `kinds` are those that a provider may be of,
 * ended by NULL; they outlive the configuration. Returns a configuration that the caller ends
 * with config_free(), or NULL with one line in `err` that names file, line,
 * option and what is allowed.
 */
struct config *config_read(const char *path,
    const struct config_kind *const *kinds, char err[CONFIG_ERROR_MAX]);

/* Another reference to it; each is ended with config_free(), the last of which
 * frees it. Any thread. */
struct config *config_ref(struct config *c);
void config_free(struct config *c);

/*
 * How long an answer of a model may take: what the model (NULL: none), else the
 * provider, else the section timeouts says.
 */
struct config_patience config_patience(const struct config *c,
    const struct config_provider *p, const struct config_model *m);

/*
 * Those of the names in list[0..len), with `separator` and any spaces between,
 * that the file names. Bounded by CONFIG_GROUPS_MAX: of other groups nothing is
 * kept.
 */
config_group_set config_groups_of(const struct config_groups *g,
    const char *list, size_t len, char separator);

/* Is what is for the groups `whose` also for somebody in `groups`? */
static inline bool
config_is_for(config_group_set whose, config_group_set groups)
{
	return whose == 0 || (whose & groups) != 0;
}

/* May speech be turned into text here, by somebody in these groups? */
bool config_may_transcribe(const struct config *c, config_group_set groups);

/* The limits of somebody in these groups: of the first group in the file that
 * has its own, else those of `limits`. */
struct config_quota config_quota_of(const struct config *c,
    config_group_set groups);

/*
 * Parts a suggestion "TITLE | TEXT" at its first bar: returns the text, and how
 * long the title before it is, 0 where there is none.
 */
const char *config_suggestion(const char *s, size_t *title_len);

struct buf;

/*
 * Writes the configuration in force, defaults included, as a file that reads
 * back to the same; keys are shown as "(hidden)" comments.
 */
int config_dump(const struct config *c, struct buf *out);

/*
 * Before a reload puts `c` in force after `old`: what is fixed when a process
 * starts (threads, socket, user, runtime_dir) stays as it is in `old`, and
 * `changed` gets the names of what the file says otherwise. Returns 0, or -1
 * when out of memory.
 */
int config_keep_fixed(struct config *c, const struct config *old,
    struct buf *changed);

/*
 * Who serves: for root the `user` of the configuration, if it names one that
 * there is; else whoever asks. Secrets that only the worker can read are its.
 */
uid_t config_worker(const struct config *c);

/*
 * Reads a secret file of at most `max` bytes without its trailing newline:
 * a regular file that neither group nor others can read or write, owned by
 * root, by the process's user, by `worker` or by the owner of its folder. A
 * name "credential:NAME" is that systemd credential ($CREDENTIALS_DIRECTORY).
 * Returns memory that the caller wipes and frees, or NULL with a line in err.
 */
char *config_secret(const char *name, uid_t worker, size_t max, size_t *len,
    char err[CONFIG_ERROR_MAX]);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_CLI_H
#define WH_PROTO_SYS_CLI_H

/* Options from one table: parser, --help, configuration file, environment, `config show`.
 *
 * Precedence: flag > environment > file > default. Every option has a flag `--a.b-c`, the
 * environment name WHITTLE_A_B_C and the INI key b-c in section [a] (no dot: before any section),
 * by this rule alone. `--flag value` and `--flag=value` are the same; a WH_OPT_FLAG takes
 * `--flag` or `--flag=true|false`. Values are checked whatever their origin.
 * Secrets (--private-key, WHITTLE_PRIVATE_KEY, ...) are refused by name (WH_ERR_CLI_SECRET).
 * Built in: --help, --version, --config F (and WHITTLE_CONFIG). */

#include "evm/base/u256.h"
#include "proto/sys/error.h"

enum wh_opt_type {
    WH_OPT_FLAG,     /* bool */
    WH_OPT_STRING,   /* const char * (NULL without default) */
    WH_OPT_SECRET,   /* const char *, shown masked */
    WH_OPT_LIST,     /* struct wh_strlist; the flag may repeat; env and file split at commas */
    WH_OPT_U64,      /* uint64_t, decimal */
    WH_OPT_DURATION, /* uint64_t, milliseconds: 250ms 12s 5m 2h 7d */
    WH_OPT_AMOUNT,   /* u256, wei: 1eth 1.5gwei 7wei */
    WH_OPT_PERCENT,  /* uint64_t, hundredths of a percent: 12% 0.5% */
    WH_OPT_ADDRESS,  /* address; see wh_cli_given */
    WH_OPT_BYTES32,  /* bytes32 */
    WH_OPT_CHOICE,   /* const char *: one of `unit`, words parted by | */
};

#define WH_STRLIST_MAX 16
struct wh_strlist {
    size_t count;
    const char *v[WH_STRLIST_MAX];
};

struct wh_option {
    const char *flag; /* without the dashes: "tx.max-fee" */
    enum wh_opt_type type;
    size_t offset;     /* of the field in the program's configuration struct */
    const char *unit;  /* shown in help: FILE, URL, DUR, ...; of a choice: the words "a|b|c" */
    const char *def;   /* in the form a user would type; NULL: none */
    const char *group; /* heading in help: L1, L2, Key, Dispute, Fees, Output */
    const char *help;
};

struct wh_command {
    const char *name; /* one or two words: "check", "evidence replay" */
    const char *args; /* for the usage line: "FILE..." */
    unsigned min_args;
    unsigned max_args;
    const char *help;
};

struct wh_program {
    const char *name;
    const char *summary;               /* one line */
    const struct wh_command *commands; /* the first is the default if it takes no arguments */
    size_t command_count;
    const struct wh_option *options;
    size_t option_count;
    const char *const *examples; /* NULL-ended */
};

enum wh_origin { WH_FROM_NOTHING, WH_FROM_DEFAULT, WH_FROM_FILE, WH_FROM_ENV, WH_FROM_FLAG };

#define WH_CLI_OPTIONS_MAX 96
struct wh_cli {
    const struct wh_program *program;
    const struct wh_command *command; /* chosen */
    int arg_count;
    const char *const *args; /* arguments after the command; the texts borrow from argv */
    const char **arg_block;  /* owns: all words */
    enum wh_origin origin[WH_CLI_OPTIONS_MAX];
    char *texts[WH_CLI_OPTIONS_MAX]; /* owns: value as given, for `config show` */
    void *strings;                   /* owns: what const char * fields point to */
    bool help, version;              /* asked for; nothing else was checked then */
    bool show, completion;           /* `config show`, `completion`: every program has them */
};

/* wh_cli_parse fills *config (zeroed by the caller) from argv, environ, file and defaults.
 * Errors: WH_ERR_CLI_* (exit 2), WH_ERR_CFG_* (exit 3). Strings live until wh_cli_done. */
WH_MUST wh_status wh_cli_parse(struct wh_cli *cli, const struct wh_program *program, int argc,
                               char **argv, void *config, struct wh_error *err);
void wh_cli_done(struct wh_cli *cli);

/* wh_cli_start: parse, print help, version, `config show`, `completion` or the error; *exit_code is set when the program has
 * nothing more to do (returns false then). */
bool wh_cli_start(struct wh_cli *cli, const struct wh_program *program, int argc, char **argv,
                  void *config, int *exit_code);

/* wh_cli_given: the option's value came from flag, environment or file. */
bool wh_cli_given(const struct wh_cli *cli, const char *flag);
void wh_cli_help(FILE *out, const struct wh_program *program);
void wh_cli_show(FILE *out, const struct wh_cli *cli);         /* value and origin of each option */
void wh_cli_completion(FILE *out, const struct wh_program *p); /* a line for bash */

/* Units, also for arguments that are no options. false: malformed or over 64 (256) bits. */
bool wh_parse_u64(const char *text, uint64_t *out);
bool wh_parse_duration(const char *text, uint64_t *ms);
bool wh_parse_amount(const char *text, u256 *wei);
bool wh_parse_percent(const char *text, uint64_t *bps);

/* wh_nearest: the word closest to text, or NULL if none is close (edit distance <= 1 + len/3). */
const char *wh_nearest(const char *text, const char *const *words, size_t count);

#endif

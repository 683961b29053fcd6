/* SPDX-License-Identifier: MIT */
/* Reading options; help and show are in cli_help.c, units in units.c. */
#include "proto/sys/cli.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sys/cli_private.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

#define INI_MAX_BYTES ((size_t)1 << 20)

/* --- strings that fields point to */
struct kept {
    struct kept *next;
    char text[];
};

static const char *keep(struct wh_cli *cli, const char *text, size_t len)
{
    struct kept *k = malloc(sizeof *k + len + 1);
    if (k == NULL) return NULL;
    memcpy(k->text, text, len);
    k->text[len] = 0;
    k->next = cli->strings;
    cli->strings = k;
    return k->text;
}

void wh_cli_done(struct wh_cli *cli)
{
    for (struct kept *k = cli->strings; k != NULL;) {
        struct kept *next = k->next;
        free(k);
        k = next;
    }
    cli->strings = NULL;
    for (size_t i = 0; i < WH_CLI_OPTIONS_MAX; i++) {
        free(cli->texts[i]);
        cli->texts[i] = NULL;
    }
    free(cli->arg_block);
    cli->arg_block = NULL;
    cli->args = NULL;
    cli->arg_count = 0;
}

/* --- names */
static const struct wh_option *find(const struct wh_program *p, const char *name, size_t len)
{
    for (size_t i = 0; i < p->option_count; i++)
        if (strlen(p->options[i].flag) == len && memcmp(p->options[i].flag, name, len) == 0)
            return &p->options[i];
    return NULL;
}

static const char *nearest_flag(const struct wh_program *p, const char *name)
{
    const char *words[WH_CLI_OPTIONS_MAX + 3];
    size_t n = 0;
    for (size_t i = 0; i < p->option_count; i++)
        words[n++] = p->options[i].flag;
    words[n++] = "config";
    words[n++] = "help";
    words[n++] = "version";
    return wh_nearest(name, words, n);
}

void wh_cli_env_name(const char *flag, char out[80])
{
    size_t n = (size_t)snprintf(out, 80, "WHITTLE_%s", flag);
    for (size_t i = 8; i < n && i < 79; i++) {
        if (out[i] == '.' || out[i] == '-') out[i] = '_';
        if (out[i] >= 'a' && out[i] <= 'z') out[i] = (char)(out[i] - 32);
    }
}

/* Names under which people pass secrets; refused whether the program has such an option or not. */
static bool is_secret(const char *name, size_t len)
{
    static const char *const words[] = {"private-key", "privatekey", "mnemonic", "password",
                                        "key",         "seed",       "secret",   "passphrase"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == len && memcmp(words[i], name, len) == 0) return true;
    return false;
}

static wh_status refuse_secret_env(struct wh_error *err)
{
    static const char *const names[] = {"WHITTLE_PRIVATE_KEY", "WHITTLE_KEY",  "WHITTLE_MNEMONIC",
                                        "WHITTLE_PASSWORD",    "WHITTLE_SEED", "WHITTLE_SECRET",
                                        "WHITTLE_PASSPHRASE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) return wh_fail(err, WH_ERR_CLI_SECRET, "%s is set", names[i]);
    return WH_OK;
}

/* --- values */
static bool is_choice(const char *text, const char *words, const char **out)
{
    size_t len = strlen(text);
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, "|");
        if (n == len && memcmp(p, text, n) == 0) {
            *out = p;
            return len > 0;
        }
        p += n + (p[n] == '|');
    }
    return false;
}

static bool add_list(struct wh_cli *cli, struct wh_strlist *list, const char *text, bool split)
{
    do {
        size_t n = split ? strcspn(text, ",") : strlen(text);
        const char *rest = text + n + (text[n] == ',');
        while (n > 0 && text[n - 1] == ' ')
            n--;
        while (n > 0 && *text == ' ') {
            text++;
            n--;
        }
        if (n == 0 || list->count == WH_STRLIST_MAX) return false;
        const char *s = keep(cli, text, n);
        if (s == NULL) return false;
        list->v[list->count++] = s;
        text = rest;
    } while (*text);
    return true;
}

static bool store_value(struct wh_cli *cli, const struct wh_option *o, const char *text,
                        enum wh_origin origin, bool again, void *field)
{
    const char *word = NULL;
    switch (o->type) {
    case WH_OPT_FLAG:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) return false;
        *(bool *)field = text[0] == 't';
        return true;
    case WH_OPT_STRING:
    case WH_OPT_SECRET:
        word = keep(cli, text, strlen(text));
        memcpy(field, &word, sizeof word);
        return word != NULL;
    case WH_OPT_CHOICE:
        if (!is_choice(text, o->unit, &word)) return false;
        word = keep(cli, text, strlen(text));
        memcpy(field, &word, sizeof word);
        return word != NULL;
    case WH_OPT_LIST: {
        struct wh_strlist *list = field;
        if (!again) list->count = 0;
        return add_list(cli, list, text, origin != WH_FROM_FLAG);
    }
    case WH_OPT_U64: return wh_parse_u64(text, field);
    case WH_OPT_DURATION: return wh_parse_duration(text, field);
    case WH_OPT_AMOUNT: return wh_parse_amount(text, field);
    case WH_OPT_PERCENT: return wh_parse_percent(text, field);
    case WH_OPT_ADDRESS: return wh_hex_parse(text, ((address *)field)->b, 20);
    case WH_OPT_BYTES32: return wh_hex_parse(text, ((bytes32 *)field)->b, 32);
    }
    return false;
}

const char *wh_cli_form(const struct wh_option *o)
{
    switch (o->type) {
    case WH_OPT_FLAG: return "true or false";
    case WH_OPT_U64: return "a decimal number";
    case WH_OPT_DURATION: return "a duration such as 250ms, 12s, 5m, 2h, 7d";
    case WH_OPT_AMOUNT: return "an amount such as 1eth, 1.5gwei, 7wei";
    case WH_OPT_PERCENT: return "a percentage such as 12%";
    case WH_OPT_ADDRESS: return "0x and 40 hex digits";
    case WH_OPT_BYTES32: return "0x and 64 hex digits";
    case WH_OPT_LIST: return "at most 16 values, none empty";
    case WH_OPT_CHOICE: return o->unit;
    case WH_OPT_STRING:
    case WH_OPT_SECRET: break;
    }
    return "a text";
}

static wh_status set_value(struct wh_cli *cli, const struct wh_option *o, const char *text,
                           enum wh_origin origin, void *config, struct wh_error *err)
{
    size_t i = (size_t)(o - cli->program->options);
    bool again = cli->origin[i] == origin;
    const char *shown = o->type == WH_OPT_SECRET ? "(masked)" : text;
    if (again && o->type != WH_OPT_LIST)
        return wh_fail(err, origin == WH_FROM_FLAG ? WH_ERR_CLI_VALUE : WH_ERR_CFG_VALUE,
                       "%s is given twice", o->flag);
    if (!store_value(cli, o, text, origin, again, (uint8_t *)config + o->offset))
        return wh_fail(err, origin == WH_FROM_FLAG ? WH_ERR_CLI_VALUE : WH_ERR_CFG_VALUE,
                       "%s: \"%.80s\" is not %s", o->flag, shown, wh_cli_form(o));
    if (again) { /* a list grows: show all of it */
        char *joined = NULL;
        if (asprintf(&joined, "%s,%s", cli->texts[i], text) < 0) joined = NULL;
        free(cli->texts[i]);
        cli->texts[i] = joined;
    } else {
        free(cli->texts[i]);
        cli->texts[i] = strdup(text);
    }
    if (cli->texts[i] == NULL) return wh_fail(err, WH_ERR_NOMEM, "options");
    cli->origin[i] = origin;
    return WH_OK;
}

/* --- the file */
struct ini_ctx {
    struct wh_cli *cli;
    void *config;
    const char *path;
    wh_status st;
    struct wh_error *err;
};

static int on_ini(void *user, const char *section, const char *name, const char *value)
{
    struct ini_ctx *c = user;
    char flag[100];
    if (c->st != WH_OK) return 1;
    int n = snprintf(flag, sizeof flag, "%s%s%s", section, *section ? "." : "", name);
    if (n < 0 || (size_t)n >= sizeof flag) n = 0;
    const struct wh_option *o = find(c->cli->program, flag, (size_t)n);
    if (o == NULL) {
        const char *near = nearest_flag(c->cli->program, flag);
        c->st = wh_fail(c->err, WH_ERR_CFG_KEY, "%s: unknown key %s%s%s%s", c->path, flag,
                        near ? "; nearest: " : "", near ? near : "", "");
        return 1;
    }
    c->st = set_value(c->cli, o, value, WH_FROM_FILE, c->config, c->err);
    if (c->st != WH_OK) wh_error_prefix(c->err, "%s: ", c->path);
    return 1;
}

static wh_status read_file(struct wh_cli *cli, const char *path, void *config, struct wh_error *err)
{
    struct wh_buf text = {0};
    wh_status st = wh_file_read(path, INI_MAX_BYTES, &text, err);
    if (st != WH_OK) {
        char what[200];
        snprintf(what, sizeof what, "%.190s", err ? err->what : "");
        wh_buf_done(&text);
        return wh_fail(err, WH_ERR_CFG_FILE, "%s", what);
    }
    const char *s = wh_buf_cstr(&text);
    struct ini_ctx c = {cli, config, path, WH_OK, err};
    int line = s ? ini_parse_string(s, on_ini, &c) : -1;
    wh_buf_done(&text);
    if (c.st != WH_OK) return c.st;
    if (line < 0) return wh_fail(err, WH_ERR_NOMEM, "reading %s", path);
    if (line > 0)
        return wh_fail(err, WH_ERR_CFG_FILE, "%s line %d is not [section] or key = value", path,
                       line);
    return WH_OK;
}

/* --- argv */
struct given {
    const struct wh_option *option;
    const char *value;
};

struct scan {
    struct given *flags;
    size_t flag_count;
    const char **words;
    int word_count;
    const char *config_path;
};

static wh_status unknown_flag(const struct wh_program *p, const char *name, struct wh_error *err)
{
    const char *near = nearest_flag(p, name);
    return wh_fail(err, WH_ERR_CLI_UNKNOWN, "unknown option --%s%s%s", name,
                   near ? "; nearest: --" : "", near ? near : "");
}

static wh_status scan_flag(struct wh_cli *cli, struct scan *s, int argc, char **argv, int *i,
                           struct wh_error *err)
{
    const char *name = argv[*i] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    if (len == 4 && memcmp(name, "help", 4) == 0) {
        cli->help = true;
        return WH_OK;
    }
    if (len == 7 && memcmp(name, "version", 7) == 0) {
        cli->version = true;
        return WH_OK;
    }
    bool is_config = len == 6 && memcmp(name, "config", 6) == 0;
    const struct wh_option *o = is_config ? NULL : find(cli->program, name, len);
    if (o == NULL && !is_config) {
        if (is_secret(name, len))
            return wh_fail(err, WH_ERR_CLI_SECRET, "--%.*s on the command line", (int)len, name);
        char text[80];
        snprintf(text, sizeof text, "%.*s", (int)(len < 79 ? len : 79), name);
        return unknown_flag(cli->program, text, err);
    }
    if (value == NULL) {
        if (o && o->type == WH_OPT_FLAG)
            value = "true";
        else if (*i + 1 < argc)
            value = argv[++*i];
        else
            return wh_fail(err, WH_ERR_CLI_MISSING, "--%s needs a value", name);
    }
    if (is_config)
        s->config_path = value;
    else
        s->flags[s->flag_count++] = (struct given){o, value};
    return WH_OK;
}

static wh_status scan_argv(struct wh_cli *cli, struct scan *s, int argc, char **argv,
                           struct wh_error *err)
{
    bool words_only = false;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (words_only || a[0] != '-' || a[1] == 0) {
            s->words[s->word_count++] = a;
        } else if (strcmp(a, "--") == 0) {
            words_only = true;
        } else if (strcmp(a, "-h") == 0) {
            cli->help = true;
        } else if (a[1] == '-') {
            WH_TRY(scan_flag(cli, s, argc, argv, &i, err));
        } else {
            const char *full = strcmp(a, "-q") == 0   ? "quiet"
                               : strcmp(a, "-v") == 0 ? "verbose"
                                                      : "";
            const struct wh_option *o = find(cli->program, full, strlen(full));
            if (o == NULL) return wh_fail(err, WH_ERR_CLI_UNKNOWN, "unknown option %s", a);
            s->flags[s->flag_count++] = (struct given){o, "true"};
        }
    }
    return WH_OK;
}

/* Matches one or two words against the commands. */
static wh_status choose_command(struct wh_cli *cli, const struct scan *s, struct wh_error *err)
{
    const struct wh_program *p = cli->program;
    int used = 0;
    cli->show = s->word_count == 2 && strcmp(s->words[0], "config") == 0 &&
                strcmp(s->words[1], "show") == 0;
    cli->completion = s->word_count == 1 && strcmp(s->words[0], "completion") == 0;
    if (cli->show || cli->completion) return WH_OK;
    if (p->command_count > 0) {
        char two[64] = "";
        if (s->word_count >= 2) snprintf(two, sizeof two, "%.30s %.30s", s->words[0], s->words[1]);
        const char *names[64];
        for (size_t i = 0; i < p->command_count && i < 64; i++) {
            const struct wh_command *c = &p->commands[i];
            names[i] = c->name;
            bool is_two = s->word_count >= 2 && strcmp(c->name, two) == 0;
            if (is_two || (s->word_count >= 1 && used < 1 && strcmp(c->name, s->words[0]) == 0)) {
                cli->command = c;
                used = is_two ? 2 : 1;
            }
        }
        if (s->word_count == 0) cli->command = &p->commands[0];
        if (cli->command == NULL) {
            const char *near = wh_nearest(s->words[0], names, p->command_count);
            return wh_fail(err, WH_ERR_CLI_UNKNOWN, "unknown command %.60s%s%s", s->words[0],
                           near ? "; nearest: " : "", near ? near : "");
        }
    }
    if (p->command_count == 0 && s->word_count > 0)
        return wh_fail(err, WH_ERR_CLI_UNKNOWN, "unexpected argument %.60s", s->words[0]);
    cli->args = s->words + used;
    cli->arg_count = s->word_count - used;
    const struct wh_command *c = cli->command;
    if (c && cli->arg_count < (int)c->min_args)
        return wh_fail(err, WH_ERR_CLI_MISSING, "%s needs %s", c->name, c->args ? c->args : "more");
    if ((c && cli->arg_count > (int)c->max_args))
        return wh_fail(err, WH_ERR_CLI_UNKNOWN, "%s: unexpected argument %.60s", c->name,
                       cli->args[c->max_args]);
    return WH_OK;
}

static wh_status apply(struct wh_cli *cli, const struct scan *s, void *config, struct wh_error *err)
{
    const struct wh_program *p = cli->program;
    for (size_t i = 0; i < p->option_count; i++)
        if (p->options[i].def)
            WH_TRY(set_value(cli, &p->options[i], p->options[i].def, WH_FROM_DEFAULT, config, err));
    const char *path = s->config_path ? s->config_path : getenv("WHITTLE_CONFIG");
    if (path && *path) WH_TRY(read_file(cli, path, config, err));
    for (size_t i = 0; i < p->option_count; i++) {
        char name[80];
        wh_cli_env_name(p->options[i].flag, name);
        const char *value = getenv(name);
        if (value == NULL) continue;
        wh_status st = set_value(cli, &p->options[i], value, WH_FROM_ENV, config, err);
        if (st != WH_OK) {
            wh_error_prefix(err, "%s: ", name);
            return st;
        }
    }
    for (size_t i = 0; i < s->flag_count; i++)
        WH_TRY(set_value(cli, s->flags[i].option, s->flags[i].value, WH_FROM_FLAG, config, err));
    return WH_OK;
}

wh_status wh_cli_parse(struct wh_cli *cli, const struct wh_program *program, int argc, char **argv,
                       void *config, struct wh_error *err)
{
    WH_ASSERT(program->option_count <= WH_CLI_OPTIONS_MAX);
    memset(cli, 0, sizeof *cli);
    cli->program = program;
    size_t n = (size_t)(argc > 0 ? argc : 1);
    cli->arg_block = calloc(n, sizeof *cli->arg_block);
    struct scan s = {.flags = calloc(n, sizeof *s.flags), .words = cli->arg_block};
    wh_status st = WH_OK;
    if (s.flags == NULL || s.words == NULL) st = wh_fail(err, WH_ERR_NOMEM, "options");
    if (st == WH_OK) st = scan_argv(cli, &s, argc, argv, err);
    if (st == WH_OK && !cli->help && !cli->version) {
        st = refuse_secret_env(err);
        if (st == WH_OK) st = choose_command(cli, &s, err);
        if (st == WH_OK) st = apply(cli, &s, config, err);
    }
    free(s.flags);
    return st;
}

bool wh_cli_start(struct wh_cli *cli, const struct wh_program *program, int argc, char **argv,
                  void *config, int *exit_code)
{
    struct wh_error err = {0};
    if (wh_cli_parse(cli, program, argc, argv, config, &err) != WH_OK) {
        *exit_code = wh_error_print(stderr, program->name, &err);
        wh_cli_done(cli);
        return false;
    }
    if (!cli->help && !cli->version && !cli->show && !cli->completion) return true;
    if (cli->help)
        wh_cli_help(stdout, program);
    else if (cli->show)
        wh_cli_show(stdout, cli);
    else if (cli->completion)
        wh_cli_completion(stdout, program);
    else
        printf("%s %s\n", program->name, WH_VERSION);
    wh_cli_done(cli);
    *exit_code = WH_EXIT_OK;
    return false;
}

bool wh_cli_given(const struct wh_cli *cli, const char *flag)
{
    const struct wh_option *o = find(cli->program, flag, strlen(flag));
    WH_ASSERT(o != NULL);
    return cli->origin[o - cli->program->options] >= WH_FROM_FILE;
}

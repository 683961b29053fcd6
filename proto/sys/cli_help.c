/* SPDX-License-Identifier: MIT */
/* --help, `config show` and `completion`, from the same table as the parser. */
#include <string.h>

#include "proto/sys/cli_private.h"

#define LEFT 34 /* columns of names */

/* What a value is called where the table does not say. */
static const char *unit_of(const struct wh_option *o)
{
    if (o->unit) return o->unit;
    return o->type == WH_OPT_FLAG ? "" : o->type == WH_OPT_U64 ? "N" : "VALUE";
}

static void print_option(FILE *out, const struct wh_option *o)
{
    char env[80];
    const char *unit = unit_of(o);
    wh_cli_env_name(o->flag, env);
    int width = fprintf(out, "  --%s%s%s", o->flag, *unit ? " " : "", unit) - 2;
    if (width > LEFT)
        fprintf(out, "\n  %-*s %s", LEFT, "", o->help);
    else
        fprintf(out, "%*s %s", LEFT - width, "", o->help);
    if (o->def && *o->def) fprintf(out, " (%s)", o->def);
    if (o->type == WH_OPT_LIST) fprintf(out, " [repeat]");
    fprintf(out, "\n  %-*s   %s\n", LEFT, "", env);
}

void wh_cli_help(FILE *out, const struct wh_program *p)
{
    fprintf(out, "%s: %s\n\nusage:\n", p->name, p->summary);
    if (p->command_count == 0) fprintf(out, "  %s [options] [arguments]\n", p->name);
    for (size_t i = 0; i < p->command_count; i++) {
        const struct wh_command *c = &p->commands[i];
        char left[80];
        snprintf(left, sizeof left, "%s %s%s%s", p->name, c->name, c->args ? " " : "",
                 c->args ? c->args : "");
        fprintf(out, "  %-46s %s%s\n", left, c->help,
                i == 0 && c->min_args == 0 ? " (default)" : "");
    }
    if (p->examples) {
        fprintf(out, "\nexamples:\n");
        for (const char *const *e = p->examples; *e; e++)
            fprintf(out, "  %s\n", *e);
    }
    for (size_t i = 0; i < p->option_count; i++) {
        const char *group = p->options[i].group ? p->options[i].group : "Options";
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen |= strcmp(p->options[k].group ? p->options[k].group : "Options", group) == 0;
        if (seen) continue;
        fprintf(out, "\n%s:\n", group);
        for (size_t k = i; k < p->option_count; k++)
            if (strcmp(p->options[k].group ? p->options[k].group : "Options", group) == 0)
                print_option(out, &p->options[k]);
    }
    fprintf(out,
            "\nAlways:\n  %-34s INI file: [section] key = value; [tx] max-fee is --tx.max-fee\n"
            "  %-34s   WHITTLE_CONFIG\n  --help, --version\n"
            "  %-34s what every option is set to, and by what\n"
            "  %-34s words for bash: . <(%s completion)\n",
            "--config FILE", "", "config show", "completion", p->name);
    fprintf(out, "\nprecedence: flag, environment, file, default\n\nexit codes:\n");
    wh_exit_print(out);
}

void wh_cli_completion(FILE *out, const struct wh_program *p)
{
    fprintf(out, "complete -o default -W '--config --help --version config completion");
    for (size_t i = 0; i < p->command_count; i++)
        fprintf(out, " %s", p->commands[i].name);
    for (size_t i = 0; i < p->option_count; i++) {
        const struct wh_option *o = &p->options[i];
        fprintf(out, " --%s", o->flag);
        if (o->type != WH_OPT_CHOICE) continue;
        for (const char *at = o->unit; at && *at; at += *at == '|') {
            int len = (int)strcspn(at, "|");
            fprintf(out, " %.*s", len, at);
            at += len;
        }
    }
    fprintf(out, "' %s\n", p->name);
}

/* URLs carry access keys in path, query and user part: scheme and host are shown. Other texts are
 * printed as they are; values of a list are parted by commas. */
static void print_masked(FILE *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, ",");
        const char *p = memmem(text, len, "://", 3);
        if (p == NULL) {
            fwrite(text, 1, len, out);
        } else {
            p += 3;
            const char *end = text + len, *host_end = p;
            while (host_end < end && !strchr("/?#", *host_end))
                host_end++;
            const char *at = memrchr(p, '@', (size_t)(host_end - p));
            const char *host = at ? at + 1 : p;
            fprintf(out, "%.*s%s%.*s%s", (int)(p - text), text, at ? "***@" : "",
                    (int)(host_end - host), host, end - host_end > 1 ? "/***" : "");
        }
        text += len;
        if (*text == ',') fputc(*text++, out);
    }
}

void wh_cli_show(FILE *out, const struct wh_cli *cli)
{
    static const char *const names[] = {"unset", "default", "file", "env", "flag"};
    for (size_t i = 0; i < cli->program->option_count; i++) {
        const struct wh_option *o = &cli->program->options[i];
        fprintf(out, "%-28s %-8s ", o->flag, names[cli->origin[i]]);
        if (cli->texts[i] && o->type == WH_OPT_SECRET)
            fputs("***", out);
        else if (cli->texts[i])
            print_masked(out, cli->texts[i]);
        fputc('\n', out);
    }
}

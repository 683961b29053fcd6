/* SPDX-License-Identifier: MIT */
#include "tests/diff/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/sys/json.h"

enum { ARGS_MAX = 48 };

/* The port that the log names, 0 if not yet. */
static unsigned read_port(const char *path)
{
    char text[16384];
    FILE *f = fopen(path, "r");
    if (f == NULL) return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    const char *at = strstr(text, "Listening on 127.0.0.1:");
    if (at == NULL || strchr(at, '\n') == NULL) return 0;
    return (unsigned)strtoul(at + 23, NULL, 10);
}

static unsigned wait_for_port(struct anvil_process *a)
{
    struct timespec tick = {0, 5000000};
    for (unsigned i = 0; i < 6000; i++) {
        unsigned port = read_port(a->log);
        if (port != 0) return port;
        int status;
        if (waitpid(a->pid, &status, WNOHANG) == a->pid) {
            a->pid = 0;
            return 0;
        }
        nanosleep(&tick, NULL);
    }
    return 0;
}

static bool spawn(struct anvil_process *a, const char *program, const char *const *more)
{
    const char *args[ARGS_MAX] = {program,
                                  "--port",
                                  "0",
                                  "--accounts",
                                  "0",
                                  "--no-mining",
                                  "--order",
                                  "fifo",
                                  "--threads",
                                  "1",
                                  "--disable-default-create2-deployer"};
    size_t n = 11;
    while (*more != NULL && n + 1 < ARGS_MAX)
        args[n++] = *more++;
    if (access(program, X_OK) != 0) return false;
    const pid_t parent = getpid();
    a->pid = fork();
    if (a->pid != 0) return a->pid > 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever ends this process ends it too */
    const int in = open("/dev/null", O_RDONLY), out = open(a->log, O_WRONLY | O_TRUNC);
    if (getppid() == parent && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2)
        execv(program, (char *const *)(uintptr_t)args);
    _exit(127);
}

bool anvil_process_start(struct anvil_process *a, const char *program, const char *const *args)
{
    memset(a, 0, sizeof *a);
    strcpy(a->log, P_tmpdir "/whittle-anvil-XXXXXX");
    int fd = mkstemp(a->log);
    if (fd < 0) return false;
    close(fd);
    if (!spawn(a, program, args)) {
        fprintf(stderr, "%s: cannot be started\n", program);
        anvil_process_stop(a);
        return false;
    }
    unsigned port = wait_for_port(a);
    char url[64];
    const char *urls[] = {url};
    struct l1_rpc_config config = {.urls = urls, .url_count = 1, .timeout_ms = 60000, .batch = 100};
    struct wh_error err;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    if (port == 0 || l1_rpc_open(&a->rpc, &config, &err) != WH_OK) {
        fprintf(stderr, "%s: does not answer (%s)\n", program, a->log);
        a->log[0] = 0; /* kept for who looks */
        anvil_process_stop(a);
        return false;
    }
    return true;
}

void anvil_process_stop(struct anvil_process *a)
{
    l1_rpc_close(a->rpc);
    if (a->pid > 0) {
        kill(a->pid, SIGKILL);
        waitpid(a->pid, NULL, 0);
    }
    if (a->log[0]) unlink(a->log);
    memset(a, 0, sizeof *a);
}

json_t *anvil_hex(const void *bytes, size_t len)
{
    struct wh_buf text = {0};
    struct wh_jw w;
    wh_jw_init(&w, &text);
    wh_jw_data(&w, NULL, bytes, len);
    json_t *v = json_loadb((const char *)text.ptr, text.len, JSON_DECODE_ANY, NULL);
    wh_buf_done(&text);
    if (v == NULL) abort();
    return v;
}

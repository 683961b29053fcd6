/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over files, or over the files of folders; without an argument over standard input
 * (afl-fuzz). Prints TAP: one line a file. A finding ends the process. */
#include <dirent.h>
#include <sys/stat.h>

#include "proto/sys/file.h"
#include "tests/fuzz/fuzz.h"

static unsigned count;

static void run_bytes(const struct wh_buf *b)
{
    /* A copy of the exact size, so that a sanitizer sees the end. */
    uint8_t *copy = malloc(b->len > 0 ? b->len : 1);
    if (copy == NULL) exit(1);
    if (b->len > 0) memcpy(copy, b->ptr, b->len);
    (void)LLVMFuzzerTestOneInput(copy, b->len);
    free(copy);
}

static bool run_file(const char *path)
{
    struct wh_buf b = {0};
    struct wh_error err;
    bool ok = wh_file_read(path, (size_t)64 << 20, &b, &err) == WH_OK;
    if (ok) run_bytes(&b);
    wh_buf_done(&b);
    const char *slash = strrchr(path, '/');
    printf("%sok %u - %s\n", ok ? "" : "not ", ++count, slash ? slash + 1 : path);
    return ok;
}

static bool run_folder(const char *path)
{
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    bool ok = n >= 0;
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.') ok &= run_file(file);
        free(names[i]);
    }
    if (n >= 0) free(names);
    return ok;
}

static bool run_stdin(void)
{
    struct wh_buf b = {0};
    size_t n = 1;
    while (n > 0) {
        uint8_t *p = wh_buf_grow(&b, 65536);
        if (p == NULL) return false;
        n = fread(p, 1, 65536, stdin);
        b.len -= 65536 - n;
    }
    run_bytes(&b);
    wh_buf_done(&b);
    return true;
}

int main(int argc, char **argv)
{
    bool ok = true;
    if (argc < 2) return run_stdin() ? 0 : 1;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) != 0) {
            printf("Bail out! %s: not found\n", argv[i]);
            return 1;
        }
        ok &= S_ISDIR(st.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
    }
    printf("1..%u\n", count);
    return ok ? 0 : 1;
}

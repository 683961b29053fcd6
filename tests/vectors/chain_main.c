/* SPDX-License-Identifier: MIT */
/* chain-tests [--stateless] [--verbose] [--filter TEXT] FILE...: blockchain tests in segments. Exit 1 on
 * any failure, 2 if a file cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "proto/sys/file.h"
#include "tests/vectors/chain_test.h"

#define ARENA_SIZE ((size_t)1 << 35)
#define RELEASE    ((size_t)256 << 20) /* pages beyond this go back after each file */

static void arena_map(struct wh_arena *a)
{
    void *p = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) abort();
    wh_arena_init(a, p, ARENA_SIZE);
}

static bool run_file(struct chain_run *run, const char *path)
{
    struct wh_buf bytes = {0};
    struct wh_error err;
    json_error_t why;
    if (wh_file_read_any(path, (size_t)1 << 31, &bytes, &err) != WH_OK) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    json_t *file = json_loadb((const char *)bytes.ptr, bytes.len, 0, &why);
    wh_buf_done(&bytes);
    bool ok = file != NULL && is_chain_test(file);
    if (ok)
        chain_test_file(run, path, file);
    else
        fprintf(stderr, "%s: no blockchain test\n", path);
    json_decref(file);
    madvise(run->keep.base + RELEASE, ARENA_SIZE - RELEASE, MADV_DONTNEED);
    madvise(run->state.base + RELEASE, ARENA_SIZE - RELEASE, MADV_DONTNEED);
    return ok;
}

int main(int argc, char **argv)
{
    bool readable = true;
    struct chain_run run = {.crypto = wh_native_crypto()};
    arena_map(&run.keep);
    arena_map(&run.state);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--stateless") == 0)
            run.stateless = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            run.verbose = true;
        else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            run.filter = argv[++i];
        else
            readable = run_file(&run, argv[i]) && readable;
    }
    const struct chain_count *n = &run.count;
    printf("%u passed, %u failed, %u skipped, %u but for claimed rules; %u blocks, %u steps\n",
           n->passed, n->failed, n->skipped, n->claimed, n->blocks, n->steps);
    return n->failed > 0 ? 1 : readable ? 0 : 2;
}

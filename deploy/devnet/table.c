/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/table.h"

#include <stdlib.h>

static struct table_entry *place_of(struct table_entry *entries, size_t cap, const bytes32 *key)
{
    size_t i = (size_t)load_le64(key->b) & (cap - 1);
    while (entries[i].value != NULL && !bytes32_eq(&entries[i].key, key))
        i = (i + 1) & (cap - 1);
    return &entries[i];
}

wh_status table_put(struct table *t, const bytes32 *key, void *value)
{
    WH_ASSERT(value != NULL);
    if (t->count * 2 >= t->cap) {
        const size_t cap = t->cap ? t->cap * 2 : 256;
        struct table_entry *entries = calloc(cap, sizeof *entries);
        if (entries == NULL) return WH_E_NOMEM;
        for (size_t i = 0; i < t->cap; i++)
            if (t->entries[i].value != NULL)
                *place_of(entries, cap, &t->entries[i].key) = t->entries[i];
        free(t->entries);
        t->entries = entries;
        t->cap = cap;
    }
    struct table_entry *at = place_of(t->entries, t->cap, key);
    if (at->value == NULL) t->count++;
    *at = (struct table_entry){*key, value};
    return WH_OK;
}

void *table_get(const struct table *t, const bytes32 *key)
{
    return t->cap == 0 ? NULL : place_of(t->entries, t->cap, key)->value;
}

void table_done(struct table *t)
{
    free(t->entries);
    *t = (struct table){0};
}

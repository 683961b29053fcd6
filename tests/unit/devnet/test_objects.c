/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/objects.h"

#include "tests/tap.h"

static bytes32 hash_of(uint32_t n)
{
    bytes32 h = {{0}};
    store_be32(h.b, n * 2654435761u);
    store_be32(h.b + 8, n);
    return h;
}

static void test_objects__put_get_many(void)
{
    struct objects o = {0};
    wh_span got;
    uint8_t bytes[40] = {0};
    const bytes32 none = hash_of(1u << 20);
    CHECK_EQ(objects_get(&o, &none, &got), WH_E_MISSING);
    for (uint32_t n = 0; n < 50000; n++) {
        const bytes32 h = hash_of(n);
        store_be32(bytes, n);
        if (objects_put(&o, &h, wh_span_of(bytes, 4 + n % 37)) != WH_OK) CHECK(false);
        if (objects_put(&o, &h, wh_span_of(bytes, 4 + n % 37)) != WH_OK) CHECK(false);
    }
    CHECK_EQ(o.count, 50000);
    for (uint32_t n = 0; n < 50000; n++) {
        const bytes32 h = hash_of(n);
        if (objects_get(&o, &h, &got) != WH_OK || got.len != 4 + n % 37 || load_be32(got.ptr) != n)
            CHECK(false);
    }
    CHECK_EQ(objects_get(&o, &none, &got), WH_E_MISSING);
    objects_done(&o);
}

static void test_objects_preimages__records_in_order_once(void)
{
    struct objects o = {0};
    struct hash_set set = {0};
    const uint8_t byte = 1;
    for (uint32_t n = 0; n < 1000; n++) {
        const bytes32 h = hash_of(n);
        if (objects_put(&o, &h, wh_span_of(&byte, 1)) != WH_OK) CHECK(false);
    }
    struct objects_view view = {&o, &set};
    const struct wh_preimages p = objects_preimages(&view);
    wh_span got;
    for (uint32_t n = 0; n < 2000; n++) {
        const bytes32 h = hash_of((n * 7) % 1000);
        if (p.get(p.ctx, WH_OBJECT_NODE, &h, &got) != WH_OK) CHECK(false);
    }
    const bytes32 none = hash_of(5000);
    CHECK_EQ(p.get(p.ctx, WH_OBJECT_NODE, &none, &got), WH_E_MISSING);
    CHECK_EQ(set.count, 1000);
    const bytes32 second = hash_of(7);
    CHECK(bytes32_eq(&set.items[1], &second));
    hash_set_done(&set);
    objects_done(&o);
}

int main(void)
{
    RUN(test_objects__put_get_many);
    RUN(test_objects_preimages__records_in_order_once);
    return tap_done();
}

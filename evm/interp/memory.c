/* SPDX-License-Identifier: MIT */
/* Memory of frames, and the return data buffer. */
#include "evm/interp/vm.h"

__extension__ typedef unsigned __int128 u128;

static u128 memory_cost(u128 words)
{
    return GAS_MEMORY_WORD * words + words * words / GAS_MEMORY_DIVISOR;
}

void *vm_reserve(struct vm *vm, size_t size)
{
    size_t limit = vm->arena->cap - vm->ret_len;
    if (vm->arena->used > limit || size > limit - vm->arena->used) return NULL;
    void *p = vm->arena->base + vm->arena->used;
    vm->arena->used += size;
    return p;
}

static enum vm_next grow(struct vm *vm, struct frame *f, uint64_t end)
{
    u128 words = ((u128)end + 31) / 32;
    u128 cost = memory_cost(words) - memory_cost(f->memory_len / 32);
    if (cost > (u128)f->gas) return VM_FAIL;
    f->gas -= (int64_t)cost;
    size_t more = (size_t)words * 32 - f->memory_len;
    void *p = vm_reserve(vm, more);
    if (p == NULL) return vm_stop(vm, WH_E_NOMEM);
    memset(p, 0, more);
    f->memory_len += more;
    return VM_GO;
}

enum vm_next vm_memory(struct vm *vm, struct frame *f, const u256 *at, const u256 *len,
                       size_t *from, size_t *size)
{
    *from = 0;
    *size = 0;
    if (u256_is_zero(len)) return VM_GO;
    /* beyond 2^62 bytes no gas suffices: words^2 / 512 is over 2^63 */
    if (!u256_fits_u64(at) || !u256_fits_u64(len) || at->w[0] >> 62 != 0 || len->w[0] >> 62 != 0)
        return VM_FAIL;
    uint64_t end = at->w[0] + len->w[0];
    if (end > f->memory_len) {
        enum vm_next n = grow(vm, f, end);
        if (n != VM_GO) return n;
    }
    *from = at->w[0];
    *size = len->w[0];
    return VM_GO;
}

wh_status vm_set_return(struct vm *vm, wh_span data)
{
    vm->ret_len = 0;
    if (data.len == 0) return WH_OK;
    if (data.len > vm->arena->cap - vm->arena->used) return WH_E_NOMEM;
    uint8_t *p = vm->arena->base + vm->arena->cap - data.len;
    memmove(p, data.ptr, data.len);
    vm->ret = p;
    vm->ret_len = data.len;
    return WH_OK;
}

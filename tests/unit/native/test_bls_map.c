/* SPDX-License-Identifier: MIT */
/* Field-to-curve maps against RFC 9380, appendices J.9.1 and J.10.1 (suites BLS12381G1 and G2,
 * XMD:SHA-256_SSWU_RO_). The RFC's P is the sum of both mapped points, cleared of the cofactor;
 * the precompile clears each, and clearing is linear. */

#include "evm/native/crypto.h"
#include "tests/tap.h"

/* fields reads n field elements of 48 bytes into the 64-byte form of EIP-2537. */
static void fields(const char *hex, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        memset(out + 64 * i, 0, 16);
        for (size_t j = 0; j < 48; j++) {
            unsigned v = 0;
            CHECK_EQ(sscanf(hex + 96 * i + 2 * j, "%2x", &v), 1);
            out[64 * i + 16 + j] = (uint8_t)v;
        }
    }
}

static void test_map_fp_to_g1__rfc9380(void)
{
    static const char *const u[2] = {
        "0ba14bd907ad64a016293ee7c2d276b8eae71f25a4b941eece7b0d89f17f75cb"
        "3ae5438a614fb61d6835ad59f29c564f"
        "019b9bd7979f12657976de2884c7cce192b82c177c80e0ec604436a7f538d231"
        "552f0d96d9f7babe5fa3b19b3ff25ac9",
        "0d921c33f2bad966478a03ca35d05719bdf92d347557ea166e5bba579eea9b83"
        "e9afa5c088573c2281410369fbd32951"
        "003574a00b109ada2f26a37a91f9d1e740dffd8d69ec0c35e1e9f4652c7dba61"
        "123e9dd2e76c655d956e2b3462611139"};
    static const char *const p[2] = {
        "052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4"
        "e8cf62d9c09db0fac349612b759e79a1"
        "08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc"
        "68ee29813bb7994998f3eae0c9c6a265",
        "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3a"
        "ee664ba5379a7655d3c68900be2f6903"
        "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af21553331"
        "1f0b8dfaaa154fa6b88176c229f2885d"};
    const struct evm_crypto *c = wh_native_crypto();
    for (int i = 0; i < 2; i++) {
        uint8_t in[128], points[256], sum[128], want[128];
        fields(u[i], in, 2);
        fields(p[i], want, 2);
        CHECK_EQ(c->bls_map_fp(c->ctx, in, points), WH_OK);
        CHECK_EQ(c->bls_map_fp(c->ctx, in + 64, points + 128), WH_OK);
        CHECK_EQ(c->bls_g1_add(c->ctx, points, sum), WH_OK);
        CHECK_MEM(sum, want, 128);
    }
}

static void test_map_fp2_to_g2__rfc9380(void)
{
    static const char *const u[2] = {
        "03dbc2cce174e91ba93cbb08f26b917f98194a2ea08d1cce75b2b9cc9f21689d"
        "80bd79b594a613d0a68eb807dfdc1cf8"
        "05a2acec64114845711a54199ea339abd125ba38253b70a92c876df10598bd19"
        "86b739cad67961eb94f7076511b3b39a"
        "02f99798e8a5acdeed60d7e18e9120521ba1f47ec090984662846bc825de191b"
        "5b7641148c0dbc237726a334473eee94"
        "145a81e418d4010cc027a68f14391b30074e89e60ee7a22f87217b2f6eb0c4b9"
        "4c9115b436e6fa4607e95a98de30a435",
        "15f7c0aa8f6b296ab5ff9c2c7581ade64f4ee6f1bf18f55179ff44a2cf355fa5"
        "3dd2a2158c5ecb17d7c52f63e7195771"
        "01c8067bf4c0ba709aa8b9abc3d1cef589a4758e09ef53732d670fd8739a7274"
        "e111ba2fcaa71b3d33df2a3a0c8529dd"
        "187111d5e088b6b9acfdfad078c4dacf72dcd17ca17c82be35e79f8c372a693f"
        "60a033b461d81b025864a0ad051a06e4"
        "08b852331c96ed983e497ebc6dee9b75e373d923b729194af8e72a051ea586f3"
        "538a6ebb1e80881a082fa2b24df9f566"};
    static const char *const p[2] = {
        "0141ebfbdca40eb85b87142e130ab689c673cf60f1a3e98d69335266f30d9b8d"
        "4ac44c1038e9dcdd5393faf5c41fb78a"
        "05cb8437535e20ecffaef7752baddf98034139c38452458baeefab379ba13dff"
        "5bf5dd71b72418717047f5b0f37da03d"
        "0503921d7f6a12805e72940b963c0cf3471c7b2a524950ca195d11062ee75ec0"
        "76daf2d4bc358c4b190c0c98064fdd92"
        "12424ac32561493f3fe3c260708a12b7c620e7be00099a974e259ddc7d1f6395"
        "c3c811cdd19f1e8dbf3e9ecfdcbab8d6",
        "02c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbe"
        "c7780ccc7954725f4168aff2787776e6"
        "139cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4"
        "ca3a230ed250fbe3a2acf73a41177fd8"
        "1787327b68159716a37440985269cf584bcb1e621d3a7202be6ea05c4cfe244a"
        "eb197642555a0645fb87bf7466b2ba48"
        "00aa65dae3c8d732d10ecd2c50f8a1baf3001578f71c694e03866e9f3d49ac1e"
        "1ce70dd94a733534f106d4cec0eddd16"};
    const struct evm_crypto *c = wh_native_crypto();
    for (int i = 0; i < 2; i++) {
        uint8_t in[256], points[512], sum[256], want[256];
        fields(u[i], in, 4);
        fields(p[i], want, 4);
        CHECK_EQ(c->bls_map_fp2(c->ctx, in, points), WH_OK);
        CHECK_EQ(c->bls_map_fp2(c->ctx, in + 128, points + 256), WH_OK);
        CHECK_EQ(c->bls_g2_add(c->ctx, points, sum), WH_OK);
        CHECK_MEM(sum, want, 256);
    }
}

int main(void)
{
    if (wh_native_crypto() == NULL) return 1;
    RUN(test_map_fp_to_g1__rfc9380);
    RUN(test_map_fp2_to_g2__rfc9380);
    return tap_done();
}

/**
 * Intel SGX Root CA, under which Intel certifies the keys of SGX and TDX platforms, TCB information and quoting enclaves.
 * From https://certificates.trustedservices.intel.com/Intel_SGX_Provisioning_Certification_RootCA.pem. The same bytes end
 * the chain of a published quote of a real machine (Trustee v0.21.0, deps/verifier/test_data/tdx_quote_4.dat) and are
 * pinned by the Go module github.com/google/go-tdx-guest v0.3.1 and the crate dcap-qvl 0.7.1; the key is the one that
 * Intel's own verifier pins (INTEL_ROOT_PUB_KEY, QuoteVerification/QvE/Enclave/qve.cpp of Intel's DCAP). Looked at on
 * 2026-11-27. Valid until 2049-12-31.
 */
export const intelSgxRootCa = `-----BEGIN CERTIFICATE-----
MIICjzCCAjSgAwIBAgIUImUM1lqdNInzg7SVUr9QGzknBqwwCgYIKoZIzj0EAwIw
aDEaMBgGA1UEAwwRSW50ZWwgU0dYIFJvb3QgQ0ExGjAYBgNVBAoMEUludGVsIENv
cnBvcmF0aW9uMRQwEgYDVQQHDAtTYW50YSBDbGFyYTELMAkGA1UECAwCQ0ExCzAJ
BgNVBAYTAlVTMB4XDTE4MDUyMTEwNDUxMFoXDTQ5MTIzMTIzNTk1OVowaDEaMBgG
A1UEAwwRSW50ZWwgU0dYIFJvb3QgQ0ExGjAYBgNVBAoMEUludGVsIENvcnBvcmF0
aW9uMRQwEgYDVQQHDAtTYW50YSBDbGFyYTELMAkGA1UECAwCQ0ExCzAJBgNVBAYT
AlVTMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC6nEwMDIYZOj/iPWsCzaEKi7
1OiOSLRFhWGjbnBVJfVnkY4u3IjkDYYL0MxO4mqsyYjlBalTVYxFP2sJBK5zlKOB
uzCBuDAfBgNVHSMEGDAWgBQiZQzWWp00ifODtJVSv1AbOScGrDBSBgNVHR8ESzBJ
MEegRaBDhkFodHRwczovL2NlcnRpZmljYXRlcy50cnVzdGVkc2VydmljZXMuaW50
ZWwuY29tL0ludGVsU0dYUm9vdENBLmRlcjAdBgNVHQ4EFgQUImUM1lqdNInzg7SV
Ur9QGzknBqwwDgYDVR0PAQH/BAQDAgEGMBIGA1UdEwEB/wQIMAYBAf8CAQEwCgYI
KoZIzj0EAwIDSQAwRgIhAOW/5QkR+S9CiSDcNoowLuPRLsWGf/Yi7GSX94BgwTwg
AiEA4J0lrHoMs+Xo5o/sX6O9QWxHRAvZUGOdRQ7cvqRXaqI=
-----END CERTIFICATE-----
`;

/** SHA-256 of the certificate's DER. */
export const intelSgxRootCaFingerprint = "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3";

/**
 * Intel's TD quoting enclave: the hash of the key that signed it, and its product number. Each identity of it that Intel
 * signed and that was looked at, of 2023, 2025 and 2026 (evaluation data 15, 17, 18 and 20), names this signer.
 */
export const intelTdQuotingEnclave = {
  mrSigner: "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5",
  isvProdId: 2,
} as const;
